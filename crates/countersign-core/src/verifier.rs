//! The one thing that decides.

use std::{borrow::Cow, fmt, marker::PhantomData, sync::Arc, time::Duration};

use arc_swap::ArcSwap;

use crate::{
    Answer, Clock, ConfigError, Form, HeaderSource, Provider, Scheme, Secrets, SystemClock,
    Verification, Verified, VerifyError, mac::Key, scheme::is_field_name,
};

/// Decides whether a delivery was signed by the provider `P` with a secret you hold.
///
/// It holds everything there is to decide with: the provider's scheme, the secrets, the clock, the
/// limits, and the answer to who is refused. Every surface takes its verdict, so all of them
/// behave alike. Clones are cheap and share the secrets.
///
/// # Security
///
/// - The signature's header must be there, once, and well formed, before a byte of the body is
///   looked at.
/// - Tags are compared at full length and in constant time.
/// - The body is never parsed before it is verified.
///
/// # Examples
///
/// ```
/// use countersign_core::{Secret, Verifier, VerifyErrorKind, providers::XWebhookSignature};
///
/// let verifier = Verifier::<XWebhookSignature>::new(Secret::new("your_webhook_secret")?)?;
///
/// let body = br#"{"some":"data"}"#;
/// let signature = "b964de446e8f85ef7893cadfbd1fb1d6e2f94c2e1537427b55db22412077527b";
/// let headers = [("X-Webhook-Signature", signature)];
/// let verified = verifier.verify(&headers, body)?;
/// assert_eq!(verified.bytes(), body);
///
/// let forged = verifier.verify(&headers, br#"{"some":"dat4"}"#).unwrap_err();
/// assert_eq!(forged.kind(), VerifyErrorKind::Mismatch);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct Verifier<P> {
    shared: Arc<Shared>,
    provider: PhantomData<fn() -> P>,
}

/// All that clones have in common.
#[derive(Clone)]
struct Shared {
    settings: Settings,
    keys: Arc<ArcSwap<Keys>>,
}

/// What is set per deployment.
#[derive(Clone)]
pub(crate) struct Settings {
    header: Option<Box<str>>,
    pub(crate) url: Option<Box<str>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) body_limit: usize,
    pub(crate) forms: Arc<[Form]>,
    body_deadline: Duration,
    unauthorized: Answer,
    endpoint: Box<str>,
}

impl Settings {
    /// The headers that the signature may be in, in the order in which they are looked at.
    pub(crate) fn signature_headers(&self, scheme: &Scheme) -> impl Iterator<Item = &str> {
        let configured = self.header.as_deref();
        let stated = scheme.headers.iter().copied().filter(move |_| configured.is_none());
        configured.into_iter().chain(stated)
    }
}

/// The keys of one set of secrets.
pub(crate) struct Keys {
    pub(crate) current: Key,
    pub(crate) retired: Box<[Key]>,
}

impl<P: Provider> Verifier<P> {
    /// The provider's scheme, checked while the program is compiled.
    pub(crate) const SCHEME: Scheme = P::SCHEME.checked();

    /// Accepts what is signed with any of these secrets.
    ///
    /// # Errors
    ///
    /// If a secret does not have the form that the provider's scheme asks for.
    pub fn new(secrets: impl Into<Secrets>) -> Result<Self, ConfigError> {
        let keys = Keys::new(&secrets.into(), &Self::SCHEME)?;
        let settings = Settings {
            header: None,
            url: None,
            clock: Arc::new(SystemClock),
            body_limit: DEFAULT_BODY_LIMIT,
            forms: Self::SCHEME.forms.into(),
            body_deadline: DEFAULT_BODY_DEADLINE,
            unauthorized: Answer::default(),
            endpoint: P::NAME.into(),
        };
        let shared = Shared { settings, keys: Arc::new(ArcSwap::from_pointee(keys)) };
        Ok(Self { shared: Arc::new(shared), provider: PhantomData })
    }

    /// Looks for the signature in this header instead of the scheme's: for providers that let you
    /// choose it, or do not document it.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderName`] if it is not a field name.
    pub fn header(self, name: &str) -> Result<Self, ConfigError> {
        if !is_field_name(name) {
            return Err(ConfigError::HeaderName { name: name.to_owned() });
        }
        Ok(self.set(|settings| settings.header = Some(name.to_ascii_lowercase().into())))
    }

