//! One delivery: its body, its headers, and its attempts.

use std::{
    thread,
    time::{Duration, SystemTime},
};

use countersign_core::{Secret, event::Location, scheme::TimestampPlace};

use super::{
    Arguments,
    body::{Bodies, numbered},
    tampering,
};
use crate::{
    failure::Failure,
    header::{self, Field},
    http::{Client, Request},
    outcome::Outcome,
    sign::Signature,
};

/// The deliveries of one command.
pub(super) struct Deliveries<'a> {
    pub(super) arguments: &'a Arguments,
    pub(super) bodies: &'a Bodies,
    /// `None` if the deliveries are not signed.
    pub(super) secret: Option<&'a Secret>,
    pub(super) waits: &'a [Duration],
    pub(super) client: &'a Client,
}

/// A request that can be sent again.
struct Prepared {
    headers: Vec<Field>,
    body: Vec<u8>,
}

impl Deliveries<'_> {
    /// Makes the attempts of the delivery with this number, and reports each of them. Ends early if
    /// the report is closed.
    pub(super) fn deliver(
        &self,
        number: usize,
        report: &mut dyn FnMut(Result<Outcome, Failure>) -> bool,
    ) -> bool {
        let id = numbered(self.arguments.id.as_deref().unwrap_or("msg_1"), number);
        let mut first_body = None;
        for (index, wait) in self.waits.iter().enumerate() {
            thread::sleep(*wait);
            let prepared = match self.prepared(number, &id, &mut first_body) {
                Ok(prepared) => prepared,
                Err(failure) => return report(Err(failure)),
            };
            let attempt = index + 1;
            let outcome = Outcome { delivery: number, attempt, ..self.send(&id, &prepared) };
            let is_end = outcome.is_delivered() || attempt == self.waits.len();
            let has_copy = is_end && self.arguments.duplicate;
            if !report(Ok(Outcome { is_last: is_end, ..outcome })) {
                return false;
            }
            if has_copy {
                let copy = self.send(&id, &prepared);
                return report(Ok(Outcome { delivery: number, attempt, duplicate: true, ..copy }));
            }
            if is_end {
                break;
            }
        }
        true
    }

    fn send(&self, id: &str, prepared: &Prepared) -> Outcome {
        let request = Request {
            method: "POST",
            url: &self.arguments.url,
            headers: &prepared.headers,
            body: &prepared.body,
            is_chunked: self.arguments.chunked,
        };
        Outcome::new(id, self.client.send(&request))
    }

    /// Signs the delivery: each attempt anew, with the body of the first one.
    fn prepared(
        &self,
        number: usize,
        id: &str,
        first_body: &mut Option<Vec<u8>>,
    ) -> Result<Prepared, Failure> {
        let Arguments { provider, .. } = self.arguments;
        let time = self.time()?;
        let body = match first_body.clone() {
            Some(body) => body,
            None => {
                let id = self.arguments.id.as_ref().map(|_| id);
                first_body.insert(self.bodies.body(*provider, number, id, time)?).clone()
            }
        };
        let mut headers = vec![
            ("Content-Type".to_owned(), "application/json".to_owned()),
            (
                "User-Agent".to_owned(),
                concat!("countersign/", env!("CARGO_PKG_VERSION")).to_owned(),
            ),
        ];
        if let (Location::UnsignedHeader(name), Some(event_type)) =
            (provider.event().event_type, self.bodies.event_type())
        {
            headers.push((name.to_owned(), event_type.to_owned()));
        }
        match self.secret {
            Some(secret) => {
                let signature = Signature {
                    provider: *provider,
                    at: Some(time),
                    id: Some(id),
                    header: self.arguments.signature_header.as_deref(),
                    url: Some(self.arguments.signed_url.as_ref().unwrap_or(&self.arguments.url)),
                };
                headers.extend(signature.headers(secret, &body)?);
            }
            None => {
                if let Location::UnsignedHeader(name) = provider.event().id {
                    headers.push((name.to_owned(), id.to_owned()));
                }
            }
        }
        for field in &self.arguments.headers {
            header::set(&mut headers, field.clone());
        }
        let body = if self.arguments.tamper { tampering::tampered(body) } else { body };
        Ok(Prepared { headers, body })
    }

    /// Returns the signed time.
    fn time(&self) -> Result<SystemTime, Failure> {
        let now = self.arguments.at.unwrap_or_else(SystemTime::now);
        if !self.arguments.stale {
            return Ok(now);
        }
        let provider = self.arguments.provider;
        let unsigned = |what: &str| {
            Failure::usage(format!("{} {what}", provider.name()))
                .next("use --tamper or --unsigned for a delivery that is refused")
        };
        let time =
            provider.scheme().describe().timestamp.ok_or_else(|| unsigned("signs no time"))?;
        let is_in_body = matches!(time.place, TimestampPlace::Member(_));
        if is_in_body && matches!(self.bodies, Bodies::Exact(_)) {
            return Err(unsigned(
                "signs the time in the body, and --stale cannot change a body that you give",
            ));
        }
        let age = time.tolerance + STALE_BY;
        Ok(now.checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH))
    }
}

/// Time by which a stale delivery exceeds the tolerance.
const STALE_BY: Duration = Duration::from_secs(60);
