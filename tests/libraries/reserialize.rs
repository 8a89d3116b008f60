//! Compares the re-serialised forms with Python, Node and PHP: one process of each answers for all
//! documents of a run.
//!
//! `COUNTERSIGN_DOCUMENTS` sets the number of documents (default: 20,000), and `COUNTERSIGN_SEED`
//! their seed.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    env,
    io::{BufRead, BufReader, BufWriter, Write},
    process::{Command, Stdio},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use countersign::scheme::{BodyForm, JsonDumps, JsonEncode};
use countersign_tests::{Documents, have};

/// Ways in which senders call `json.dumps`, in the order of `WAYS` in `PYTHON` below.
const DUMPS: [JsonDumps; 6] = [
    JsonDumps::DEFAULT,
    JsonDumps::DEFAULT.separators(",", ":"),
    JsonDumps::DEFAULT.separators(",", ":").ensure_ascii(false),
    JsonDumps::DEFAULT.sort_keys(true),
    JsonDumps::DEFAULT.separators(",", ":").ensure_ascii(false).sort_keys(true),
    JsonDumps::DEFAULT.separators(",", ": "),
];

/// Ways in which senders call `json_decode` and `json_encode`, in the order of `$ways` in `PHP`
/// below.
const ENCODES: [JsonEncode; 9] = {
    let plain = JsonEncode::DEFAULT;
    let arrays = plain.associative(true);
    [
        plain,
        arrays,
        plain.unescaped_slashes(true),
        arrays.unescaped_slashes(true).unescaped_unicode(true),
        plain.preserve_zero_fraction(true),
        arrays.pretty(true),
        plain.pretty(true).unescaped_slashes(true).unescaped_unicode(true),
        arrays.unescaped_unicode(true).unescaped_line_terminators(true),
        arrays.preserve_zero_fraction(true).unescaped_line_terminators(true),
    ]
};

const PYTHON: &str = r#"
import json, sys

WAYS = [
    {},
    {"separators": (",", ":")},
    {"separators": (",", ":"), "ensure_ascii": False},
    {"sort_keys": True},
    {"separators": (",", ":"), "ensure_ascii": False, "sort_keys": True},
    {"separators": (",", ": ")},
]
for index, line in enumerate(sys.stdin):
    try:
        data = json.loads(bytes.fromhex(line).decode())
        print(json.dumps(data, **WAYS[index % len(WAYS)]).encode().hex())
    except ValueError:
        print("!")
"#;

const NODE: &str = r#"
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lines = require("readline").createInterface({ input: process.stdin, crlfDelay: Infinity });
let out = [];
lines.on("line", (line) => {
    try {
        const text = JSON.stringify(JSON.parse(decoder.decode(Buffer.from(line, "hex"))));
        out.push(Buffer.from(text).toString("hex"));
    } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        out.push("!");
    }
    if (out.length === 1000) { process.stdout.write(out.join("\n") + "\n"); out = []; }
});
lines.on("close", () => process.stdout.write(out.map((line) => line + "\n").join("")));
"#;

const PHP: &str = r#"
$ways = [
    [false, 0],
    [true, 0],
    [false, JSON_UNESCAPED_SLASHES],
    [true, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE],
    [false, JSON_PRESERVE_ZERO_FRACTION],
    [true, JSON_PRETTY_PRINT],
    [false, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE],
    [true, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS],
    [true, JSON_PRESERVE_ZERO_FRACTION | JSON_UNESCAPED_LINE_TERMINATORS],
];
for ($index = 0; ($line = fgets(STDIN)) !== false; $index++) {
    [$associative, $flags] = $ways[$index % count($ways)];
    $data = json_decode(hex2bin(rtrim($line)), $associative);
    $text = json_last_error() === JSON_ERROR_NONE ? json_encode($data, $flags) : false;
    echo $text === false ? "!" : bin2hex($text), "\n";
}
"#;

fn setting(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap())
}

/// Compares the texts of all documents, and fails with the first five that differ.
fn compare(command: &mut Command, form: impl Fn(usize) -> BodyForm) {
    let count = usize::try_from(setting("COUNTERSIGN_DOCUMENTS").unwrap_or(20_000)).unwrap();
    let seed = setting("COUNTERSIGN_SEED").unwrap_or_else(|| {
        u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
    });
    println!("{count} documents, seed {seed}");

    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = BufWriter::new(child.stdin.take().unwrap());
    let asking = thread::spawn(move || {
        let mut documents = Documents::seeded(seed);
        for _ in 0..count {
            writeln!(input, "{}", hex::encode(documents.next_document())).unwrap();
        }
    });

    let mut documents = Documents::seeded(seed);
    let (mut refused, mut bytes, mut differences) = (0, 0, Vec::new());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for index in 0..count {
        let document = documents.next_document();
        let answer = lines.next().unwrap().unwrap();
        let theirs = (answer != "!").then(|| hex::decode(&answer).unwrap());
        // Longer texts are not accepted, because an attacker could make them very long.
        let theirs = theirs.filter(|text| text.len() <= 12 * document.len());
        let ours = form(index).text_of(document.as_bytes());
        bytes += document.len();
        refused += usize::from(theirs.is_none());
        if ours != theirs {
            let text = |written: Option<Vec<u8>>| written.map(String::from_utf8);
            differences.push(format!(
                "{:?} of {document:?}\n  ours   {:?}\n  theirs {:?}",
                form(index),
                text(ours),
                text(theirs)
            ));
        }
    }
    asking.join().unwrap();
    assert!(child.wait().unwrap().success());
    println!("{bytes} bytes, {refused} refused, {} different", differences.len());
    let first: Vec<_> = differences.iter().take(5).map(String::as_str).collect();
    assert!(
        differences.is_empty(),
        "seed {seed}: {} differ\n{}",
        differences.len(),
        first.join("\n")
    );
    // The comparison is worthless if almost all documents are errors, or almost none.
    assert!(refused * 10 > count && refused * 2 < count, "{refused} of {count} refused");
}

