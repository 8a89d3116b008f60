//! Bodies that were signed before they were compressed.

use std::{
    io::{Read, Write, repeat},
    sync::LazyLock,
};

use flate2::{
    Compression, GzBuilder,
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};

use super::*;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).and_then(|()| encoder.finish()).unwrap_or_default()
}

/// Compresses with gzip, with text in the gzip header that is not signed.
fn gzip_with_comment(text: &[u8]) -> Vec<u8> {
    let header = GzBuilder::new().extra("&extra=1&").filename("&name=1&").comment("&comment=1&");
    let mut encoder = header.write(Vec::new(), Compression::default());
    encoder.write_all(text).and_then(|()| encoder.finish()).unwrap_or_default()
}

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).and_then(|()| encoder.finish()).unwrap_or_default()
}

fn raw_deflate(text: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).and_then(|()| encoder.finish()).unwrap_or_default()
}

/// Returns `count` zeros, compressed with gzip.
fn zeros(count: u64) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let copied = std::io::copy(&mut repeat(0).take(count), &mut encoder);
    copied.and_then(|_| encoder.finish()).unwrap_or_default()
}

/// A delivery that is signed over `text`, and sent as other bytes.
fn post(text: impl AsRef<[u8]>, coding: &str, sent: impl AsRef<[u8]>) -> Post {
    let post = Post::to("/webhook-inflated").body(text).signed().body(sent);
    post.field(format!("Content-Encoding: {coding}"))
}

/// A row whose event is accepted.
fn takes(name: &'static str, bytes: Vec<u8>) -> Row {
    takes_signed_with(name, 0, bytes)
}

fn takes_signed_with(name: &'static str, secret: u8, bytes: Vec<u8>) -> Row {
    let (provider, event_type) = ("webhook-inflated", Some("user.created"));
    let answer = told(provider, event_type, Some("evt_1"), secret, EVENT.as_bytes());
    Row::ours(name, send(bytes), vec![answer]).effects(["evt_1"])
}

pub(super) fn rows() -> Vec<Row> {
    [accepted(), refused(), limits()].into_iter().flatten().collect()
}

fn accepted() -> Vec<Row> {
    let event = EVENT.as_bytes();
    let plain = Post::to("/webhook-inflated").body(EVENT).signed();
    let retired = Post::to("/webhook-inflated").body(EVENT).signed_with(PREVIOUS);
    let retired = retired.body(gzip(event)).field("Content-Encoding: gzip");
    vec![
        takes("inflated: gzip", post(EVENT, "gzip", gzip(event)).bytes()),
        takes("inflated: gzip in capitals", post(EVENT, " GZIP ", gzip(event)).bytes()),
        takes("inflated: gzip, chunked", post(EVENT, "gzip", gzip(event)).chunked(&[7], "")),
        takes(
            "inflated: gzip with a comment",
            post(EVENT, "gzip", gzip_with_comment(event)).bytes(),
        ),
        takes("inflated: zlib", post(EVENT, "deflate", zlib(event)).bytes()),
        takes_signed_with("inflated: retired secret", 1, retired.bytes()),
        takes("inflated: not compressed", plain.bytes()),
        takes(
            "inflated: a coding that the sender did not use",
            plain.field("Content-Encoding: gzip").bytes(),
        ),
    ]
}

fn refused() -> Vec<Row> {
    let (event, (one, other)) = (EVENT.as_bytes(), EVENT.as_bytes().split_at(20));
    let compressed = gzip(event);
    let (half, whole) = (&compressed[..compressed.len() / 2], &compressed[..]);
    let unnamed = Post::to("/webhook-inflated").body(EVENT).signed().body(whole);
    let elsewhere = Post::to("/webhook").body(EVENT).signed().body(whole);
    vec![
        refuses("inflated: no coding named", unnamed.bytes()),
        refuses("inflated: identity", post(EVENT, "identity", whole).bytes()),
        refuses("inflated: brotli named", post(EVENT, "br", whole).bytes()),
        refuses("inflated: two codings", post(EVENT, "gzip, gzip", whole).bytes()),
        refuses(
            "inflated: two fields",
            post(EVENT, "gzip", whole).field("Content-Encoding: gzip").bytes(),
        ),
        refuses("inflated: other text", post(format!("{EVENT} "), "gzip", whole).bytes()),
        refuses("inflated: forged", post("", "gzip", whole).bytes()),
        refuses("inflated: zlib named gzip", post(EVENT, "gzip", zlib(event)).bytes()),
        refuses("inflated: gzip named deflate", post(EVENT, "deflate", whole).bytes()),
        refuses("inflated: x-gzip", post(EVENT, "x-gzip", whole).bytes()),
        refuses("inflated: raw deflate", post(EVENT, "deflate", raw_deflate(event)).bytes()),
        refuses(
            "inflated: two gzip members",
            post(EVENT, "gzip", [gzip(one), gzip(other)].concat()).bytes(),
        ),
        refuses(
            "inflated: bytes behind the end",
            post(EVENT, "gzip", [whole, b"x"].concat()).bytes(),
        ),
        refuses("inflated: cut off", post(EVENT, "gzip", half).bytes()),
        refuses("inflated: not gzip", post(EVENT, "gzip", "x".repeat(1000)).bytes()),
        refuses("inflated: empty", post(EVENT, "gzip", "").bytes()),
        refuses(
            "inflated: at an endpoint without the form",
            elsewhere.field("Content-Encoding: gzip").bytes(),
        ),
        // This body was signed in its compressed form: it verifies, but is not JSON.
        Row::ours(
            "inflated: signed after it was compressed",
            send(post(whole, "gzip", whole).bytes()),
            vec![payload(400)],
        ),
    ]
}

/// The limit applies to the inflated text.
fn limits() -> Vec<Row> {
    let padded = |length: usize| format!("{EVENT}{}", " ".repeat(length - EVENT.len()));
    let (fits, large) = (padded(LIMIT), padded(LIMIT + 1));
    let answer = told("webhook-inflated", Some("user.created"), Some("evt_1"), 0, fits.as_bytes());
    let too_large = || vec![Answer::new(413, r#"{"error":"Payload too large"}"#)];
    let compressed = gzip(large.as_bytes());
    let bomb = || post("", "gzip", zeros(100 << 20)).bytes();
    vec![
        Row::ours(
            "inflated: as large as the limit",
            send(post(&fits, "gzip", gzip(fits.as_bytes())).bytes()),
            vec![answer],
        )
        .effects(["evt_1"]),
        Row::ours(
            "inflated: larger than the limit",
            send(post(&large, "gzip", compressed).bytes()),
            too_large(),
        ),
        Row::ours(
            "inflated: 100 MiB, forged",
            vec![Step::SendLate(LazyLock::new(bomb))],
            too_large(),
        ),
    ]
}
