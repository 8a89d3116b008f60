#![no_main]

mod same;

use countersign_core::scheme::{BodyForm, JsonEncode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((options, body)) = input.split_first() else { return };
    let option = |bit: u8| options & 1 << bit != 0;
    let encode = JsonEncode::DEFAULT
        .associative(option(0))
        .unescaped_slashes(option(1))
        .unescaped_unicode(option(2))
        .unescaped_line_terminators(option(3))
        .preserve_zero_fraction(option(4))
        .pretty(option(5));
    same::check(BodyForm::Php(encode), body);
});
