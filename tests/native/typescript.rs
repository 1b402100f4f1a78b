//! The types that JavaScript sees are those of Rust: `www/package/src/types.ts` has the same fields, in camelCase, and the same names of
//! values.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use autodidact::{
    adaptation::{AdaptationConfig, TrainEvent},
    adapter::LoraConfig,
    agent::{
        Answer, AnswerKind, AskOptions, Completion, CompletionOptions, ContextReport, ExportFormat, ExportOptions,
        GateReport, ImportOptions, JudgementReport, Learn, MemoryMode, MemoryOptions, ModelReport, OrdersReport, Phase,
        Proposal, Question, Recalled, ScoreReport, SearchReport, Taught, Trace, TrainingReport,
    },
    backend::{BackendReport, SelfTest},
    calls::LeftOut,
    format::FloatType,
    identity::ModelIdentity,
    inference::Sampling,
    storage::{AdapterMeta, Lesson, LessonSource, MemoryMeta},
    synthesis::{Checks, Request, Synthesis, SynthesisConfig},
    task::{Annotations, Message, Pair, Tool, ToolCall},
    uncertainty::{Candidate, Estimator, ScoreConfig},
    words::{Gap, GapReason},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, Visitor, value::Error},
    forward_to_deserialize_any,
};

/// Asked for a value, it only notes the names of the fields or variants that serde expects.
#[derive(Default)]
struct Names(RefCell<Vec<&'static str>>);

impl<'de> Deserializer<'de> for &Names {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        self.0.borrow_mut().extend(fields);
        Err(Error::custom("only the names are wanted"))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        self.0.borrow_mut().extend(variants);
        Err(Error::custom("only the names are wanted"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("neither a struct nor an enumeration"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map identifier ignored_any
    }
}

/// The names that serde reads for a type.
fn names<T: for<'de> Deserialize<'de>>() -> BTreeSet<String> {
    let names = Names::default();
    // Always an error: nothing is there to be read.
    assert!(T::deserialize(&names).is_err());
    let names: BTreeSet<String> = names.0.into_inner().into_iter().map(str::to_owned).collect();
    assert!(!names.is_empty(), "no names: is the type one with named fields?");
    names
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |done, part| done + &part[..1].to_uppercase() + &part[1..])
}

fn camel_names<T: for<'de> Deserialize<'de>>() -> BTreeSet<String> {
    names::<T>().iter().map(|name| camel(name)).collect()
}

struct Declarations(String);

impl Declarations {
    fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/package/src/types.ts");
        Self(fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
    }

    /// The members of an interface.
    fn interface(&self, name: &str) -> BTreeSet<String> {
        let start = format!("export interface {name} {{\n");
        let body = self.0.split(&start).nth(1).unwrap_or_else(|| panic!("no interface `{name}`"));
        let body = body.split("\n}").next().unwrap();
        let members = body.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(": "));
        let members = members.map(|(name, _)| name.trim_end_matches('?').to_owned());
        members.filter(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_')).collect()
    }

    /// The words of a type that is one of some texts.
    fn words(&self, name: &str) -> BTreeSet<String> {
        let start = format!("export type {name} =");
        let body = self.0.split(&start).nth(1).unwrap_or_else(|| panic!("no type `{name}`"));
        body.split(';').next().unwrap().split('\'').skip(1).step_by(2).map(str::to_owned).collect()
    }
}

#[test]
fn structs_have_the_same_fields() {
    let declared = Declarations::read();
    let mut rust: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    macro_rules! structs {
        ($($name:ident),*) => { $(rust.insert(stringify!($name), camel_names::<$name>());)* };
    }
    structs!(
        AdaptationConfig,
        AdapterMeta,
        Annotations,
        Answer,
        AskOptions,
        BackendReport,
        Candidate,
        Checks,
        Completion,
        ContextReport,
        ExportOptions,
        GateReport,
        ImportOptions,
        JudgementReport,
        LeftOut,
        Lesson,
        LoraConfig,
        MemoryMeta,
        MemoryOptions,
        ModelIdentity,
        ModelReport,
        OrdersReport,
        Pair,
        Proposal,
        Question,
        Recalled,
        ScoreConfig,
        ScoreReport,
        SearchReport,
        SelfTest,
        Synthesis,
        SynthesisConfig,
        Taught,
        Tool,
        ToolCall,
        Trace,
        TrainEvent,
        TrainingReport
    );
    // Messages keep OpenAI's names.
    rust.insert("Message", names::<Message>());
    for (name, mut fields) in rust {
        if name == "Tool" {
            // Other names of the schema, which are read and never written.
            fields.retain(|field| !["inputSchema", "input_schema", "parametersJsonSchema"].contains(&field.as_str()));
        }
        if name == "AdapterMeta" {
            // Written, and never read from a file.
            fields.insert("session".into());
        }
        assert_eq!(declared.interface(name), fields, "{name}");
    }
    // Sampling stands flat among the options of a completion, so serde names no fields here.
    let mut fields = camel_names::<Sampling>();
    fields.extend(["form", "maxTokens", "maxCalls", "stop", "adapter"].map(str::to_owned));
    let written = serde_json::to_value(CompletionOptions::default()).unwrap();
    assert_eq!(written.as_object().unwrap().keys().map(|key| camel(key)).collect::<BTreeSet<_>>(), fields);
    assert_eq!(declared.interface("CompletionOptions"), fields);
}

#[test]
fn a_request_to_a_teacher_has_the_same_fields() {
    let request = Request { prompt: "", temperature: 0.0, top_p: 1.0, max_tokens: 1, seed: 0 };
    let written = fields_of(&request);
    assert_eq!(Declarations::read().interface("TeacherRequest"), written);
}

fn fields_of(value: &impl Serialize) -> BTreeSet<String> {
    serde_json::to_value(value).unwrap().as_object().unwrap().keys().map(|key| camel(key)).collect()
}

#[test]
fn a_gap_has_the_same_fields() {
    let reason = GapReason::OutOfRange { said: "140 percent".to_owned() };
    let gap = Gap { argument: "level".to_owned(), reason };
    assert_eq!(Declarations::read().interface("Gap"), fields_of(&gap));
    let why = |reason| serde_json::to_value(Gap { argument: String::new(), reason }).unwrap()["why"].clone();
    let said = String::new;
    let all = [
        why(GapReason::Missing),
        why(GapReason::OutOfRange { said: said() }),
        why(GapReason::NotAllowed { said: said() }),
        why(GapReason::OtherUnit { said: said() }),
    ];
    assert_eq!(all, ["missing", "out-of-range", "not-allowed", "other-unit"]);
}

#[test]
fn values_have_the_same_names() {
    let declared = Declarations::read();
    assert_eq!(declared.words("AnswerKind"), names::<AnswerKind>());
    assert_eq!(declared.words("Estimator"), names::<Estimator>());
    assert_eq!(declared.words("ExportFormat"), names::<ExportFormat>());
    assert_eq!(declared.words("FloatType"), names::<FloatType>());
    assert_eq!(declared.words("LessonSource"), names::<LessonSource>());
    assert_eq!(declared.words("MemoryMode"), names::<MemoryMode>());
    assert_eq!(declared.words("Phase"), names::<Phase>());
    // `below` and `share` carry a number, and are keys of an object.
    let mut learn = declared.words("Learn");
    learn.extend(["below", "share"].map(str::to_owned));
    assert_eq!(learn, names::<Learn>());
}
