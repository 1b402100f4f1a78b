//! Strings at random for every sort.

use serde_json::Value as Json;

use super::dice::Dice;
use super::kind::{Drawn, Sort};
use super::numbers::digits;
use super::tables::{ENTITIES, Half, LEXICON, List};
use super::words::{capital, coin, coin_name};

/// A string of that sort.
pub(super) fn draw(sort: Sort, dice: &mut Dice, half: Half) -> Drawn {
    let all = &*ENTITIES;
    Drawn::string(match sort {
        Sort::Date => return date(dice),
        Sort::Time => return spoken_time(dice),
        Sort::DateTime => format!("{} {}", date(dice).json.as_str().unwrap_or_default(), time(dice)),
        Sort::City => city(dice, half),
        Sort::Country => coined_or(dice, half, &all.countries),
        Sort::State => coined_or(dice, half, &all.states),
        Sort::Region => region(dice, half),
        Sort::Address => address(dice, half),
        Sort::Person => person(dice, half),
        Sort::Doctor => format!("Dr. {}", coined_or(dice, half, &all.surnames)),
        Sort::FirstName => coined_or(dice, half, &all.first),
        Sort::Surname => coined_or(dice, half, &all.surnames),
        Sort::Company => company(dice, half),
        Sort::Team => coined_or(dice, half, &all.teams),
        Sort::Product => product(dice, half),
        Sort::Food => coined_or(dice, half, &all.foods).to_lowercase(),
        Sort::Animal => coined_or(dice, half, &all.animals).to_lowercase(),
        Sort::Color => coined_or(dice, half, &all.colors).to_lowercase(),
        Sort::Topic => coined_or(dice, half, &all.topics).to_lowercase(),
        Sort::Genre => coined_or(dice, half, &all.genres).to_lowercase(),
        Sort::Symptom => coined_or(dice, half, &all.symptoms).to_lowercase(),
        Sort::Medicine => coined_or(dice, half, &all.medicines).to_lowercase(),
        Sort::Sport => coined_or(dice, half, &all.sports).to_lowercase(),
        Sort::Material => coined_or(dice, half, &all.materials).to_lowercase(),
        Sort::Unit => coined_or(dice, half, &all.units).to_lowercase(),
        Sort::Language => coined_or(dice, half, &all.languages),
        Sort::Currency => entity(dice, &all.currencies),
        Sort::Ticker => ticker(dice, half),
        Sort::Cuisine => entity(dice, &all.cuisines),
        Sort::Job => format!("{}{}", dice.pick(&["", "", "senior ", "junior "]), entity(dice, &all.jobs)),
        Sort::Title => title(dice, half),
        Sort::Message => message(dice, half),
        Sort::Note => note(dice, half),
        Sort::Id | Sort::Code => code(dice),
        Sort::Hex => format!("0x{}", characters(dice, b"0123456789abcdef", 8)),
        Sort::Username => username(dice, half),
        Sort::Email => format!("{}@{}", username(dice, half), entity(dice, &all.mail_hosts)),
        Sort::Phone => format!("{}-{}-{}", digits(dice, 3), digits(dice, 3), digits(dice, 4)),
        Sort::Ip => {
            format!("{}.{}.{}.{}", dice.between(1, 250), dice.below(250), dice.below(250), dice.between(1, 250))
        }
        Sort::Url => url(dice, half),
        Sort::File => format!("{}.{}", slug(dice, half), entity(dice, &all.extensions)),
        Sort::Path => path(dice, half),
        Sort::Slug => slug(dice, half),
        Sort::Channel => format!("{}{}", dice.pick(&["", "#"]), slug(dice, half)),
        Sort::Version => format!("{}.{}.{}", dice.below(9), dice.below(20), dice.below(10)),
        Sort::Letter => dice.pick(&["x", "y", "z", "t", "u", "n"]).to_owned(),
        Sort::Expression => expression(dice),
        Sort::Word => word(dice, half),
    })
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

/// A time, now and then said as "5:30 pm".
fn spoken_time(dice: &mut Dice) -> Drawn {
    let time = time(dice);
    match time.split_once(':').and_then(|(hour, rest)| Some((hour.parse::<i64>().ok()?, rest))) {
        Some((hour, rest)) if hour > 12 && dice.chance(0.08) => {
            Drawn { text: format!("{}:{rest} pm", hour - 12), json: Json::String(time) }
        }
        _ => Drawn::string(time),
    }
}

fn entity(dice: &mut Dice, list: &List) -> String {
    dice.choose(list).map_or_else(String::new, |entry| entry.replace('_', " "))
}

fn coined_or(dice: &mut Dice, half: Half, list: &List) -> String {
    if dice.chance(0.2) { coin_name(dice, half) } else { entity(dice, list) }
}

fn noun(dice: &mut Dice, half: Half) -> String {
    entity(dice, &LEXICON.get(half).nouns)
}

fn adjective(dice: &mut Dice, half: Half) -> String {
    entity(dice, &LEXICON.get(half).adjectives)
}

fn city(dice: &mut Dice, half: Half) -> String {
    match dice.below(12) {
        0 => format!("{}, {}", entity(dice, &ENTITIES.cities), entity(dice, &ENTITIES.countries)),
        1 => format!("{}, {}", coin_name(dice, half), entity(dice, &ENTITIES.states)),
        _ => coined_or(dice, half, &ENTITIES.cities),
    }
}

fn region(dice: &mut Dice, half: Half) -> String {
    if dice.chance(0.5) {
        return coin_name(dice, half);
    }
    let list = if dice.chance(0.5) { &ENTITIES.states } else { &ENTITIES.cities };
    entity(dice, list)
}

fn address(dice: &mut Dice, half: Half) -> String {
    let number = dice.between(1, 199);
    let street = coined_or(dice, half, &ENTITIES.streets);
    format!("{number} {street} {}", entity(dice, &ENTITIES.street_endings))
}

fn person(dice: &mut Dice, half: Half) -> String {
    let first = coined_or(dice, half, &ENTITIES.first);
    if dice.chance(0.25) { first } else { format!("{first} {}", coined_or(dice, half, &ENTITIES.surnames)) }
}

fn company(dice: &mut Dice, half: Half) -> String {
    match dice.below(3) {
        0 => format!("{} {}", coin_name(dice, half), entity(dice, &ENTITIES.company_endings)),
        _ => coined_or(dice, half, &ENTITIES.companies),
    }
}

fn product(dice: &mut Dice, half: Half) -> String {
    if dice.chance(0.2) {
        format!("{} {}", adjective(dice, half), entity(dice, &ENTITIES.products))
    } else {
        coined_or(dice, half, &ENTITIES.products).to_lowercase()
    }
}

fn ticker(dice: &mut Dice, half: Half) -> String {
    if dice.chance(0.3) {
        coin(dice, half).to_uppercase().chars().take(4).collect()
    } else {
        entity(dice, &ENTITIES.tickers)
    }
}

fn title(dice: &mut Dice, half: Half) -> String {
    let adjective = capital(&adjective(dice, half));
    let (one, other) = (capital(&noun(dice, half)), capital(&noun(dice, half)));
    match dice.below(8) {
        0 => coin_name(dice, half),
        1 => format!("{} {one}", coin_name(dice, half)),
        2 => format!("The {adjective} {one}"),
        3 => format!("{one} of {}", entity(dice, &ENTITIES.cities)),
        4 => format!("{one} {other}"),
        5 => one,
        _ => format!("{adjective} {one}"),
    }
}

fn message(dice: &mut Dice, half: Half) -> String {
    let sentence = dice.choose(&ENTITIES.sentences).copied().unwrap_or_default();
    let mut text = sentence.replace('@', &coined_or(dice, half, &ENTITIES.first));
    if text.contains('#') {
        text = text.replace('#', &noun(dice, half));
    }
    if dice.chance(0.4) { capital(&text) } else { text }
}

fn note(dice: &mut Dice, half: Half) -> String {
    if dice.chance(0.3) { title(dice, half) } else { entity(dice, &ENTITIES.notes) }
}

fn characters(dice: &mut Dice, set: &[u8], count: usize) -> String {
    (0..count).map(|_| char::from(set[dice.below(set.len())])).collect()
}

fn code(dice: &mut Dice) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
    const MIXED: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let (two, three) = (characters(dice, LETTERS, 2), 2 + dice.below(3));
    match dice.below(6) {
        0 => format!("{two}{}", digits(dice, three)),
        1 => format!("{two}-{}", digits(dice, three)),
        2 => format!("{}{}", characters(dice, LETTERS, 1), digits(dice, three)),
        3 => digits(dice, three + 2),
        4 => characters(dice, MIXED, 5 + three),
        _ => format!("{}-{}-{}", characters(dice, LETTERS, 3), digits(dice, 2), characters(dice, LETTERS, 1)),
    }
}

