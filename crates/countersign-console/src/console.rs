//! The settings of the console.

use std::{fmt, marker::PhantomData, sync::Arc};

use countersign::inbox::InboxHistory;
use tokio::sync::Semaphore;

use crate::{
    Auth, SettingError, forgery::Tokens, pages::counted::Counted, places::Places, random::random,
    record::Record, redaction::Redaction,
};

/// The page for the people who run a receiver.
///
/// A new console is [`Unguarded`] and answers nothing. After [`auth`](Self::auth) or
/// [`guarded_by_a_layer_of_mine`](Self::guarded_by_a_layer_of_mine) it is [`Guarded`], and can
/// become a router, a scope or a server.
///
/// Clones share their inbox and their record of actions. Each process has a record of its own.
///
/// # Security
///
/// The page shows payloads, and can send each delivery to its handler again. Serve it over TLS, and
/// give the permission to act only to people who may cause the effects of your handlers.
///
/// # Examples
///
/// ```
/// use countersign_console::{Auth, Console, Operator, Request};
/// use countersign_sqlite::SqliteInbox;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let file = directory.path().join("inbox.db");
/// let inbox = SqliteInbox::open(file).await?;
/// let auth = Auth::new().basic(Operator::new("admin"), "correct horse")?;
/// let console = Console::new(inbox)?.auth(auth).redact("/data/email")?;
///
/// let refused = console.handle(Request::get("/")).await;
/// assert_eq!(refused.status, 401);
/// let login = Request::get("/").header("authorization", "Basic YWRtaW46Y29ycmVjdCBob3JzZQ==");
/// assert_eq!(console.handle(login).await.status, 200);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct Console<I, G = Unguarded> {
    pub(crate) shared: Arc<Shared<I>>,
    pub(crate) settings: Arc<Settings>,
    guard: PhantomData<fn() -> G>,
}

/// A console that does not know yet who may use it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Unguarded;

/// A console that knows who may use it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Guarded;

pub(crate) struct Shared<I> {
    pub(crate) inbox: Arc<I>,
    pub(crate) record: Record,
    /// For lists that are updated while they are open. Each one asks the inbox again and again.
    pub(crate) live: Arc<Places>,
    /// For searches in bodies. Each one reads up to 64 MiB from the inbox.
    pub(crate) searches: Arc<Places>,
    /// For lists that look at many rows: a receiver may share its connections with them.
    pub(crate) scans: Semaphore,
    pub(crate) hour: Counted,
    pub(crate) hours: Counted,
}

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// `None` if a layer of the application checks.
    pub(crate) auth: Option<Auth>,
    pub(crate) tokens: Tokens,
    pub(crate) is_read_only: bool,
    pub(crate) bodies_need_permission: bool,
    pub(crate) redaction: Redaction,
    pub(crate) trace_url: Option<String>,
    pub(crate) receiver_url: String,
    #[cfg(feature = "refusals")]
    pub(crate) refusals: Option<countersign::explain::Refusals>,
}

impl Settings {
    pub(crate) fn has_refusals(&self) -> bool {
        #[cfg(feature = "refusals")]
        return self.refusals.is_some();
        #[cfg(not(feature = "refusals"))]
        false
    }
}

impl<I: InboxHistory> Console<I> {
    /// Makes the console of an inbox: a clone of its engine.
    ///
    /// # Errors
    ///
    /// Returns an error if the operating system gives no random bytes for the key of the forms.
    pub fn new(inbox: I) -> Result<Self, SettingError> {
        let key: [u8; 32] = random().ok_or(SettingError::Random)?;
        let shared = Shared {
            inbox: Arc::new(inbox),
            record: Record::default(),
            live: Places::new(32, 8),
            searches: Places::new(2, 1),
            scans: Semaphore::new(2),
            hour: Counted::default(),
            hours: Counted::default(),
        };
        let settings = Settings {
            auth: None,
            tokens: Tokens::new(&key),
            is_read_only: false,
            bodies_need_permission: false,
            redaction: Redaction::default(),
            trace_url: None,
            receiver_url: "http://127.0.0.1:3000".to_owned(),
            #[cfg(feature = "refusals")]
            refusals: None,
        };
        Ok(Self { shared: Arc::new(shared), settings: Arc::new(settings), guard: PhantomData })
    }

    /// Checks who sends a request by passwords, tokens or sessions.
    pub fn auth(self, auth: Auth) -> Console<I, Guarded> {
        let mut settings = Arc::unwrap_or_clone(self.settings);
        settings.auth = Some(auth);
        Console { shared: self.shared, settings: Arc::new(settings), guard: PhantomData }
    }

