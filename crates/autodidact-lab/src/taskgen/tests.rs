use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::data::{domains, domains_held, params, params_more, text, verbs, wording};
use super::kind::Kind;
use super::tables::{CONCEPTS, DOMAINS, Half, LEXICON, VERBS};
use super::words::{article, coin_half, plural};
use super::{GeneratedSample, Generator, GeneratorConfig, Plan, Split};
use autodidact::task::{Tool, ToolCall};

fn examples(split: Split, seed: u64, count: usize) -> Vec<GeneratedSample> {
    let mut generator = Generator::new(split, seed, GeneratorConfig::default());
    (0..count).map(|_| generator.sample()).collect()
}

/// Words of a name, whatever its style.
fn words(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        match c {
            '_' | '-' | '.' => words.push(' '),
            c if c.is_uppercase() => {
                words.push(' ');
                words.extend(c.to_lowercase());
            }
            c => words.push(c),
        }
    }
    words.trim().to_owned()
}

fn fits(schema: &Json, value: &Json) -> bool {
    if let Some(options) = schema.get("enum").and_then(Json::as_array) {
        return options.contains(value);
    }
    match schema.get("type").and_then(Json::as_str) {
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.as_array().is_some_and(|items| items.iter().all(|item| fits(&schema["items"], item))),
        _ => false,
    }
}

/// Asserts that the calls are right for the menu; adds to the counts of strings, and of strings that the query holds.
fn check(tools: &[Tool], query: &str, calls: &[ToolCall], strings: &mut (u32, u32)) {
    for call in calls {
        let tool = tools.iter().find(|tool| tool.name == call.name).unwrap_or_else(|| panic!("no tool {}", call.name));
        for required in tool.required() {
            assert!(call.arguments.contains_key(required), "{} lacks {required}", call.name);
        }
        let order: Vec<&str> = tool.properties().map(|(name, _)| name).collect();
        let mut last = 0;
        for (name, value) in &call.arguments {
            let at = order.iter().position(|known| known == name).unwrap_or_else(|| panic!("unknown argument {name}"));
            assert!(at >= last, "arguments of {} are not in schema order", call.name);
            last = at;
            assert!(fits(&tool.parameters["properties"][name], value), "{name} = {value} does not fit its schema");
            let texts: Vec<&Json> = value.as_array().map_or_else(|| vec![value], |items| items.iter().collect());
            for text in texts.into_iter().filter_map(Json::as_str) {
                strings.0 += 1;
                strings.1 += u32::from(query.contains(text));
            }
        }
    }
}

#[test]
fn same_seed_gives_the_same_tasks() {
    for split in Split::ALL {
        for (one, two) in examples(split, 3, 200).iter().zip(&examples(split, 3, 200)) {
            assert_eq!((&one.query, &one.calls, &one.tools), (&two.query, &two.calls, &two.tools));
        }
    }
    assert_ne!(examples(Split::Train, 3, 1)[0].query, examples(Split::Train, 4, 1)[0].query);
}

/// No placeholder, mark or stray space is left over.
#[test]
fn queries_are_clean_text() {
    for split in Split::ALL {
        for example in examples(split, 9, 1200) {
            let query = &example.query;
            assert!(!query.is_empty() && query.trim() == query, "{query:?}");
            assert!(
                !query.contains(['{', '}', '\u{1}', '\u{2}', '#'])
                    || [" #", "\"#", "'#"].iter().any(|hashtag| query.contains(hashtag)),
                "{query:?}"
            );
            assert!(!query.contains("  ") && !query.contains(" ,") && !query.contains(" ?"), "{query:?}");
        }
    }
}

#[test]
fn calls_fit_their_menu_and_copy_from_the_query() {
    for split in Split::ALL {
        let mut strings = (0, 0);
        for example in examples(split, 11, 1500) {
            check(&example.tools, &example.query, &example.calls, &mut strings);
        }
        assert!(f64::from(strings.1) >= 0.95 * f64::from(strings.0), "{split:?}: {strings:?}");
    }
}