fn word(dice: &mut Dice, half: Half) -> String {
    match dice.below(5) {
        0 => coin_name(dice, half),
        1 => coin(dice, half),
        2 => adjective(dice, half),
        _ => noun(dice, half),
    }
}

fn slug(dice: &mut Dice, half: Half) -> String {
    let joint = dice.pick(&["-", "_", "-"]);
    let second = noun(dice, half);
    match dice.below(4) {
        0 => coin(dice, half),
        1 => format!("{second}{joint}{}", digits(dice, 2)),
        _ => format!("{}{joint}{second}", word(dice, half).to_lowercase()),
    }
}

fn username(dice: &mut Dice, half: Half) -> String {
    let name = coined_or(dice, half, &ENTITIES.first).to_lowercase();
    match dice.below(4) {
        0 => format!("{name}_{}", noun(dice, half)),
        1 => format!("{name}.{}", coined_or(dice, half, &ENTITIES.surnames).to_lowercase()),
        _ => format!("{name}{}", digits(dice, 2)),
    }
}

fn url(dice: &mut Dice, half: Half) -> String {
    let (host, domain) = (coin(dice, half), dice.pick(&["com", "org", "io"]));
    format!("https://{host}.{domain}/{}", word(dice, half).to_lowercase())
}

fn path(dice: &mut Dice, half: Half) -> String {
    match dice.below(3) {
        0 => word(dice, half).to_lowercase(),
        1 => format!("/{}/{}", word(dice, half).to_lowercase(), noun(dice, half)),
        _ => capital(&word(dice, half)),
    }
}

fn expression(dice: &mut Dice) -> String {
    let (a, b, power) = (dice.between(2, 9), dice.between(1, 20), dice.between(2, 4));
    match dice.below(4) {
        0 => format!("{a}x + {b}"),
        1 => format!("x^{power} - {b}"),
        2 => format!("{a}*x**{power} + {b}"),
        _ => format!("{a}x^2 + {b}x - {power}"),
    }
}
