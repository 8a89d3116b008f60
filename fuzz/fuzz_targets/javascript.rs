#![no_main]

mod same;

use countersign_core::scheme::BodyForm;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| same::check(BodyForm::JavaScript, body));
