//! The two streams of an inbox.

use std::{fmt::Debug, time::Duration};

use async_nats::jetstream::{
    Context, ErrorCode,
    context::GetStreamErrorKind,
    stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream},
};

use super::SetupError;

/// The names of the streams and subjects of an inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Names(String);

impl Names {
    pub(super) fn of(inbox: &str) -> Result<Self, SetupError> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if inbox.is_empty() || inbox.len() > 64 || !inbox.bytes().all(is_name) {
            return Err(SetupError::Name(inbox.to_owned()));
        }
        Ok(Self(inbox.to_owned()))
    }

    /// Returns the name of the inbox.
    pub(crate) fn inbox(&self) -> &str {
        &self.0
    }

    /// Returns the stream that keeps the deliveries.
    pub(crate) fn deliveries(&self) -> &str {
        &self.0
    }

    /// Returns the stream that keeps the state of each delivery that was taken.
    pub(crate) fn states(&self) -> String {
        format!("{}-states", self.0)
    }

    /// Returns the subject of the deliveries of an endpoint.
    pub(crate) fn subject_of(&self, endpoint: &str) -> String {
        format!("{}.deliveries.{}", self.0, token_of(endpoint))
    }

    /// Returns the subject of the state of one delivery.
    pub(crate) fn state_of(&self, endpoint: &str, sequence: u64) -> String {
        format!("{}.states.{}.{sequence}", self.0, token_of(endpoint))
    }

    /// Returns the subject that wakes workers. No stream keeps it.
    pub(crate) fn bell(&self) -> String {
        format!("{}.bell", self.0)
    }

    /// Returns the endpoint of a subject of deliveries or states.
    pub(crate) fn endpoint_of(subject: &str) -> Option<String> {
        endpoint_of_token(subject.split('.').nth(2)?)
    }
}

/// Writes an endpoint as one token of a subject, which is also a name of a consumer: `=` and two
/// digits stand for each byte that is no ASCII letter or digit, `-` or `_`. The leading `e` makes
/// an empty name a token.
pub(crate) fn token_of(endpoint: &str) -> String {
    let mut token = String::from("e");
    for byte in endpoint.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            token.push(char::from(byte));
        } else {
            token.push_str(&format!("={byte:02x}"));
        }
    }
    token
}

fn endpoint_of_token(token: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = token.strip_prefix('e')?.as_bytes();
    while let [byte, others @ ..] = rest {
        (bytes, rest) = match (byte, others) {
            (b'=', [high, low, others @ ..]) => {
                let digits = [*high, *low];
                let byte = u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?;
                (with(bytes, byte), others)
            }
            (byte, others) => (with(bytes, *byte), others),
        };
    }
    String::from_utf8(bytes).ok()
}

fn with(mut bytes: Vec<u8>, byte: u8) -> Vec<u8> {
    bytes.push(byte);
    bytes
}

/// The settings of the streams that users choose.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) replicas: usize,
    pub(super) keep_for: Duration,
    pub(super) max_bytes: Option<u64>,
}

/// Returns the settings of the stream of deliveries. It keeps them after they are done, because the
/// server rebuilds its memory of ids from the messages that are stored.
pub(super) fn deliveries(names: &Names, settings: &Settings) -> Config {
    Config {
        name: names.deliveries().to_owned(),
        description: Some("Deliveries of countersign's inbox".to_owned()),
        subjects: vec![format!("{}.deliveries.*", names.inbox())],
        max_age: settings.keep_for,
        duplicate_window: settings.keep_for,
        max_bytes: limit(settings.max_bytes),
        ..common(settings)
    }
}

/// Returns the settings of the stream of states: the last state of each delivery, for as long as
/// the state says.
pub(super) fn states(names: &Names, settings: &Settings) -> Config {
    Config {
        name: names.states(),
        description: Some("States of the deliveries of countersign's inbox".to_owned()),
        subjects: vec![format!("{}.states.*.*", names.inbox())],
        max_messages_per_subject: 1,
        allow_message_ttl: true,
        // No limit: a delivery that is accepted must be able to end.
        max_bytes: -1,
        ..common(settings)
    }
}

fn common(settings: &Settings) -> Config {
    Config {
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        num_replicas: settings.replicas,
        // A full store refuses new deliveries, and their providers send them again. It must not
        // remove those that wait.
        discard: DiscardPolicy::New,
        max_messages: -1,
        ..Config::default()
    }
}

