//! The extensions of actix, as the place where middleware leaves proofs.

use actix_web::dev::Extensions;

use crate::surface::proof;

impl proof::Extensions for Extensions {
    #[inline]
    fn get<T: Clone + Send + Sync + 'static>(&self) -> Option<&T> {
        self.get()
    }

    #[inline]
    fn insert<T: Clone + Send + Sync + 'static>(&mut self, value: T) {
        self.insert(value);
    }
}
