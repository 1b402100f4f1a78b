//! Kinds of values: what a parameter holds, its JSON Schema, and a value of it.

use serde_json::{Value as Json, json};

/// What a parameter holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A string of that sort.
    Text(Sort),
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
    Strings(Sort),
    /// Some integers.
    Integers,
}

/// What a string means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Date,
    Time,
    DateTime,
    City,
    Country,
    State,
    /// A city, a state, or a coined name.
    Region,
    Address,
    Person,
    Doctor,
    FirstName,
    Surname,
    Company,
    Team,
    Product,
    Food,
    Animal,
    Color,
    Topic,
    Genre,
    Symptom,
    Medicine,
    Sport,
    Material,
    Unit,
    Language,
    Currency,
    Ticker,
    Cuisine,
    Job,
    /// A title with capitals.
    Title,
    /// A sentence of free text.
    Message,
    /// A title, or a few words.
    Note,
    Id,
    Code,
    Hex,
    Username,
    Email,
    Phone,
    Ip,
    Url,
    File,
    Path,
    Slug,
    /// A slug, sometimes behind `#`.
    Channel,
    Version,
    /// The letter of a variable.
    Letter,
    /// A polynomial.
    Expression,
    /// One word, real or coined.
    Word,
}

/// A value in both forms.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drawn {
    /// As the call holds it.
    pub(super) json: Json,
    /// As the query says it.
    pub(super) text: String,
}

impl Drawn {
    /// A string that is said as it stands.
    pub(super) fn string(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { json: Json::String(text.clone()), text }
    }
}

impl Kind {
    /// Reads the tables' notation: `city`, `int:1:9`, `dec:0:5:1`, `money:10:90`, `enum:a:b`, `list:city`, `digits:5`.
    /// `None` for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
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
            "list" => Self::Strings(Sort::parse(parts.next()?)?),
            sort => Self::Text(Sort::parse(sort)?),
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
            Self::Text(Sort::Date) => Some("date"),
            Self::Text(Sort::Time) => Some("time"),
            Self::Text(Sort::DateTime) => Some("date-time"),
            Self::Text(Sort::Email) => Some("email"),
            Self::Text(Sort::Url) => Some("uri"),
            _ => None,
        }
    }
}

impl Sort {
    /// Reads the tables' word for it.
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "date" => Self::Date,
            "time" => Self::Time,
            "datetime" => Self::DateTime,
            "city" => Self::City,
            "country" => Self::Country,
            "state" => Self::State,
            "region" => Self::Region,
            "address" => Self::Address,
            "person" => Self::Person,
            "doctor" => Self::Doctor,
            "first" => Self::FirstName,
            "surname" => Self::Surname,
            "company" => Self::Company,
            "team" => Self::Team,
            "product" => Self::Product,
            "food" => Self::Food,
            "animal" => Self::Animal,
            "color" => Self::Color,
            "topic" => Self::Topic,
            "genre" => Self::Genre,
            "symptom" => Self::Symptom,
            "medicine" => Self::Medicine,
            "sport" => Self::Sport,
            "material" => Self::Material,
            "unit" => Self::Unit,
            "language" => Self::Language,
            "currency" => Self::Currency,
            "ticker" => Self::Ticker,
            "cuisine" => Self::Cuisine,
            "job" => Self::Job,
            "title" => Self::Title,
            "text" => Self::Message,
            "note" => Self::Note,
            "id" => Self::Id,
            "code" => Self::Code,
            "hex" => Self::Hex,
            "username" => Self::Username,
            "email" => Self::Email,
            "phone" => Self::Phone,
            "ip" => Self::Ip,
            "url" => Self::Url,
            "file" => Self::File,
            "path" => Self::Path,
            "slug" => Self::Slug,
            "channel" => Self::Channel,
            "version" => Self::Version,
            "letter" => Self::Letter,
            "expr" => Self::Expression,
            "word" => Self::Word,
            _ => return None,
        })
    }
}
