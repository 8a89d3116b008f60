//! Copies a verified delivery into a stored one.

use std::time::SystemTime;

use super::{
    StoredDelivery, form::FormName, headers::StoredHeaders, octets::Octets, time::StoredTime,
    version::Version,
};
use crate::{HeaderSource, adapter::VerifiedDelivery};

impl<B: AsRef<[u8]>> VerifiedDelivery<B> {
    /// Copies the delivery for a store, such as a durable queue.
    ///
    /// `headers` are the headers of the request. Only those that hold the signature, the id, the
    /// time or the type are stored. `received_at` is the time at which the request arrived, on your
    /// own clock: [`Verifier::verify_again`](crate::Verifier::verify_again) compares the signed
    /// time with it.
    ///
    /// The places of the id and the type are those of
    /// [`Provider::EVENT`](crate::Provider::EVENT). A header that you read only with
    /// [`delivery_at`](Self::delivery_at) is not stored. An id or a type with U+0000 is not stored,
    /// because PostgreSQL cannot store this character; the body still holds it.
    ///
    /// # Security
    ///
    /// The headers and the time are not checked. Pass those of this delivery.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use countersign::{Secret, Signer, Verifier, providers::GitHub};
    ///
    /// let secret = Secret::new("key")?;
    /// let signed = Signer::<GitHub>::new(secret.clone())?.sign(b"{}")?;
    /// let mut headers: Vec<_> = signed.into_iter().collect();
    /// headers.push(("X-GitHub-Event".into(), "ping".into()));
    /// headers.push(("Cookie".into(), "session=1".into()));
    /// let verified = Verifier::<GitHub>::new(secret)?.verify(&headers, b"{}")?;
    ///
    /// let stored = verified.to_stored(&headers, SystemTime::now());
    /// assert_eq!(stored.event_type(), Some("ping"));
    /// assert!(!stored.event_type_is_signed());
    /// let names: Vec<_> = stored.headers().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["X-Hub-Signature-256", "X-GitHub-Event"]);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_stored<H: HeaderSource + ?Sized>(
        &self,
        headers: &H,
        received_at: SystemTime,
    ) -> StoredDelivery {
        let (delivery, event) = (self.delivery(headers), self.__event());
        StoredDelivery {
            version: Version,
            provider: self.provider().into(),
            endpoint: self.endpoint().into(),
            tenant: self.tenant().map(Box::from),
            id: delivery.id().filter(|text| is_storable(text)).map(Box::from),
            id_signed: event.id.is_signed(),
            event_type: delivery.event_type().filter(|text| is_storable(text)).map(Box::from),
            type_signed: event.event_type.is_signed(),
            signed_id: self.signed_id().map(Box::from),
            form: FormName::of(self.form()),
            secret_index: self.secret_index(),
            received_at: StoredTime::rounding_down(received_at),
            signed_at: self.signed_at().map(StoredTime::rounding_down),
            headers: StoredHeaders::of(self.scheme(), event, self.__custom(), headers),
            body: Octets::copy(self.bytes()),
        }
    }
}

/// Returns whether PostgreSQL can store a text in `jsonb` and `text` columns.
fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}
