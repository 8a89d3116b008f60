//! Extractors: the types that handlers take, read out of a proof.

use countersign_core::{Event, HeaderSource, Provider, Verifier};

use crate::{
    Either, Rejection, Verified, VerifiedBody, Webhook,
    observe::set_event_type,
    surface::{Verifiers, decide, event_facts::HeaderFacts, names::Names},
};

/// The delivery that a handler takes: [`Webhook`], [`VerifiedBody`], or [`Either`] of two of these.
///
/// The trait is sealed: it is implemented for these types only.
pub trait Extractor: Sized {
    /// The verifiers of its providers.
    type Verifiers: Verifiers;

    /// Has a type that other crates cannot name, so that they cannot implement the trait.
    #[doc(hidden)]
    const SEALED: Sealed;

    /// Reads the delivery out of a proof.
    #[doc(hidden)]
    fn read<H: HeaderSource + ?Sized>(proof: ProofOf<Self>, headers: &H)
    -> Result<Self, Rejection>;
}

/// Seals [`Extractor`].
#[derive(Debug)]
pub struct Sealed;

/// The proof from which the extractor `T` is read.
pub(crate) type ProofOf<T> = decide::ProofOf<<T as Extractor>::Verifiers>;

impl<E: Event, P: Provider> Extractor for Webhook<E, P> {
    type Verifiers = Verifier<P>;
    const SEALED: Sealed = Sealed;

    fn read<H: HeaderSource + ?Sized>(
        verified: Verified<P>,
        headers: &H,
    ) -> Result<Self, Rejection> {
        let read = {
            let delivery = verified.delivery(headers);
            E::parse(&delivery).map(|event| (event, HeaderFacts::of::<P>(&delivery)))
        };
        match read {
            Ok((event, header_facts)) => {
                set_event_type(|| event.__listed_type());
                Ok(Self { event, header_facts, verified })
            }
            Err(error) => Err(Rejection::payload(Some(Names::of::<P>()), error, &verified)),
        }
    }
}

impl<P: Provider> Extractor for VerifiedBody<P> {
    type Verifiers = Verifier<P>;
    const SEALED: Sealed = Sealed;

    fn read<H: HeaderSource + ?Sized>(verified: Verified<P>, _: &H) -> Result<Self, Rejection> {
        Ok(Self(verified))
    }
}

impl<L: Extractor, R: Extractor> Extractor for Either<L, R> {
    type Verifiers = (L::Verifiers, R::Verifiers);
    const SEALED: Sealed = Sealed;

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
