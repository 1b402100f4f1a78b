//! Adapters as files that people hand around: a zip with PEFT's two files and our metadata, or the two files alone.
//!
//! What comes in is checked as a stranger's: sizes are bounded while unpacking, names are never used as paths, and what
//! is said about the adapter (rank, alpha, targets, base) is read from the PEFT files. Whether the tensors fit a model
//! is checked where the adapter is loaded.

use std::collections::BTreeSet;
use std::io::{Read, Write};

use flate2::bufread::DeflateDecoder;
use rawzip::path::EntryPath;
use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveWriter, ZipFileHeaderRecord, ZipSliceEntry};
use safetensors::SafeTensors;
use serde::Deserialize;

use super::record::check_size;
use super::{
    AdapterMeta, AdapterRecord, CONFIG_FILE, MAX_CONFIG_BYTES, MAX_WEIGHTS_BYTES, META_FILE, WEIGHTS_FILE,
    validate_name,
};
use crate::{
    error::{Error, Result},
    format,
    identity::Base,
};

/// Most entries that an archive may have.
const MAX_ENTRIES: usize = 1_000;
/// Name of the archive in errors.
const WHAT: &str = "the adapter archive";
/// When the files of an archive were last changed: 1980, the earliest that a zip can say (in seconds since 1970).
const ZIP_EPOCH: i64 = 315_532_800;
/// What pickled weights are called.
const PICKLE_FILE: &str = "adapter_model.bin";

/// A zip of the record: `adapter_config.json`, `adapter_model.safetensors` and `autodidact.json`, stored without
/// compression (weights do not compress). The same record gives the same bytes; unpacked, it is a PEFT directory.
///
/// # Errors
/// `IntegrityError` for a record that fails its hash.
pub fn export(record: &AdapterRecord) -> Result<Vec<u8>> {
    record.verify()?;
    let json = record.meta.to_json()?;
    let files = [(CONFIG_FILE, &record.config[..]), (WEIGHTS_FILE, &record.weights), (META_FILE, json.as_bytes())];
    write(&files).map_err(|error| Error::Storage { reason: format!("the archive could not be written: {error}") })
}

fn write(files: &[(&str, &[u8])]) -> std::result::Result<Vec<u8>, rawzip::Error> {
    let mut zip = ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in files {
        let file = zip.new_file(EntryPath::verbatim(name.as_bytes())).last_modified(UtcDateTime::from_unix(ZIP_EPOCH));
        let (mut entry, config) = file.start()?;
        let mut writer = config.wrap(&mut entry);
        writer.write_all(bytes)?;
        let (_, sizes) = writer.finish()?;
        entry.finish(sizes)?;
    }
    zip.finish()
}

/// The adapter in a zip, to be kept under `name`. The files may lie in a folder inside the zip; files of other names are
/// passed over. With our metadata in it (`autodidact.json`), the files must fit the hash there; without, the time is now.
///
/// # Errors
/// `InvalidInput` for a bad name, a file over its limit or an entry's name that leaves the archive; `IntegrityError` for
/// a damaged zip, weights or hash; `AdapterError` for an archive that does not hold exactly one LoRA adapter.
pub fn import_zip(name: &str, zip: &[u8]) -> Result<AdapterRecord> {
    validate_name(name)?;
    check_size("adapter archive", zip.len(), MAX_CONFIG_BYTES + MAX_WEIGHTS_BYTES + (1 << 20))?;
    let archive = ZipArchive::from_slice(zip).map_err(damaged)?;
    let entries: std::result::Result<Vec<_>, _> = archive.entries().take(MAX_ENTRIES + 1).collect();
    let entries = entries.map_err(damaged)?;
    check_size("number of files in the adapter archive", entries.len(), MAX_ENTRIES)?;
    if entries.len() as u64 != archive.entries_hint() {
        return Err(damaged(format!("it lists {} files and claims {}", entries.len(), archive.entries_hint())));
    }
    let (mut config, mut weights, mut meta, mut pickle) = (None, None, None, false);
    for header in &entries {
        let entry = archive.get_entry(header.wayfinder()).map_err(damaged)?;
        let path = String::from_utf8_lossy(header.file_path().as_bytes());
        let file = file_name(&path).filter(|_| !header.mode().is_symlink());
        match file.ok_or_else(|| Error::invalid(WHAT, format!("entry {path:?} is not a plain path")))? {
            CONFIG_FILE => unpack(header, &entry, &mut config, CONFIG_FILE, MAX_CONFIG_BYTES)?,
            WEIGHTS_FILE => unpack(header, &entry, &mut weights, WEIGHTS_FILE, MAX_WEIGHTS_BYTES)?,
            META_FILE => unpack(header, &entry, &mut meta, META_FILE, MAX_CONFIG_BYTES)?,
            PICKLE_FILE => pickle = true,
            _ => {}
        }
    }
    let missing = |file: &str| Error::Adapter { reason: format!("the archive holds no {file}") };
    let config = config.ok_or_else(|| missing(CONFIG_FILE))?;
    if weights.is_none() && pickle {
        let reason = format!("{PICKLE_FILE} is a Python pickle; save the adapter with safe_serialization=True");
        return Err(Error::Adapter { reason });
    }
    let weights = weights.ok_or_else(|| missing(WEIGHTS_FILE))?;
    let mut record = import_files(name, config, weights)?;
    if let Some(json) = meta {
        let told = AdapterMeta::from_json(&json, META_FILE)?;
        let (base_fingerprint, base_identity) = (record.meta.base_fingerprint, record.meta.base_identity);
        let files = AdapterMeta { name: name.to_owned(), base_fingerprint, base_identity, ..told };
        let (rank, alpha, targets) = (record.meta.rank, record.meta.alpha, record.meta.targets);
        // What came from elsewhere is applied by its name alone, never by itself.
        record.meta = AdapterMeta { rank, alpha, targets, memory: None, ..files };
        record.verify()?;
    }
    Ok(record)
}

