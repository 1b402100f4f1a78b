//! Tensors of GGUF files under the names and in the order of Hugging Face checkpoints.

use autodidact_kernels::quant::{BLOCK, QuantizedMatrix, Row, Storage};

use crate::{
    error::{Error, Result},
    format::gguf::{BlockType, GgufFile, Quants},
    model::{
        config::{Family, ModelConfig},
        load::TensorSource,
        names,
    },
};

/// The tensors of one file, or of the parts of a split one.
pub struct GgufTensors<'a> {
    files: &'a [GgufFile],
    config: &'a ModelConfig,
}

impl<'a> GgufTensors<'a> {
    /// The tensors of a model of that configuration.
    pub fn new(files: &'a [GgufFile], config: &'a ModelConfig) -> Self {
        Self { files, config }
    }

    /// The file that holds a tensor, and the tensor's name in it.
    fn find(&self, name: &str) -> Option<(&'a GgufFile, String)> {
        let stored = stored_name(name)?;
        let file = self.files.iter().find(|file| file.tensor(&stored).is_some())?;
        Some((file, stored))
    }
}

impl TensorSource for GgufTensors<'_> {
    fn names(&self) -> Vec<String> {
        let stored = self.files.iter().flat_map(GgufFile::names).filter(|stored| !IGNORED.contains(stored));
        stored.map(|stored| name_of(stored).unwrap_or_else(|| stored.to_owned())).collect()
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        let (file, stored) = self.find(name)?;
        file.tensor(&stored).map(|tensor| tensor.shape.clone())
    }

    fn to_f32(&self, name: &str, seen: &mut dyn FnMut(&[u8])) -> Result<Vec<f32>> {
        let (file, stored) = self.find(name).ok_or_else(|| missing(name))?;
        let blocks = file.tensor(&stored).ok_or_else(|| missing(name))?.blocks;
        let bytes = file.bytes(&stored)?;
        let mut values = blocks.dequantize(&bytes);
        if let Some(heads) = Alternating::of(self.config, &stored) {
            let width = values.len() / heads.rows.max(1);
            let rows = (0..heads.rows).map(|row| heads.place(row) * width);
            values =
                rows.flat_map(|start| values.get(start..start + width).unwrap_or_default().iter().copied()).collect();
        }
        // A matrix in few bits is what its bytes are, in whatever form it is held.
        if self.is_quantized(name) {
            seen(blocks.name().as_bytes());
            seen(&bytes);
        } else {
            seen(bytemuck::cast_slice(&values));
        }
        Ok(values)
    }

    fn stored_as(&self, name: &str) -> Option<String> {
        let (file, stored) = self.find(name)?;
        file.tensor(&stored).map(|info| info.blocks.name().to_owned())
    }

    fn is_quantized(&self, name: &str) -> bool {
        let info = self.find(name).and_then(|(file, stored)| file.tensor(&stored));
        info.is_some_and(|info| matches!(info.shape[..], [_, width] if storage(info.blocks).is_some() && width.is_multiple_of(BLOCK)))
    }

    fn quantized(&self, name: &str, seen: &mut dyn FnMut(&[u8])) -> Result<Option<QuantizedMatrix>> {
        let (file, stored) = self.find(name).ok_or_else(|| missing(name))?;
        let info = file.tensor(&stored).ok_or_else(|| missing(name))?;
        let (&[rows, width], Some(storage)) = (&info.shape[..], storage(info.blocks)) else { return Ok(None) };
        let Some(mut matrix) = QuantizedMatrix::zeros(rows, width, storage) else { return Ok(None) };
        let heads = Alternating::of(self.config, &stored).filter(|heads| heads.rows == rows);
        // Rows come one part after the other, so that no more than a part is held twice; those of a head come together.
        let stride = width / info.blocks.elements() * info.blocks.bytes();
        let head = heads.as_ref().map_or(1, |heads| heads.head_dim);
        let part = (PART_BYTES / (stride * head).max(1)).max(1) * head;
        seen(info.blocks.name().as_bytes());
        let mut values = Quants::default();
        for first in (0..rows).step_by(part) {
            let bytes = file.bytes_of_rows(&stored, first..(first + part).min(rows))?;
            seen(&bytes);
            for row in first..(first + part).min(rows) {
                let place = heads.as_ref().map_or(row, |heads| heads.place(row)) - first;
                let Some(row_bytes) = bytes.get(place * stride..(place + 1) * stride) else { return Ok(None) };
                info.blocks.quants_into(row_bytes, &mut values);
                let Quants { quants, scales, minimums } = &values;
                matrix.set_row(row, Row { quants, scales, minimums });
            }
            file.recycle(bytes);
        }
        Ok(Some(matrix))
    }
}

/// Bytes of a matrix that are read at once.
const PART_BYTES: usize = 4 << 20;

