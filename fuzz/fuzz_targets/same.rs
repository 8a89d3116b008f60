//! Checks of a re-serialised body, for every form.

use countersign_core::scheme::BodyForm;
use serde_json::Value;

/// Re-serialises a body in this form, and checks the text.
pub fn check(form: BodyForm, body: &[u8]) {
    let Some(spelled) = form.text_of(body) else { return };
    assert!(spelled.len() <= 6 * body.len(), "{} of {}", spelled.len(), body.len());
    assert_eq!(form.text_of(&spelled).as_ref(), Some(&spelled), "no fixed point");

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
        _ => a == b,
    }
}