    /// Sets the URL that the provider delivers to, for schemes that sign it: exactly the text you
    /// gave the provider.
    #[must_use]
    pub fn url(self, url: &str) -> Self {
        self.set(|settings| settings.url = Some(url.into()))
    }

    /// Accepts signatures over these forms of the body, in this order, when the bytes of the wire
    /// do not match; `[]` for the wire alone. Default: what the provider's scheme states.
    ///
    /// # Security
    ///
    /// See [`Form`] for what accepting one means.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::{Form, Secret, Signer, Verifier, providers::XWebhookSignature};
    ///
    /// let secret = Secret::new("your_webhook_secret")?;
    /// // What a sender in JavaScript signs, and what it sends.
    /// let headers = Signer::<XWebhookSignature>::new(secret.clone())?.sign(br#"{"a":1.5}"#)?;
    /// let sent = br#"{ "a": 1.50 }"#;
    ///
    /// let verifier = Verifier::<XWebhookSignature>::new(secret)?;
    /// assert!(verifier.verify(&headers, sent).is_err());
    ///
    /// let verified = verifier.forms([Form::JavaScript]).verify(&headers, sent)?;
    /// assert_eq!(verified.bytes(), br#"{"a":1.5}"#);
    /// assert_eq!(verified.form(), Form::JavaScript);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn forms(self, forms: impl Into<Arc<[Form]>>) -> Self {
        self.set(|settings| settings.forms = forms.into())
    }

    /// Refuses bodies of more bytes than this. Default: 1 MiB (1,048,576).
    #[must_use]
    pub fn body_limit(self, bytes: usize) -> Self {
        self.set(|settings| settings.body_limit = bytes)
    }

    /// Refuses bodies that are not complete after this long. Default: 10 s; providers give up
    /// after 5 to 30.
    #[must_use]
    pub fn body_deadline(self, deadline: Duration) -> Self {
        self.set(|settings| settings.body_deadline = deadline)
    }

    /// Sets the one answer to all deliveries whose signature is refused.
    #[must_use]
    pub fn unauthorized(self, answer: Answer) -> Self {
        self.set(|settings| settings.unauthorized = answer)
    }

    /// Names the endpoint, so that two endpoints of one provider can be told apart. Default: the
    /// provider's name.
    #[must_use]
    pub fn endpoint(self, name: &str) -> Self {
        self.set(|settings| settings.endpoint = name.into())
    }

    /// Sets the clock that timestamps are judged by. Default: [`SystemClock`].
    #[must_use]
    pub fn clock(self, clock: impl Clock) -> Self {
        self.set(|settings| settings.clock = Arc::new(clock))
    }

    /// Replaces the secrets of this verifier and of all its clones, while deliveries come in. Each
    /// delivery is judged by the secrets in force at its [`begin`](Self::begin).
    ///
    /// # Errors
    ///
    /// As [`Verifier::new`]; the former secrets then stay in force.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::{Secret, Secrets, Signer, Verifier, providers::GitHub};
    ///
    /// let verifier = Verifier::<GitHub>::new(Secret::new("old")?)?;
    /// let clone = verifier.clone();
    /// verifier.replace_secrets(Secrets::new(Secret::new("new")?).with_retired(Secret::new("old")?)?)?;
    ///
    /// let headers = Signer::<GitHub>::new(Secret::new("old")?)?.sign(b"{}")?;
    /// assert_eq!(clone.verify(&headers, b"{}")?.secret_index(), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn replace_secrets(&self, secrets: impl Into<Secrets>) -> Result<(), ConfigError> {
        let keys = Keys::new(&secrets.into(), &Self::SCHEME)?;
        self.shared.keys.store(Arc::new(keys));
        Ok(())
    }

    /// Verifies a delivery that is already in memory.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] tells why it is refused. Tell the sender nothing but the one answer.
    pub fn verify<'a, H, B>(
        &self,
        headers: &H,
        body: &'a B,
    ) -> Result<Verified<P, Cow<'a, [u8]>>, VerifyError>
    where
        H: HeaderSource + ?Sized,
        B: AsRef<[u8]> + ?Sized,
    {
        let body = body.as_ref();
        let mut verification = self.begin(headers, u64::try_from(body.len()).ok())?;
        verification.update(body)?;
        verification.finish(Cow::Borrowed(body))
    }

    /// Begins to verify a delivery whose body is still coming in.
    ///
    /// `declared_length` is what the sender says of the body's length in bytes, if anything.
    ///
    /// # Errors
    ///
    /// Everything that can be refused before the first byte of the body: a signature that is
    /// missing, repeated or malformed, a timestamp out of tolerance, a declared length over the
    /// limit, in this order.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::{Secret, Verifier, providers::XWebhookSignature};
    ///
    /// let verifier = Verifier::<XWebhookSignature>::new(Secret::new("your_webhook_secret")?)?;
    /// let signature = "b964de446e8f85ef7893cadfbd1fb1d6e2f94c2e1537427b55db22412077527b";
    ///
    /// let mut verification = verifier.begin(&[("X-Webhook-Signature", signature)], None)?;
    /// let mut body = Vec::new();
    /// for chunk in [r#"{"some""#, r#":"data"}"#] {
    ///     verification.update(chunk.as_bytes())?;
    ///     body.extend_from_slice(chunk.as_bytes());
    /// }
    /// let verified = verification.finish(body)?;
    /// assert_eq!(verified.bytes(), br#"{"some":"data"}"#);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn begin<H>(
        &self,
        headers: &H,
        declared_length: Option<u64>,
    ) -> Result<Verification<P>, VerifyError>
    where
        H: HeaderSource + ?Sized,
    {
        Verification::begin(&self.shared.settings, &self.shared.keys, headers, declared_length)
    }

    /// Whether a header that this verifier looks for a signature in is there, with whatever value:
    /// for endpoints that several providers deliver to, to choose whose verifier decides.
    ///
    /// # Security
    ///
    /// This is no verdict: anybody can send a header. Where more than one of your verifiers claims
    /// a delivery, refuse it instead of choosing.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::{Secret, Verifier, providers::{GitHub, XWebhookSignature}};
    ///
    /// let github = Verifier::<GitHub>::new(Secret::new("It's a Secret to Everybody")?)?;
    /// let in_house = Verifier::<XWebhookSignature>::new(Secret::new("whsec_abc123")?)?;
    ///
    /// let headers = [("X-Webhook-Signature", "anything")];
    /// assert!(in_house.claims(&headers));
    /// assert!(!github.claims(&headers));
    /// assert!(github.header("X-Webhook-Signature")?.claims(&headers));
    /// # Ok::<_, countersign_core::ConfigError>(())
    /// ```
    #[must_use]
    pub fn claims<H: HeaderSource + ?Sized>(&self, headers: &H) -> bool {
        let mut names = self.shared.settings.signature_headers(&Self::SCHEME);
        names.any(|name| headers.values(name).next().is_some())
    }

    fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut Arc::make_mut(&mut self.shared).settings);
        self
    }
}