/// How a product with a format is computed.
fn storage(blocks: BlockType) -> Option<Storage> {
    match blocks {
        BlockType::F32 | BlockType::F16 | BlockType::Bf16 => None,
        BlockType::Q4_0 | BlockType::Q4_1 | BlockType::Q4K => Some(Storage::Four),
        BlockType::Q5_0 | BlockType::Q5_1 | BlockType::Q5K => Some(Storage::Five),
        BlockType::Q8_0 => Some(Storage::Eight),
        BlockType::Q6K => Some(Storage::EightBySixteen),
    }
}

fn missing(name: &str) -> Error {
    Error::MissingTensor { tensor: name.to_owned(), expected: Vec::new() }
}

/// Heads in the order of ggml's `llama`, in which the rows of the two halves of a head alternate.
pub(crate) struct Alternating {
    rows: usize,
    head_dim: usize,
}

impl Alternating {
    /// The heads of a tensor, by its name in GGUF files, whose rows are in that order; `None` for any other tensor.
    pub(crate) fn of(c: &ModelConfig, stored: &str) -> Option<Self> {
        let heads = match (c.family, module(stored)) {
            (Family::Llama, Some("attn_q")) => c.n_heads,
            (Family::Llama, Some("attn_k")) => c.n_kv_heads,
            _ => return None,
        };
        Some(Self { rows: heads * c.head_dim, head_dim: c.head_dim })
    }

    /// Where a row of Hugging Face's is.
    pub(crate) fn place(&self, row: usize) -> usize {
        let half = (self.head_dim / 2).max(1);
        let (head, within) = (row / self.head_dim.max(1), row % self.head_dim.max(1));
        head * self.head_dim + 2 * (within % half) + within / half
    }
}

fn module(stored: &str) -> Option<&str> {
    stored.strip_prefix("blk.")?.split('.').nth(1)
}

/// Tensors beside the weights: rotary frequencies, which the configuration has.
const IGNORED: [&str; 1] = ["rope_freqs.weight"];
/// Tensors of the whole model: name in Hugging Face's checkpoints, name in GGUF files.
const WHOLE: [(&str, &str); 3] = [
    (names::EMBEDDING, "token_embd.weight"),
    (names::FINAL_NORM, "output_norm.weight"),
    (names::LM_HEAD, "output.weight"),
];
/// Modules of a block.
const MODULES: [(&str, &str); 11] = [
    ("input_layernorm", "attn_norm"),
    ("post_attention_layernorm", "ffn_norm"),
    ("self_attn.q_proj", "attn_q"),
    ("self_attn.k_proj", "attn_k"),
    ("self_attn.v_proj", "attn_v"),
    ("self_attn.o_proj", "attn_output"),
    ("self_attn.q_norm", "attn_q_norm"),
    ("self_attn.k_norm", "attn_k_norm"),
    ("mlp.gate_proj", "ffn_gate"),
    ("mlp.up_proj", "ffn_up"),
    ("mlp.down_proj", "ffn_down"),
];

/// The name in GGUF files of a tensor of Hugging Face's.
pub(crate) fn stored_name(name: &str) -> Option<String> {
    if let Some((_, stored)) = WHOLE.iter().find(|(known, _)| *known == name) {
        return Some((*stored).to_owned());
    }
    let (layer, rest) = name.strip_prefix("model.layers.")?.split_once('.')?;
    let (module, part) = rest.rsplit_once('.')?;
    let (_, stored) = MODULES.iter().find(|(known, _)| *known == module)?;
    Some(format!("blk.{layer}.{stored}.{part}"))
}

/// The name in Hugging Face's checkpoints of a tensor of GGUF files.
fn name_of(stored: &str) -> Option<String> {
    if let Some((name, _)) = WHOLE.iter().find(|(_, known)| *known == stored) {
        return Some((*name).to_owned());
    }
    let (layer, rest) = stored.strip_prefix("blk.")?.split_once('.')?;
    let (module, part) = rest.rsplit_once('.')?;
    let (name, _) = MODULES.iter().find(|(_, known)| *known == module)?;
    Some(format!("model.layers.{layer}.{name}.{part}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_both_worlds() {
        for (name, expected) in [
            ("model.embed_tokens.weight", Some("token_embd.weight")),
            ("model.norm.weight", Some("output_norm.weight")),
            ("lm_head.weight", Some("output.weight")),
            ("model.layers.11.self_attn.k_proj.bias", Some("blk.11.attn_k.bias")),
            ("model.layers.0.post_attention_layernorm.weight", Some("blk.0.ffn_norm.weight")),
            ("model.layers.0.mlp.experts.weight", None),
            ("model.layers", None),
        ] {
            assert_eq!(stored_name(name).as_deref(), expected, "{name}");
            if let Some(stored) = expected {
                assert_eq!(name_of(stored).as_deref(), Some(name));
            }
        }
    }

    #[test]
    fn halves_stand_one_after_the_other_again() {
        // Two heads of four rows: ggml has them as 0 2 1 3.
        let heads = Alternating { rows: 8, head_dim: 4 };
        assert_eq!([0, 1, 2, 3, 4, 5, 6, 7].map(|row| heads.place(row)), [0, 2, 1, 3, 4, 6, 5, 7]);
    }
}
