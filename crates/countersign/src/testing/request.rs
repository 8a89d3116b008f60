use std::fmt;

use bytes::Bytes;
use countersign_core::{HeaderSource, Provider, error::SignError, signer::Signing};

/// A delivery as its provider would send it: a body, and the headers that sign it.
///
/// It can be sent several times, as providers do. See the [module docs](crate::testing) for
/// requests of axum and actix-web.
///
/// # Examples
///
/// Without a framework:
///
/// ```
/// use countersign::{Secret, Signer, Verifier, providers::Respan, testing::SignedRequest};
///
/// let secret = Secret::new("api key")?;
/// let verifier = Verifier::<Respan>::new(secret.clone())?;
/// let genuine = SignedRequest::new(&Signer::<Respan>::new(secret)?, r#"{"model":"small"}"#)?;
/// assert!(verifier.verify(&genuine, genuine.body()).is_ok());
///
/// for refused in [
///     genuine.clone().forged(),
///     genuine.clone().with_body(r#"{"model":"large"}"#),
///     genuine.without_signature(),
/// ] {
///     assert!(verifier.verify(&refused, refused.body()).is_err());
/// }
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct SignedRequest {
    headers: Vec<(String, String)>,
    signature: String,
    body: Bytes,
}

impl SignedRequest {
    /// Signs a body with a `&Signer`, or with a [`Signing`] for schemes that sign a time or an id.
    ///
    /// # Errors
    ///
    /// [`SignError`] if the scheme signs an id, and the id was not given, cannot be in a header, or
    /// contains the separator; or if the scheme signs the time, and the time is before 1970.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use countersign::{
    ///     Provider, Scheme, Secret, Signer, event::EventAt,
    ///     scheme::{Part, Timestamp, TimestampUnit},
    /// };
    /// use countersign::{Verifier, testing::SignedRequest};
    ///
    /// struct Timed;
    /// impl Provider for Timed {
    ///     const NAME: &'static str = "timed";
    ///     const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Signature"])
    ///         .timestamp(Timestamp::header(&["X-Time"], TimestampUnit::Seconds))
    ///         .signed(&[Part::Timestamp, Part::Literal("."), Part::Body]);
    ///     const EVENT: EventAt = EventAt::ENVELOPE;
    /// }
    ///
    /// let secret = Secret::new("secret")?;
    /// let verifier = Verifier::<Timed>::new(secret.clone())?;
    /// let (signer, now) = (Signer::<Timed>::new(secret)?, SystemTime::now());
    /// let genuine = SignedRequest::new(signer.at(now), "{}")?;
    /// assert!(verifier.verify(&genuine, "{}").is_ok());
    ///
    /// let stale = SignedRequest::new(signer.at(now - Duration::from_secs(3600)), "{}")?;
    /// assert!(verifier.verify(&stale, "{}").is_err());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn new<'a, P: Provider>(
        signer: impl Into<Signing<'a, P>>,
        body: impl AsRef<[u8]>,
    ) -> Result<Self, SignError> {
        let body = Bytes::copy_from_slice(body.as_ref());
        let mut headers: Vec<_> = signer.into().sign(&body)?.into_iter().collect();
        // The signature comes first.
        let signature = headers.first().map(|(name, _)| name.clone()).unwrap_or_default();
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        Ok(Self { headers, signature, body })
    }

    /// Sets a header that is not signed, such as `X-GitHub-Event`, and replaces all headers of that
    /// name.
    pub fn with_header(self, name: &str, value: &str) -> Self {
        let mut request = self.without_header(name);
        request.headers.push((name.to_owned(), value.to_owned()));
        request
    }

    /// Changes one digit of the signature, and nothing else. The signature is still well formed,
    /// and matches no secret.
    pub fn forged(mut self) -> Self {
        for (name, value) in &mut self.headers {
            if name.eq_ignore_ascii_case(&self.signature) {
                *value = altered(value);
            }
        }
        self
    }

    /// Replaces the body, and keeps the signature over the old one.
    ///
    /// Change a value of the JSON, and not only its white space: if the provider may sign another
    /// [body form](countersign_core::scheme::BodyForm), a body with other white space can still be
    /// genuine.
    pub fn with_body(self, body: impl AsRef<[u8]>) -> Self {
        Self { body: Bytes::copy_from_slice(body.as_ref()), ..self }
    }

    /// Removes the signature header.
    pub fn without_signature(self) -> Self {
        let signature = self.signature.clone();
        self.without_header(&signature)
    }

    /// Returns the names and the values of the headers.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Returns the body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(candidate, _)| !candidate.eq_ignore_ascii_case(name));
        self
    }
}

impl HeaderSource for SignedRequest {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.values(name)
    }
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values are not shown, because a signature and its body can be sent again.
        let names: Vec<_> = self.headers().map(|(name, _)| name).collect();
        f.debug_struct("SignedRequest")
            .field("headers", &names)
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Replaces a digit near the end, where every scheme has the tag. In base64, the last digit before
/// the padding can hold only four bits of the tag; this digit always holds six.
fn altered(signature: &str) -> String {
    let at = signature.len().saturating_sub(5);
    let alter = |(index, digit)| match digit {
        _ if index != at => digit,
        '0' => '1',
        _ => '0',
    };
    signature.char_indices().map(alter).collect()
}
