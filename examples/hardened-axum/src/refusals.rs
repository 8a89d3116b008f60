//! Peers whose deliveries were rejected too often are shut out for a while.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};

/// Counts rejections only: a peer with the secret may send as much as it likes.
pub(crate) struct Refusals {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    /// The end of each shut-out. It is stored here, because each question to the limiter counts as
    /// a rejection.
    shut_out: Mutex<HashMap<IpAddr, Instant>>,
}

impl Refusals {
    /// Allows each peer this many rejections, and one more each minute.
    pub(crate) fn new(forgiven: NonZeroU32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::MIN).allow_burst(forgiven);
        Self { limiter: RateLimiter::keyed(quota), shut_out: Mutex::default() }
    }

    /// Counts a rejection for a peer.
    pub(crate) fn add(&self, peer: IpAddr) {
        // Bounds the memory. While so many peers are remembered, forged deliveries are rejected,
        // but not counted.
        if self.limiter.len() >= PEERS {
            return;
        }
        let peer = network(peer);
        if let Err(until) = self.limiter.check_key(&peer) {
            let wait = until.wait_time_from(self.limiter.clock().now());
            self.shut_out().insert(peer, Instant::now() + wait);
        }
    }

    /// Returns the seconds until a peer may send again.
    pub(crate) fn wait(&self, peer: IpAddr) -> Option<u64> {
        let until = *self.shut_out().get(&network(peer))?;
        Some(until.checked_duration_since(Instant::now())?.as_secs() + 1)
    }

    /// Forgets the peers whose allowance is full again. Call this method regularly: otherwise the
    /// memory only grows.
    pub(crate) fn forget(&self) {
        let now = Instant::now();
        self.shut_out().retain(|_, until| *until > now);
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }

    fn shut_out(&self) -> MutexGuard<'_, HashMap<IpAddr, Instant>> {
        self.shut_out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The range of addresses that one peer can use. With IPv6, providers assign whole /64 networks.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(addr) => Ipv6Addr::from_bits(addr.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

/// The maximum number of peers that are remembered. They take some 10 MB.
const PEERS: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_twice(peer: &str) -> Refusals {
        let refusals = Refusals::new(NonZeroU32::MIN);
        for _ in 0..2 {
            assert_eq!(refusals.wait(peer.parse().unwrap()), None);
            refusals.add(peer.parse().unwrap());
        }
        refusals
    }

    #[test]
    fn shuts_out_peers_beyond_the_forgiven_rejections() {
        for (peer, same, other) in [
            ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"),
            ("2001:db8::1", "2001:db8::ffff:0:0:2", "2001:db8:0:1::1"),
        ] {
            let refusals = refused_twice(peer);
            refusals.forget();
            for peer in [peer, same] {
                let wait = refusals.wait(peer.parse().unwrap()).unwrap();
                assert!((50..=60).contains(&wait), "{peer}: {wait}");
            }
            assert_eq!(refusals.wait(other.parse().unwrap()), None);
        }
    }

    #[test]
    fn remembers_a_bounded_number_of_peers() {
        let refusals = Refusals::new(NonZeroU32::MIN);
        for peer in 0..=u32::try_from(PEERS).unwrap() {
            for _ in 0..2 {
                refusals.add(IpAddr::from(peer.to_be_bytes()));
            }
        }
        assert_eq!(refusals.limiter.len(), PEERS);
        assert!(refusals.shut_out().len() <= PEERS);
    }
}
