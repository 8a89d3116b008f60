//! The output of each command, compared with the files in `commands`. To write them anew:
//! `TRYCMD=overwrite cargo test -p countersign-cli --test commands`.

#[test]
fn prints_what_the_files_show() {
    trycmd::TestCases::new()
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .env("COUNTERSIGN_SECRET", "It's a Secret to Everybody")
        .env("STANDARD_SECRET", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
        .env("EMPTY_SECRET", "")
        .env("SQUARE_SECRET", "asdf1234")
        // RFC 8032, section 7.1, test 1.
        .env("PRIVATE_KEY", "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
        .env("PUBLIC_KEY", "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
        .case("tests/commands/*.trycmd")
        .case("tests/commands/*.toml");
}
