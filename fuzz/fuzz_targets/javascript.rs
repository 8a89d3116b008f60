#![no_main]

mod same;

use countersign_core::Form;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| same::check(Form::JavaScript, body));
