//! The ways in which operators prove who they are.

mod digest;

use std::{fmt, pin::Pin, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use form_urlencoded::byte_serialize;

use self::digest::Digest;
use crate::{Operator, Request, SettingError, request::Method};

/// The people and programs that may use the console, and the ways in which they prove it.
///
/// # Security
///
/// Names, passwords and tokens are compared in constant time. Basic and bearer credentials are sent
/// with every request, so serve the console over TLS.
///
/// # Examples
///
/// ```
/// use countersign_console::{Auth, Operator};
///
/// let auth = Auth::new()
///     .basic(Operator::new("admin"), "correct horse battery staple")?
///     .bearer(Operator::new("monitor").only_looks(), "a token of at least 16 bytes")?;
/// # let _ = auth;
/// # Ok::<_, countersign_console::SettingError>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Auth {
    basic: Vec<(Digest, Operator)>,
    bearer: Vec<(Digest, Operator)>,
    session: Option<Arc<Session>>,
    login_url: Option<String>,
}

type Session = dyn Fn(Request) -> Found + Send + Sync;
type Found = Pin<Box<dyn Future<Output = Option<Operator>> + Send>>;

impl Auth {
    /// Makes a check that nobody passes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Accepts a password (Basic authentication). The operator's name is the name of the user.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is empty or has a colon, or if the password has fewer than 8
    /// bytes.
    pub fn basic(mut self, operator: Operator, password: &str) -> Result<Self, SettingError> {
        if operator.name().is_empty() || operator.name().contains(':') {
            return Err(SettingError::Name);
        }
        if password.len() < SHORTEST_PASSWORD {
            return Err(SettingError::Password);
        }
        let pair = format!("{}:{password}", operator.name());
        self.basic.push((Digest::of(pair.as_bytes()), operator));
        Ok(self)
    }

    /// Accepts a bearer token.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is empty, or if the token has fewer than 16 bytes.
    pub fn bearer(mut self, operator: Operator, token: &str) -> Result<Self, SettingError> {
        if operator.name().is_empty() {
            return Err(SettingError::Name);
        }
        if token.len() < SHORTEST_TOKEN {
            return Err(SettingError::Token);
        }
        self.bearer.push((Digest::of(token.as_bytes()), operator));
        Ok(self)
    }

    /// Asks a function of the application, for example about its session cookie. It is asked only
    /// if no password and no token matched. The request has no body yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_console::{Auth, Operator};
    ///
    /// # async fn name_of(session: &str) -> Option<String> {
    /// #     (session == "session=0123456789abcdef").then(|| "zoe".to_owned())
    /// # }
    /// let auth = Auth::new()
    ///     .session(|request| async move {
    ///         // Look the session up in the store of the application.
    ///         let name = name_of(request.value("cookie")?).await?;
    ///         Some(Operator::new(&name))
    ///     })
    ///     .login_url("/login?next={path}");
    /// # let _ = auth;
    /// ```
    pub fn session<F, Fut>(self, session: F) -> Self
    where
        F: Fn(Request) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Option<Operator>> + Send + 'static,
    {
        Self { session: Some(Arc::new(move |request| Box::pin(session(request)))), ..self }
    }

    /// Sends browsers without a login to this page of the application (status 303). `{path}` in the
    /// URL is replaced by the path and the query that the browser asked for, encoded for a query.
    /// Other programs, and forms, get 401. Default: everybody gets 401.
    ///
    /// # Security
    ///
    /// After the login, send browsers only to paths of your own application.
    pub fn login_url(self, url: &str) -> Self {
        Self { login_url: Some(url.to_owned()), ..self }
    }

    /// Returns the page of the login, if the request is one of a browser for a page.
    pub(crate) fn login(&self, request: &Request) -> Option<String> {
        let url = self.login_url.as_ref()?;
        let wants_page = request.value("accept").is_some_and(|accept| accept.contains("text/html"));
        if !wants_page || request.method != Method::Get {
            return None;
        }
        let query = if request.query.is_empty() { "" } else { "?" };
        let path = format!("{}{}", request.base, request.path);
        // To a browser, a path with two slashes at its beginning is the name of a server.
        let path = format!("/{}{query}{}", path.trim_start_matches('/'), request.query);
        Some(url.replace("{path}", &byte_serialize(path.as_bytes()).collect::<String>()))
    }

