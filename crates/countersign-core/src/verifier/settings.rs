//! The settings of a verifier.

use std::{borrow::Cow, sync::Arc, time::Duration};

use super::{KeySource, Verifier};
use crate::{
    Answer, ConfigError, Provider, Scheme,
    adapter::HeaderKey,
    clock::{Clock, SystemClock},
    custom::Custom,
    key_set::KeySet,
    request::unsigned::AnswerUnsigned,
    scheme::{BodyForm, is_field_name},
    signed_url::SignedUrl,
    verification::time::Tolerance,
};

/// The settings of one verifier.
#[derive(Clone)]
pub(crate) struct Settings {
    /// The headers that can have the signature, in the order in which they are looked for.
    pub(crate) signature_headers: Arc<[HeaderKey]>,
    /// The timestamp headers: one for all signature headers, or one for each. The same rule holds
    /// for the id headers.
    pub(crate) timestamp_headers: Arc<[HeaderKey]>,
    pub(crate) id_headers: Arc<[HeaderKey]>,
    /// Empty if the scheme does not sign the URL.
    pub(crate) url: SignedUrl,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tolerance: Tolerance,
    pub(crate) body_limit: usize,
    pub(crate) forms: Arc<[BodyForm]>,
    pub(super) body_deadline: Duration,
    pub(crate) custom: Custom,
    pub(super) answer_unsigned: Option<AnswerUnsigned>,
}

impl Settings {
    pub(crate) fn new(scheme: &Scheme, url: SignedUrl) -> Self {
        Self {
            signature_headers: fields(scheme.headers.iter().copied()),
            timestamp_headers: fields(scheme.timestamp_headers().iter().copied()),
            id_headers: fields(scheme.id_headers.iter().copied()),
            url,
            clock: Arc::new(SystemClock),
            tolerance: Tolerance::OfScheme,
            body_limit: DEFAULT_BODY_LIMIT,
            forms: scheme.forms.into(),
            body_deadline: DEFAULT_BODY_DEADLINE,
            custom: Custom::default(),
            answer_unsigned: None,
        }
    }
}

impl<P: Provider> Verifier<P> {
    /// Explains rejected deliveries. Only for the crate `countersign`.
    #[doc(hidden)]
    #[must_use]
    pub fn __explain_with(self, explainer: crate::custom::Explainer) -> Self {
        self.set(|settings| settings.custom.set_explainer(explainer))
    }
}

/// # Settings: signature
impl<P: Provider> Verifier<P> {
    /// Looks for the signature in this header instead of the scheme's headers. Default: the
    /// scheme's headers. Use it if the provider lets you choose the header, or does not document
    /// it.
    ///
    /// The id and the time are read from the headers that the scheme pairs with this header. If the
    /// scheme does not have this header, the id and the time are read from the headers that the
    /// scheme pairs with its first signature header. The signature is read only from this header:
    /// if the scheme has several headers that can each hold a valid signature
    /// ([`Scheme::numbered`](crate::Scheme::numbered)), the others are ignored.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderName`] if the name is not a field name of HTTP.
    ///
    /// # Examples
    ///
    /// A sender with the headers `svix-id`, `svix-timestamp` and `svix-signature`:
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use countersign::{Secret, Signer, Verifier, providers::StandardWebhooks};
    ///
    /// let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?;
    /// let signer = Signer::<StandardWebhooks>::new(secret.clone())?.header("svix-signature")?;
    /// let headers = signer.at(SystemTime::now()).id("msg_1").sign(b"{}")?;
    /// assert!(headers.iter().all(|(name, _)| name.starts_with("svix-")));
    ///
    /// let verifier = Verifier::<StandardWebhooks>::new(secret)?.header("svix-signature")?;
    /// assert!(verifier.verify(&headers, b"{}").is_ok());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn header(self, name: &str) -> Result<Self, ConfigError> {
        if !is_field_name(name) {
            return Err(ConfigError::HeaderName { name: name.to_owned() });
        }
        let (id, timestamp) = Self::SCHEME.companions(name);
        Ok(self.set(|settings| {
            settings.custom.set_header(name);
            settings.signature_headers = fields([name]);
            settings.id_headers = fields(id);
            settings.timestamp_headers = fields(timestamp);
        }))
    }

    /// Accepts signatures over these body forms, besides those over the bytes of the wire. The list
    /// replaces the body forms of the provider's scheme, which are the default: to keep them, name
    /// them again. The forms are tried in this order if the bytes of the wire do not match. With
    /// `[]`, only the bytes of the wire are accepted.
    ///
    /// # Security
    ///
    /// See [`BodyForm`] for the consequences of accepting a body form.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{
    ///     Secret, Signer, Verifier, providers::XWebhookSignature, scheme::BodyForm,
    /// };
    ///
    /// let secret = Secret::new("your_webhook_secret")?;
    /// // The text that a sender in JavaScript signs, and the body that it sends.
    /// let headers = Signer::<XWebhookSignature>::new(secret.clone())?.sign(br#"{"a":1.5}"#)?;
    /// let sent = br#"{ "a": 1.50 }"#;
    ///
    /// let verifier = Verifier::<XWebhookSignature>::new(secret)?;
    /// assert!(verifier.verify(&headers, sent).is_err());
    ///
    /// let verified = verifier.forms([BodyForm::JavaScript]).verify(&headers, sent)?;
    /// assert_eq!(verified.bytes(), br#"{"a":1.5}"#);
    /// assert_eq!(verified.form(), BodyForm::JavaScript);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn forms(self, forms: impl Into<Arc<[BodyForm]>>) -> Self {
        self.set(|settings| settings.forms = forms.into())
    }

    /// Accepts signed times up to this far from now, in the past and in the future. Default: the
    /// tolerance of the provider's scheme, mostly 300 s. Schemes that do not sign a time are not
    /// affected.
    ///
    /// Some providers and gateways, such as [`Linear`](crate::providers::linear), sign the time
    /// once for each event, and repeat the same bytes when they retry. A retry that is older than
    /// the tolerance is rejected, so a single failed delivery loses the event. Set a tolerance that
    /// is longer than their retry schedule, and use idempotency to detect duplicates for at least
    /// as long as the tolerance. The log line of a rejection reports the age of a stale time.
    ///
    /// # Security
    ///
    /// Anybody who has seen a delivery can send it again within this time. For deliveries that
    /// waited in a queue of yours, use [`verify_at`](Self::verify_at) instead of a large tolerance.
    #[must_use]
    pub fn tolerance(self, tolerance: Duration) -> Self {
        self.set(|settings| settings.tolerance = Tolerance::Within(tolerance))
    }

    /// Accepts signed times of any age, and any time in the future.
    ///
    /// # Security
    ///
    /// Anybody who has seen a delivery can send it again at any time. Only the event's id then
    /// shows that the event was handled already.
    #[must_use]
    pub fn accept_replays_of_any_age(self) -> Self {
        self.set(|settings| settings.tolerance = Tolerance::Any)
    }

    /// Sets the clock that signed times are compared with. Default: [`SystemClock`].
    #[must_use]
    pub fn clock(self, clock: impl Clock) -> Self {
        self.set(|settings| settings.clock = Arc::new(clock))
    }
}