impl<P> Verifier<P> {
    /// The largest body accepted, in bytes.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.shared.settings.body_limit
    }

    /// How long a body may take.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.shared.settings.body_deadline
    }

    /// The answer to deliveries whose signature is refused.
    #[must_use]
    pub fn refusal(&self) -> Answer {
        self.shared.settings.unauthorized
    }

    /// The endpoint's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.shared.settings.endpoint
    }
}

impl<P> Clone for Verifier<P> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), provider: PhantomData }
    }
}

impl<P: Provider> fmt::Debug for Verifier<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("provider", &P::NAME)
            .field("endpoint", &self.name())
            .field("body_limit", &self.limit())
            .field("body_deadline", &self.deadline())
            .finish_non_exhaustive()
    }
}

impl Keys {
    fn new(secrets: &Secrets, scheme: &Scheme) -> Result<Self, ConfigError> {
        let key = |secret: &crate::Secret| Ok(Key::new(&secret.key(scheme.secret_form)?));
        Ok(Self {
            current: key(secrets.current())?,
            retired: secrets.retired().iter().map(key).collect::<Result<_, ConfigError>>()?,
        })
    }
}

/// A typical event has a few KiB; GitHub caps its own at 25 MiB.
const DEFAULT_BODY_LIMIT: usize = 1024 * 1024;

const DEFAULT_BODY_DEADLINE: Duration = Duration::from_secs(10);
