//! Whether a value fits a schema (JSON Schema, draft 2020-12, with the older forms that menus have).

use std::collections::HashSet;

use fancy_regex::Regex;
use serde_json::{Map, Value};

use super::{issue::CallIssue, reference::resolve};

/// Deepest nesting of schemas that is judged; what lies deeper passes.
const DEPTH: usize = 64;

/// How objects are read.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Objects {
    /// Properties that no schema names are refused unless `additionalProperties` lets them in: a model invents them.
    Closed,
    /// As the standard says: anything may be added.
    Open,
}

/// Judges the arguments of one tool.
pub(super) struct Validator<'a> {
    tool: &'a str,
    root: &'a Value,
}

impl<'a> Validator<'a> {
    pub(super) fn new(tool: &'a str, root: &'a Value) -> Self {
        Self { tool, root }
    }

    /// All arguments, against the root of the schema.
    pub(super) fn arguments(&self, arguments: &Map<String, Value>) -> Result<(), CallIssue> {
        self.object(arguments, self.root, Objects::Closed, "", DEPTH)?;
        let all = Value::Object(arguments.clone());
        self.combinations(&all, self.root, Objects::Open, "", DEPTH)
    }

    fn value(
        &self,
        value: &Value,
        schema: &Value,
        objects: Objects,
        path: &str,
        depth: usize,
    ) -> Result<(), CallIssue> {
        if schema == &Value::Bool(false) {
            return Err(self.issue(path, "nothing", value));
        }
        if depth == 0 || value.is_null() && schema.get("nullable") == Some(&Value::Bool(true)) {
            return Ok(());
        }
        self.kind(value, schema, path)?;
        match value {
            Value::Number(_) => self.number(value, schema, path)?,
            Value::String(text) => self.text(text, value, schema, path)?,
            Value::Array(items) => self.array(items, value, schema, objects, path, depth)?,
            Value::Object(map) => {
                // What a combination adds to the object is not known here.
                let combined = COMBINATIONS.iter().any(|key| schema.get(key).is_some());
                let own = if combined { Objects::Open } else { objects };
                self.object(map, schema, own, path, depth)?;
            }
            Value::Null | Value::Bool(_) => {}
        }
        self.combinations(value, schema, objects, path, depth)
    }

    /// `type`, `enum` and `const`.
    fn kind(&self, value: &Value, schema: &Value, path: &str) -> Result<(), CallIssue> {
        let types: Vec<&str> = match schema.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if !types.is_empty() && !types.iter().any(|name| is_of_type(value, name)) {
            let (tool, argument) = (self.tool.to_owned(), path.to_owned());
            return Err(CallIssue::WrongType {
                tool,
                argument,
                expected: types.join(" or "),
                found: type_name(value).to_owned(),
            });
        }
        if let Some(members) = schema.get("enum").and_then(Value::as_array)
            && !members.iter().any(|member| equal(member, value))
        {
            let members: Vec<String> = members.iter().map(Value::to_string).collect();
            return Err(self.wrong(path, format!("one of {}", members.join(", ")), value));
        }
        match schema.get("const") {
            Some(constant) if !equal(constant, value) => Err(self.wrong(path, constant.to_string(), value)),
            _ => Ok(()),
        }
    }

    fn number(&self, value: &Value, schema: &Value, path: &str) -> Result<(), CallIssue> {
        let Some(number) = value.as_f64() else { return Ok(()) };
        for bound in bounds(schema) {
            if !bound.holds(number) {
                return Err(self.issue(path, &bound.words(), value));
            }
        }
        match schema.get("multipleOf") {
            Some(step) if !is_multiple(value, step) => Err(self.issue(path, &format!("a multiple of {step}"), value)),
            _ => Ok(()),
        }
    }

    fn text(&self, text: &str, value: &Value, schema: &Value, path: &str) -> Result<(), CallIssue> {
        self.size(text.chars().count(), schema, ["minLength", "maxLength"], "characters", value, path)?;
        let pattern = schema.get("pattern").and_then(Value::as_str);
        // A pattern that is no regular expression says nothing.
        let regex = pattern.and_then(|pattern| Regex::new(pattern).ok());
        match regex {
            Some(regex) if !regex.is_match(text).unwrap_or(false) => {
                Err(self.issue(path, &format!("text like {}", regex.as_str()), value))
            }
            _ => Ok(()),
        }
    }

