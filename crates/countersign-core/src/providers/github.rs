// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("github.md"))]

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    PayloadError, Provider, Scheme,
    error::PayloadErrorKind,
    event::{Delivery, EventAt, Location, RawJson, json},
};

/// GitHub as a provider.
#[derive(Clone, Copy, Debug)]
pub struct GitHub;

impl Provider for GitHub {
    const NAME: &'static str = "github";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Hub-Signature-256"]).prefix("sha256=");
    const EVENT: EventAt = EventAt::OPEN
        .id(Location::UnsignedHeader("X-GitHub-Delivery"))
        .event_type(Location::UnsignedHeader("X-GitHub-Event"))
        .action(Location::Body(&["action"]))
        .url_encoded("payload");
}

/// An event of GitHub: the members that payloads of all types can have, and the whole payload as
/// text.
///
/// A member that is absent, or that has another shape than GitHub documents, is `None`.
///
/// `Debug` shows nothing of the payload.
///
/// # Security
///
/// `id` and `event_type` are from headers that are not signed. Before you act on a type, check that
/// the payload has the members of that type. Do not detect replays by the id alone.
#[derive(Clone)]
#[non_exhaustive]
pub struct Event {
    /// `X-GitHub-Delivery`: unsigned.
    pub id: Option<String>,
    /// `X-GitHub-Event`, such as `push`: unsigned.
    pub event_type: String,
    /// The action, such as `opened`. Some types have none.
    pub action: Option<String>,
    /// The repository in which the event happened, if any.
    pub repository: Option<Repository>,
    /// The organization in which the event happened, if any.
    pub organization: Option<Account>,
    /// The account that caused the event.
    pub sender: Option<Account>,
    /// The installation of the GitHub App that receives the event.
    pub installation: Option<Installation>,
    /// The whole payload, an object.
    pub json: RawJson,
}

/// A repository: the members that identify it. The others are in the event's `json`.
///
/// `Debug` shows none of the members.
#[derive(Clone, Deserialize)]
#[non_exhaustive]
pub struct Repository {
    /// The id, which does not change when the repository is renamed.
    pub id: u64,
    /// The owner and the name, such as `octocat/Hello-World`.
    pub full_name: String,
    /// Is `true` for a private repository.
    pub private: bool,
}

/// A user, a bot or an organization.
///
/// `Debug` shows none of the members.
#[derive(Clone, Deserialize)]
#[non_exhaustive]
pub struct Account {
    /// The id, which does not change when the account is renamed.
    pub id: u64,
    /// The name in URLs.
    pub login: String,
}

/// The installation of a GitHub App in an account.
///
/// `Debug` shows none of the members.
#[derive(Clone, Deserialize)]
#[non_exhaustive]
pub struct Installation {
    /// The id, with which the app requests access tokens.
    pub id: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Members<'a> {
    #[serde(borrow)]
    action: Option<&'a RawValue>,
    #[serde(borrow)]
    repository: Option<&'a RawValue>,
    #[serde(borrow)]
    organization: Option<&'a RawValue>,
    #[serde(borrow)]
    sender: Option<&'a RawValue>,
    #[serde(borrow)]
    installation: Option<&'a RawValue>,
}

impl crate::Event for Event {
    type Provider = GitHub;

    fn parse(delivery: &Delivery<'_>) -> Result<Self, PayloadError> {
        let json = json::object(delivery.text()?)?;
        let event_type = delivery.header_type().ok_or(PayloadErrorKind::MissingType)?.to_owned();
        let members: Members<'_> = json::members(json.as_str());
        Ok(Self {
            id: delivery.header_id().map(str::to_owned),
            event_type,
            action: json::fitting(members.action),
            repository: json::fitting(members.repository),
            organization: json::fitting(members.organization),
            sender: json::fitting(members.sender),
            installation: json::fitting(members.installation),
            json,
        })
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").field("json", &self.json).finish_non_exhaustive()
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository").finish_non_exhaustive()
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").finish_non_exhaustive()
    }
}

