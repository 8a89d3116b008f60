//! Programs that must not compile, with the compiler's messages.

#[test]
fn rejects_misuse_at_compile_time() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
