//! What must not compile, and what the compiler then says.

#[test]
fn refuses_at_compile_time() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