    /// Leaves the check to a layer of the application around the console. The layer can put an
    /// [`Operator`](crate::Operator) into the extensions of the request, so that actions are
    /// recorded with a name. Otherwise the operator is `unnamed`, who may act, and who may read
    /// bodies unless they need a [permission](Self::bodies_need_permission). All people without a
    /// name then share the places of one operator: 8 live lists, and one search at a time.
    ///
    /// # Security
    ///
    /// Without that layer, everybody can read and replay deliveries.
    pub fn guarded_by_a_layer_of_mine(self) -> Console<I, Guarded> {
        Console { shared: self.shared, settings: self.settings, guard: PhantomData }
    }
}

impl<I, G> Console<I, G> {
    fn set(self, set: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Arc::unwrap_or_clone(self.settings);
        set(&mut settings);
        Self { settings: Arc::new(settings), ..self }
    }

    /// Sets the key of the tokens in forms. Default: random bytes, so a form of one process is not
    /// valid in another one, nor after a restart. Several processes behind one address need the same
    /// key.
    ///
    /// # Errors
    ///
    /// Returns an error if the key has fewer than 16 bytes.
    ///
    /// # Security
    ///
    /// Whoever knows the key can make the token of every operator. A token is only one part of the
    /// protection against forms of other sites, and no login.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_console::{Console, SettingError};
    /// # use countersign_sqlite::SqliteInbox;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = tempfile::tempdir()?;
    /// # let inbox = SqliteInbox::open(directory.path().join("inbox.db")).await?;
    /// let console = Console::new(inbox)?.form_key(b"the same bytes in each process")?;
    /// assert_eq!(console.form_key(b"short").unwrap_err(), SettingError::Key);
    /// # Ok(())
    /// # }
    /// ```
    pub fn form_key(self, key: &[u8]) -> Result<Self, SettingError> {
        if key.len() < SHORTEST_KEY {
            return Err(SettingError::Key);
        }
        let tokens = Tokens::new(key);
        Ok(self.set(|settings| settings.tokens = tokens))
    }

    /// Takes the permission to act from everybody.
    pub fn read_only(self) -> Self {
        self.set(|settings| settings.is_read_only = true)
    }

    /// Shows bodies, and searches in them, only for operators with a second permission:
    /// [`Operator::reads_bodies`](crate::Operator::reads_bodies). Default: all operators may read
    /// them.
    pub fn bodies_need_permission(self) -> Self {
        self.set(|settings| settings.bodies_need_permission = true)
    }

    /// Hides the member at a JSON pointer (RFC 6901) in all bodies. Call it once for each member. A
    /// segment `*` means every member and every element: `/items/*/email`. If the pointer has a name
    /// and the body has an array, the name is looked for in each element. If a name occurs twice,
    /// both values are hidden.
    ///
    /// A body that is not JSON, or is nested deeper than 32 levels on the way to such a member, is
    /// not shown at all. The page of a delivery says how many members of
    /// its body are hidden.
    ///
    /// # Errors
    ///
    /// Returns an error if the pointer does not begin with `/`, or has a `~` that is not `~0` or
    /// `~1`.
    ///
    /// # Security
    ///
    /// A pointer that matches nothing hides nothing, so look at a delivery after you have set it. The
    /// id and the type of the event stay visible, and so do the reasons of failed attempts, which are
    /// texts of your handler.
    pub fn redact(self, pointer: &str) -> Result<Self, SettingError> {
        let mut settings = Arc::unwrap_or_clone(self.settings);
        settings.redaction.add(pointer)?;
        Ok(Self { settings: Arc::new(settings), ..self })
    }

    /// Links deliveries to a page about their trace. `{trace_id}` in the URL is replaced. Default:
    /// only the id is shown.
    pub fn trace_url(self, url: &str) -> Self {
        let url = url.to_owned();
        self.set(|settings| settings.trace_url = Some(url))
    }

    /// Sets the URL of the receiver in the lines for a shell, without a path. Default:
    /// `http://127.0.0.1:3000`.
    pub fn receiver_url(self, url: &str) -> Self {
        let url = url.trim_end_matches('/').to_owned();
        self.set(|settings| settings.receiver_url = url)
    }

    /// Shows the deliveries that were refused. Give the same list to the verifiers, with
    /// [`keep_refusals`](countersign::explain::ExplainRefusals::keep_refusals). Default: off.
    #[cfg(feature = "refusals")]
    pub fn refusals(self, refusals: &countersign::explain::Refusals) -> Self {
        let refusals = refusals.clone();
        self.set(|settings| settings.refusals = Some(refusals))
    }
}

impl<I, G> Clone for Console<I, G> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            settings: Arc::clone(&self.settings),
            guard: PhantomData,
        }
    }
}

impl<I, G> fmt::Debug for Console<I, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// In bytes.
const SHORTEST_KEY: usize = 16;