impl fmt::Debug for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Installation").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, GitHub};
    use crate::{Event as _, Secret, Signer, Verifier, error::PayloadErrorKind};

    fn parse(body: &str) -> Result<Event, PayloadErrorKind> {
        let secret = Secret::new("secret").unwrap();
        let signed = Signer::<GitHub>::new(secret.clone()).unwrap().sign(body.as_bytes()).unwrap();
        let mut headers: Vec<_> = signed.into_iter().collect();
        headers.push(("X-GitHub-Event".to_owned(), "issues".to_owned()));
        let verified = Verifier::<GitHub>::new(secret).unwrap().verify(&headers, body).unwrap();
        Event::parse(&verified.delivery(&headers)).map_err(|error| error.kind())
    }

    /// The example in GitHub's manual.
    #[test]
    fn accepts_the_delivery_that_github_documents() {
        let secret = Secret::new("It's a Secret to Everybody").unwrap();
        let headers = [(
            "X-Hub-Signature-256",
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        )];
        assert!(Verifier::<GitHub>::new(secret).unwrap().verify(&headers, "Hello, World!").is_ok());
    }

    #[test]
    fn reads_the_common_members() {
        let event = parse(
            r#"{"action":"opened","issue":{"number":1},"installation":{"id":5,"node_id":"x"},
                "repository":{"id":2,"name":"b","full_name":"a/b","private":false},
                "organization":{"login":"a","id":3},"sender":{"login":"c","id":4,"type":"User"}}"#,
        )
        .unwrap();
        assert_eq!(event.action.as_deref(), Some("opened"));
        let repository = event.repository.unwrap();
        assert_eq!((repository.id, &*repository.full_name, repository.private), (2, "a/b", false));
        let organization = event.organization.unwrap();
        assert_eq!((organization.id, &*organization.login), (3, "a"));
        assert_eq!(event.sender.unwrap().login, "c");
        assert_eq!(event.installation.unwrap().id, 5);
    }

    #[test]
    fn reads_the_payload_of_a_form() {
        let event = parse("payload=%7B%22action%22%3A%22a+b%26c%22%7D").unwrap();
        assert_eq!(event.action.as_deref(), Some("a b&c"));
        assert_eq!(event.json.as_str(), r#"{"action":"a b&c"}"#);
        for body in ["payload=", "payload=%7B", "payload=%7B%7D%FF", "a=1&payload=%7B%7D"] {
            assert!(parse(body).is_err(), "{body}");
        }
        assert_eq!(parse("payload=%5B%5D").unwrap_err(), PayloadErrorKind::NotAnObject);
    }

    /// An attacker can change the content type, which is not signed. Even then, signed JSON that
    /// has `&payload=` in a text is never read as a form.
    #[test]
    fn never_reads_json_as_a_form() {
        let title = r#"{"action":"x&payload=%7B%22action%22%3A%22deleted%22%7D&y"}"#;
        assert_eq!(parse(title).unwrap().json.as_str(), title);
    }

    #[test]
    fn reads_events_of_your_own_from_a_form() {
        #[derive(serde::Deserialize)]
        struct Push {
            r#ref: String,
        }
        crate::events! {
            enum Pushed for GitHub { "push" => Push(Push) }
        }
        let body = "payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D";
        let secret = Secret::new("secret").unwrap();
        let signed = Signer::<GitHub>::new(secret.clone()).unwrap().sign(body.as_bytes()).unwrap();
        let mut headers: Vec<_> = signed.into_iter().collect();
        headers.push(("X-GitHub-Event".to_owned(), "push".to_owned()));
        let verified = Verifier::<GitHub>::new(secret).unwrap().verify(&headers, body).unwrap();
        let event = Pushed::parse(&verified.delivery(&headers)).unwrap();
        assert!(matches!(event, Pushed::Push(Push { r#ref }) if r#ref == "refs/heads/main"));
    }

    #[test]
    fn treats_members_of_other_shapes_as_absent() {
        let event = parse(r#"{"action":1,"repository":null,"sender":{"id":"4"},"a":{}}"#).unwrap();
        assert!(event.action.is_none() && event.repository.is_none() && event.sender.is_none());
        assert!(parse(r#"{"action":"a","action":"b"}"#).unwrap().action.is_none());
        assert!(parse("{}").is_ok());
        assert_eq!(parse("[]").unwrap_err(), PayloadErrorKind::NotAnObject);
    }
}