/// # Settings: body
impl<P: Provider> Verifier<P> {
    /// Rejects bodies of more bytes than this. Default: 1 MiB (1,048,576 bytes).
    #[must_use]
    pub fn body_limit(self, bytes: usize) -> Self {
        self.set(|settings| settings.body_limit = bytes)
    }

    /// Rejects bodies that are not complete within this time. Default: 10 s, because providers give
    /// up after 5 s to 30 s.
    #[must_use]
    pub fn body_deadline(self, deadline: Duration) -> Self {
        self.set(|settings| settings.body_deadline = deadline)
    }
}

/// # Settings: answers
impl<P: Provider> Verifier<P> {
    /// Sets the one answer to all deliveries whose signature is rejected (401). Default:
    /// `{"error":"Invalid signature"}`.
    ///
    /// # Security
    ///
    /// The answer is the same for every reason, because different answers would show a forger which
    /// check failed.
    #[must_use]
    pub fn unauthorized(self, answer: Answer) -> Self {
        self.set(|settings| settings.custom.set_unauthorized(answer))
    }

    /// Sets the one answer to all deliveries that are broken (400): the body was cut off, or an
    /// event is expected and the signed body is not UTF-8 JSON. The default for a body that was cut
    /// off is `{"error":"Incomplete body"}`, and for the others `{"error":"Invalid payload"}`.
    ///
    /// # Examples
    ///
    /// One form of answer for all deliveries that are rejected:
    ///
    /// ```
    /// use countersign::{Answer, Secret, Verifier, providers::GitHub};
    ///
    /// let verifier = Verifier::<GitHub>::new(Secret::new("It's a Secret to Everybody")?)?
    ///     .unauthorized(Answer::json(r#"{"message":"unauthorized"}"#))
    ///     .bad_request(Answer::json(r#"{"message":"bad request"}"#))
    ///     .payload_too_large(Answer::json(r#"{"message":"too large"}"#))
    ///     .unprocessable(Answer::json(r#"{"message":"not an event"}"#));
    /// assert_eq!(verifier.get_unauthorized().body(), r#"{"message":"unauthorized"}"#);
    /// # Ok::<_, countersign::ConfigError>(())
    /// ```
    #[must_use]
    pub fn bad_request(self, answer: Answer) -> Self {
        self.set(|settings| settings.custom.set_bad_request(answer))
    }

    /// Sets the answer to deliveries whose body is larger than the limit (413). Default:
    /// `{"error":"Payload too large"}`. See [`bad_request`](Self::bad_request) for an example.
    #[must_use]
    pub fn payload_too_large(self, answer: Answer) -> Self {
        self.set(|settings| settings.custom.set_too_large(answer))
    }

