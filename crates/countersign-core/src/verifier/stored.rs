//! Makes proofs of stored deliveries.

use std::sync::Arc;

use bytes::Bytes;

use super::{KeySource, Settings, Verifier};
use crate::{
    Provider, StoredDelivery, Verified, adapter::Verification, error::RestoreError,
    scheme::BodyForm, verified::SignedFacts,
};

/// # Stored deliveries
impl<P: Provider> Verifier<P> {
    /// Makes a proof from a stored delivery **without checking its signature**.
    ///
    /// The delivery can be of any age, and its secret may have been removed from the verifier. The
    /// tenant, the signed id and time, the body form and the secret's index come from the stored
    /// delivery. The names and the answers come from this verifier. A body form that is no longer
    /// [set](Self::forms) is accepted, except a [`BodyForm::UrlEncodedMember`] that the provider's
    /// scheme does not state.
    ///
    /// # Errors
    ///
    /// [`RestoreError`] if the delivery is of another provider, came to another
    /// [endpoint](Self::endpoint), is of another tenant, or has an unknown body form. The tenant
    /// must fit the verifier:
    ///
    /// - a verifier that looks secrets up per tenant accepts any tenant, without a lookup;
    /// - a verifier that [`of_tenant`](Self::of_tenant) returned for a tenant accepts that tenant;
    /// - a verifier with its own secrets accepts only deliveries without a tenant.
    ///
    /// # Security
    ///
    /// Anybody who can write to the store can make proofs: only the provider, the endpoint, the
    /// tenant and the form are checked. Use this method only with a store that is as trusted as the
    /// program. For data from a sender, or from a queue that others write to, use
    /// [`verify_again`](Self::verify_again).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use countersign::{Secret, Signer, Verifier, providers::GitHub};
    ///
    /// let secret = Secret::new("key")?;
    /// let headers = Signer::<GitHub>::new(secret.clone())?.sign(b"{}")?;
    /// let verifier = Verifier::<GitHub>::new(secret)?;
    /// let stored = verifier.verify(&headers, b"{}")?.to_stored(&headers, SystemTime::now());
    ///
    /// let rotated = Verifier::<GitHub>::new(Secret::new("new key")?)?;
    /// assert_eq!(rotated.restore_from_trusted_store(&stored)?.bytes(), b"{}");
    ///
    /// let other = rotated.endpoint("github-eu");
    /// assert!(other.restore_from_trusted_store(&stored).is_err());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn restore_from_trusted_store(
        &self,
        stored: &StoredDelivery,
    ) -> Result<Verified<P, Bytes>, RestoreError> {
        let form = self.form_of(stored)?;
        let custom = self.shared.settings.custom.clone();
        let tenant = stored.tenant().filter(|_| custom.tenant().is_none());
        let tenant = tenant.map(|tenant| Arc::new(tenant.to_owned()));
        let keys = match &self.shared.keys {
            KeySource::Own(keys) => keys.load().set,
            KeySource::PerTenant(_) => Default::default(),
        };
        let (id, signed_at) = (stored.signed_id().map(Arc::from), stored.signed_at());
        let facts = SignedFacts { custom, id, signed_at, tenant };
        Ok(Verified::new(stored.body().clone(), stored.secret_index(), form, facts, &keys))
    }

    /// Verifies a stored delivery again: checks the stored signature over the stored bytes with the
    /// verifier's current secrets, and with its URL if the scheme signs the URL. The signed time is
    /// compared with the time at which the delivery was received, not with the present time. The
    /// tolerance is longer by the [body deadline](Self::body_deadline), because the body can arrive
    /// that much later than the headers.
    ///
    /// Returns an error if the secret that signed the delivery was removed from the verifier. The
    /// body limit does not apply. If the verifier looks secrets up per tenant, call this method on
    /// the verifier that [`of_tenant`](Self::of_tenant) returns.
    ///
    /// # Errors
    ///
    /// The errors of [`restore_from_trusted_store`](Self::restore_from_trusted_store);
    /// [`RestoreError::UnknownForm`] also if the body form is not among the [forms](Self::forms)
    /// that the verifier accepts; [`RestoreError::NotVerified`] if the verification fails.
    ///
    /// # Security
    ///
    /// A signature does not cover everything that is stored. Anybody who can write to the store can
    /// still choose the time of receipt, the body form, and the headers that are not signed, and
    /// can delete or repeat deliveries.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use countersign::{Secret, Signer, Verifier, error::RestoreError, providers::GitHub};
    ///
    /// let secret = Secret::new("key")?;
    /// let headers = Signer::<GitHub>::new(secret.clone())?.sign(b"{}")?;
    /// let verifier = Verifier::<GitHub>::new(secret)?;
    /// let stored = verifier.verify(&headers, b"{}")?.to_stored(&headers, SystemTime::now());
    /// assert_eq!(verifier.verify_again(&stored)?.bytes(), b"{}");
    ///
    /// verifier.replace_secrets(Secret::new("new key")?)?;
    /// let error = verifier.verify_again(&stored).unwrap_err();
    /// assert!(matches!(error, RestoreError::NotVerified(_)));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_again(
        &self,
        stored: &StoredDelivery,
    ) -> Result<Verified<P, Bytes>, RestoreError> {
        let (form, settings) = (self.form_of(stored)?, &self.shared.settings);
        if form != BodyForm::Wire && !settings.forms.contains(&form) {
            return Err(unknown_form(stored));
        }
        let keys = self.keys()?;
        // The stored bytes are the signed text, so only the form `Wire` can match. The body limit
        // was applied to the received body, and the signed text can be longer.
        let forms = Arc::default();
        // The time of receipt can be the time at which the whole body had arrived.
        let tolerance = settings.tolerance.plus(P::SCHEME.timestamp, settings.body_deadline);
        let settings = Settings { forms, tolerance, body_limit: usize::MAX, ..settings.clone() };
        let received_at = Some(stored.received_at());
        let found = Verification::<P>::judge(&settings, &keys, stored, stored.body(), received_at)?;
        let facts = SignedFacts {
            custom: found.__custom().clone(),
            id: found.signed_id().map(Arc::from),
            signed_at: found.signed_at(),
            tenant: None,
        };
        Ok(Verified::new(stored.body().clone(), found.secret_index(), form, facts, &keys.set))
    }
}

