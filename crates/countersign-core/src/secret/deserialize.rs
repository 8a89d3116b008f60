//! Reads secrets from a configuration, with errors that do not quote them.

use std::fmt;

use serde::de::{Error, SeqAccess, Unexpected, Visitor};

use crate::{Secret, Secrets};

/// Rejects values that are not text, with errors that do not contain the value. A secret that was
/// written without quotes can be a number, and serde's own messages contain the number.
macro_rules! quotes_no_value {
    () => {
        fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
            Err(E::invalid_type(Unexpected::Other("a boolean"), &self))
        }

        fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
            Err(E::invalid_type(Unexpected::Other("a number"), &self))
        }

        fn visit_i128<E: Error>(self, _: i128) -> Result<Self::Value, E> {
            Err(E::invalid_type(Unexpected::Other("a number"), &self))
        }

        fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
            Err(E::invalid_type(Unexpected::Other("a number"), &self))
        }

        fn visit_u128<E: Error>(self, _: u128) -> Result<Self::Value, E> {
            Err(E::invalid_type(Unexpected::Other("a number"), &self))
        }

        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
            Err(E::invalid_type(Unexpected::Other("a number"), &self))
        }
    };
}

/// Reads one secret.
pub(super) struct One;

impl Visitor<'_> for One {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret as text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        Secret::new(text).map_err(E::custom)
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Secret, E> {
        Secret::new(text).map_err(E::custom)
    }

    quotes_no_value!();
}

/// Reads one secret, or a list of them.
pub(super) struct OneOrList;

impl<'de> Visitor<'de> for OneOrList {
    type Value = Secrets;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret as text, or a list of one to four with the current one first")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secrets, E> {
        One.visit_str(text).map(Secrets::new)
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Secrets, E> {
        One.visit_string(text).map(Secrets::new)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Secrets, A::Error> {
        let current = list.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let mut secrets = Secrets::new(current);
        while let Some(retired) = list.next_element()? {
            secrets = secrets.with_retired(retired).map_err(A::Error::custom)?;
        }
        Ok(secrets)
    }

    quotes_no_value!();
}
