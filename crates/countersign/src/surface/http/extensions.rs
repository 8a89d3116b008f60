//! `http`'s extensions as a place for proofs.

use http::Extensions;

use crate::surface::proof;

impl proof::Extensions for Extensions {
    fn get<T: Clone + Send + Sync + 'static>(&self) -> Option<&T> {
        self.get()
    }

    fn insert<T: Clone + Send + Sync + 'static>(&mut self, value: T) {
        self.insert(value);
    }
}