#[test]
fn python_writes_the_same() {
    if have("python3", ["-c", "import sys; assert sys.version_info >= (3, 11)"]) {
        let form = |index| BodyForm::Python(DUMPS[index % DUMPS.len()]);
        compare(Command::new("python3").args(["-c", PYTHON]), form);
    }
}

#[test]
fn node_writes_the_same() {
    if have("node", ["-e", "if (parseInt(process.versions.node) < 20) throw 0"]) {
        compare(Command::new("node").args(["-e", NODE]), |_| BodyForm::JavaScript);
    }
}

#[test]
fn php_writes_the_same() {
    if have("php", ["-r", "exit(PHP_MAJOR_VERSION >= 8 && PHP_INT_SIZE == 8 ? 0 : 1);"]) {
        let form = |index| BodyForm::Php(ENCODES[index % ENCODES.len()]);
        compare(Command::new("php").args(["-d", "serialize_precision=-1", "-r", PHP]), form);
    }
}

/// Documents that the generator does not make, or seldom.
#[test]
fn php_writes_the_same_of_documents_at_its_limits() {
    if !have("php", ["-r", "exit(PHP_MAJOR_VERSION >= 8 && PHP_INT_SIZE == 8 ? 0 : 1);"]) {
        return;
    }
    let mut documents: Vec<String> = [
        r#"{"a":1e1000,"b":0,"a":1}"#,
        r#"{"a":1,"a":1e1000}"#,
        r#"{"\u0000a":1}"#,
        r#"{"a\u0000":1}"#,
        r#"{"a":"\ud800","a":1}"#,
        r#"{"0":{"0":{}},"1":{"1":{}},"0":{"0":{"0":[]}}}"#,
        "[9223372036854775807,9223372036854775808,-9223372036854775808,-9223372036854775809]",
        "[1e15,1e16,99999999999999990.0,1e17,0.0001,0.00001,-0,-0.0,5e-324]",
        "[TRUE]",
        "",
    ]
    .map(str::to_owned)
    .into();
    for (open, inner, close) in [("[", "[]", "]"), ("{\"0\":", "{}", "}"), ("[", "1", "]")] {
        let deep = |levels| format!("{}{inner}{}", open.repeat(levels), close.repeat(levels));
        documents.extend([509, 510, 511, 512].map(deep));
    }

    let mut child = Command::new("php")
        .args(["-d", "serialize_precision=-1", "-r", PHP])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: String = documents
        .iter()
        .map(|text| format!("{}\n", hex::encode(text)).repeat(ENCODES.len()))
        .collect();
    let asking = thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for (document, encode) in
        documents.iter().flat_map(|document| ENCODES.map(|encode| (document, encode)))
    {
        let answer = answers.next().unwrap().unwrap();
        let theirs = (answer != "!").then(|| hex::decode(&answer).unwrap());
        let theirs = theirs.filter(|text| text.len() <= 12 * document.len());
        let ours = BodyForm::Php(encode).text_of(document.as_bytes());
        assert_eq!(
            ours.map(String::from_utf8),
            theirs.map(String::from_utf8),
            "{encode:?} of {document}"
        );
    }
    asking.join().unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reserialized_text_reserializes_to_itself() {
    let mut documents = Documents::seeded(7);
    for _ in 0..5_000 {
        let document = documents.next_document();
        let forms = DUMPS.map(BodyForm::Python).into_iter().chain([BodyForm::JavaScript]);
        for form in forms.chain(ENCODES.map(BodyForm::Php)) {
            if let Some(written) = form.text_of(document.as_bytes()) {
                // PHP writes the float -0.0 as `-0`, and reads that as the integer 0.
                let written = match form {
                    BodyForm::Php(_) => form.text_of(&written).unwrap_or(written),
                    _ => written,
                };
                assert_eq!(
                    form.text_of(&written).as_ref(),
                    Some(&written),
                    "{form:?} of {document}"
                );
            }
        }
    }
}
