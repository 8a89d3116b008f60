//! What must hold of every spelling, whatever the language.

use countersign_core::scheme::BodyForm;
use serde_json::Value;

/// Spells a body and checks the spelling.
pub fn check(form: BodyForm, body: &[u8]) {
    let Some(spelled) = form.text_of(body) else { return };
    assert!(spelled.len() <= 6 * body.len(), "{} of {}", spelled.len(), body.len());
    assert_eq!(form.text_of(&spelled).as_ref(), Some(&spelled), "no fixed point");

    // Not all that is signed is JSON to serde_json: `NaN`, lone surrogates, huge numbers.
    let values = (serde_json::from_slice(body), serde_json::from_slice(&spelled));
    if let (Ok(before), Ok(after)) = values {
        assert!(is_same(&before, &after), "{before} is not {after}");
    }
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        // `-0` and `0` are one, and integers are as near as doubles are.
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
