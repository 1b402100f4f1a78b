//! The data tables in parsed form. Lines that cannot be read are left out; a test asserts that there are none.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::data::{domains, domains_held, nouns, params, params_more, people, places, text, things, verbs, wording};
use super::kind::Kind;

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

/// Which objects an action takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Determiner {
    /// A new one, or any.
    Any,
    /// A certain one.
    Certain,
    /// Many.
    Many,
}

impl Determiner {
    fn parse(flags: &str) -> Option<Self> {
        match flags.chars().next()? {
            'a' => Some(Self::Any),
            't' => Some(Self::Certain),
            'p' => Some(Self::Many),
            _ => None,
        }
    }
}

/// A question or a statement that asks for what a call answers: `{a}` (a hotel), `{t}` (the hotel), `{p}` (hotels).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) is_statement: bool,
    pub(super) text: &'static str,
}

impl Question {
    fn parse(entry: &'static str) -> Self {
        Self { is_statement: entry.starts_with('!'), text: entry.trim_start_matches('!') }
    }
}

/// What a tool does; see `data/verbs.rs`.
#[derive(Debug)]
pub(super) struct Verb {
    pub(super) key: &'static str,
    pub(super) group: &'static str,
    pub(super) determiner: Determiner,
    /// Its object is usually identified by name or code.
    pub(super) identifies: bool,
    pub(super) names: Halves<List>,
    pub(super) spoken: Halves<List>,
    pub(super) questions: Halves<Vec<Question>>,
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

/// Where a phrase stands, or which value it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Behind the order, as in "in Paris".
    Adjunct,
    /// In place of the object, as in "the hotel called Astoria".
    Head,
    /// Before the object, as an adjective.
    Adjective,
    /// Behind the order; it means true.
    True,
    /// Behind the order; it means false.
    False,
}

/// Words for an argument, with its value at `{}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Phrase {
    pub(super) role: Role,
    pub(super) text: &'static str,
}

impl Phrase {
    fn parse(entry: &'static str) -> Self {
        let marks = [('@', Role::Head), ('^', Role::Adjective), ('+', Role::True), ('-', Role::False)];
        let marked = marks.into_iter().find_map(|(mark, role)| Some(Self { role, text: entry.strip_prefix(mark)? }));
        marked.unwrap_or(Self { role: Role::Adjunct, text: entry })
    }
}

/// A kind of parameter; see `data/params.rs`.
#[derive(Debug)]
pub(super) struct Concept {
    pub(super) key: &'static str,
    pub(super) kind: Kind,
    pub(super) names: Halves<List>,
    pub(super) phrases: Halves<Vec<Phrase>>,
    pub(super) meaning: &'static str,
}

/// The entries of a text.
fn entries(text: &'static str, separator: char) -> impl Iterator<Item = &'static str> {
    text.split(separator).map(str::trim).filter(|entry| !entry.is_empty())
}

/// The parts before and after ` / `, each as entries that `parse` reads.
fn halves<T>(text: &'static str, separator: char, parse: fn(&'static str) -> T) -> Halves<Vec<T>> {
    let part = |text| entries(text, separator).map(parse).collect();
    let (train, held) = text.split_once(" / ").unwrap_or((text, ""));
    Halves { train: part(train), held: part(held) }
}

/// An entry that is only text.
fn plain(entry: &'static str) -> &'static str {
    entry
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
            determiner: Determiner::parse(flags)?,
            identifies: flags.ends_with('i'),
            names: halves(names, ' ', plain),
            spoken: halves(spoken, ';', plain),
            questions: halves(questions, ';', Question::parse),
        })
    };
    lines(verbs::VERBS).filter_map(verb).collect()
});

pub(super) static CONCEPTS: LazyLock<Vec<Concept>> = LazyLock::new(|| {
    let concept = |line| {
        let [key, kind, names, phrases, meaning] = fields(line)?;
        let (kind, names, phrases) =
            (Kind::parse(kind)?, halves(names, ' ', plain), halves(phrases, ';', Phrase::parse));
        Some(Concept { key, kind, names, phrases, meaning })
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

/// A sentence around an order: `{A}` is the order, `{x}` its arguments, `{s}` sentences, `{T}` the tool's name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// The speaker does it ("I need to ..."), so orders with "me" do not fit.
    pub(super) is_own_deed: bool,
    pub(super) text: &'static str,
}

impl Frame {
    fn parse(entry: &'static str) -> Self {
        Self { is_own_deed: entry.starts_with('*'), text: entry.trim_start_matches('*') }
    }
}

/// How several arguments are stated by name: `{n}` name, `{an}` name with article, `{v}` value.
#[derive(Debug, Clone, Copy)]
pub(super) struct NameStyle {
    /// Stands before the first; a comma follows what is before it without a space.
    pub(super) opener: &'static str,
    pub(super) item: &'static str,
}

impl NameStyle {
    fn parse(entry: &'static str) -> Option<Self> {
        let (opener, item) = entry.split_once('|')?;
        Some(Self { opener, item })
    }
}

/// Frames, joiners and noise; see `data/wording.rs`.
#[derive(Debug)]
pub(super) struct Wording {
    pub(super) frames: Vec<Frame>,
    pub(super) leads: Vec<Frame>,
    pub(super) follows: Vec<Frame>,
    pub(super) calls: Vec<Frame>,
    pub(super) named: Vec<NameStyle>,
    pub(super) stated: List,
    pub(super) joiners: List,
    pub(super) noise_before: List,
    pub(super) noise_after: List,
    pub(super) chitchat: List,
}

pub(super) static WORDING: LazyLock<Halves<Wording>> = LazyLock::new(|| {
    let list = |text| entries(text, ';').collect::<List>();
    let frames = |text| entries(text, ';').map(Frame::parse).collect();
    let named = |text| entries(text, ';').filter_map(NameStyle::parse).collect();
    Halves {
        train: Wording {
            frames: frames(wording::FRAMES),
            leads: frames(wording::LEADS),
            follows: frames(wording::FOLLOWS),
            calls: frames(wording::CALLS),
            named: named(wording::NAMED),
            stated: list(wording::STATED),
            joiners: wording::JOINERS.to_vec(),
            noise_before: list(wording::NOISE_BEFORE),
            noise_after: list(wording::NOISE_AFTER),
            chitchat: list(text::CHITCHAT),
        },
        held: Wording {
            frames: frames(wording::HELD_FRAMES),
            leads: frames(wording::HELD_LEADS),
            follows: frames(wording::HELD_FOLLOWS),
            calls: frames(wording::HELD_CALLS),
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
    pub(super) jobs: List,
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
    pub(super) cuisines: List,
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
    let lines = |text| entries(text, ';').collect::<List>();
    Entities {
        first: words(people::FIRST_NAMES),
        surnames: words(people::SURNAMES),
        companies: words(people::COMPANIES),
        company_endings: words(people::COMPANY_ENDINGS),
        teams: words(people::TEAMS),
        jobs: words(people::JOBS),
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
        cuisines: words(things::CUISINES),
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
