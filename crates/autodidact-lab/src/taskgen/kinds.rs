//! Kinds of values: what a parameter holds, its JSON Schema, and values drawn at random.

use serde_json::{Value as Json, json};

use super::dice::Dice;
use super::tables::{ENTITIES, Half, LEXICON, List};
use super::words::{capital, coin, coin_name};

/// What a parameter holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A string of that sort: see [`draw_string`].
    Text(&'static str),
    /// A string of that many digits.
    Digits(usize),
    /// An integer in the range.
    Integer(i64, i64),
    /// A decimal in the range with at most that many places.
    Decimal(i64, i64, u32),
    /// An amount of money: a number, mostly whole.
    Money(i64, i64),
    /// True or false.
    Boolean,
    /// One of some words.
    Choice(Vec<String>),
    /// Some strings of one sort.
    Strings(&'static str),
    /// Some integers.
    Integers,
}

/// A value in both forms.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drawn {
    /// As the call holds it.
    pub(super) json: Json,
    /// As the query says it.
    pub(super) text: String,
}

impl Kind {
    /// From the tables' notation: `city`, `int:1:9`, `dec:0:5:1`, `money:10:90`, `enum:a:b`, `list:city`, `digits:5`.
    pub(super) fn parse(text: &'static str) -> Option<Self> {
        let mut parts = text.split(':');
        let head = parts.next()?;
        let mut number = || parts.next().and_then(|part| part.parse::<i64>().ok());
        Some(match head {
            "int" => Self::Integer(number()?, number()?),
            "dec" => Self::Decimal(number()?, number()?, u32::try_from(number()?).ok()?),
            "money" => Self::Money(number()?, number()?),
            "digits" => Self::Digits(usize::try_from(number()?).ok()?),
            "ints" => Self::Integers,
            "bool" => Self::Boolean,
            "enum" => Self::Choice(parts.map(str::to_owned).collect()),
            "list" => Self::Strings(parts.next()?),
            sort => Self::Text(sort),
        })
    }

    /// The JSON Schema of the value, without a description.
    pub(super) fn schema(&self) -> Json {
        match self {
            Self::Text(_) | Self::Digits(_) => json!({"type": "string"}),
            Self::Integer(..) => json!({"type": "integer"}),
            Self::Decimal(..) | Self::Money(..) => json!({"type": "number"}),
            Self::Boolean => json!({"type": "boolean"}),
            Self::Choice(options) => json!({"type": "string", "enum": options}),
            Self::Strings(_) => json!({"type": "array", "items": {"type": "string"}}),
            Self::Integers => json!({"type": "array", "items": {"type": "integer"}}),
        }
    }

