//! The proof that a verifier returns, and the extensions in which middleware leaves it for
//! extractors.

use countersign_core::{PayloadError, Provider};

use crate::{
    Either, Rejection, Verified,
    adapter::VerifiedDelivery,
    surface::{Verifiers, names::Names},
};

/// The proof of one provider, or of one of several providers.
pub trait Proof: Sized {
    /// Finds the proof that a middleware left.
    fn find<X: Extensions>(extensions: &X) -> Option<Self>;

    /// Finds the delivery of the proof that a middleware left.
    fn find_delivery<X: Extensions>(extensions: &X) -> Option<&VerifiedDelivery>;

    /// Returns the name of the provider whose proof a middleware left.
    fn find_names<X: Extensions>(extensions: &X) -> Option<&'static Names>;

    /// Adds the proof to the extensions, under the type of its own provider.
    fn leave<X: Extensions>(self, extensions: &mut X);

    /// Returns the delivery.
    fn delivery(&self) -> &VerifiedDelivery;
}

/// The extensions of a request of any framework.
pub trait Extensions {
    /// Returns the value of this type.
    fn get<T: Clone + Send + Sync + 'static>(&self) -> Option<&T>;

    /// Adds a value under its type.
    fn insert<T: Clone + Send + Sync + 'static>(&mut self, value: T);
}

/// Finds the verified delivery in a request's extensions of type `X`. [`Finder::of`] takes the
/// verifiers' type from the outer middleware, so that the inner one needs no type parameter.
pub(crate) struct Finder<X> {
    find: fn(&X) -> Option<&VerifiedDelivery>,
    names: fn(&X) -> Option<&'static Names>,
    missing: fn() -> Rejection,
}

impl<X: Extensions> Finder<X> {
    pub(crate) fn of<V: Verifiers>() -> Self {
        Self {
            find: V::Proof::find_delivery,
            names: V::Proof::find_names,
            missing: Rejection::missing_proof::<V>,
        }
    }

    /// Returns the delivery that the outer middleware has verified.
    pub(crate) fn find<'x>(&self, extensions: &'x X) -> Result<&'x VerifiedDelivery, Rejection> {
        (self.find)(extensions).ok_or_else(self.missing)
    }

    /// Rejects the verified delivery, because a part of its event cannot be read.
    pub(crate) fn unreadable(
        &self,
        error: PayloadError,
        delivery: &VerifiedDelivery,
        extensions: &X,
    ) -> Rejection {
        Rejection::payload((self.names)(extensions), error, delivery)
    }
}

impl<X> Clone for Finder<X> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<X> Copy for Finder<X> {}

impl<P: Provider> Proof for Verified<P> {
    #[inline]
    fn find<X: Extensions>(extensions: &X) -> Option<Self> {
        extensions.get::<Self>().cloned()
    }

    fn find_delivery<X: Extensions>(extensions: &X) -> Option<&VerifiedDelivery> {
        extensions.get::<Self>().map(|proof| &**proof)
    }

    fn find_names<X: Extensions>(extensions: &X) -> Option<&'static Names> {
        extensions.get::<Self>().map(|_| Names::of::<P>())
    }

    #[inline]
    fn leave<X: Extensions>(self, extensions: &mut X) {
        extensions.insert(self);
    }

    #[inline]
    fn delivery(&self) -> &VerifiedDelivery {
        self
    }
}

impl<L: Proof, R: Proof> Proof for Either<L, R> {
    fn find<X: Extensions>(extensions: &X) -> Option<Self> {
        L::find(extensions).map(Self::Left).or_else(|| R::find(extensions).map(Self::Right))
    }

    fn find_delivery<X: Extensions>(extensions: &X) -> Option<&VerifiedDelivery> {
        L::find_delivery(extensions).or_else(|| R::find_delivery(extensions))
    }

    fn find_names<X: Extensions>(extensions: &X) -> Option<&'static Names> {
        L::find_names(extensions).or_else(|| R::find_names(extensions))
    }

    fn leave<X: Extensions>(self, extensions: &mut X) {
        match self {
            Self::Left(proof) => proof.leave(extensions),
            Self::Right(proof) => proof.leave(extensions),
        }
    }

    fn delivery(&self) -> &VerifiedDelivery {
        match self {
            Self::Left(proof) => proof.delivery(),
            Self::Right(proof) => proof.delivery(),
        }
    }
}