fn limit(bytes: Option<u64>) -> i64 {
    bytes.map_or(-1, |bytes| i64::try_from(bytes).unwrap_or(i64::MAX))
}

/// Makes a stream, or compares it with what the inbox needs.
pub(super) async fn ensure(context: &Context, wanted: Config) -> Result<Stream, SetupError> {
    match context.get_stream(&wanted.name).await {
        Ok(mut stream) => {
            let found = stream.cached_info().config.clone();
            compare(&found, &wanted)?;
            if differs(&found, &wanted) {
                let changed = Config {
                    max_age: wanted.max_age,
                    duplicate_window: match wanted.duplicate_window {
                        Duration::ZERO => found.duplicate_window,
                        window => window,
                    },
                    max_bytes: limit_of(&found, &wanted),
                    num_replicas: wanted.num_replicas,
                    ..found
                };
                context.update_stream(changed).await.map_err(SetupError::unavailable)?;
                stream.info().await.map_err(SetupError::unavailable)?;
            }
            Ok(stream)
        }
        Err(error) => match error.kind() {
            GetStreamErrorKind::JetStream(error)
                if error.error_code() == ErrorCode::STREAM_NOT_FOUND =>
            {
                context.create_stream(wanted).await.map_err(SetupError::unavailable)
            }
            _ => Err(SetupError::unavailable(error)),
        },
    }
}

/// Compares the settings that cannot be changed, or that an operator must decide about.
fn compare(found: &Config, wanted: &Config) -> Result<(), SetupError> {
    fn same<T: PartialEq + Debug>(
        stream: &str,
        setting: &'static str,
        found: &T,
        expected: &T,
    ) -> Result<(), SetupError> {
        if found == expected {
            return Ok(());
        }
        Err(SetupError::Stream {
            stream: stream.to_owned(),
            setting,
            found: format!("{found:?}"),
            expected: format!("{expected:?}"),
        })
    }
    let name = &*wanted.name;
    same(name, "subjects", &found.subjects, &wanted.subjects)?;
    same(name, "retention", &found.retention, &wanted.retention)?;
    same(name, "storage", &found.storage, &wanted.storage)?;
    same(name, "discard policy", &found.discard, &wanted.discard)?;
    same(name, "max_msgs", &found.max_messages, &wanted.max_messages)?;
    same(name, "no_ack", &found.no_ack, &wanted.no_ack)?;
    let per_subject = |config: &Config| config.max_messages_per_subject.max(0);
    same(name, "max_msgs_per_subject", &per_subject(found), &per_subject(wanted))?;
    same(name, "allow_msg_ttl", &found.allow_message_ttl, &wanted.allow_message_ttl)
}

/// Returns the limit that the user has set, or the one of the stream.
fn limit_of(found: &Config, wanted: &Config) -> i64 {
    if wanted.max_bytes < 0 { found.max_bytes } else { wanted.max_bytes }
}

/// Returns whether a setting of the user has changed.
fn differs(found: &Config, wanted: &Config) -> bool {
    let window = wanted.duplicate_window;
    found.max_age != wanted.max_age
        || (!window.is_zero() && found.duplicate_window != window)
        || found.max_bytes != limit_of(found, wanted)
        || found.num_replicas != wanted.num_replicas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_any_endpoint_as_one_token() {
        let endpoints = ["", "github", "e", "a.b", "=2e", "*", ">", "caf\u{e9} / 1", "A-b_9"];
        for endpoint in endpoints {
            let token = token_of(endpoint);
            let is_token = |c: char| c.is_ascii_alphanumeric() || "-_=".contains(c);
            assert!(!token.is_empty() && token.chars().all(is_token), "{token}");
            assert_eq!(endpoint_of_token(&token).as_deref(), Some(endpoint));
        }
        assert_eq!(endpoint_of_token("=2e"), None);
        assert_eq!(endpoint_of_token("e=f"), Some("=f".to_owned()));
    }

    #[test]
    fn refuses_names_that_are_no_names_of_streams() {
        for name in ["", "a.b", "a b", "*", "caf\u{e9}", &"a".repeat(65)] {
            assert!(matches!(Names::of(name), Err(SetupError::Name(_))), "{name}");
        }
        assert_eq!(
            Names::of("web_hooks-1").unwrap().subject_of("x.y"),
            "web_hooks-1.deliveries.ex=2ey"
        );
    }
}
