//! Programs that must not compile are in `tests/ui`.
