//! Programs that must not compile, with the compiler's messages.

#[test]
fn refuses_at_compile_time() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
