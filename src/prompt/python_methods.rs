//! Methods of Python's strings that chat templates call and that `minijinja-contrib` does not have.

use minijinja::value::{Value, from_args};
use minijinja::{Error, ErrorKind, State};
use minijinja_contrib::pycompat;

/// Widest text that is padded.
const WIDEST: usize = 10_000;

/// Called for a method that the template engine does not know.
pub(super) fn call(state: &State<'_, '_>, value: &Value, method: &str, args: &[Value]) -> Result<Value, Error> {
    match pycompat::unknown_method_callback(state, value, method, args) {
        Err(error) if error.kind() == ErrorKind::UnknownMethod => match value.as_str() {
            Some(text) => of_text(text, method, args).unwrap_or(Err(error)),
            None => Err(error),
        },
        known => known,
    }
}

/// `None` for a method that is not known here either.
fn of_text(text: &str, method: &str, args: &[Value]) -> Option<Result<Value, Error>> {
    Some(match method {
        "removeprefix" => from_args(args).map(|(mark,): (&str,)| text.strip_prefix(mark).unwrap_or(text).into()),
        "removesuffix" => from_args(args).map(|(mark,): (&str,)| text.strip_suffix(mark).unwrap_or(text).into()),
        "rsplit" => from_args(args).map(|(mark, most): (Option<&str>, Option<i64>)| rsplit(text, mark, most)),
        "partition" => from_args(args).map(|(mark,): (&str,)| match text.split_once(mark) {
            Some((before, after)) => list(&[before, mark, after]),
            None => list(&[text, "", ""]),
        }),
        "rpartition" => from_args(args).map(|(mark,): (&str,)| match text.rsplit_once(mark) {
            Some((before, after)) => list(&[before, mark, after]),
            None => list(&["", "", text]),
        }),
        "index" => from_args(args).and_then(|(part,): (&str,)| match text.find(part) {
            Some(at) => Ok(text.get(..at).map_or(0, |before| before.chars().count()).into()),
            None => Err(Error::new(ErrorKind::InvalidOperation, "substring not found")),
        }),
        "swapcase" => from_args(args).map(|()| {
            let swap =
                |c: char| if c.is_uppercase() { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() };
            text.chars().map(swap).collect::<String>().into()
        }),
        "casefold" => from_args(args).map(|()| text.to_lowercase().into()),
        "zfill" => from_args(args).map(|(width,): (usize,)| {
            let digits = text.trim_start_matches(['+', '-']);
            let sign = text.strip_suffix(digits).unwrap_or_default();
            let zeros = "0".repeat(missing(text, width));
            format!("{sign}{zeros}{digits}").into()
        }),
        "ljust" | "rjust" | "center" => from_args(args).map(|(width, fill): (usize, Option<&str>)| {
            let (missing, fill) = (missing(text, width), fill.unwrap_or(" "));
            let left = match method {
                "ljust" => 0,
                "rjust" => missing,
                // As Python rounds.
                _ => missing / 2 + (missing & width & 1),
            };
            format!("{}{text}{}", fill.repeat(left), fill.repeat(missing - left)).into()
        }),
        _ => return None,
    })
}

fn list(parts: &[&str]) -> Value {
    parts.iter().map(|part| Value::from(*part)).collect()
}

fn missing(text: &str, width: usize) -> usize {
    width.min(WIDEST).saturating_sub(text.chars().count())
}

fn rsplit(text: &str, mark: Option<&str>, most: Option<i64>) -> Value {
    let limit = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    let Some(mark) = mark.filter(|mark| !mark.is_empty()) else {
        let mut parts = Vec::new();
        let mut rest = text.trim();
        while let (true, Some((before, after))) = (parts.len() < limit, rest.rsplit_once(char::is_whitespace)) {
            parts.push(after);
            rest = before.trim_end();
        }
        parts.extend(Some(rest).filter(|rest| !rest.is_empty()));
        parts.reverse();
        return list(&parts);
    };
    let mut parts: Vec<&str> = text.rsplitn(limit.saturating_add(1), mark).collect();
    parts.reverse();
    list(&parts)
}

#[cfg(test)]
mod tests {
    use minijinja::Environment;

    /// The right texts are Python's.
    #[test]
    fn as_python() {
        let mut environment = Environment::new();
        environment.set_unknown_method_callback(super::call);
        for (expression, text) in [
            ("'a-b-c'.rsplit('-', 1) | join('+')", "a-b+c"),
            ("'a-b-c'.rsplit('-') | join('+')", "a+b+c"),
            ("' a  b c '.rsplit(none, 1) | join('+')", "a  b+c"),
            ("'abc'.removeprefix('a') ~ 'abc'.removesuffix('c') ~ 'abc'.removeprefix('x')", "bcababc"),
            ("'k=v=w'.partition('=') | join('|')", "k|=|v=w"),
            ("'k=v=w'.rpartition('=') | join('|')", "k=v|=|w"),
            ("'kv'.rpartition('=') | join('|')", "||kv"),
            ("'éab'.index('b')", "2"),
            ("'Hello É'.swapcase()", "hELLO é"),
            ("'-7'.zfill(4) ~ 'a'.zfill(3) ~ 'long'.zfill(2)", "-00700along"),
            ("'a'.center(4) ~ '|' ~ 'ab'.center(5) ~ '|' ~ 'a'.ljust(3, '.') ~ 'a'.rjust(3)", " a  |  ab |a..  a"),
            ("'a,b'.split(',') | last", "b"),
        ] {
            let rendered = environment.render_str(&format!("{{{{ {expression} }}}}"), ());
            assert_eq!(rendered.unwrap(), text, "{expression}");
        }
        for wrong in ["'a'.index('b')", "'a'.nothing()", "(3).zfill(2)", "'a'.zfill()"] {
            assert!(environment.render_str(&format!("{{{{ {wrong} }}}}"), ()).is_err(), "{wrong}");
        }
    }
}
