//! What is stored: an adapter's two PEFT files and its metadata.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use web_time::{SystemTime, UNIX_EPOCH};

use super::Lesson;
use crate::{
    error::{Error, Result},
    identity::{Base, ModelIdentity},
    task::{Pair, Tool},
};

/// Name of PEFT's configuration file.
pub const CONFIG_FILE: &str = "adapter_config.json";
/// Name of PEFT's weights file.
pub const WEIGHTS_FILE: &str = "adapter_model.safetensors";
/// Name of the file that holds [`AdapterMeta`] beside the two files of PEFT, which ignores it.
pub const META_FILE: &str = "autodidact.json";
/// Longest name of an adapter, in characters.
pub const MAX_NAME_CHARS: usize = 80;
/// Largest `adapter_config.json` that is taken in, in bytes.
pub const MAX_CONFIG_BYTES: usize = 1 << 20;
/// Largest `adapter_model.safetensors` that is taken in, in bytes: rank 64 on every layer of a 0.5 B model, in f32, and
/// some more.
pub const MAX_WEIGHTS_BYTES: usize = 256 << 20;

/// What is known about a stored adapter. In JSON the names are in camel case.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdapterMeta {
    /// Unique within a store; see [`validate_name`].
    pub name: String,
    /// Fingerprint of the base weights that it was trained on; empty when unknown (files made by other programs).
    #[serde(default)]
    pub base_fingerprint: String,
    /// Which model those weights are of; `None` when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_identity: Option<ModelIdentity>,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: u64,
    /// Length of both files together, in bytes. Computed by [`AdapterRecord::new`].
    pub bytes: u64,
    /// Hash of both files, 64 hexadecimal digits. Computed by [`AdapterRecord::new`]: SHA-256 over the configuration's
    /// length (8 bytes, little-endian), the configuration, and the weights.
    pub sha256: String,
    /// LoRA rank.
    pub rank: usize,
    /// LoRA alpha.
    pub alpha: f32,
    /// Adapted modules, such as `q_proj`.
    pub targets: Vec<String>,
    /// The user's task that it was learned from; empty when unknown.
    #[serde(default)]
    pub task: String,
    /// Training pairs.
    #[serde(default)]
    pub pairs: usize,
    /// Optimizer steps.
    #[serde(default)]
    pub steps: usize,
    /// Margin of the task before learning, in [0, 1].
    #[serde(default)]
    pub margin_before: Option<f32>,
    /// Margin of the task after learning, in [0, 1].
    #[serde(default)]
    pub margin_after: Option<f32>,
    /// What it was learned from; empty when unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lessons: Vec<Lesson>,
    /// Its place in the agent's memory; `None` for one that is applied by its name alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<MemoryMeta>,
    /// It lives as long as the agent that listed it, and is stored nowhere.
    #[serde(default, skip_deserializing, skip_serializing_if = "is_false")]
    pub session: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Where an adapter stands in the agent's memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemoryMeta {
    /// Tasks alike share a cluster.
    pub cluster: String,
    /// Counted from 1 within the cluster; the highest is the one that is used.
    pub version: u32,
    /// Fingerprint of the menu, 16 hexadecimal digits.
    pub menu: String,
    /// The menu itself: learning again needs it.
    pub tools: Vec<Tool>,
    /// A pair that it was not learned from, by which it is checked before it is used.
    pub held_back: Option<Pair>,
    /// When it was last used, in milliseconds since 1970.
    pub used_ms: u64,
    /// How often it was used.
    pub uses: u32,
}

impl AdapterMeta {
    /// The weights that it was trained on.
    pub fn base(&self) -> Base {
        Base { fingerprint: self.base_fingerprint.clone(), identity: self.base_identity.clone() }
    }

    /// Reads the metadata as stored; `what` names the source in the error.
    pub(super) fn from_json(json: &[u8], what: &str) -> Result<Self> {
        serde_json::from_slice(json)
            .map_err(|error| Error::Integrity { what: what.to_owned(), reason: error.to_string() })
    }

    /// The metadata as stored.
    pub(super) fn to_json(&self) -> Result<String> {
        serde_json::to_string_pretty(self).map_err(|error| Error::Storage { reason: error.to_string() })
    }
}

/// An adapter as it is stored: PEFT's two files and the metadata.
#[derive(Debug, Clone, PartialEq)]
pub struct AdapterRecord {
    /// What is known about it.
    pub meta: AdapterMeta,
    /// `adapter_config.json`.
    pub config: Vec<u8>,
    /// `adapter_model.safetensors`.
    pub weights: Vec<u8>,
}

impl AdapterRecord {
    /// A record of these files. `meta.bytes` and `meta.sha256` are computed; a `meta.created_ms` of 0 becomes now.
    ///
    /// # Errors
    /// `InvalidInput` for a bad name, numbers that are not finite, or a file over its limit.
    pub fn new(mut meta: AdapterMeta, config: Vec<u8>, weights: Vec<u8>) -> Result<Self> {
        if meta.created_ms == 0 {
            meta.created_ms = now_ms();
        }
        let record = Self::seal(meta, config, weights);
        record.check_limits()?;
        Ok(record)
    }

    /// A record with the length and hash of these files, and no other check.
    pub(super) fn seal(mut meta: AdapterMeta, config: Vec<u8>, weights: Vec<u8>) -> Self {
        meta.bytes = size(&config, &weights);
        meta.sha256 = digest(&config, &weights);
        Self { meta, config, weights }
    }