    /// `format` of JSON Schema, where there is one.
    pub(super) fn format(&self) -> Option<&'static str> {
        match self {
            Self::Text("date") => Some("date"),
            Self::Text("time") => Some("time"),
            Self::Text("datetime") => Some("date-time"),
            Self::Text("email") => Some("email"),
            Self::Text("url") => Some("uri"),
            _ => None,
        }
    }

    /// A value at random.
    pub(super) fn draw(&self, dice: &mut Dice, half: Half) -> Drawn {
        match self {
            Self::Text(sort) => draw_string(sort, dice, half),
            Self::Digits(digits) => string(self::digits(dice, *digits)),
            Self::Integer(low, high) => integer(dice, *low, *high),
            Self::Decimal(low, high, places) => decimal(dice, *low, *high, *places),
            Self::Money(low, high) => money(dice, *low, *high),
            Self::Boolean => {
                let yes = dice.chance(0.65);
                Drawn { json: json!(yes), text: yes.to_string() }
            }
            Self::Choice(options) => string(dice.choose(options).cloned().unwrap_or_default()),
            Self::Strings(sort) => {
                let mut items: Vec<String> = Vec::new();
                for _ in 0..2 + dice.below(2) + dice.below(2) {
                    let item = draw_string(sort, dice, half).text;
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

fn string(text: impl Into<String>) -> Drawn {
    let text = text.into();
    Drawn { json: Json::String(text.clone()), text }
}

fn digits(dice: &mut Dice, count: usize) -> String {
    (0..count).map(|index| char::from(b'0' + dice.between(i64::from(index == 0), 9) as u8)).collect()
}

/// Mostly in the range; sometimes any number of digits, as it must be copied too.
fn integer(dice: &mut Dice, low: i64, high: i64) -> Drawn {
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

fn decimal(dice: &mut Dice, low: i64, high: i64, places: u32) -> Drawn {
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

fn money(dice: &mut Dice, low: i64, high: i64) -> Drawn {
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

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn date(dice: &mut Dice) -> Drawn {
    let (year, month, day) = (dice.between(2019, 2031), dice.between(1, 12), dice.between(1, 28));
    let iso = format!("{year}-{month:02}-{day:02}");
    let name = MONTHS.get(month as usize - 1).copied().unwrap_or_default();
    let text = match dice.below(24) {
        0 | 1 => format!("{name} {day}, {year}"),
        2 => format!("{day} {name} {year}"),
        _ => iso.clone(),
    };
    Drawn { json: Json::String(iso), text }
}

fn time(dice: &mut Dice) -> String {
    format!("{:02}:{:02}", dice.between(6, 22), dice.pick(&[&0, &0, &15, &30, &30, &45, &20, &10, &5]))
}

fn entity(dice: &mut Dice, list: &List) -> String {
    dice.choose(list).map_or_else(String::new, |entry| entry.replace('_', " "))
}

fn coined_or(dice: &mut Dice, half: Half, list: &List) -> String {
    if dice.chance(0.2) { coin_name(dice, half) } else { entity(dice, list) }
}

fn code(dice: &mut Dice) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
    const MIXED: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let letters = |dice: &mut Dice, set: &[u8], count: usize| -> String {
        (0..count).map(|_| char::from(set[dice.below(set.len())])).collect()
    };
    let (two, three) = (letters(dice, LETTERS, 2), 2 + dice.below(3));
    match dice.below(6) {
        0 => format!("{two}{}", digits(dice, three)),
        1 => format!("{two}-{}", digits(dice, three)),
        2 => format!("{}{}", letters(dice, LETTERS, 1), digits(dice, three)),
        3 => digits(dice, three + 2),
        4 => letters(dice, MIXED, 5 + three),
        _ => format!("{}-{}-{}", letters(dice, LETTERS, 3), digits(dice, 2), letters(dice, LETTERS, 1)),
    }
}

fn title(dice: &mut Dice, half: Half) -> String {
    let words = LEXICON.get(half);
    let adjective = capital(&entity(dice, &words.adjectives));
    let (noun, other) = (capital(&entity(dice, &words.nouns)), capital(&entity(dice, &words.nouns)));
    match dice.below(8) {
        0 => coin_name(dice, half),
        1 => format!("{} {noun}", coin_name(dice, half)),
        2 => format!("The {adjective} {noun}"),
        3 => format!("{noun} of {}", entity(dice, &ENTITIES.cities)),
        4 => format!("{noun} {other}"),
        5 => noun,
        _ => format!("{adjective} {noun}"),
    }
}

fn person(dice: &mut Dice, half: Half) -> String {
    let first = coined_or(dice, half, &ENTITIES.first);
    if dice.chance(0.25) { first } else { format!("{first} {}", coined_or(dice, half, &ENTITIES.surnames)) }
}

fn free_text(dice: &mut Dice, half: Half) -> String {
    let sentence = dice.choose(&ENTITIES.sentences).copied().unwrap_or_default();
    let mut text = sentence.replace('@', &coined_or(dice, half, &ENTITIES.first));
    if text.contains('#') {
        text = text.replace('#', &entity(dice, &LEXICON.get(half).nouns));
    }
    if dice.chance(0.4) { capital(&text) } else { text }
}

fn word(dice: &mut Dice, half: Half) -> String {
    match dice.below(5) {
        0 => coin_name(dice, half),
        1 => coin(dice, half),
        2 => entity(dice, &LEXICON.get(half).adjectives),
        _ => entity(dice, &LEXICON.get(half).nouns),
    }
}

fn slug(dice: &mut Dice, half: Half) -> String {
    let joint = dice.pick(&["-", "_", "-"]);
    let second = entity(dice, &LEXICON.get(half).nouns);
    match dice.below(4) {
        0 => coin(dice, half),
        1 => format!("{second}{joint}{}", digits(dice, 2)),
        _ => format!("{}{joint}{second}", word(dice, half).to_lowercase()),
    }
}

fn username(dice: &mut Dice, half: Half) -> String {
    let name = coined_or(dice, half, &ENTITIES.first).to_lowercase();
    match dice.below(4) {
        0 => format!("{name}_{}", entity(dice, &LEXICON.get(half).nouns)),
        1 => format!("{name}.{}", coined_or(dice, half, &ENTITIES.surnames).to_lowercase()),
        _ => format!("{name}{}", digits(dice, 2)),
    }
}

/// A string of that sort.
fn draw_string(sort: &str, dice: &mut Dice, half: Half) -> Drawn {
    let all = &*ENTITIES;
    string(match sort {
        "date" => return date(dice),
        "time" => {
            let time = time(dice);
            return match time.split_once(':').and_then(|(hour, rest)| Some((hour.parse::<i64>().ok()?, rest))) {
                Some((hour, rest)) if hour > 12 && dice.chance(0.08) => {
                    Drawn { text: format!("{}:{rest} pm", hour - 12), json: Json::String(time) }
                }
                _ => string(time),
            };
        }
        "datetime" => format!("{} {}", date(dice).json.as_str().unwrap_or_default(), time(dice)),
        "city" => match dice.below(12) {
            0 => format!("{}, {}", entity(dice, &all.cities), entity(dice, &all.countries)),
            1 => format!("{}, {}", coin_name(dice, half), entity(dice, &all.states)),
            _ => coined_or(dice, half, &all.cities),
        },
        "country" => coined_or(dice, half, &all.countries),
        "state" => coined_or(dice, half, &all.states),
        "word_place" => {
            if dice.chance(0.5) {
                coin_name(dice, half)
            } else {
                let list = if dice.chance(0.5) { &all.states } else { &all.cities };
                entity(dice, list)
            }
        }
        "address" => {
            let number = dice.between(1, 199);
            format!("{number} {} {}", coined_or(dice, half, &all.streets), entity(dice, &all.street_endings))
        }
        "person" => person(dice, half),
        "doctor" => format!("Dr. {}", coined_or(dice, half, &all.surnames)),
        "first" => coined_or(dice, half, &all.first),
        "surname" => coined_or(dice, half, &all.surnames),
        "company" => match dice.below(3) {
            0 => format!("{} {}", coin_name(dice, half), entity(dice, &all.company_endings)),
            _ => coined_or(dice, half, &all.companies),
        },
        "team" => coined_or(dice, half, &all.teams),
        "product" | "word_thing" => {
            if dice.chance(0.2) {
                format!("{} {}", entity(dice, &LEXICON.get(half).adjectives), entity(dice, &all.products))
            } else {
                coined_or(dice, half, &all.products).to_lowercase()
            }
        }
        "food" | "plant" => coined_or(dice, half, &all.foods).to_lowercase(),
        "animal" => coined_or(dice, half, &all.animals).to_lowercase(),
        "color" => coined_or(dice, half, &all.colors).to_lowercase(),
        "topic" => coined_or(dice, half, &all.topics).to_lowercase(),
        "genre" => coined_or(dice, half, &all.genres).to_lowercase(),
        "symptom" => coined_or(dice, half, &all.symptoms).to_lowercase(),
        "medicine" => coined_or(dice, half, &all.medicines).to_lowercase(),
        "sport" => coined_or(dice, half, &all.sports).to_lowercase(),
        "material" => coined_or(dice, half, &all.materials).to_lowercase(),
        "unit" => coined_or(dice, half, &all.units).to_lowercase(),
        "language" => coined_or(dice, half, &all.languages),
        "currency" => entity(dice, &all.currencies),
        "ticker" => {
            if dice.chance(0.3) {
                coin(dice, half).to_uppercase().chars().take(4).collect()
            } else {
                entity(dice, &all.tickers)
            }
        }
        "cuisine" => entity(
            dice,
            &vec!["Italian", "Thai", "Indian", "Mexican", "French", "Greek", "Korean", "Turkish", "Peruvian"],
        ),
        "job" => format!(
            "{}{}",
            dice.pick(&["", "", "senior ", "junior "]),
            dice.pick(&[
                "engineer",
                "nurse",
                "teacher",
                "accountant",
                "designer",
                "data analyst",
                "chef",
                "electrician",
                "lawyer",
                "project manager",
                "translator",
                "web developer",
                "plumber",
                "driver",
                "sales clerk",
                "pharmacist",
            ])
        ),
        "title" => title(dice, half),
        "text" => free_text(dice, half),
        "note" => {
            if dice.chance(0.3) {
                title(dice, half)
            } else {
                entity(dice, &all.notes)
            }
        }
        "id" | "code" => code(dice),
        "hex" => format!("0x{}", (0..8).map(|_| char::from(b"0123456789abcdef"[dice.below(16)])).collect::<String>()),
        "username" => username(dice, half),
        "email" => format!("{}@{}", username(dice, half), entity(dice, &all.mail_hosts)),
        "phone" => format!("{}-{}-{}", digits(dice, 3), digits(dice, 3), digits(dice, 4)),
        "ip" => format!("{}.{}.{}.{}", dice.between(1, 250), dice.below(250), dice.below(250), dice.between(1, 250)),
        "url" => format!(
            "https://{}.{}/{}",
            coin(dice, half),
            dice.pick(&["com", "org", "io"]),
            word(dice, half).to_lowercase()
        ),
        "file" => format!("{}.{}", slug(dice, half), entity(dice, &all.extensions)),
        "path" => match dice.below(3) {
            0 => word(dice, half).to_lowercase(),
            1 => format!("/{}/{}", word(dice, half).to_lowercase(), entity(dice, &LEXICON.get(half).nouns)),
            _ => capital(&word(dice, half)),
        },
        "slug" => slug(dice, half),
        "word_chan" => format!("{}{}", dice.pick(&["", "#"]), slug(dice, half)),
        "version" => format!("{}.{}.{}", dice.below(9), dice.below(20), dice.below(10)),
        "letter" => dice.pick(&["x", "y", "z", "t", "u", "n"]).to_owned(),
        "expr" => {
            let (a, b, power) = (dice.between(2, 9), dice.between(1, 20), dice.between(2, 4));
            match dice.below(4) {
                0 => format!("{a}x + {b}"),
                1 => format!("x^{power} - {b}"),
                2 => format!("{a}*x**{power} + {b}"),
                _ => format!("{a}x^2 + {b}x - {power}"),
            }
        }
        _ => word(dice, half),
    })
}
