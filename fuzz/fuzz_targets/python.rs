#![no_main]

mod same;

use countersign_core::scheme::{BodyForm, JsonDumps};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((options, body)) = input.split_first() else { return };
    let option = |bit: u8| options & 1 << bit != 0;
    let dumps = JsonDumps::DEFAULT.ensure_ascii(option(0)).sort_keys(option(1));
    let dumps = if option(2) { dumps.separators(",", ":") } else { dumps };
    same::check(BodyForm::Python(dumps), body);
});
