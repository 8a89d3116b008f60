//! The handles of each endpoint, for the recorder that is installed.

use std::{cell::RefCell, ptr};

use super::{descriptions::describe, endpoint::Endpoint};

/// The handles of the endpoints. Each thread has its own, because a lookup in a recorder costs more
/// than all other parts of counting a delivery.
struct Handles {
    /// The address of the recorder that made the handles.
    recorder: usize,
    /// The endpoint of the last call is at the front.
    #[expect(clippy::vec_box, reason = "endpoints are large, and change their places")]
    endpoints: Vec<Box<Endpoint>>,
}

thread_local! {
    static HANDLES: RefCell<Handles> =
        const { RefCell::new(Handles { recorder: 0, endpoints: Vec::new() }) };
}

/// Calls the closure with the handles of an endpoint. If the recorder has changed since the last
/// call, new handles are made.
pub(super) fn with(endpoint: &str, use_handles: impl FnOnce(&mut Endpoint)) {
    let recorder = ::metrics::with_recorder(|recorder| ptr::from_ref(recorder).addr());
    if is_on_stack(recorder) {
        // The recorder belongs to a test. Its handles are not kept, because the recorder of the
        // next test can have the same address.
        describe();
        return use_handles(&mut Endpoint::new(endpoint));
    }
    HANDLES.with(|handles| match handles.try_borrow_mut() {
        Ok(mut handles) => use_handles(handles.of(recorder, endpoint)),
        // The recorder itself receives a delivery while it records.
        Err(_) => use_handles(&mut Endpoint::new(endpoint)),
    });
}

impl Handles {
    #[inline]
    fn of(&mut self, recorder: usize, endpoint: &str) -> &mut Endpoint {
        if self.recorder != recorder {
            describe();
            *self = Self { recorder, endpoints: Vec::new() };
        }
        match self.endpoints.iter().position(|known| *known.name == *endpoint) {
            Some(0) => {}
            Some(place) => self.endpoints.swap(0, place),
            None => {
                self.endpoints.truncate(MOST - 1);
                self.endpoints.insert(0, Box::new(Endpoint::new(endpoint)));
            }
        }
        &mut self.endpoints[0]
    }
}

/// Returns true if the address may be on the stack of this thread. A recorder that is installed for
/// the whole program is never there.
fn is_on_stack(address: usize) -> bool {
    let here = 0_u8;
    ptr::from_ref(&here).addr().abs_diff(address) < NEAR
}

/// Distance on the stack, in bytes. It is longer than the frames between a test and this code.
const NEAR: usize = 512 * 1024;

/// Greatest number of endpoints whose handles a thread keeps. A program with more endpoints, such
/// as one for each customer, makes some handles again, which is slower.
const MOST: usize = 200;
