//! The data tables in parsed form. Lines that cannot be read are left out; a test asserts that there are none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::data::{domains, domains_held, nouns, params, params_more, people, places, text, things, verbs, wording};

/// Which part of a table: what training sees, or what only held-out suites see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    /// Seen in training.
    Train,
    /// Never seen in training.
    Held,
}

/// A table in two parts that share no entry.
#[derive(Debug)]
pub(super) struct Halves<T> {
    train: T,
    held: T,
}

impl<T> Halves<T> {
    /// That part.
    pub(super) fn get(&self, half: Half) -> &T {
        match half {
            Half::Train => &self.train,
            Half::Held => &self.held,
        }
    }
}

/// Entries of a table.
pub(super) type List = Vec<&'static str>;

/// What a tool does; see `data/verbs.rs`.
#[derive(Debug)]
pub(super) struct Verb {
    pub(super) key: &'static str,
    pub(super) group: &'static str,
    /// `a`, `t` or `p`.
    pub(super) determiner: char,
    /// Its object is usually identified by name or code.
    pub(super) identifies: bool,
    pub(super) names: Halves<List>,
    pub(super) spoken: Halves<List>,
    pub(super) questions: Halves<List>,
}

/// What a tool is about; see `data/domains.rs`.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) name: &'static str,
    /// Ways to say it; never empty.
    pub(super) spoken: List,
    /// Neither article nor plural.
    pub(super) mass: bool,
}

/// A field of life with its tools; see `data/domains.rs`.
#[derive(Debug)]
pub(super) struct Domain {
    pub(super) name: &'static str,
    pub(super) objects: Vec<Object>,
    pub(super) verbs: Vec<&'static Verb>,
    pub(super) concepts: Vec<&'static Concept>,
}

/// A kind of parameter; see `data/params.rs`.
#[derive(Debug)]
pub(super) struct Concept {
    pub(super) key: &'static str,
    pub(super) kind: &'static str,
    pub(super) names: Halves<List>,
    pub(super) phrases: Halves<List>,
    pub(super) meaning: &'static str,
}

fn halves(text: &'static str, separator: &[char]) -> Halves<List> {
    let part = |text: &'static str| text.split(separator).map(str::trim).filter(|entry| !entry.is_empty()).collect();
    let (train, held) = text.split_once(" / ").unwrap_or((text, ""));
    Halves { train: part(train), held: part(held) }
}