    fn array(
        &self,
        items: &[Value],
        value: &Value,
        schema: &Value,
        objects: Objects,
        path: &str,
        depth: usize,
    ) -> Result<(), CallIssue> {
        self.size(items.len(), schema, ["minItems", "maxItems"], "items", value, path)?;
        let doubled = |(i, item): (usize, &Value)| items.iter().take(i).any(|other| equal(other, item));
        if schema.get("uniqueItems") == Some(&Value::Bool(true)) && items.iter().enumerate().any(doubled) {
            return Err(self.issue(path, "items that differ", value));
        }
        // Older drafts call the schemas of the first items `items`, and that of the rest `additionalItems`.
        let listed = schema.get("items").and_then(Value::as_array);
        let first = schema.get("prefixItems").and_then(Value::as_array).or(listed);
        let rest = if listed.is_some() { schema.get("additionalItems") } else { schema.get("items") };
        for (i, item) in items.iter().enumerate() {
            if let Some(inner) = first.and_then(|first| first.get(i)).or(rest) {
                self.value(item, inner, objects, &format!("{path}[{i}]"), depth - 1)?;
            }
        }
        match schema.get("contains") {
            Some(inner) => {
                let fits = |item: &&Value| self.value(item, inner, Objects::Open, path, depth - 1).is_ok();
                let count = items.iter().filter(fits).count();
                let limit = |key: &str| schema.get(key).and_then(Value::as_u64);
                let enough = count as u64 >= limit("minContains").unwrap_or(1);
                match enough && limit("maxContains").is_none_or(|most| count as u64 <= most) {
                    true => Ok(()),
                    false => Err(self.issue(path, "other items", value)),
                }
            }
            None => Ok(()),
        }
    }

    fn object(
        &self,
        map: &Map<String, Value>,
        schema: &Value,
        objects: Objects,
        path: &str,
        depth: usize,
    ) -> Result<(), CallIssue> {
        let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let (tool, root) = (|| self.tool.to_owned(), path.is_empty());
        for name in names(schema.get("required")) {
            if !map.contains_key(name) {
                return Err(CallIssue::MissingArgument { tool: tool(), argument: join(name) });
            }
        }
        for (name, needed) in schema.get("dependentRequired").and_then(Value::as_object).into_iter().flatten() {
            if let (true, Some(lost)) =
                (map.contains_key(name), names(Some(needed)).find(|name| !map.contains_key(*name)))
            {
                return Err(CallIssue::MissingArgument { tool: tool(), argument: join(lost) });
            }
        }
        let all = || Value::Object(map.clone());
        if schema.get("minProperties").or(schema.get("maxProperties")).is_some() {
            self.size(map.len(), schema, ["minProperties", "maxProperties"], "properties", &all(), path)?;
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        let patterns: Vec<(Regex, &Value)> = schema
            .get("patternProperties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter_map(|(pattern, inner)| Some((Regex::new(pattern).ok()?, inner)))
            .collect();
        // The arguments themselves, and objects whose properties are listed.
        let closed = objects == Objects::Closed && patterns.is_empty() && (root || properties.is_some());
        for (name, value) in map {
            let mut known = false;
            if let Some(inner) = properties.and_then(|properties| properties.get(name)) {
                known = true;
                self.value(value, inner, objects, &join(name), depth - 1)?;
            }
            for (pattern, inner) in &patterns {
                if pattern.is_match(name).unwrap_or(false) {
                    known = true;
                    self.value(value, inner, objects, &join(name), depth - 1)?;
                }
            }
            match schema.get("additionalProperties") {
                _ if known => {}
                Some(Value::Bool(false)) => {
                    return Err(CallIssue::UnknownArgument { tool: tool(), argument: join(name) });
                }
                Some(inner) => self.value(value, inner, objects, &join(name), depth - 1)?,
                None if closed => return Err(CallIssue::UnknownArgument { tool: tool(), argument: join(name) }),
                None => {}
            }
            if let Some(inner) = schema.get("propertyNames") {
                self.value(&Value::from(name.as_str()), inner, objects, &join(name), depth - 1)?;
            }
        }
        Ok(())
    }

    /// `$ref`, `anyOf`, `oneOf`, `allOf`, `not`, `if`.
    fn combinations(
        &self,
        value: &Value,
        schema: &Value,
        objects: Objects,
        path: &str,
        depth: usize,
    ) -> Result<(), CallIssue> {
        let Some(depth) = depth.checked_sub(1) else { return Ok(()) };
        let open = |inner: &Value| self.value(value, inner, Objects::Open, path, depth).is_ok();
        // A branch beside properties of the object's own knows only some of them.
        let branch = if schema.get("properties").is_some() { Objects::Open } else { objects };
        let branches = |key: &str| schema.get(key).and_then(Value::as_array);
        // A reference that leads nowhere says nothing.
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|reference| resolve(self.root, reference));
        if let Some(target) = target {
            self.value(value, target, branch, path, depth)?;
        }
        for inner in branches("allOf").into_iter().flatten() {
            let only = branches("allOf").is_some_and(|all| all.len() == 1);
            self.value(value, inner, if only { branch } else { Objects::Open }, path, depth)?;
        }
        for key in ["anyOf", "oneOf"] {
            let Some(all) = branches(key) else { continue };
            let fits = all.iter().any(|inner| self.value(value, inner, branch, path, depth).is_ok());
            // Several forms are too many even where only one of them would be written.
            if !fits || key == "oneOf" && all.iter().filter(|inner| open(inner)).count() != 1 {
                let one = if key == "oneOf" { "exactly one" } else { "one" };
                return Err(self.issue(path, &format!("{one} of the {} forms in the schema", all.len()), value));
            }
        }
        if schema.get("not").is_some_and(open) {
            return Err(self.issue(path, "something else", value));
        }
        if let Some(condition) = schema.get("if") {
            let then = if open(condition) { "then" } else { "else" };
            if let Some(inner) = schema.get(then) {
                self.value(value, inner, Objects::Open, path, depth)?;
            }
        }
        Ok(())
    }

    /// A length within its limits, unless they contradict each other.
    fn size(
        &self,
        size: usize,
        schema: &Value,
        keys: [&str; 2],
        what: &str,
        value: &Value,
        path: &str,
    ) -> Result<(), CallIssue> {
        let limit = |key: &str| schema.get(key).and_then(Value::as_f64);
        let [least, most] = keys.map(limit);
        if least.zip(most).is_some_and(|(least, most)| least > most) {
            return Ok(());
        }
        match (least, most) {
            (Some(least), _) if (size as f64) < least => {
                Err(self.issue(path, &format!("at least {least} {what}"), value))
            }
            (_, Some(most)) if size as f64 > most => Err(self.issue(path, &format!("at most {most} {what}"), value)),
            _ => Ok(()),
        }
    }

    fn issue(&self, path: &str, expected: &str, value: &Value) -> CallIssue {
        let (tool, argument, expected) = (self.tool.to_owned(), path.to_owned(), expected.to_owned());
        CallIssue::BadValue { tool, argument, expected, found: value.to_string() }
    }

    fn wrong(&self, path: &str, expected: String, value: &Value) -> CallIssue {
        CallIssue::WrongType {
            tool: self.tool.to_owned(),
            argument: path.to_owned(),
            expected,
            found: value.to_string(),
        }
    }
}

/// Keywords beside which an object may have more properties than it lists.
pub(crate) const COMBINATIONS: [&str; 5] = ["$ref", "allOf", "anyOf", "oneOf", "if"];

/// One bound of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bound<'a> {
    /// The keyword of JSON Schema for it.
    pub keyword: &'static str,
    /// The limit as the schema writes it.
    pub limit: &'a Value,
}

