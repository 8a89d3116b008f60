//! The providers that a delivery can be from, judged by its headers.

use std::cmp::Reverse;

use countersign_core::{event::Location, providers::AnyProvider, scheme::TimestampPlace};

use crate::header::{self, Field};

/// Returns the providers whose signature header is present, the most likely one first.
pub(crate) fn of(headers: &[Field]) -> Vec<AnyProvider> {
    let mut candidates: Vec<_> = AnyProvider::all()
        .iter()
        .filter(|provider| signature_header(**provider, headers).is_some())
        .map(|provider| (Reverse(present(*provider, headers)), rank(*provider), *provider))
        .collect();
    candidates.sort_by_key(|(present, rank, _)| (*present, *rank));
    candidates.into_iter().map(|(_, _, provider)| provider).collect()
}

/// Returns the signature header of this provider that is present.
pub(crate) fn signature_header(provider: AnyProvider, headers: &[Field]) -> Option<&'static str> {
    let names = provider.scheme().describe().headers;
    names.iter().copied().find(|name| header::value(headers, name).is_some())
}

/// Returns the headers of a provider that signing writes: those of the signature, the id and the
/// time.
pub(crate) fn signed_headers(provider: AnyProvider) -> Vec<&'static str> {
    let scheme = provider.scheme().describe();
    let time = match scheme.timestamp.map(|time| time.place) {
        Some(TimestampPlace::Header(names)) => names,
        _ => &[],
    };
    scheme.headers.iter().chain(scheme.id_headers).chain(time).copied().collect()
}

/// Returns the number of the provider's headers that are present.
fn present(provider: AnyProvider, headers: &[Field]) -> usize {
    let event = provider.event();
    let of_event = [event.id, event.event_type].into_iter().filter_map(|at| match at {
        Location::UnsignedHeader(name) => Some(name),
        _ => None,
    });
    let names = signed_headers(provider).into_iter().chain(of_event);
    names.filter(|name| header::value(headers, name).is_some()).count()
}

/// Returns the rank among providers with equally many headers.
fn rank(provider: AnyProvider) -> usize {
    PREFERRED.iter().position(|name| *name == provider.name()).unwrap_or(PREFERRED.len())
}

/// Gitea sends the headers of Gogs and GitHub, too. The others are conventions that other providers
/// follow.
const PREFERRED: [&str; 5] =
    ["gitea", "gogs", "github", "standard-webhooks", "x-webhook-signature"];

#[cfg(test)]
mod tests {
    use super::*;

    fn first(headers: &[&str]) -> Option<&'static str> {
        let headers: Vec<_> =
            headers.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect();
        of(&headers).first().map(AnyProvider::name)
    }

    #[test]
    fn prefers_the_provider_with_the_most_headers() {
        assert_eq!(first(&["x-hub-signature-256", "x-github-event"]), Some("github"));
        assert_eq!(first(&["stripe-signature"]), Some("stripe"));
        assert_eq!(first(&["svix-id", "svix-signature"]), Some("standard-webhooks"));
        let gitea = ["x-gitea-signature", "x-gogs-signature", "x-hub-signature-256"];
        assert_eq!(first(&gitea), Some("gitea"));
        assert_eq!(first(&["x-other"]), None);
    }
}
