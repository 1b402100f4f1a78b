//! Numbers at random, and how they are said.

use serde_json::{Value as Json, json};

use super::dice::Dice;
use super::kind::Drawn;

/// A number of that many digits, without a leading zero.
pub(super) fn digits(dice: &mut Dice, count: usize) -> String {
    (0..count).map(|index| char::from(b'0' + dice.between(i64::from(index == 0), 9) as u8)).collect()
}

/// Mostly in the range; sometimes any number of digits, as it must be copied too.
pub(super) fn integer(dice: &mut Dice, low: i64, high: i64) -> Drawn {
    let is_year = low >= 1000 && high <= 2100;
    let number = if low >= 0 && !is_year && dice.chance(0.08) {
        let digits = 2 + dice.below(5) as u32;
        dice.between(1, 10_i64.pow(digits))
    } else {
        let high = if dice.chance(0.5) { low + (high - low) / 5 } else { high };
        dice.between(low, high)
    };
    let text = if !is_year && dice.chance(0.15) { grouped(number) } else { number.to_string() };
    Drawn { json: json!(number), text }
}

/// "12,500".
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A decimal that no range foresees: "0.0035", "1207.9166". JSON writes those below 0.00001 in another form than people do.
fn long_decimal(dice: &mut Dice) -> Drawn {
    let size = 1 + dice.below(4) as u32;
    let whole = if dice.chance(0.5) { 0 } else { dice.between(0, 10_i64.pow(size)) };
    let zeros = if dice.chance(0.3) { dice.below(4) } else { 0 };
    let count = 1 + if dice.chance(0.15) { dice.below(10) } else { dice.below(4) };
    let fraction = format!("{}{}{}", "0".repeat(zeros), digits(dice, count), dice.between(1, 9));
    let text = format!("{whole}.{fraction}");
    let json = text.parse::<f64>().map_or(Json::Null, |number| json!(number));
    Drawn { json, text }
}

/// A decimal in the range; sometimes a longer one.
pub(super) fn decimal(dice: &mut Dice, low: i64, high: i64, places: u32) -> Drawn {
    if low >= 0 && dice.chance(0.12) {
        return long_decimal(dice);
    }
    let scale = 10_i64.pow(places);
    let scaled = dice.between(low * scale, high * scale);
    let (sign, size) = if scaled < 0 { ("-", -scaled) } else { ("", scaled) };
    let (whole, part) = (size / scale, size % scale);
    if part == 0 || dice.chance(0.25) {
        let number = if scaled < 0 { -whole } else { whole };
        return Drawn { json: json!(number), text: number.to_string() };
    }
    let fraction = format!("{part:0width$}", width = places as usize);
    let text = format!("{sign}{whole}.{}", fraction.trim_end_matches('0'));
    let json = text.parse::<f64>().map_or(Json::Null, |number| json!(number));
    Drawn { json, text }
}

/// An amount in the range, sometimes said with its currency.
pub(super) fn money(dice: &mut Dice, low: i64, high: i64) -> Drawn {
    let mut drawn = if high <= 5000 && dice.chance(0.15) {
        decimal(dice, low, high.min(300), 2)
    } else {
        let step = if high > 5000 { 100 } else { 5 };
        let number =
            if dice.chance(0.7) { dice.between(low / step + 1, high / step) * step } else { dice.between(low, high) };
        Drawn { json: json!(number), text: if dice.chance(0.15) { grouped(number) } else { number.to_string() } }
    };
    match dice.below(10) {
        0 | 1 => drawn.text.insert(0, '$'),
        2 => drawn.text.push_str(" dollars"),
        3 => drawn.text.push_str(" euros"),
        _ => {}
    }
    drawn
}
