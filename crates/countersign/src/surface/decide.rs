//! The verifier that checks a delivery: the only one, or one of several.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use countersign_core::{
    __AnswerUnsigned as AnswerUnsigned, __Custom as Custom, HeaderSource, Provider, StoredDelivery,
    Verifier, VerifyError,
    adapter::{Admission, Verification},
    error::{RestoreError, VerifyErrorKind},
    request::RequestTarget,
};

use crate::{
    Either, Rejection, Verified,
    logs::{retired_secret, signed_form},
    surface::{
        Reason,
        choice::{Candidate, narrowest},
        names::Names,
        proof::Proof,
    },
};

/// The verifiers of a middleware: one [`Verifier`], or a pair. Pairs nest for three and more:
/// `(a, (b, c))`. The signature header of a delivery decides which verifier checks it.
///
/// If that verifier accepts the delivery, the middleware puts the provider's [`Verified`] into the
/// request's extensions. The page of [`Either`], the extractor for a pair, lists the deliveries
/// that a pair rejects.
///
/// Two verifiers of a pair must not look for the signature in the same header: middleware panics
/// when it is made for such a pair, and extractors answer 500.
///
/// The trait is sealed: it is implemented for verifiers and pairs of them only.
pub trait Verifiers: Clone + fmt::Debug + Send + Sync + 'static {
    /// The provider of the first verifier from the left.
    #[doc(hidden)]
    type First: Provider;
    /// A delivery whose body is arriving.
    #[doc(hidden)]
    type Verification: Send + 'static;
    /// The proof that a verified delivery yields.
    #[doc(hidden)]
    type Proof: Proof + Send;

    /// The names of all providers.
    #[doc(hidden)]
    const NAMES: &'static Names;

    /// The number of verifiers.
    #[doc(hidden)]
    const COUNT: usize;

    /// Calls the closure with each verifier, from the left.
    #[doc(hidden)]
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(Candidate<'a>));

    /// Returns the number of verifiers whose signature header the request has.
    #[doc(hidden)]
    fn signature_headers<H: HeaderSource + ?Sized>(&self, headers: &H) -> usize;

    /// Returns the terms of the only verifier. A pair returns the terms for a delivery that none of
    /// its verifiers checks.
    #[doc(hidden)]
    fn terms(&self) -> Terms;

    /// Returns the error for a delivery without any of the signature headers.
    #[doc(hidden)]
    fn missing(&self) -> VerifyError;

    /// Returns the time of the clock with which deliveries are verified.
    #[doc(hidden)]
    fn now(&self) -> SystemTime;

    /// Adds the closures that answer requests without a signature header, from the left.
    #[doc(hidden)]
    fn answerers(&self, found: &mut Vec<AnswerUnsigned>);

    /// Returns the length of the longest text that a handler can get, in bytes.
    #[doc(hidden)]
    fn largest_text(&self) -> usize;

    /// Makes the proof of a stored delivery. `again` also checks its signature.
    #[doc(hidden)]
    fn restore(&self, stored: &StoredDelivery, again: bool) -> Result<Self::Proof, RestoreError>;

    /// Begins to verify a delivery. `terms` are the terms of these verifiers; a pair replaces them
    /// by those of the verifier that checks the delivery.
    #[doc(hidden)]
    fn begin<H: HeaderSource + ?Sized>(
        &self,
        headers: &H,
        declared_length: Option<u64>,
        target: RequestTarget<'_>,
        terms: &mut Terms,
    ) -> Result<Admission<Self::Verification>, VerifyError>;

    /// Takes the next chunk of the body.
    #[doc(hidden)]
    fn update(verification: &mut Self::Verification, chunk: Bytes) -> Result<(), VerifyError>;

    /// Returns the verdict over the whole body. Must be called once.
    #[doc(hidden)]
    fn finish(verification: &mut Self::Verification) -> Result<Self::Proof, VerifyError>;

    /// Returns the body of a rejected delivery.
    #[doc(hidden)]
    fn take_body(verification: &mut Self::Verification) -> Bytes;
}

/// The proof of the verifiers `V`.
pub(crate) type ProofOf<V> = <V as Verifiers>::Proof;

/// Names, limits and answers that apply to a delivery, taken from the verifier that checks it.
#[derive(Clone, Debug)]
pub struct Terms {
    pub(crate) names: &'static Names,
    /// The body limit, in bytes.
    pub(crate) limit: usize,
    pub(crate) deadline: Duration,
    pub(crate) custom: Custom,
}

impl Terms {
    pub(crate) fn refuse(&self, reason: Reason) -> Rejection {
        Rejection::of(reason, Some(self.names), self.custom.clone())
    }
}

impl<P: Provider> Verifiers for Verifier<P> {
    type First = P;
    type Verification = Verification<P>;
    type Proof = Verified<P>;

    const NAMES: &'static Names = Names::of::<P>();
    const COUNT: usize = 1;

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(Candidate<'a>)) {
        visit(Candidate {
            name: self.get_endpoint(),
            headers: self.__signature_headers(),
            event: P::EVENT,
            foreign: P::FOREIGN_HEADERS,
            keys: self.__key_set(),
        });
    }

    fn signature_headers<H: HeaderSource + ?Sized>(&self, headers: &H) -> usize {
        usize::from(Self::has_signature_header(self, headers))
    }

