//! Values at random for every kind of parameter.

use serde_json::json;

use super::dice::Dice;
use super::kind::{Drawn, Kind};
use super::numbers;
use super::tables::Half;
use super::texts;

impl Kind {
    /// A value at random.
    pub(super) fn draw(&self, dice: &mut Dice, half: Half) -> Drawn {
        match self {
            Self::Text(sort) => texts::draw(*sort, dice, half),
            Self::Digits(digits) => Drawn::string(numbers::digits(dice, *digits)),
            Self::Integer(low, high) => numbers::integer(dice, *low, *high),
            Self::Decimal(low, high, places) => numbers::decimal(dice, *low, *high, *places),
            Self::Money(low, high) => numbers::money(dice, *low, *high),
            Self::Boolean => {
                let yes = dice.chance(0.65);
                Drawn { json: json!(yes), text: yes.to_string() }
            }
            Self::Choice(options) => Drawn::string(dice.choose(options).cloned().unwrap_or_default()),
            Self::Strings(sort) => {
                let mut items: Vec<String> = Vec::new();
                for _ in 0..2 + dice.below(2) + dice.below(2) {
                    let item = texts::draw(*sort, dice, half).text;
                    if !items.contains(&item) {
                        items.push(item);
                    }
                }
                Drawn { text: enumerate(dice, &items), json: json!(items) }
            }
            Self::Integers => {
                let high = [20, 90, 90, 999][dice.below(4)];
                let items: Vec<i64> = (0..3 + dice.below(4)).map(|_| dice.between(1, high)).collect();
                let texts: Vec<String> = items.iter().map(i64::to_string).collect();
                let text = match dice.below(6) {
                    0 | 1 => texts.join(", "),
                    2 => format!("[{}]", texts.join(", ")),
                    3 => format!("[{}]", texts.join(",")),
                    _ => enumerate(dice, &texts),
                };
                Drawn { text, json: json!(items) }
            }
        }
    }
}

/// "a, b and c", or with a comma before the "and".
pub(super) fn enumerate(dice: &mut Dice, items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [one, other] => format!("{one} and {other}"),
        [start @ .., last] => format!("{}{} {last}", start.join(", "), dice.pick(&[" and", " and", ", and"])),
    }
}
