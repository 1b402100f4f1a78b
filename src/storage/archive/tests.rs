//! Tests of export and import, with archives that mean harm.

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::*;
use crate::storage::contract;

const CONFIG: &[u8] = br#"{"peft_type":"LORA","r":2,"lora_alpha":4,"target_modules":["v_proj","q_proj"],"new":{}}"#;

/// A weights file with tensors of two modules.
fn weights(fingerprint: bool) -> Vec<u8> {
    let mut header = serde_json::json!({});
    if fingerprint {
        header["__metadata__"] = serde_json::json!({"autodidact.base_fingerprint": "base-7"});
    }
    for (index, key) in ["v_proj.lora_A", "v_proj.lora_B", "q_proj.lora_A", "q_proj.lora_B"].iter().enumerate() {
        let name = format!("base_model.model.model.layers.0.self_attn.{key}.weight");
        header[name] = serde_json::json!({"dtype":"F32","shape":[1],"data_offsets":[4 * index, 4 * index + 4]});
    }
    let header = header.to_string();
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[0; 16]].concat()
}

/// A zip as other programs write it: compressed, with Unix modes.
fn deflated(files: &[(&str, &[u8])], mode: u32) -> Vec<u8> {
    let mut zip = ZipArchiveWriter::new(Vec::new());
    for (name, bytes) in files {
        let file = zip.new_file(EntryPath::verbatim(name.as_bytes())).unix_permissions(mode);
        let (mut entry, config) = file.compression_method(CompressionMethod::DEFLATE).start().unwrap();
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        writer.write_all(bytes).unwrap();
        let (encoder, sizes) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(sizes).unwrap();
    }
    zip.finish().unwrap()
}

fn code(zip: &[u8]) -> &'static str {
    import_zip("x", zip).unwrap_err().code()
}

#[test]
fn comes_back_as_it_went() {
    let mut record = import_files("first", CONFIG.to_vec(), weights(true)).unwrap();
    assert_eq!((record.meta.rank, record.meta.alpha, record.meta.base_fingerprint.as_str()), (2, 4.0, "base-7"));
    assert_eq!(record.meta.targets, ["q_proj", "v_proj"]);
    record.meta = AdapterMeta { created_ms: 5, task: "t".into(), pairs: 3, margin_after: Some(0.5), ..record.meta };
    record.meta.lessons = contract::record("x", 7, 9).meta.lessons;
    // A place in the memory does not travel: what is imported is applied by its name alone.
    let placed = AdapterMeta { memory: contract::record("x", 7, 9).meta.memory, ..record.meta.clone() };
    assert!(placed.memory.is_some());
    let zip = export(&AdapterRecord { meta: placed.clone(), ..record.clone() }).unwrap();
    assert_eq!(zip, export(&AdapterRecord { meta: placed, ..record.clone() }).unwrap());
    assert_eq!(import_zip("first", &zip).unwrap(), record);
    assert_eq!(import_zip("second", &zip).unwrap().meta, AdapterMeta { name: "second".into(), ..record.meta.clone() });
    assert_eq!(import_zip("a/b", &zip).unwrap_err().code(), "InvalidInput");
    record.weights.push(0);
    assert_eq!(export(&record).unwrap_err().code(), "IntegrityError");
}

#[test]
fn takes_what_peft_users_pack() {
    let weights = weights(false);
    let files: [(&str, &[u8]); 4] = [
        ("my/", b""),
        ("my/adapter_config.json", CONFIG),
        ("my/adapter_model.safetensors", &weights),
        ("README \u{fc}.md", b"x"),
    ];
    let record = import_zip("x", &write(&files).unwrap()).unwrap();
    assert_eq!((record.meta.base_fingerprint.as_str(), record.meta.targets.len()), ("", 2));
    assert!(record.meta.created_ms > 1_700_000_000_000);

    let zip = deflated(&files, 0o100_644);
    assert!(zip.len() < write(&files).unwrap().len());
    assert_eq!(import_zip("x", &zip).unwrap().weights, weights);
}