#[test]
fn numbers_and_booleans_are_said() {
    let (mut numbers, mut said) = (0, 0);
    for example in examples(Split::Train, 12, 2000) {
        for value in example.calls.iter().flat_map(|call| call.arguments.values()).filter(|value| value.is_number()) {
            numbers += 1;
            said += u32::from(example.query.contains(&value.to_string()));
        }
    }
    assert!(f64::from(said) >= 0.93 * f64::from(numbers), "{said} of {numbers}");
}

#[test]
fn names_in_a_menu_are_unique() {
    for example in examples(Split::Train, 5, 2000) {
        let names: BTreeSet<&str> = example.tools.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!(names.len(), example.tools.len());
    }
}

#[test]
fn similar_asks_for_the_same_tools_in_other_words() {
    for split in Split::ALL {
        let mut generator = Generator::new(split, 21, GeneratorConfig::default());
        let (mut pairs, mut other_query, mut valued, mut other_values, mut strings) = (0, 0, 0, 0, (0, 0));
        for _ in 0..700 {
            let example = generator.sample();
            let pair = generator.similar(&example);
            check(&example.tools, &pair.query, &pair.calls, &mut strings);
            let names = |calls: &[ToolCall]| calls.iter().map(|call| call.name.clone()).collect::<BTreeSet<_>>();
            assert_eq!(names(&example.calls), names(&pair.calls));
            pairs += 1;
            other_query += u32::from(example.query != pair.query);
            if example.calls.iter().any(|call| !call.arguments.is_empty()) {
                valued += 1;
                other_values += u32::from(example.calls != pair.calls);
            }
        }
        assert!(other_query * 1000 >= pairs * 995, "{other_query} of {pairs}");
        assert!(other_values * 100 >= valued * 98, "{other_values} of {valued}");
    }
}

#[test]
fn held_out_tools_share_no_name_with_training() {
    let collect = |split: Split, seed: u64| {
        let (mut tools, mut params) = (BTreeSet::new(), BTreeSet::new());
        for example in examples(split, seed, 4_000) {
            for tool in &example.tools {
                tools.insert(words(&tool.name));
                params.extend(tool.properties().map(|(name, _)| words(name)));
            }
        }
        (tools, params)
    };
    let seen = collect(Split::Train, 1);
    for split in [Split::UnseenTools, Split::UnseenBoth] {
        let held = collect(split, 2);
        let tools: Vec<&String> = seen.0.intersection(&held.0).collect();
        let params: Vec<&String> = seen.1.intersection(&held.1).collect();
        assert!(tools.is_empty(), "tools: {tools:?}");
        assert!(params.is_empty(), "parameters: {params:?}");
    }
}

