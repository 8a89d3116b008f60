//! What a verifier gives, and where middleware leaves it for extractors.

use bytes::Bytes;
#[cfg(feature = "idempotency")]
use countersign_core::HeaderSource;
use countersign_core::{Provider, scheme::BodyForm};

#[cfg(feature = "idempotency")]
use crate::idempotency::{Idempotency, Keyed};
use crate::{Either, Verified, log::accepted::Began};

/// The proof of one provider, or of one of several.
pub trait Proof: Sized {
    /// Finds what a middleware left.
    fn find<X: Extensions>(extensions: &X) -> Option<Self>;

    /// Leaves it under the type of its own provider.
    fn leave<X: Extensions>(self, extensions: &mut X);

    /// Which form of the body was signed.
    fn form(&self) -> BodyForm;

    /// The bytes that were signed.
    fn body(&self) -> &Bytes;

    /// Logs that the delivery is accepted.
    fn log(&self, began: &Began);

    /// Returns the key and the digest by which its event is claimed.
    #[cfg(feature = "idempotency")]
    fn key<H>(&self, idempotency: &Idempotency, headers: &H) -> Keyed
    where
        H: HeaderSource + ?Sized;
}

/// The extensions of a request, in whatever framework.
pub trait Extensions {
    /// Looks up by type.
    fn get<T: Clone + Send + Sync + 'static>(&self) -> Option<&T>;

    /// Adds under the type.
    fn insert<T: Clone + Send + Sync + 'static>(&mut self, value: T);
}

impl<P: Provider> Proof for Verified<P> {
    fn find<X: Extensions>(extensions: &X) -> Option<Self> {
        extensions.get::<Self>().cloned()
    }

    fn leave<X: Extensions>(self, extensions: &mut X) {
        extensions.insert(self);
    }

    fn form(&self) -> BodyForm {
        self.form()
    }

    fn body(&self) -> &Bytes {
        self.body()
    }

    fn log(&self, began: &Began) {
        began.accepted(self);
    }

    #[cfg(feature = "idempotency")]
    fn key<H>(&self, idempotency: &Idempotency, headers: &H) -> Keyed
    where
        H: HeaderSource + ?Sized,
    {
        idempotency.keyed(self, headers)
    }
}

impl<L: Proof, R: Proof> Proof for Either<L, R> {
    fn find<X: Extensions>(extensions: &X) -> Option<Self> {
        L::find(extensions).map(Self::Left).or_else(|| R::find(extensions).map(Self::Right))
    }

    fn leave<X: Extensions>(self, extensions: &mut X) {
        match self {
            Self::Left(proof) => proof.leave(extensions),
            Self::Right(proof) => proof.leave(extensions),
        }
    }

    fn form(&self) -> BodyForm {
        match self {
            Self::Left(proof) => proof.form(),
            Self::Right(proof) => proof.form(),
        }
    }

    fn body(&self) -> &Bytes {
        match self {
            Self::Left(proof) => proof.body(),
            Self::Right(proof) => proof.body(),
        }
    }

    fn log(&self, began: &Began) {
        match self {
            Self::Left(proof) => proof.log(began),
            Self::Right(proof) => proof.log(began),
        }
    }

    #[cfg(feature = "idempotency")]
    fn key<H>(&self, idempotency: &Idempotency, headers: &H) -> Keyed
    where
        H: HeaderSource + ?Sized,
    {
        match self {
            Self::Left(proof) => proof.key(idempotency, headers),
            Self::Right(proof) => proof.key(idempotency, headers),
        }
    }
}
