//! Values of a request as a parameter takes them.

use serde_json::{Number as JsonNumber, Value};

use super::{
    amounts::Amount,
    gaps::GapReason,
    slots::{Kind, Slot},
    units::convert,
};

/// An amount in the unit of a parameter, within its bounds.
///
/// # Errors
/// Why it is no value, still without the words of the request.
pub(super) fn number_in(amount: &Amount, slot: &Slot<'_>) -> Result<Value, fn(String) -> GapReason> {
    let taken = match slot.kind {
        Kind::Number(unit) => unit,
        _ => None,
    };
    let value = match (amount.unit, taken) {
        (Some(said), Some(taken)) => convert(amount.value, said, taken)
            .ok_or((|said| GapReason::OtherUnit { said }) as fn(String) -> GapReason)?,
        _ => amount.value,
    };
    let is_whole = value.fract() == 0.0;
    let wants_whole = slot.schema.get("type").and_then(Value::as_str) == Some("integer");
    let below = slot.bound("minimum").is_some_and(|least| value < least)
        || slot.bound("exclusiveMinimum").is_some_and(|least| value <= least);
    let above = slot.bound("maximum").is_some_and(|most| value > most)
        || slot.bound("exclusiveMaximum").is_some_and(|most| value >= most);
    if below || above || wants_whole && !is_whole {
        return Err(|said| GapReason::OutOfRange { said });
    }
    let number =
        if is_whole && value.abs() < 9e15 { Some(JsonNumber::from(value as i64)) } else { JsonNumber::from_f64(value) };
    number.map(Value::Number).ok_or(|said| GapReason::OutOfRange { said })
}

/// The parts of a list: "milk, eggs and bread".
pub(super) fn list_of(text: &str) -> Value {
    let parts = text.split([',', ';']).flat_map(|part| part.split(" and ")).flat_map(|part| part.split(" und "));
    let parts = parts.map(|part| Value::String(part.trim().to_owned())).filter(|part| part != "");
    Value::Array(parts.collect())
}
