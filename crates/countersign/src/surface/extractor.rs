//! What handlers take, read out of a proof.

use countersign_core::{Event, HeaderSource, Provider, Verifier};

use crate::{
    Either, Rejection, Verified, VerifiedBody, Webhook,
    surface::{Verifiers, decide},
};

/// What a handler can take: [`Webhook`], [`VerifiedBody`], or [`Either`] of two of these.
///
/// Sealed: a proof is read by nothing else.
pub trait Extractor: Read {}

impl<E: Event, P: Provider> Extractor for Webhook<E, P> {}

impl<P: Provider> Extractor for VerifiedBody<P> {}

impl<L: Extractor, R: Extractor> Extractor for Either<L, R> {}

/// How an [`Extractor`] comes about.
pub trait Read: Sized {
    /// What decides about it.
    type Verifiers: Verifiers;

    /// Reads it out of what was verified.
    fn read<H: HeaderSource + ?Sized>(proof: ProofOf<Self>, headers: &H)
    -> Result<Self, Rejection>;
}

/// What is verified before it is read.
pub(crate) type ProofOf<T> = decide::ProofOf<<T as Read>::Verifiers>;

impl<E: Event, P: Provider> Read for Webhook<E, P> {
    type Verifiers = Verifier<P>;

    fn read<H: HeaderSource + ?Sized>(
        verified: Verified<P>,
        headers: &H,
    ) -> Result<Self, Rejection> {
        match E::parse(&verified.delivery(headers)) {
            Ok(event) => Ok(Self { event, verified }),
            Err(error) => Err(Rejection::payload::<P>(error, &verified)),
        }
    }
}

impl<P: Provider> Read for VerifiedBody<P> {
    type Verifiers = Verifier<P>;

    fn read<H: HeaderSource + ?Sized>(verified: Verified<P>, _: &H) -> Result<Self, Rejection> {
        Ok(Self(verified))
    }
}

impl<L: Read, R: Read> Read for Either<L, R> {
    type Verifiers = (L::Verifiers, R::Verifiers);

    fn read<H: HeaderSource + ?Sized>(
        proof: ProofOf<Self>,
        headers: &H,
    ) -> Result<Self, Rejection> {
        match proof {
            Either::Left(proof) => L::read(proof, headers).map(Self::Left),
            Either::Right(proof) => R::read(proof, headers).map(Self::Right),
        }
    }
}
