#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use half::f16;

use super::*;

fn open(bytes: &[u8]) -> Result<GgufFile> {
    GgufFile::open(bytes.to_vec().into())
}

/// A file in memory, written as the format says.
#[derive(Default)]
struct Writer {
    entries: Vec<u8>,
    entry_count: u64,
    infos: Vec<u8>,
    tensor_count: u64,
    data: Vec<u8>,
}

impl Writer {
    fn string(to: &mut Vec<u8>, text: &str) {
        to.extend((text.len() as u64).to_le_bytes());
        to.extend(text.as_bytes());
    }

    fn entry(mut self, key: &str, kind: u32, value: &[u8]) -> Self {
        Self::string(&mut self.entries, key);
        self.entries.extend(kind.to_le_bytes());
        self.entries.extend(value);
        self.entry_count += 1;
        self
    }

    /// `sizes`: as in the file, innermost first.
    fn tensor(mut self, name: &str, sizes: &[u64], kind: u32, bytes: &[u8]) -> Self {
        self.data.resize(self.data.len().next_multiple_of(ALIGNMENT), 0);
        let offset = self.data.len() as u64;
        self.data.extend(bytes);
        self.listed(name, sizes, kind, offset)
    }

    fn listed(mut self, name: &str, sizes: &[u64], kind: u32, offset: u64) -> Self {
        Self::string(&mut self.infos, name);
        self.infos.extend((sizes.len() as u32).to_le_bytes());
        self.infos.extend(sizes.iter().flat_map(|size| size.to_le_bytes()));
        self.infos.extend(kind.to_le_bytes());
        self.infos.extend(offset.to_le_bytes());
        self.tensor_count += 1;
        self
    }

    fn finish(self, version: u32) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        file.extend(version.to_le_bytes());
        file.extend(self.tensor_count.to_le_bytes());
        file.extend(self.entry_count.to_le_bytes());
        file.extend(self.entries);
        file.extend(self.infos);
        file.resize(file.len().next_multiple_of(ALIGNMENT), 0);
        file.extend(self.data);
        file
    }
}

fn text(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    Writer::string(&mut bytes, text);
    bytes
}

fn reason(file: &[u8]) -> String {
    open(file).unwrap_err().to_string()
}

#[test]
fn metadata_and_tensors_are_read() {
    let mut texts = 8_u32.to_le_bytes().to_vec();
    texts.extend(2_u64.to_le_bytes());
    texts.extend(text("a"));
    texts.extend(text("b"));
    let values: Vec<u8> = [1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    let mut q8 = f16::from_f32(0.5).to_le_bytes().to_vec();
    q8.extend((0..32_u8).map(|q| q.wrapping_sub(16)));
    let writer = Writer::default()
        .entry("general.architecture", 8, &text("llama"))
        .entry("llama.block_count", 4, &2_u32.to_le_bytes())
        .entry("llama.rope.freq_base", 6, &1e5_f32.to_le_bytes())
        .entry("tokenizer.ggml.add_bos_token", 7, &[1])
        .entry("tokenizer.ggml.tokens", 9, &texts)
        .tensor("plain", &[3, 2], 0, &values)
        .tensor("blocks", &[32, 1], 8, &q8);
    let bytes = writer.finish(3);
    let file = open(&bytes).unwrap();
    assert_eq!(file.metadata["general.architecture"].as_str(), Some("llama"));
    assert_eq!(file.metadata["llama.block_count"].as_usize(), Some(2));
    assert_eq!(file.metadata["llama.rope.freq_base"].as_f64(), Some(1e5));
    assert_eq!(file.metadata["tokenizer.ggml.add_bos_token"].as_bool(), Some(true));
    assert_eq!(file.metadata["tokenizer.ggml.tokens"].as_texts().unwrap(), ["a", "b"]);
    assert_eq!(file.tensor("plain").unwrap().shape, [2, 3]);
    assert_eq!(file.to_f32("plain").unwrap(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let blocks = file.to_f32("blocks").unwrap();
    assert_eq!((blocks.len(), blocks[0], blocks[31]), (32, -8.0, 7.5));
    assert_eq!(file.to_f32("none").unwrap_err().code(), "MissingTensor");
}

#[test]
fn what_does_not_add_up_is_said() {
    assert!(reason(b"GGML").contains("begin with"));
    assert!(reason(&Writer::default().finish(1)).contains("version 1"));
    let good = Writer::default().entry("a", 8, &text("b")).tensor("t", &[2], 0, &[0; 8]).finish(3);
    assert!(open(&good).is_ok());
    for length in 0..good.len() {
        assert_eq!(open(&good[..length]).unwrap_err().code(), "IntegrityError", "{length} bytes");
    }
    let twice = Writer::default().entry("a", 8, &text("b")).entry("a", 8, &text("b"));
    assert!(reason(&twice.finish(3)).contains("`a` twice"));
    let twice = Writer::default().tensor("t", &[2], 0, &[0; 8]).tensor("t", &[2], 0, &[0; 8]);
    assert!(reason(&twice.finish(3)).contains("`t` twice"));
    let overlapping = Writer::default().tensor("t", &[2], 0, &[0; 8]).listed("u", &[2], 0, 0);
    assert!(reason(&overlapping.finish(3)).contains("overlap"));
    let crooked = Writer::default().tensor("t", &[8], 0, &[0; 32]).listed("u", &[2], 0, 4);
    assert!(reason(&crooked.finish(3)).contains("not aligned"));
    let outside = Writer::default().listed("t", &[2], 0, 1 << 40);
    assert!(reason(&outside.finish(3)).contains("behind the end"));
    let huge = Writer::default().listed("t", &[u64::MAX, u64::MAX], 0, 0);
    assert!(open(&huge.finish(3)).is_err());
    let empty = Writer::default().listed("t", &[0], 0, 0);
    assert!(reason(&empty.finish(3)).contains("a size is 0"));
    let ragged = Writer::default().tensor("t", &[33], 8, &[0; 68]);
    assert!(reason(&ragged.finish(3)).contains("multiple of the 32"));
    let unknown = open(&Writer::default().listed("t", &[32], 16, 0).finish(3)).unwrap_err();
    assert_eq!(unknown.code(), "UnsupportedDtype");
    assert!(unknown.to_string().contains("IQ2_XXS"), "{unknown}");
    let odd = Writer::default().entry("general.alignment", 4, &3_u32.to_le_bytes());
    assert!(reason(&odd.finish(3)).contains("power of two"));
    let mut deep = Vec::new();
    for _ in 0..10 {
        deep.extend(9_u32.to_le_bytes());
        deep.extend(1_u64.to_le_bytes());
    }
    assert!(reason(&Writer::default().entry("a", 9, &deep).finish(3)).contains("nested"));
    assert!(reason(&Writer::default().entry("a", 99, &[]).finish(3)).contains("type 99"));
}