impl Bound<'_> {
    fn holds(self, number: f64) -> bool {
        let Some(limit) = self.limit.as_f64() else { return true };
        match self.keyword {
            "minimum" => number >= limit,
            "exclusiveMinimum" => number > limit,
            "maximum" => number <= limit,
            _ => number < limit,
        }
    }

    fn words(self) -> String {
        let words = match self.keyword {
            "minimum" => "at least",
            "exclusiveMinimum" => "more than",
            "maximum" => "at most",
            _ => "less than",
        };
        format!("{words} {}", self.limit)
    }
}

/// The bounds of a schema; none where they contradict each other. In draft 4 `exclusiveMinimum` is a flag of `minimum`.
pub(crate) fn bounds(schema: &Value) -> Vec<Bound<'_>> {
    let of = |keyword: &'static str, exclusive: &'static str| {
        let flag = schema.get(exclusive) == Some(&Value::Bool(true));
        let number = |key: &str| schema.get(key).filter(|limit| limit.is_number());
        let plain = number(keyword).map(|limit| Bound { keyword: if flag { exclusive } else { keyword }, limit });
        [plain, number(exclusive).map(|limit| Bound { keyword: exclusive, limit })]
    };
    let lower: Vec<Bound<'_>> = of("minimum", "exclusiveMinimum").into_iter().flatten().collect();
    let upper: Vec<Bound<'_>> = of("maximum", "exclusiveMaximum").into_iter().flatten().collect();
    let reachable = |low: &Bound<'_>| {
        upper.iter().all(|high| match (low.limit.as_f64(), high.limit.as_f64()) {
            (Some(least), Some(most)) => least < most || low.holds(most) && high.holds(least),
            _ => true,
        })
    };
    if lower.iter().all(reachable) { [lower, upper].concat() } else { Vec::new() }
}

/// As Python's `jsonschema` decides it.
fn is_multiple(value: &Value, step: &Value) -> bool {
    if let (Some(value), Some(step)) = (value.as_i64(), step.as_i64().filter(|step| *step != 0)) {
        return value % step == 0;
    }
    match (value.as_f64(), step.as_f64()) {
        (Some(value), Some(step)) if step != 0.0 => (value / step).fract() == 0.0,
        _ => true,
    }
}

fn names(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|x| x.fract() == 0.0),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        // Menus with other names are mended or refused before anything is written.
        _ => false,
    }
}

/// Equal as JSON: 1 is 1.0, and the order of properties does not matter.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64() == y.as_f64(),
        (Value::Array(x), Value::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(a, b)| equal(a, b)),
        (Value::Object(x), Value::Object(y)) => {
            let keys: HashSet<&String> = x.keys().chain(y.keys()).collect();
            keys.into_iter().all(|key| x.get(key).zip(y.get(key)).is_some_and(|(a, b)| equal(a, b)))
        }
        _ => a == b,
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