    /// Returns the operator who sends a request.
    pub(crate) async fn operator(&self, request: &Request) -> Option<Operator> {
        let credentials = request.value("authorization").and_then(|value| value.split_once(' '));
        let found = match credentials {
            Some((scheme, pair)) if scheme.eq_ignore_ascii_case("basic") => {
                let pair = STANDARD.decode(pair.trim()).unwrap_or_default();
                find(&self.basic, &pair)
            }
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                find(&self.bearer, token.trim().as_bytes())
            }
            _ => None,
        };
        match (found, &self.session) {
            (None, Some(session)) => session(request.clone()).await,
            (found, _) => found,
        }
    }

    /// Returns the value of `WWW-Authenticate`.
    pub(crate) fn challenge(&self) -> &'static str {
        match (self.basic.is_empty(), self.session.is_some()) {
            (false, _) => r#"Basic realm="webhooks", charset="UTF-8""#,
            (true, false) => r#"Bearer realm="webhooks""#,
            // A browser would ask for a password that does not exist.
            (true, true) => r#"Session realm="webhooks""#,
        }
    }
}

/// Compares with all of them, so that the time shows nothing.
fn find(known: &[(Digest, Operator)], given: &[u8]) -> Option<Operator> {
    let given = Digest::of(given);
    known.iter().fold(
        None,
        |found, (digest, operator)| {
            if digest.matches(&given) { Some(operator.clone()) } else { found }
        },
    )
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth")
            .field("basic", &self.basic.len())
            .field("bearer", &self.bearer.len())
            .field("session", &self.session.is_some())
            .finish()
    }
}

const SHORTEST_PASSWORD: usize = 8;
const SHORTEST_TOKEN: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(pair: &str) -> Request {
        Request::get("/").header("Authorization", format!("Basic {}", STANDARD.encode(pair)))
    }

    async fn name(auth: &Auth, request: &Request) -> Option<String> {
        auth.operator(request).await.map(|one| one.name().to_owned())
    }

    #[tokio::test]
    async fn finds_who_has_the_password_or_the_token() {
        let auth = Auth::new()
            .basic(Operator::new("a"), "password-a")
            .and_then(|auth| auth.basic(Operator::new("b"), "pass:word-b"))
            .and_then(|auth| auth.bearer(Operator::new("c"), "0123456789abcdef"))
            .unwrap();
        assert_eq!(name(&auth, &basic("a:password-a")).await.as_deref(), Some("a"));
        assert_eq!(name(&auth, &basic("b:pass:word-b")).await.as_deref(), Some("b"));
        for wrong in ["a:password-b", "b:password-a", "a:", "", ":password-a", "a:password-a\0"] {
            assert_eq!(name(&auth, &basic(wrong)).await, None, "{wrong}");
        }
        let bearer = |token| Request::get("/").header("authorization", format!("bearer {token}"));
        assert_eq!(name(&auth, &bearer("0123456789abcdef")).await.as_deref(), Some("c"));
        assert_eq!(name(&auth, &bearer("0123456789abcdeF")).await, None);
        let twice = basic("a:password-a").header("Authorization", "Basic x");
        assert_eq!(name(&auth, &twice).await, None);
        assert_eq!(name(&auth, &Request::get("/")).await, None);
    }

    #[tokio::test]
    async fn a_session_is_looked_up_and_browsers_are_sent_to_the_login() {
        let auth = Auth::new()
            .session(|request| async move {
                tokio::task::yield_now().await;
                (request.value("cookie")? == "session=1").then(|| Operator::new("zoe"))
            })
            .login_url("/login?next={path}");
        let page = || Request::get("/deliveries/7?acted=a&b=c").at("/ops");
        let known = page().header("Cookie", "session=1");
        assert_eq!(name(&auth, &known).await.as_deref(), Some("zoe"));
        let stranger = page().header("Cookie", "session=2").header("Accept", "text/html,*/*");
        assert_eq!(name(&auth, &stranger).await, None);
        let expected = "/login?next=%2Fops%2Fdeliveries%2F7%3Facted%3Da%26b%3Dc";
        assert_eq!(auth.login(&stranger).as_deref(), Some(expected));
        let doubled = Request::get("//evil.example/a").header("Accept", "text/html");
        let expected = "/login?next=%2Fevil.example%2Fa";
        assert_eq!(auth.login(&doubled).as_deref(), Some(expected));
        assert_eq!(auth.login(&page()), None);
        let form = Request::post("/deliveries/7/replay", "").header("Accept", "text/html");
        assert_eq!(auth.login(&form), None);
        assert_eq!(Auth::new().login(&stranger), None);
    }

    #[test]
    fn refuses_what_is_easy_to_guess() {
        let new = Auth::new;
        assert_eq!(new().basic(Operator::new("a"), "short").unwrap_err(), SettingError::Password);
        assert_eq!(new().basic(Operator::new("a:b"), "password").unwrap_err(), SettingError::Name);
        assert_eq!(new().bearer(Operator::new("a"), "short").unwrap_err(), SettingError::Token);
    }
}
