//! The files of a model, one or several, as one.

use crate::{
    error::{Error, Result},
    format::{
        bytes::FileBytes,
        gguf::{GgufFile, MAGIC, MetaValue, TensorInfo},
    },
};

/// End of the names of GGUF files.
const END: &str = ".gguf";
/// Most parts of a split model.
const MAX_PARTS: usize = 999;

/// True when a file begins as a GGUF file does.
pub fn is_gguf(file: &FileBytes) -> bool {
    file.beginning(MAGIC.len()).is_ok_and(|beginning| *beginning == *MAGIC)
}

/// The name of a part of a split model: `base-00002-of-00003.gguf`.
struct PartName<'n> {
    base: &'n str,
    count: usize,
}

impl<'n> PartName<'n> {
    fn of(file: &'n str) -> Option<Self> {
        let (base, count) = file.strip_suffix(END)?.rsplit_once("-of-")?;
        let (base, number) = base.rsplit_once('-')?;
        let is_number = |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
        let parsed = count.parse().ok().filter(|count| (1..=MAX_PARTS).contains(count));
        parsed.filter(|_| is_number(number) && is_number(count)).map(|count| Self { base, count })
    }
}

/// The names of all parts of a model, of which `file` is one: `model-00001-of-00003.gguf`. Any other name stands for itself.
pub fn part_names(file: &str) -> Vec<String> {
    match PartName::of(file) {
        Some(PartName { base, count }) => {
            (1..=count).map(|part| format!("{base}-{part:05}-of-{count:05}{END}")).collect()
        }
        None => vec![file.to_owned()],
    }
}

/// What a model is called by the name of its file, or of a part of it.
pub fn model_name(file: &str) -> &str {
    PartName::of(file).map_or_else(|| file.strip_suffix(END).unwrap_or(file), |name| name.base)
}

/// The files of a model. The first one holds the metadata.
pub(super) struct Parts<'a> {
    files: &'a [GgufFile],
    first: &'a GgufFile,
}

impl<'a> Parts<'a> {
    /// The parts of a split model in their order, or one file.
    pub(super) fn new(files: &'a [GgufFile]) -> Result<Self> {
        let first = files.first().ok_or_else(|| damaged("there is none".to_owned()))?;
        for (place, file) in files.iter().enumerate() {
            let number = |key: &str| file.metadata.get(key).and_then(MetaValue::as_usize);
            let (part, count) = (number("split.no").unwrap_or(0), number("split.count").unwrap_or(1).max(1));
            if part != place || count != files.len() {
                let reason = format!(
                    "file {} of {} is part {} of {count}; give all parts in their order",
                    place + 1,
                    files.len(),
                    part.saturating_add(1)
                );
                return Err(damaged(reason));
            }
        }
        Ok(Self { files, first })
    }

    pub(super) fn value(&self, key: &str) -> Option<&'a MetaValue> {
        self.first.metadata.get(key)
    }

    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.value(key).and_then(MetaValue::as_str)
    }

    pub(super) fn texts(&self, key: &str) -> &'a [String] {
        self.value(key).and_then(MetaValue::as_texts).unwrap_or_default()
    }

    pub(super) fn usize(&self, key: &str) -> Option<usize> {
        self.value(key).and_then(MetaValue::as_usize)
    }

    pub(super) fn f64(&self, key: &str) -> Option<f64> {
        self.value(key).and_then(MetaValue::as_f64)
    }

    /// The file that holds a tensor.
    pub(super) fn holder(&self, tensor: &str) -> Option<&'a GgufFile> {
        self.files.iter().find(|file| file.tensor(tensor).is_some())
    }

    pub(super) fn tensor(&self, name: &str) -> Option<&'a TensorInfo> {
        self.holder(name).and_then(|file| file.tensor(name))
    }
}

fn damaged(reason: String) -> Error {
    Error::Integrity { what: "the GGUF model".to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_by_the_name_of_any_of_them() {
        let all = ["m-00001-of-00003.gguf", "m-00002-of-00003.gguf", "m-00003-of-00003.gguf"];
        assert_eq!(part_names(all[0]), all);
        assert_eq!(part_names(all[2]), all);
        for whole in ["m.gguf", "a-of-b.gguf", "m-1-of-3.gguf", "m-00001-of-00000.gguf", "m-00001-of-99999.gguf"] {
            assert_eq!(part_names(whole), [whole]);
            assert_eq!(model_name(whole), whole.trim_end_matches(END));
        }
        assert_eq!(model_name(all[1]), "m");
    }
}
