//! The check who sends a request.

mod digest;

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use self::digest::Digest;
use crate::{Operator, Request, SettingError};

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
}

type Session = dyn Fn(&Request) -> Option<Operator> + Send + Sync;

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
    /// if no password and no token matched.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_console::{Auth, Operator};
    ///
    /// let auth = Auth::new().session(|request| {
    ///     let cookie = request.value("cookie")?;
    ///     // Look the session up.
    ///     (cookie == "session=0123456789abcdef").then(|| Operator::new("zoe"))
    /// });
    /// # let _ = auth;
    /// ```
    pub fn session(
        self,
        session: impl Fn(&Request) -> Option<Operator> + Send + Sync + 'static,
    ) -> Self {
        Self { session: Some(Arc::new(session)), ..self }
    }

    /// Returns the operator who sends a request.
    pub(crate) fn operator(&self, request: &Request) -> Option<Operator> {
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
        found.or_else(|| self.session.as_ref().and_then(|session| session(request)))
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

    #[test]
    fn finds_who_has_the_password_or_the_token() {
        let auth = Auth::new()
            .basic(Operator::new("a"), "password-a")
            .and_then(|auth| auth.basic(Operator::new("b"), "pass:word-b"))
            .and_then(|auth| auth.bearer(Operator::new("c"), "0123456789abcdef"))
            .unwrap();
        let name = |request: &Request| auth.operator(request).map(|one| one.name().to_owned());
        assert_eq!(name(&basic("a:password-a")).as_deref(), Some("a"));
        assert_eq!(name(&basic("b:pass:word-b")).as_deref(), Some("b"));
        for wrong in ["a:password-b", "b:password-a", "a:", "", ":password-a", "a:password-a\0"] {
            assert_eq!(name(&basic(wrong)), None, "{wrong}");
        }
        let bearer = |token| Request::get("/").header("authorization", format!("bearer {token}"));
        assert_eq!(name(&bearer("0123456789abcdef")).as_deref(), Some("c"));
        assert_eq!(name(&bearer("0123456789abcdeF")), None);
        let twice = basic("a:password-a").header("Authorization", "Basic x");
        assert_eq!(name(&twice), None);
        assert_eq!(name(&Request::get("/")), None);
    }

    #[test]
    fn refuses_what_is_easy_to_guess() {
        let new = Auth::new;
        assert_eq!(new().basic(Operator::new("a"), "short").unwrap_err(), SettingError::Password);
        assert_eq!(new().basic(Operator::new("a:b"), "password").unwrap_err(), SettingError::Name);
        assert_eq!(new().bearer(Operator::new("a"), "short").unwrap_err(), SettingError::Token);
    }
}
