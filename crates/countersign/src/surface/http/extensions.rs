//! The extensions of `http`, as the place where middleware leaves proofs.

use http::Extensions;

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