#[test]
fn tables_are_partitioned() {
    let set = |half: Half| {
        let mut names = BTreeSet::new();
        let mut phrases = BTreeSet::new();
        for concept in CONCEPTS.iter() {
            names.extend(concept.names.get(half).iter().copied());
            phrases.extend(concept.phrases.get(half).iter().map(|phrase| phrase.text));
        }
        for verb in VERBS.iter() {
            phrases.extend(verb.spoken.get(half).iter().copied());
            phrases.extend(verb.questions.get(half).iter().map(|question| question.text));
        }
        let objects: BTreeSet<&str> =
            DOMAINS.get(half).iter().flat_map(|domain| &domain.objects).map(|object| object.name).collect();
        let lexicon = LEXICON.get(half);
        let nouns: BTreeSet<&str> =
            lexicon.nouns.iter().chain(&lexicon.adjectives).chain(&lexicon.qualifiers).copied().collect();
        [names, phrases, objects, nouns]
    };
    for (seen, held) in set(Half::Train).iter().zip(&set(Half::Held)) {
        assert!(!seen.is_empty() && !held.is_empty());
        let both: Vec<_> = seen.intersection(held).collect();
        assert!(both.is_empty(), "{both:?}");
    }
    let split =
        |text: &'static str| text.split(';').map(str::trim).filter(|entry| !entry.is_empty()).collect::<BTreeSet<_>>();
    for (seen, held) in [
        (wording::FRAMES, wording::HELD_FRAMES),
        (wording::LEADS, wording::HELD_LEADS),
        (wording::FOLLOWS, wording::HELD_FOLLOWS),
        (wording::CALLS, wording::HELD_CALLS),
        (wording::NAMED, wording::HELD_NAMED),
        (wording::STATED, wording::HELD_STATED),
        (wording::NOISE_BEFORE, wording::HELD_NOISE_BEFORE),
        (wording::NOISE_AFTER, wording::HELD_NOISE_AFTER),
        (text::CHITCHAT, text::HELD_CHITCHAT),
    ] {
        assert_eq!(split(seen).intersection(&split(held)).count(), 0);
    }
    assert!(wording::JOINERS.iter().all(|joiner| !wording::HELD_JOINERS.contains(joiner)));
}

#[test]
fn tables_are_read_in_full() {
    let lines = |text: &str| text.lines().filter(|line| !line.trim().is_empty()).count();
    assert_eq!(VERBS.len(), lines(verbs::VERBS));
    let concepts = [
        params::PLACES,
        params::TIMES,
        params::NUMBERS,
        params_more::NAMES,
        params_more::CHOICES,
        params_more::SWITCHES,
    ];
    assert_eq!(CONCEPTS.len(), concepts.into_iter().map(lines).sum::<usize>());
    assert_eq!(DOMAINS.get(Half::Train).len(), lines(domains::DOMAINS));
    assert_eq!(DOMAINS.get(Half::Held).len(), lines(domains_held::HELD_DOMAINS));
    assert!(DOMAINS.get(Half::Train).len() >= 40);
    let keys: BTreeSet<&str> = CONCEPTS.iter().map(|concept| concept.key).collect();
    assert_eq!(keys.len(), CONCEPTS.len());
    for concept in CONCEPTS.iter() {
        for half in [Half::Train, Half::Held] {
            assert!(!concept.names.get(half).is_empty() && !concept.phrases.get(half).is_empty(), "{}", concept.key);
        }
    }
    for table in [domains::DOMAINS, domains_held::HELD_DOMAINS] {
        for line in table.lines().filter(|line| !line.is_empty()) {
            let fields: Vec<&str> = line.split('|').collect();
            for key in fields[2].split(' ') {
                assert!(VERBS.iter().any(|verb| verb.key == key), "{}: verb {key}", fields[0]);
            }
            for key in fields[3].split(' ') {
                assert!(keys.contains(key), "{}: parameter {key}", fields[0]);
            }
        }
    }
}

/// A table with a misspelled kind is not read in full, which the test above notices.
#[test]
fn unknown_kinds_are_not_read() {
    for known in
        ["city", "word", "list:first", "int:1:9", "dec:0:5:1", "money:10:90", "enum:a:b", "digits:5", "ints", "bool"]
    {
        assert!(Kind::parse(known).is_some(), "{known}");
    }
    for unknown in ["citty", "", "list:citty", "list", "int:1", "dec:0:5:-1", "digits:five"] {
        assert!(Kind::parse(unknown).is_none(), "{unknown}");
    }
}