fn fields<const N: usize>(line: &'static str) -> Option<[&'static str; N]> {
    let mut rest = line.split('|').map(str::trim);
    let mut fields = [""; N];
    for field in &mut fields {
        *field = rest.next()?;
    }
    rest.next().is_none().then_some(fields)
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

pub(super) static VERBS: LazyLock<Vec<Verb>> = LazyLock::new(|| {
    let verb = |line| {
        let [key, group, flags, names, spoken, questions] = fields(line)?;
        Some(Verb {
            key,
            group,
            determiner: flags.chars().next()?,
            identifies: flags.ends_with('i'),
            names: halves(names, &[' ']),
            spoken: halves(spoken, &[';']),
            questions: halves(questions, &[';']),
        })
    };
    lines(verbs::VERBS).filter_map(verb).collect()
});

pub(super) static CONCEPTS: LazyLock<Vec<Concept>> = LazyLock::new(|| {
    let concept = |line| {
        let [key, kind, names, phrases, meaning] = fields(line)?;
        Some(Concept { key, kind, names: halves(names, &[' ']), phrases: halves(phrases, &[';']), meaning })
    };
    [params::PLACES, params::TIMES, params::NUMBERS, params_more::NAMES, params_more::CHOICES, params_more::SWITCHES]
        .into_iter()
        .flat_map(lines)
        .filter_map(concept)
        .collect()
});

fn object(entry: &'static str) -> Object {
    let mass = entry.starts_with('~');
    let mut forms: List = entry.trim_start_matches('~').split('=').map(str::trim).collect();
    let name = forms[0];
    if forms.len() > 1 {
        forms.push(forms[1]);
    }
    Object { name, spoken: forms, mass }
}

pub(super) static DOMAINS: LazyLock<Halves<Vec<Domain>>> = LazyLock::new(|| {
    let verb_of: BTreeMap<&str, &'static Verb> = VERBS.iter().map(|verb| (verb.key, verb)).collect();
    let concept_of: BTreeMap<&str, &'static Concept> = CONCEPTS.iter().map(|concept| (concept.key, concept)).collect();
    let domain = |line| {
        let [name, objects, verbs, concepts] = fields(line)?;
        Some(Domain {
            name,
            objects: objects.split(',').map(str::trim).map(object).collect(),
            verbs: verbs.split(' ').filter_map(|key| verb_of.get(key).copied()).collect(),
            concepts: concepts.split(' ').filter_map(|key| concept_of.get(key).copied()).collect(),
        })
    };
    Halves {
        train: lines(domains::DOMAINS).filter_map(domain).collect(),
        held: lines(domains_held::HELD_DOMAINS).filter_map(domain).collect(),
    }
});

/// Frames, joiners and noise; see `data/wording.rs`.
#[derive(Debug)]
pub(super) struct Wording {
    pub(super) frames: List,
    pub(super) leads: List,
    pub(super) follows: List,
    pub(super) calls: List,
    pub(super) named: Vec<(&'static str, &'static str)>,
    pub(super) stated: List,
    pub(super) joiners: List,
    pub(super) noise_before: List,
    pub(super) noise_after: List,
    pub(super) chitchat: List,
}

pub(super) static WORDING: LazyLock<Halves<Wording>> = LazyLock::new(|| {
    let list = |text: &'static str| text.split(';').map(str::trim).filter(|entry| !entry.is_empty()).collect::<List>();
    let named = |text| list(text).into_iter().filter_map(|entry| entry.split_once('|')).collect();
    Halves {
        train: Wording {
            frames: list(wording::FRAMES),
            leads: list(wording::LEADS),
            follows: list(wording::FOLLOWS),
            calls: list(wording::CALLS),
            named: named(wording::NAMED),
            stated: list(wording::STATED),
            joiners: wording::JOINERS.to_vec(),
            noise_before: list(wording::NOISE_BEFORE),
            noise_after: list(wording::NOISE_AFTER),
            chitchat: list(text::CHITCHAT),
        },
        held: Wording {
            frames: list(wording::HELD_FRAMES),
            leads: list(wording::HELD_LEADS),
            follows: list(wording::HELD_FOLLOWS),
            calls: list(wording::HELD_CALLS),
            named: named(wording::HELD_NAMED),
            stated: list(wording::HELD_STATED),
            joiners: wording::HELD_JOINERS.to_vec(),
            noise_before: list(wording::HELD_NOISE_BEFORE),
            noise_after: list(wording::HELD_NOISE_AFTER),
            chitchat: list(text::HELD_CHITCHAT),
        },
    }
});

/// Words of a composed name: nouns, adjectives, qualifiers.
#[derive(Debug)]
pub(super) struct Lexicon {
    pub(super) nouns: List,
    pub(super) adjectives: List,
    pub(super) qualifiers: List,
}

pub(super) static LEXICON: LazyLock<Halves<Lexicon>> = LazyLock::new(|| {
    let list = |text: &'static str| text.split_whitespace().collect::<List>();
    Halves {
        train: Lexicon {
            nouns: list(nouns::NOUNS),
            adjectives: list(nouns::ADJECTIVES),
            qualifiers: list(nouns::QUALIFIERS),
        },
        held: Lexicon {
            nouns: list(nouns::HELD_NOUNS),
            adjectives: list(nouns::HELD_ADJECTIVES),
            qualifiers: list(nouns::HELD_QUALIFIERS),
        },
    }
});

/// Lists of things that a value can name; `_` is a space.
#[derive(Debug)]
pub(super) struct Entities {
    pub(super) first: List,
    pub(super) surnames: List,
    pub(super) companies: List,
    pub(super) company_endings: List,
    pub(super) teams: List,
    pub(super) cities: List,
    pub(super) countries: List,
    pub(super) states: List,
    pub(super) streets: List,
    pub(super) street_endings: List,
    pub(super) languages: List,
    pub(super) currencies: List,
    pub(super) tickers: List,
    pub(super) products: List,
    pub(super) foods: List,
    pub(super) animals: List,
    pub(super) colors: List,
    pub(super) topics: List,
    pub(super) genres: List,
    pub(super) symptoms: List,
    pub(super) medicines: List,
    pub(super) sports: List,
    pub(super) materials: List,
    pub(super) units: List,
    pub(super) extensions: List,
    pub(super) mail_hosts: List,
    pub(super) sentences: List,
    pub(super) notes: List,
}

pub(super) static ENTITIES: LazyLock<Entities> = LazyLock::new(|| {
    let words = |text: &'static str| text.split_whitespace().collect::<List>();
    let lines = |text: &'static str| text.split(';').map(str::trim).filter(|entry| !entry.is_empty()).collect::<List>();
    Entities {
        first: words(people::FIRST_NAMES),
        surnames: words(people::SURNAMES),
        companies: words(people::COMPANIES),
        company_endings: words(people::COMPANY_ENDINGS),
        teams: words(people::TEAMS),
        cities: words(places::CITIES),
        countries: words(places::COUNTRIES),
        states: words(places::STATES),
        streets: words(places::STREETS),
        street_endings: words(places::STREET_ENDINGS),
        languages: words(places::LANGUAGES),
        currencies: words(places::CURRENCIES),
        tickers: words(places::TICKERS),
        products: words(things::PRODUCTS),
        foods: words(things::FOODS),
        animals: words(things::ANIMALS),
        colors: words(things::COLORS),
        topics: words(things::TOPICS),
        genres: words(things::GENRES),
        symptoms: words(things::SYMPTOMS),
        medicines: words(things::MEDICINES),
        sports: words(things::SPORTS),
        materials: words(things::MATERIALS),
        units: words(things::UNITS),
        extensions: words(things::EXTENSIONS),
        mail_hosts: words(things::MAIL_HOSTS),
        sentences: lines(text::SENTENCES),
        notes: lines(text::NOTES),
    }
});

static REAL_WORDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    let mut words = BTreeSet::new();
    for half in [Half::Train, Half::Held] {
        let lexicon = LEXICON.get(half);
        words.extend(lexicon.nouns.iter().chain(&lexicon.adjectives).chain(&lexicon.qualifiers));
        words.extend(CONCEPTS.iter().flat_map(|concept| concept.names.get(half)).flat_map(|name| name.split('_')));
        let objects = DOMAINS.get(half).iter().flat_map(|domain| &domain.objects);
        words.extend(objects.flat_map(|object| object.name.split(' ')));
    }
    words
});

/// True for words of the tables, which a coined word must not repeat.
pub(super) fn is_real_word(word: &str) -> bool {
    REAL_WORDS.contains(word)
}

static CONCEPT_NAMES: LazyLock<Halves<BTreeSet<String>>> = LazyLock::new(|| {
    let names = |half| {
        CONCEPTS.iter().flat_map(move |concept: &Concept| concept.names.get(half)).map(|name| name.replace('_', " "))
    };
    Halves { train: names(Half::Train).collect(), held: names(Half::Held).collect() }
});

/// True when the words of a parameter's name are what a concept of the other half is called.
pub(super) fn is_name_of_other_half(words: &str, half: Half) -> bool {
    let other = if half == Half::Train { Half::Held } else { Half::Train };
    CONCEPT_NAMES.get(other).contains(words)
}