/// An adapter from PEFT's two files, to be kept under `name`, made now.
///
/// # Errors
/// `InvalidInput` for a bad name or a file over its limit, `IntegrityError` for damaged weights, `AdapterError` when the
/// files are not a LoRA adapter.
pub fn import_files(name: &str, config: Vec<u8>, weights: Vec<u8>) -> Result<AdapterRecord> {
    validate_name(name)?;
    check_size(CONFIG_FILE, config.len(), MAX_CONFIG_BYTES)?;
    check_size(WEIGHTS_FILE, weights.len(), MAX_WEIGHTS_BYTES)?;
    let meta = AdapterMeta { name: name.to_owned(), ..describe(&config, &weights)? };
    AdapterRecord::new(meta, config, weights)
}

/// What the metadata repeat of `adapter_config.json`.
#[derive(Deserialize)]
struct Config {
    peft_type: String,
    r: usize,
    lora_alpha: f32,
}

/// Rank, alpha, targets and base, as the files have them.
fn describe(config: &[u8], weights: &[u8]) -> Result<AdapterMeta> {
    let adapter = |reason: String| Error::Adapter { reason: format!("{CONFIG_FILE}: {reason}") };
    let config: Config = format::json::read(config).map_err(adapter)?;
    if config.peft_type != "LORA" || config.r == 0 || !config.lora_alpha.is_finite() {
        let Config { peft_type, r, lora_alpha } = config;
        return Err(adapter(format!("peft_type {peft_type:?}, r {r}, lora_alpha {lora_alpha} is not a LoRA adapter")));
    }
    let (_, header) = SafeTensors::read_metadata(weights)
        .map_err(|error| Error::Integrity { what: WEIGHTS_FILE.to_owned(), reason: error.to_string() })?;
    let keys = header.offset_keys();
    let modules = keys.iter().filter_map(|key| key.strip_suffix(".lora_A.weight")?.rsplit('.').next());
    let targets: BTreeSet<_> = modules.map(str::to_owned).collect();
    if targets.is_empty() {
        return Err(Error::Adapter { reason: format!("{WEIGHTS_FILE} holds no tensor `....lora_A.weight`") });
    }
    let base = Base::from_metadata(header.metadata().iter().flatten());
    Ok(AdapterMeta {
        base_fingerprint: base.fingerprint,
        base_identity: base.identity,
        rank: config.r,
        alpha: config.lora_alpha,
        targets: targets.into_iter().collect(),
        ..AdapterMeta::default()
    })
}

/// The last part of an entry's name, empty for a folder. `None` for a name that may lead out of the archive: absolute,
/// with a drive, or with `..`; both kinds of slash count.
fn file_name(path: &str) -> Option<&str> {
    let parts = || path.split(['/', '\\']);
    let absolute = path.starts_with(['/', '\\']) || path.as_bytes().get(1) == Some(&b':');
    let plain = !absolute && !path.contains('\0') && parts().all(|part| part != "..");
    parts().next_back().filter(|_| plain)
}

/// Unpacks an entry into `slot`, whatever size its header claims, and checks its length and CRC.
fn unpack(
    header: &ZipFileHeaderRecord<'_>,
    entry: &ZipSliceEntry<'_>,
    slot: &mut Option<Vec<u8>>,
    file: &str,
    limit: usize,
) -> Result<()> {
    if slot.is_some() {
        return Err(Error::Adapter { reason: format!("the archive holds more than one {file}; pack one adapter") });
    }
    if header.flags().is_encrypted() {
        return Err(damaged(format!("{file} is encrypted")));
    }
    let content: Box<dyn Read + '_> = match header.compression_method() {
        CompressionMethod::STORE => Box::new(entry.data()),
        CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(entry.data())),
        method => return Err(damaged(format!("{file} is compressed by method {method}, which is not supported"))),
    };
    let mut bytes = Vec::new();
    entry.verifying_reader(content).take(limit as u64 + 1).read_to_end(&mut bytes).map_err(damaged)?;
    check_size(file, bytes.len(), limit)?;
    *slot = Some(bytes);
    Ok(())
}

fn damaged(reason: impl ToString) -> Error {
    Error::Integrity { what: WHAT.to_owned(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests;