#[test]
fn distribution_is_as_configured() {
    let all = examples(Split::Train, 31, 5_000);
    let share = |test: &dyn Fn(&GeneratedSample) -> bool| {
        all.iter().filter(|example| test(example)).count() as f64 / all.len() as f64
    };
    let none = share(&|example| example.calls.is_empty());
    let several = share(&|example| example.calls.len() > 1);
    let described = share(&|example| example.tools.iter().any(|tool| !tool.description.is_empty()));
    assert!((0.025..0.055).contains(&none), "no tool: {none}");
    assert!((0.08..0.14).contains(&several), "several calls: {several}");
    assert!((0.55..0.85).contains(&described), "described: {described}");
    for size in 1..=8 {
        assert!(share(&|example| example.tools.len() == size) > 0.005, "menus of {size}");
    }
    let first = share(&|example| {
        example.tools.len() > 1 && example.calls.first().is_some_and(|c| c.name == example.tools[0].name)
    });
    assert!(first < 0.5, "the first tool is right in {first}");
    let distinct: BTreeSet<&str> = all.iter().map(|example| example.query.as_str()).collect();
    assert!(distinct.len() > 4_900, "{} distinct queries", distinct.len());
}

#[test]
fn further_requests_lack_a_tool_as_often_as_first_ones() {
    let mut generator = Generator::new(Split::Train, 57, GeneratorConfig::default());
    let (mut none, mut chat, mut all) = (0_u32, 0_u32, 0_u32);
    for _ in 0..1_000 {
        let first = generator.sample();
        for _ in 0..5 {
            let example = generator.another(&first);
            assert_eq!(example.tools, first.tools);
            all += 1;
            if example.calls.is_empty() {
                none += 1;
                chat += u32::from(matches!(example.recipe.plan, Plan::Chat));
                if let Plan::Missing(tool) = &example.recipe.plan {
                    assert!(!example.recipe.menu.iter().any(|other| other.stands_for(tool)), "{}", example.query);
                }
            }
        }
    }
    let share = f64::from(none) / f64::from(all);
    assert!((0.03..0.05).contains(&share), "no tool: {share}");
    assert!((0.15..0.45).contains(&(f64::from(chat) / f64::from(none))), "{chat} of {none} ask for nothing");
}

#[test]
fn texts_are_short() {
    let all = examples(Split::Train, 41, 2_000);
    let size = |tool: &Tool| {
        let params: usize =
            tool.properties().map(|(name, schema)| name.len() + 10 + schema["enum"].to_string().len()).sum();
        tool.name.len() + tool.description.len() + params
    };
    let menus: Vec<usize> = all.iter().map(|example| example.tools.iter().map(size).sum()).collect();
    let queries: usize = all.iter().map(|example| example.query.len()).sum();
    let mean = (menus.iter().sum::<usize>() + queries) / all.len();
    assert!(mean < 420, "menu and query have {mean} characters on average");
    assert!(menus.iter().all(|&menu| menu < 1300));
}

#[test]
fn configuration_is_obeyed_and_validated() {
    let config =
        GeneratorConfig { max_tools: 2, max_params: 1, no_tool_rate: 0.0, multi_call_rate: 0.0, ..Default::default() };
    assert!(config.validate().is_ok());
    let mut generator = Generator::new(Split::Train, 1, config);
    for _ in 0..1000 {
        let example = generator.sample();
        assert_eq!(example.calls.len(), 1);
        assert!(example.tools.len() <= 2 && example.tools.iter().all(|tool| tool.properties().count() <= 1));
    }
    let wrong = GeneratorConfig { max_tools: 13, ..Default::default() };
    assert_eq!(wrong.validate().unwrap_err().code(), "ConfigError");
    let wrong = GeneratorConfig { typo_rate: f64::NAN, ..Default::default() };
    assert!(wrong.validate().is_err());
}

#[test]
fn words_are_inflected() {
    assert_eq!(plural("wish list"), "wish lists");
    assert_eq!(plural("area of a triangle"), "areas of a triangle");
    assert_eq!(plural("battery"), "batteries");
    assert_eq!(plural("essay"), "essays");
    assert_eq!(plural("box"), "boxes");
    assert_eq!((article("hotel"), article("invoice"), article("unit"), article("\u{1}old")), ("a", "an", "a", "an"));
    assert_eq!(coin_half("vorlim"), coin_half("vorlim"));
}