impl<P: Provider> Verifier<P> {
    /// Returns the body form of a stored delivery, if its provider, endpoint and tenant are those
    /// of this verifier.
    fn form_of(&self, stored: &StoredDelivery) -> Result<BodyForm, RestoreError> {
        if stored.provider() != P::NAME {
            let stored = stored.provider().to_owned();
            return Err(RestoreError::OtherProvider { stored, expected: P::NAME });
        }
        if stored.endpoint() != self.get_endpoint() {
            let (stored, expected) = (stored.endpoint().to_owned(), self.get_endpoint().to_owned());
            return Err(RestoreError::OtherEndpoint { stored, expected });
        }
        let settings = &self.shared.settings;
        let is_of_tenant = match (&self.shared.keys, settings.custom.tenant()) {
            (KeySource::Own(_), tenant) => stored.tenant() == tenant,
            (KeySource::PerTenant(_), _) => stored.tenant().is_some(),
        };
        if !is_of_tenant {
            let stored = stored.tenant().map(str::to_owned);
            return Err(RestoreError::OtherTenant { stored });
        }
        let known = settings.forms.iter().chain(Self::SCHEME.forms);
        stored.form(known).ok_or_else(|| unknown_form(stored))
    }
}

fn unknown_form(stored: &StoredDelivery) -> RestoreError {
    RestoreError::UnknownForm { form: stored.form_name().to_owned() }
}
