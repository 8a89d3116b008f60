//! Body forms: the forms in which providers sign a body.

use crate::{
    coding::Coding,
    reserialize,
    scheme::{JsonDumps, JsonEncode},
    url_encoded,
    verifier::DEFAULT_BODY_LIMIT,
};

/// A body form: the form in which a provider signs the body.
///
/// Most providers sign the bytes that they send. Some re-serialise the data: they sign the text
/// that their language's JSON library writes, and send other bytes. Then only that text verifies.
/// The handler gets that text, because it was signed.
///
/// # Security
///
/// A verifier that accepts a re-serialised body form accepts *the same data written in another
/// way*: with other white space, other escapes, `1.0` for `1.00`. An attacker who has a genuine
/// delivery can change the text in this way, but not the data. The handler always gets the signed
/// text. Re-serialising hides these differences:
///
/// - **Repeated keys.** Python, JavaScript and PHP keep the last value of `{"a":1,"a":2}`. The
///   handler gets `{"a":2}`.
/// - **Precision.** JavaScript reads numbers as doubles: `9007199254740993` and `9007199254740992`
///   are the same number for it, and have the same signature. Do not accept this form if long
///   integers are important, such as ids that are numbers. PHP reads only integers of more than 64
///   bits as doubles.
/// - **Order.** With [`JsonDumps::sort_keys`], and for JavaScript's integer-like keys, the order of
///   the received members makes no difference.
/// - **Kind.** With [`JsonEncode::associative`], `{}` and `[]` have the same text, and so have
///   `{"0":1}` and `[1]`. JavaScript writes `1` for both `1` and `1.0`, and so does PHP without
///   [`JsonEncode::preserve_zero_fraction`].
///
/// A [member of a URL-encoded form](Self::UrlEncodedMember) hides the other members of that form.
/// They are not signed, and the handler does not get them.
///
/// For a forged delivery, the verifier makes the text of each form, and computes one MAC over each
/// text for each secret. The re-serialised forms parse the body. The parser runs before the
/// signature is checked. It is iterative, and its depth (512 levels), time and output are bounded.
/// CPU time of one forged delivery of 1 MiB with one secret, on an AMD EPYC:
///
/// | form | usual JSON | costliest body that we know |
/// |---|---|---|
/// | `Wire` | 0.5 ms | 0.5 ms |
/// | `Python` | 2.5 ms, with sorted keys 3.5 ms | 13 ms |
/// | `JavaScript` | 2.3 ms | 16 ms |
/// | `Php` | 2.5 ms, pretty 4 ms | 16 ms, pretty 20 ms |
/// | `UrlEncodedMember` | 2 ms | 2 ms |
#[cfg_attr(
    feature = "inflate",
    doc = "| `Inflated` from 66 KB to 1 MiB | 1.0 ms | 1.0 ms |",
    doc = "",
    doc = "[`Inflated`](Self::Inflated) costs a forger little and the verifier more: a body of 1 KiB \
           can inflate to 1 MiB. The text is never longer than the verifier's body limit."
)]
///
/// The time grows with the body: [`Verifier::body_limit`](crate::Verifier::body_limit) bounds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyForm {
    /// The bytes as they arrived on the wire.
    Wire,
    /// The text that CPython 3.11 and later write for `json.dumps(json.loads(body))`.
    Python(JsonDumps),
    /// The text that Node.js 20 and later write for `JSON.stringify(JSON.parse(body))`.
    JavaScript,
    /// The text that 64-bit PHP 8 writes for `json_encode(json_decode($body))`.
    Php(JsonEncode),
    /// The JSON in this member of a URL-encoded form (`application/x-www-form-urlencoded`). The
    /// member must be the first one of the form, and occur once.
    ///
    /// Use it for providers that sign the JSON and send it within a form, as
    /// [`Gitea`](crate::providers::gitea) can. If the form itself was signed, see
    /// [`EventAt::url_encoded`](crate::event::EventAt::url_encoded).
    UrlEncodedMember(&'static str),
    /// The text that the body inflates to, if the request has one field `Content-Encoding`, with
    /// one coding, `gzip` or `deflate` (in the format of zlib, RFC 1950).
    ///
    /// Use it for providers that sign the text, and compress it afterwards. The body must be
    /// exactly one complete stream: several members of gzip, or bytes after the end, are rejected.
    ///
    /// A text that is longer than the verifier's body limit is rejected as a body that is too large
    /// (413). The handler gets the text. [`VerifyLayer`] removes the field `Content-Encoding`. On
    /// actix-web the field stays, and the payload is the text in a stream of that coding, so that
    /// actix's own extractors inflate it.
    ///
    /// [`VerifyLayer`]: https://docs.rs/countersign/latest/countersign/tower/struct.VerifyLayer.html
    ///
    /// # Security
    ///
    /// The field is not signed. It only decides how the body is inflated: the signature is over the
    /// text. Only the text is passed on. The received stream is dropped, because its header can
    /// hold anything.
    #[cfg(feature = "inflate")]
    Inflated,
}

/// The error for a text that is longer than the body limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