    /// Sets the answer to deliveries that were signed and are JSON, but not an event of the
    /// expected type (422). Default: `{"error":"Invalid payload"}`. See
    /// [`bad_request`](Self::bad_request) for an example.
    #[must_use]
    pub fn unprocessable(self, answer: Answer) -> Self {
        self.set(|settings| settings.custom.set_unprocessable(answer))
    }
}

/// # Settings: endpoint
impl<P: Provider> Verifier<P> {
    /// Names the endpoint, to distinguish several endpoints of one provider. Default: the
    /// provider's name. [`Verified::endpoint`](crate::adapter::VerifiedDelivery::endpoint) reports
    /// the name. Idempotency treats an event that arrives at two endpoints as two events.
    ///
    /// # Security
    ///
    /// Give each sender its own name. If two verifiers with different secrets use one name and one
    /// store of events, they also share the idempotency keys. If one sender then uses the id of an
    /// event before the other sender does, the event of the other sender is lost.
    /// `Verifier::per_tenant` separates tenants without different names.
    ///
    /// # Examples
    ///
    /// A name from a configuration:
    ///
    /// ```
    /// use countersign::{Secret, Verifier, providers::GitHub};
    ///
    /// let customer = String::from("acme");
    /// let verifier = Verifier::<GitHub>::new(Secret::new("secret of acme")?)?
    ///     .endpoint(format!("github-{customer}"));
    /// assert_eq!(verifier.get_endpoint(), "github-acme");
    /// # Ok::<_, countersign::ConfigError>(())
    /// ```
    #[must_use]
    pub fn endpoint(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.set(|settings| settings.custom.set_endpoint(&name.into()))
    }
}

impl<P: Provider> Verifier<P> {
    pub(super) fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut Arc::make_mut(&mut self.shared).settings);
        self
    }
}

/// # Values of the settings: endpoint
impl<P: Provider> Verifier<P> {
    /// Returns the name of the endpoint: the one that [`endpoint`](Self::endpoint) has set, or the
    /// provider's.
    #[must_use]
    pub fn get_endpoint(&self) -> &str {
        self.shared.settings.custom.endpoint().unwrap_or(P::NAME)
    }
}

/// # Values of the settings: body and answers
impl<P> Verifier<P> {
    /// Returns the length of the largest accepted body, in bytes: see
    /// [`body_limit`](Self::body_limit).
    #[must_use]
    pub fn get_body_limit(&self) -> usize {
        self.shared.settings.body_limit
    }

    /// Returns the time within which a body has to be complete: see
    /// [`body_deadline`](Self::body_deadline).
    #[must_use]
    pub fn get_body_deadline(&self) -> Duration {
        self.shared.settings.body_deadline
    }

    /// Returns the answer to deliveries whose signature is rejected: see
    /// [`unauthorized`](Self::unauthorized).
    #[must_use]
    pub fn get_unauthorized(&self) -> Answer {
        self.shared.settings.custom.unauthorized().cloned().unwrap_or_default()
    }
}

impl<P> Verifier<P> {
    /// Returns the length of the longest text that can be verified, in bytes. The length exceeds
    /// the body limit if a body form can be longer than the bytes of the wire.
    #[doc(hidden)]
    #[must_use]
    pub fn __largest_text(&self) -> usize {
        let settings = &self.shared.settings;
        let growth = settings.forms.iter().map(BodyForm::growth).max().unwrap_or(1);
        settings.body_limit.saturating_mul(growth)
    }

    /// Returns the names and the answers that were set.
    #[doc(hidden)]
    #[must_use]
    pub fn __custom(&self) -> Custom {
        self.shared.settings.custom.clone()
    }

    /// Returns the names of the signature headers.
    #[doc(hidden)]
    #[must_use]
    pub fn __signature_headers(&self) -> &[HeaderKey] {
        &self.shared.settings.signature_headers
    }

    /// Returns the current keys, or `None` if the verifier looks keys up per tenant, or was made
    /// for one tenant.
    #[doc(hidden)]
    #[must_use]
    pub fn __key_set(&self) -> Option<KeySet> {
        match &self.shared.keys {
            KeySource::Own(keys) if self.shared.settings.custom.tenant().is_none() => {
                Some(keys.load().set)
            }
            KeySource::Own(_) | KeySource::PerTenant(_) => None,
        }
    }
}

fn fields<'a>(names: impl IntoIterator<Item = &'a str>) -> Arc<[HeaderKey]> {
    names.into_iter().map(HeaderKey::new).collect()
}

/// Default of the body limit, in bytes. A typical event has a few KiB. GitHub limits its events to
/// 25 MiB.
pub(crate) const DEFAULT_BODY_LIMIT: usize = 1024 * 1024;

/// Default of the deadline for the whole body. Providers give up after 5 s to 30 s.
const DEFAULT_BODY_DEADLINE: Duration = Duration::from_secs(10);
