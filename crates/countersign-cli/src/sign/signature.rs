//! The headers of a signed body.

use std::time::SystemTime;

use countersign_core::{Secret, event::Location, providers::AnyProvider};

use crate::{failure::Failure, header::Field};

/// Everything that is signed besides the body.
#[derive(Clone, Copy)]
pub(crate) struct Signature<'a> {
    pub(crate) provider: AnyProvider,
    /// Default: now.
    pub(crate) at: Option<SystemTime>,
    /// Default: `msg_1`, if the provider signs an id.
    pub(crate) id: Option<&'a str>,
    /// The header of the signature, if it is not the provider's.
    pub(crate) header: Option<&'a str>,
    pub(crate) url: Option<&'a str>,
}

impl Signature<'_> {
    /// Signs a body. A given id is also sent if the provider has a header for it.
    pub(crate) fn headers(&self, secret: &Secret, body: &[u8]) -> Result<Vec<Field>, Failure> {
        let Self { provider, .. } = self;
        let mut signing = provider.signing(secret)?.id(self.id.unwrap_or(DEFAULT_ID));
        if let Some(time) = self.at {
            signing = signing.at(time);
        }
        if let Some(name) = self.header {
            signing = signing.header(name)?;
        }
        match self.url {
            Some(url) => signing = signing.url(url)?,
            None if provider.signs_url() => {
                return Err(Failure::usage(format!("{} signs the URL", provider.name()))
                    .next("give the URL that the provider was given with --url"));
            }
            None => {}
        }
        let mut headers: Vec<_> = signing.sign(body)?.into_iter().collect();
        if let (Location::UnsignedHeader(name), Some(id)) = (provider.event().id, self.id) {
            headers.push((name.to_owned(), id.to_owned()));
        }
        Ok(headers)
    }
}

/// The same id each time, so that a second run is a duplicate.
const DEFAULT_ID: &str = "msg_1";