impl BodyForm {
    /// Returns the name of the form for labels of metrics, such as `javascript`. The options of a
    /// form are not part of its name.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::scheme::BodyForm;
    ///
    /// assert_eq!(BodyForm::JavaScript.name(), "javascript");
    /// ```
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Wire => "wire",
            Self::Python(_) => "python",
            Self::JavaScript => "javascript",
            Self::Php(_) => "php",
            Self::UrlEncodedMember(_) => "url_encoded_member",
            #[cfg(feature = "inflate")]
            Self::Inflated => "inflated",
        }
    }

    /// Returns the greatest length of a text, as a multiple of the body's length. A test of
    /// `reserialize` checks this bound. The length of an inflated text is bounded by the body limit
    /// instead.
    pub(crate) fn growth(&self) -> usize {
        match self {
            Self::Wire | Self::UrlEncodedMember(_) => 1,
            #[cfg(feature = "inflate")]
            Self::Inflated => 1,
            Self::Php(encode) if encode.is_pretty() => reserialize::PRETTY_GROWTH,
            Self::Python(_) | Self::JavaScript | Self::Php(_) => reserialize::GROWTH,
        }
    }

    /// Returns the text of a body in this form: the bytes that the provider signed.
    ///
    /// Returns `None` in these cases:
    /// - `Python`, `JavaScript` and `Php`: the language rejects the body, or cannot write its data;
    ///   or the body begins with a byte order mark, is not UTF-8 (some languages guess other
    ///   encodings, but this function does not), or is nested more than 512 levels deep. PHP's own
    ///   limit is 511 levels.
    /// - `Php` with [`JsonEncode::pretty`]: the text is more than twelve times as long as the body.
    /// - `UrlEncodedMember`: the body does not begin with the member, or repeats it.
    ///
    /// `Wire` always returns the body. The text is at most six times as long as the body, or twelve
    /// times with [`JsonEncode::pretty`]. At most 32 times the body's length is allocated during
    /// the call.
    #[cfg_attr(
        feature = "inflate",
        doc = "These bounds do not apply to `Inflated`. This method inflates up to 1 MiB, and a \
               verifier up to its body limit. It returns `None` if the text is longer, or if the \
               body is not exactly one complete stream."
    )]
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::scheme::{BodyForm, JsonDumps, JsonEncode};
    ///
    /// let body = r#"{"b":"Zoë","a":1.50,"b":1e5}"#.as_bytes();
    /// let python = BodyForm::Python(JsonDumps::DEFAULT).text_of(body);
    /// assert_eq!(python.as_deref(), Some(&br#"{"b": 100000.0, "a": 1.5}"#[..]));
    /// let javascript = BodyForm::JavaScript.text_of(body);
    /// assert_eq!(javascript.as_deref(), Some(&br#"{"b":100000,"a":1.5}"#[..]));
    /// assert_eq!(BodyForm::JavaScript.text_of(b"NaN"), None);
    /// let php = BodyForm::Php(JsonEncode::DEFAULT).text_of(body);
    /// assert_eq!(php.as_deref(), Some(&br#"{"b":100000,"a":1.5}"#[..]));
    ///
    /// let member = BodyForm::UrlEncodedMember("payload").text_of(b"payload=%7B%22a%22%3A1%7D");
    /// assert_eq!(member.as_deref(), Some(&br#"{"a":1}"#[..]));
    /// ```
    #[must_use]
    pub fn text_of(&self, body: &[u8]) -> Option<Vec<u8>> {
        #[cfg(feature = "inflate")]
        if matches!(self, Self::Inflated) {
            let text = |coding: Coding| coding.inflate(body, DEFAULT_BODY_LIMIT).ok().flatten();
            return [Coding::Gzip, Coding::Deflate].into_iter().find_map(text);
        }
        self.text_within(DEFAULT_BODY_LIMIT, None, body).ok().flatten()
    }

    /// Returns the text of a body in this form. `limit` is the body limit in bytes, and `coding` is
    /// the coding of the request's `Content-Encoding`.
    ///
    /// # Errors
    ///
    /// [`TooLong`] if an inflated text is longer than the limit.
    #[cfg_attr(
        not(feature = "inflate"),
        expect(
            unused_variables,
            clippy::unnecessary_wraps,
            reason = "used only with the feature `inflate`"
        )
    )]
    pub(crate) fn text_within(
        &self,
        limit: usize,
        coding: Option<Coding>,
        body: &[u8],
    ) -> Result<Option<Vec<u8>>, TooLong> {
        let text = || str::from_utf8(body).ok();
        Ok(match self {
            Self::Wire => Some(body.to_vec()),
            Self::Python(dumps) => text().and_then(|text| reserialize::python(text, *dumps)),
            Self::JavaScript => text().and_then(reserialize::javascript),
            Self::Php(encode) => text().and_then(|text| reserialize::php(text, *encode)),
            Self::UrlEncodedMember(name) => url_encoded::member(body, name),
            #[cfg(feature = "inflate")]
            Self::Inflated => match coding {
                Some(coding) => coding.inflate(body, limit)?,
                None => None,
            },
        })
    }

    /// Returns whether the form is tried only on a request with `Content-Encoding`.
    pub(crate) fn wants_coding(&self) -> bool {
        #[cfg(feature = "inflate")]
        return matches!(self, Self::Inflated);
        #[cfg(not(feature = "inflate"))]
        return false;
    }
}