    #[inline]
    fn terms(&self) -> Terms {
        Terms {
            names: Self::NAMES,
            limit: self.get_body_limit(),
            deadline: self.get_body_deadline(),
            custom: self.__custom(),
        }
    }

    fn answerers(&self, found: &mut Vec<AnswerUnsigned>) {
        found.extend(self.__answer_unsigned().cloned());
    }

    fn largest_text(&self) -> usize {
        self.__largest_text()
    }

    fn missing(&self) -> VerifyError {
        self.__missing()
    }

    fn now(&self) -> SystemTime {
        self.__now()
    }

    fn restore(&self, stored: &StoredDelivery, again: bool) -> Result<Verified<P>, RestoreError> {
        if again { self.verify_again(stored) } else { self.restore_from_trusted_store(stored) }
    }

    #[inline]
    fn begin<H: HeaderSource + ?Sized>(
        &self,
        headers: &H,
        declared_length: Option<u64>,
        target: RequestTarget<'_>,
        _: &mut Terms,
    ) -> Result<Admission<Verification<P>>, VerifyError> {
        self.admit(headers, declared_length, target)
    }

    #[inline]
    fn update(verification: &mut Verification<P>, chunk: Bytes) -> Result<(), VerifyError> {
        verification.update(chunk)
    }

    #[inline]
    fn finish(verification: &mut Verification<P>) -> Result<Verified<P>, VerifyError> {
        verification.finish().inspect(|proof| {
            signed_form::log(proof);
            retired_secret::log(proof);
        })
    }

    fn take_body(verification: &mut Verification<P>) -> Bytes {
        verification.take_body()
    }
}

impl<A: Verifiers, B: Verifiers> Verifiers for (A, B) {
    type First = A::First;
    type Verification = Either<A::Verification, B::Verification>;
    type Proof = Either<A::Proof, B::Proof>;

    const NAMES: &'static Names = &Names::Both(A::NAMES, B::NAMES);
    const COUNT: usize = A::COUNT + B::COUNT;

    fn visit<'a>(&'a self, visit: &mut dyn FnMut(Candidate<'a>)) {
        self.0.visit(visit);
        self.1.visit(visit);
    }

    fn signature_headers<H: HeaderSource + ?Sized>(&self, headers: &H) -> usize {
        self.0.signature_headers(headers) + self.1.signature_headers(headers)
    }

    fn terms(&self) -> Terms {
        Terms { names: Self::NAMES, ..self.0.terms() }
    }

    fn missing(&self) -> VerifyError {
        self.0.missing().__and(&self.1.missing())
    }

    fn now(&self) -> SystemTime {
        self.0.now()
    }

    fn answerers(&self, found: &mut Vec<AnswerUnsigned>) {
        self.0.answerers(found);
        self.1.answerers(found);
    }

    fn largest_text(&self) -> usize {
        self.0.largest_text().max(self.1.largest_text())
    }

    fn restore(&self, stored: &StoredDelivery, again: bool) -> Result<Self::Proof, RestoreError> {
        // Only the verifier of the delivery's provider and endpoint accepts it.
        self.0.restore(stored, again).map(Either::Left).or_else(|left| {
            self.1.restore(stored, again).map(Either::Right).map_err(|right| match right {
                RestoreError::OtherProvider { .. } => left,
                right => right,
            })
        })
    }

    fn begin<H: HeaderSource + ?Sized>(
        &self,
        headers: &H,
        declared_length: Option<u64>,
        target: RequestTarget<'_>,
        terms: &mut Terms,
    ) -> Result<Admission<Self::Verification>, VerifyError> {
        let (left, right) = self;
        let is_left = match (left.signature_headers(headers), right.signature_headers(headers)) {
            (0, 0) => return Err(self.missing()),
            (1, 0) => true,
            (0, 1) => false,
            // If the chosen side is a pair itself, it chooses again among its own verifiers. The
            // result is the same, because a verifier that is the narrowest of all is also the
            // narrowest of that pair.
            _ => match narrowest(self, headers) {
                Some(place) => place < A::COUNT,
                None => return Err(VerifyErrorKind::AmbiguousSignature.into()),
            },
        };
        if is_left {
            *terms = left.terms();
            let admission = left.begin(headers, declared_length, target, terms)?;
            Ok(admission.map(Either::Left))
        } else {
            *terms = right.terms();
            let admission = right.begin(headers, declared_length, target, terms)?;
            Ok(admission.map(Either::Right))
        }
    }

    fn update(verification: &mut Self::Verification, chunk: Bytes) -> Result<(), VerifyError> {
        match verification {
            Either::Left(verification) => A::update(verification, chunk),
            Either::Right(verification) => B::update(verification, chunk),
        }
    }

    fn finish(verification: &mut Self::Verification) -> Result<Self::Proof, VerifyError> {
        match verification {
            Either::Left(verification) => A::finish(verification).map(Either::Left),
            Either::Right(verification) => B::finish(verification).map(Either::Right),
        }
    }

    fn take_body(verification: &mut Self::Verification) -> Bytes {
        match verification {
            Either::Left(verification) => A::take_body(verification),
            Either::Right(verification) => B::take_body(verification),
        }
    }
}