    /// Checks the record against its own metadata; every home does so on put and on get.
    ///
    /// # Errors
    /// `IntegrityError` when the files' length or hash is not what the metadata say; else as in [`Self::new`].
    pub fn verify(&self) -> Result<()> {
        self.check_limits()?;
        let found = size(&self.config, &self.weights);
        if found != self.meta.bytes {
            return Err(self.damaged(format!("it has {found} bytes and should have {}", self.meta.bytes)));
        }
        let found = digest(&self.config, &self.weights);
        if found != self.meta.sha256 {
            return Err(self.damaged(format!("its SHA-256 is {found} and should be {}", self.meta.sha256)));
        }
        Ok(())
    }

    fn damaged(&self, reason: String) -> Error {
        Error::Integrity { what: format!("adapter `{}`", self.meta.name), reason }
    }

    fn check_limits(&self) -> Result<()> {
        validate_name(&self.meta.name)?;
        // JSON has no such numbers: stored, they would come back as null.
        let numbers = [Some(self.meta.alpha), self.meta.margin_before, self.meta.margin_after];
        if !numbers.into_iter().flatten().all(f32::is_finite) {
            return Err(Error::invalid("adapter metadata", "alpha and margins must be finite numbers"));
        }
        // Nor does JavaScript have larger whole numbers.
        if self.meta.created_ms > (1 << 53) - 1 {
            return Err(Error::invalid("adapter metadata", "created_ms is out of range"));
        }
        check_size(META_FILE, self.meta.to_json()?.len(), MAX_CONFIG_BYTES)?;
        check_size(CONFIG_FILE, self.config.len(), MAX_CONFIG_BYTES)?;
        check_size(WEIGHTS_FILE, self.weights.len(), MAX_WEIGHTS_BYTES)
    }
}

/// Refuses a file over its limit.
pub(super) fn check_size(file: &str, len: usize, limit: usize) -> Result<()> {
    if len > limit {
        return Err(Error::invalid(file, format!("{len} bytes are over the limit of {limit}")));
    }
    Ok(())
}

/// Accepts a name of 1 to 80 characters out of `A-Z a-z 0-9 . _ -` that does not start with a dot: it is a folder's
/// name, a database key and a part of file names.
///
/// # Errors
/// `InvalidInput` otherwise.
pub fn validate_name(name: &str) -> Result<()> {
    let fits = (1..=MAX_NAME_CHARS).contains(&name.len())
        && !name.starts_with('.')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if fits {
        return Ok(());
    }
    let shown: String = name.chars().take(MAX_NAME_CHARS).collect();
    let reason = "use 1 to 80 characters of A-Z a-z 0-9 . _ - and no dot at the start";
    Err(Error::invalid(format!("adapter name {shown:?}"), reason))
}

fn size(config: &[u8], weights: &[u8]) -> u64 {
    config.len() as u64 + weights.len() as u64
}

fn digest(config: &[u8], weights: &[u8]) -> String {
    let hash = Sha256::new().chain_update((config.len() as u64).to_le_bytes());
    let hash = hash.chain_update(config).chain_update(weights).finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> AdapterRecord {
        let meta = AdapterMeta { name: "a".into(), rank: 8, alpha: 16.0, ..AdapterMeta::default() };
        AdapterRecord::new(meta, b"{}".to_vec(), vec![1, 2, 3]).unwrap()
    }

    #[test]
    fn names() {
        let long = "x".repeat(80);
        for good in ["a", "A-b_c.9", "-", "x..y", long.as_str()] {
            validate_name(good).unwrap();
        }
        let longer = "x".repeat(81);
        for bad in ["", ".", "..", ".a", "a/b", "a\\b", "a b", "ü", "a\0", "a\n", longer.as_str()] {
            assert_eq!(validate_name(bad).unwrap_err().code(), "InvalidInput", "{bad:?}");
        }
    }

    #[test]
    fn hash_covers_both_files_and_their_border() {
        let good = record();
        good.verify().unwrap();
        assert_eq!((good.meta.bytes, good.meta.sha256.len()), (5, 64));
        assert!(good.meta.created_ms > 1_700_000_000_000);
        let moved = AdapterRecord { config: b"{}\x01".to_vec(), weights: vec![2, 3], ..good.clone() };
        let longer = AdapterRecord { weights: vec![1, 2, 3, 4], ..good.clone() };
        for bad in [moved, longer] {
            assert_eq!(bad.verify().unwrap_err().code(), "IntegrityError");
        }
    }

    #[test]
    fn refuses_numbers_that_json_lacks_and_files_over_the_limit() {
        let meta = AdapterMeta { alpha: f32::NAN, ..record().meta };
        assert_eq!(AdapterRecord::new(meta, vec![], vec![]).unwrap_err().code(), "InvalidInput");
        let long = vec![0; MAX_CONFIG_BYTES + 1];
        assert_eq!(AdapterRecord::new(record().meta, long, vec![]).unwrap_err().code(), "InvalidInput");
    }

    #[test]
    fn json_is_camel_case_and_forgiving_of_what_is_missing() {
        let meta = record().meta;
        let json = meta.to_json().unwrap();
        assert!(json.contains("\"createdMs\"") && json.contains("\"marginBefore\": null"));
        assert_eq!(AdapterMeta::from_json(json.as_bytes(), "x").unwrap(), meta);
        let short = r#"{"name":"a","createdMs":1,"bytes":2,"sha256":"","rank":8,"alpha":16,"targets":[],"new":1}"#;
        assert_eq!(AdapterMeta::from_json(short.as_bytes(), "x").unwrap().rank, 8);
        assert_eq!(AdapterMeta::from_json(b"{", "x").unwrap_err().code(), "IntegrityError");
    }
}