#[test]
fn tells_what_is_missing_or_doubled() {
    let weights = weights(false);
    let (config, model) = ((CONFIG_FILE, CONFIG), (WEIGHTS_FILE, &weights[..]));
    let pack = |files: &[(&str, &[u8])]| write(files).unwrap();
    assert_eq!(code(&pack(&[])), "AdapterError");
    assert_eq!(code(&pack(&[config])), "AdapterError");
    assert_eq!(code(&pack(&[model])), "AdapterError");
    for second in [CONFIG_FILE, "b/adapter_config.json", "b\\adapter_config.json"] {
        assert_eq!(code(&pack(&[config, model, (second, CONFIG)])), "AdapterError", "{second}");
    }
    let pickled = import_zip("x", &pack(&[config, (PICKLE_FILE, b"\x80")])).unwrap_err();
    assert!(pickled.to_string().contains("safe_serialization"), "{pickled}");
    assert_eq!(code(&pack(&[config, (WEIGHTS_FILE, &weights[..20])])), "IntegrityError");
    assert_eq!(code(&pack(&[config, model, (META_FILE, b"{}")])), "IntegrityError");
    for bad in ["", "{", "[]", r#"{"peft_type":"LORA"}"#, r#"{"peft_type":"IA3","r":2,"lora_alpha":4}"#] {
        assert_eq!(code(&pack(&[(CONFIG_FILE, bad.as_bytes()), model])), "AdapterError", "{bad}");
    }
    // Metadata of other files.
    let record = import_files("x", CONFIG.to_vec(), weights.clone()).unwrap();
    let json = record.meta.to_json().unwrap();
    let other = [CONFIG, b" "].concat();
    assert_eq!(code(&pack(&[(CONFIG_FILE, &other), model, (META_FILE, json.as_bytes())])), "IntegrityError");
}

#[test]
fn refuses_paths_that_lead_out_and_files_that_swell() {
    let weights = weights(false);
    for path in ["..", "../adapter_config.json", "a/../b", "/etc/x", "\\x", "C:x", "C:\\..\\x", "a\\..\\x", "a\0b"] {
        let zip = write(&[(path, CONFIG), (CONFIG_FILE, CONFIG), (WEIGHTS_FILE, &weights)]).unwrap();
        assert_eq!(code(&zip), "InvalidInput", "{path}");
    }
    for path in ["", "./x", "a..b/..c", "a//b", "notes: x"] {
        let zip = write(&[(path, CONFIG), (CONFIG_FILE, CONFIG), (WEIGHTS_FILE, &weights)]).unwrap();
        assert_eq!(import_zip("x", &zip).unwrap().config, CONFIG, "{path}");
    }
    let swollen = vec![b' '; 2 * MAX_CONFIG_BYTES];
    let mut bomb = deflated(&[(CONFIG_FILE, &swollen)], 0o100_644);
    assert!(bomb.len() < 10_000);
    assert_eq!(code(&bomb), "InvalidInput");
    // The same, claiming to be small.
    let size = central(&bomb) + 24;
    bomb[size..size + 4].copy_from_slice(&9_u32.to_le_bytes());
    assert_eq!(code(&bomb), "IntegrityError");
    let many: Vec<_> = (0..=MAX_ENTRIES).map(|i| i.to_string()).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(code(&write(&many).unwrap()), "InvalidInput");
    assert_eq!(code(&deflated(&[(CONFIG_FILE, b"/etc/passwd")], 0o120_777)), "InvalidInput");
}

/// Where the central directory starts: a list of entries with flags at 8, method at 10, CRC at 16 and sizes at 20.
fn central(zip: &[u8]) -> usize {
    zip.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap()
}

#[test]
fn checks_what_the_archive_says_of_itself() {
    let weights = weights(false);
    let files: [(&str, &[u8]); 2] = [(CONFIG_FILE, CONFIG), (WEIGHTS_FILE, &weights)];
    for good in [write(&files).unwrap(), deflated(&files, 0o100_600)] {
        assert!(import_zip("x", &good).is_ok());
        let (content, entry, end) = (30 + CONFIG_FILE.len() + 3, central(&good), good.len() - 22);
        let lies = [
            ("content", content, good[content] ^ 0x10),
            ("encrypted", entry + 8, good[entry + 8] | 1),
            ("method", entry + 10, 12),
            ("CRC", entry + 16, good[entry + 16] ^ 1),
            ("packed size", entry + 20, good[entry + 20] - 1),
            ("size", entry + 24, good[entry + 24] - 1),
            ("greater size", entry + 24, good[entry + 24] + 1),
            ("fewer entries", end + 10, 1),
            ("more entries", end + 10, 3),
        ];
        for (what, at, byte) in lies {
            let mut zip = good.clone();
            zip[at] = byte;
            assert_eq!(code(&zip), "IntegrityError", "{what}");
        }
    }
}

#[test]
fn no_truncation_panics_and_no_flipped_bit_goes_through() {
    let record = import_files("x", CONFIG.to_vec(), weights(true)).unwrap();
    let zip = export(&record).unwrap();
    for end in 0..zip.len() {
        assert_eq!(code(&zip[..end]), "IntegrityError", "{end} bytes");
    }
    for bit in 0..8 * zip.len() {
        let mut flipped = zip.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(read) = import_zip("x", &flipped) {
            assert_eq!((&read.config, &read.weights), (&record.config, &record.weights), "bit {bit}");
        }
    }
}
