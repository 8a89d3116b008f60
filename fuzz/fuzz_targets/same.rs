//! Checks of a re-serialised body, for every form.

use countersign_core::scheme::BodyForm;
use serde_json::Value;

/// Re-serialises a body in this form, and checks the text.
pub fn check(form: BodyForm, body: &[u8]) {
    let Some(spelled) = form.text_of(body) else { return };
    // PHP's text can be indented. No other text grows as much.
    let growth = if form.name() == "php" { 12 } else { 6 };
    assert!(spelled.len() <= growth * body.len(), "{} of {}", spelled.len(), body.len());
    // PHP writes the float -0.0 as `-0`, and reads that as the integer 0.
    let fixed = match form.name() {
        "php" => form.text_of(&spelled).expect("PHP's own text"),
        _ => spelled.clone(),
    };
    assert_eq!(form.text_of(&fixed).as_ref(), Some(&fixed), "no fixed point");

    // serde_json rejects some texts that can be signed: `NaN`, lone surrogates, huge numbers.
    let values = (serde_json::from_slice(body), serde_json::from_slice(&spelled));
    if let (Ok(before), Ok(after)) = values {
        assert!(is_same(&before, &after), "{before} is not {after}");
    }
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        // `-0` equals `0`, and integers are as exact as doubles.
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| is_same(a, b)))
        }
        // PHP can write an object whose keys are 0, 1, 2 and so on as a list.
        (Value::Object(a), Value::Array(b)) => {
            let is_item = |(index, b): (usize, &Value)| {
                a.get(&index.to_string()).is_some_and(|a| is_same(a, b))
            };
            a.len() == b.len() && b.iter().enumerate().all(is_item)
        }
        _ => a == b,
    }
}
