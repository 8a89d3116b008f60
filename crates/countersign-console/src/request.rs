//! The request that a page answers.

use bytes::Bytes;

use crate::Operator;

/// A request to the console, without types of a framework. The adapters make it; make one yourself
/// to serve the console from another framework, or in a test.
///
/// # Examples
///
/// ```
/// use countersign_console::Request;
///
/// let request = Request::get("/overview?span=day").at("/webhooks-admin");
/// # let _ = request;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) base: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: Bytes,
    pub(crate) operator: Option<Operator>,
    headers: Vec<(String, Vec<u8>)>,
}

/// The methods that the console answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Head,
    Post,
    Other,
}

impl Request {
    /// Makes a request with this method. The target is the path below the place where the console
    /// is mounted, with its query.
    pub fn new(method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let method = match method {
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            "POST" => Method::Post,
            _ => Method::Other,
        };
        let path = if path.is_empty() { "/" } else { path };
        Self {
            method,
            base: String::new(),
            path: path.to_owned(),
            query: query.to_owned(),
            body: Bytes::new(),
            operator: None,
            headers: Vec::new(),
        }
    }

    /// Makes a request that reads a page.
    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// Makes a request that sends the fields of a form.
    pub fn post(target: &str, form: impl Into<Bytes>) -> Self {
        Self { body: form.into(), ..Self::new("POST", target) }
    }

    /// Sets the path where the console is mounted, such as `/webhooks-admin`. The links on its
    /// pages begin with it.
    pub fn at(self, base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), ..self }
    }

    /// Adds a header field. Fields with cookies are joined, because clients split them in HTTP/2
    /// (RFC 9113, 8.2.3).
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let value = value.as_ref();
        let is_cookie = name.eq_ignore_ascii_case("cookie");
        let mut known = self.headers.iter_mut();
        match known.find(|(other, _)| is_cookie && other.eq_ignore_ascii_case(name)) {
            Some((_, cookies)) => {
                cookies.extend_from_slice(b"; ");
                cookies.extend_from_slice(value);
            }
            None => self.headers.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// Sets the person who was authenticated outside of the console.
    ///
    /// # Security
    ///
    /// Only a console with `guarded_by_a_layer_of_mine()` looks at it.
    pub fn operator(self, operator: Operator) -> Self {
        Self { operator: Some(operator), ..self }
    }

    /// Returns the value of a header field. Returns `None` if it is absent, if it occurs twice, or
    /// if it is not text.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        let (_, value) = values.next()?;
        if values.next().is_some() {
            return None;
        }
        str::from_utf8(value).ok()
    }

    /// Returns whether a header field is present.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_cookies_are_joined() {
        let request = Request::get("/").header("Cookie", "a=1").header("cookie", "b=2");
        assert_eq!(request.value("cookie"), Some("a=1; b=2"));
        let request = Request::get("/").header("Origin", "a").header("origin", "b");
        assert_eq!(request.value("origin"), None);
    }
}
