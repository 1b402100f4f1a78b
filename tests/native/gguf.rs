//! GGUF files against the decoder of llama.cpp's authors, and against the checkpoints that they were made of (`reference/make_gguf.py`).

use autodidact::{
    adapter::{Adapter, LoraConfig},
    backend::{self, readback},
    error::{Error, Result},
    format::{
        bytes::FileBytes,
        gguf::{BlockType, GgufFile},
    },
    identity::Fit,
    model::{
        Decoder, Dtype, ModelConfig, ModelFiles, ModelParts, Targets, Tokens, gguf::GgufTensors, load_as, part_names,
        weights::Part,
    },
    nn::{linear::Trainable, weight::Arithmetic},
};

use crate::common::{Checkpoint, block_on, bytes, fixtures};

fn file(name: &str) -> Vec<u8> {
    bytes(&fixtures().join("gguf").join(name))
}

fn open(parts: Vec<Vec<u8>>) -> Result<ModelParts> {
    ModelFiles::from_gguf("model", parts.into_iter().map(FileBytes::from).collect())?.read(&backend::cpu())
}

#[test]
fn every_block_format_is_decoded_as_by_its_authors() {
    let bytes = file("blocks.gguf");
    let blocks = GgufFile::open(bytes.clone().into()).unwrap();
    for kind in BlockType::ALL {
        let values = blocks.to_f32(&format!("{}.values", kind.name())).unwrap();
        assert_eq!(values.len(), 1024);
        assert_eq!(blocks.tensor(kind.name()).unwrap().blocks, kind);
        // Bit for bit.
        assert!(blocks.to_f32(kind.name()).unwrap() == values, "{}", kind.name());
    }
}

#[test]
fn a_model_is_the_same_from_either_kind_of_file() {
    for name in ["llama", "qwen2", "qwen3"] {
        let checkpoint = Checkpoint::open(name);
        let parts = open(vec![file(&format!("{name}.gguf"))]).unwrap();
        assert_eq!(parts.decoder.config(), &checkpoint.config, "{name}");
        assert_eq!(parts.base.fingerprint, checkpoint.load().fingerprint, "{name}");
        assert_eq!(parts.eos, [2], "{name}");
        assert_eq!(parts.tokenizer.encode("<s>aab</s>").unwrap(), [1, 67, 79, 2], "{name}");
    }
}

#[test]
fn an_adapter_fits_its_model_in_another_form() {
    let model = |name: &str| open(vec![file(name)]).unwrap().base;
    let (floats, mixed) = (model("qwen2.gguf"), model("qwen2_mixed.gguf"));
    assert_eq!(mixed.fit(&floats), Ok(Fit::OtherForm));
    assert_eq!(mixed.fit(&mixed), Ok(Fit::Same));
    assert_eq!(mixed.fit(&model("llama.gguf")).unwrap_err().code(), "BaseMismatch");
}

#[test]
fn a_split_model_needs_all_of_its_parts_in_order() {
    let names = part_names("split-00002-of-00002.gguf");
    let parts: Vec<Vec<u8>> = names.iter().map(|name| file(name)).collect();
    let whole = open(vec![file("qwen2.gguf")]).unwrap().base.fingerprint;
    assert_eq!(open(parts.clone()).unwrap().base.fingerprint, whole);
    for wrong in [vec![parts[0].clone()], vec![parts[1].clone()], vec![parts[1].clone(), parts[0].clone()], Vec::new()]
    {
        let error = open(wrong).err().unwrap();
        assert_eq!(error.code(), "IntegrityError", "{error}");
    }
}

#[test]
fn what_is_not_supported_is_named() {
    let with = |from: &[u8], to: &[u8]| {
        let mut bytes = file("llama.gguf");
        let places: Vec<usize> =
            bytes.windows(from.len()).enumerate().filter(|(_, w)| *w == from).map(|(at, _)| at).collect();
        assert!(!places.is_empty(), "{from:?} is nowhere");
        for at in places {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
        open(vec![bytes]).err().unwrap()
    };
    let error = with(b"llama", b"mamba");
    assert!(matches!(&error, Error::UnsupportedModel { found, .. } if found == "mamba"), "{error}");
    let error = with(b"gpt2", b"bert");
    assert!(error.code() == "TokenizerError" && error.to_string().contains("bert"), "{error}");
    let error = with(b"qwen2", b"tekke");
    assert!(error.code() == "TokenizerError" && error.to_string().contains("tekke"), "{error}");
    let error = with(b"llama.block_count", b"llama.block_cound");
    assert!(error.code() == "ConfigError" && error.to_string().contains("llama.block_count"), "{error}");
    let error = with(b"blk.0.ffn_up.weight", b"blk.0.ffn_ap.weight");
    assert!(
        matches!(&error, Error::MissingTensor { tensor, .. } if tensor == "model.layers.0.mlp.up_proj.weight"),
        "{error}"
    );
    let error = with(b"blk.1.attn_q.weight", b"blk.9.attn_q.weight");
    assert_eq!(error.code(), "MissingTensor", "{error}");
}

/// The model of a file with quantized weights, and the same with all weights in f32.
fn both(name: &str) -> [Decoder; 2] {
    let bytes = file(name);
    let quantized = open(vec![bytes.clone()]).unwrap();
    let config: ModelConfig = quantized.decoder.config().clone();
    let files = [GgufFile::open(bytes.into()).unwrap()];
    let plain = load_as(config.clone(), &GgufTensors::new(&files, &config), Dtype::F32, &backend::cpu()).unwrap();
    assert_eq!(plain.fingerprint, quantized.base.fingerprint, "{name}: the same numbers");
    [quantized.decoder, plain.decoder]
}

fn logits(decoder: &Decoder, tokens: &Tokens) -> Vec<f32> {
    let hidden = decoder.forward(tokens, None, None);
    let rows: Vec<u32> = (0..tokens.ids.len() as u32).collect();
    block_on(readback(decoder.logits(hidden, &rows))).unwrap()
}

/// The largest difference, over the root mean square of the expected numbers.
fn gap(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let square: f32 = expected.iter().map(|x| x * x).sum::<f32>() / expected.len() as f32;
    found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) / square.sqrt().max(1e-9)
}

fn tokens() -> Tokens {
    Tokens::single(&(0..24).map(|i| 3 + i * 31 % 70).collect::<Vec<u32>>())
}

#[test]
fn weights_stay_quantized_and_give_the_same_logits() {
    for name in ["llama_mixed.gguf", "qwen2_mixed.gguf"] {
        let [quantized, plain] = both(name);
        let count =
            |decoder: &Decoder| decoder.weights().parts().iter().filter(|part| part.quantized().is_some()).count();
        // Of llama's MLP, whose width fills no blocks, one matrix stays in f32.
        let expected = if name.starts_with("llama") { 2 + 3 * 2 } else { 1 + 4 * 2 };
        assert_eq!((count(&quantized), count(&plain)), (expected, 0), "{name}");
        let expected = logits(&plain, &tokens());
        let floats = logits(&quantized.with_arithmetic(Arithmetic::Floats), &tokens());
        assert!(gap(&floats, &expected) < 1e-5, "{name}, floats: {}", gap(&floats, &expected));
        let integers = logits(&quantized, &tokens());
        let off = gap(&integers, &expected);
        assert!(off > 0.0 && off < 0.15, "{name}, integers: {off}");
    }
}

#[test]
fn adapters_on_quantized_weights_are_trained_as_on_those_in_f32() {
    for name in ["llama_mixed.gguf", "qwen2_mixed.gguf"] {
        let [quantized, plain] = both(name);
        let floats = quantized.with_arithmetic(Arithmetic::Floats);
        // So little room that each block is computed once more on the way back.
        let again = floats.with_tape(0);
        let tokens = tokens();
        let targets = Targets { rows: vec![3, 9, 22], ids: vec![5, 40, 61], weights: vec![0.5, 0.25, 0.25] };
        let [integers, found, again, expected] = [&quantized, &floats, &again, &plain].map(|decoder| {
            let mut adapter = Adapter::init(LoraConfig::default(), decoder.config(), 5, &backend::cpu()).unwrap();
            // A pair that begins with a zero teaches only its other half.
            let moved = adapter.weights.parameters().into_iter().map(|matrix| matrix.add_scalar(0.01)).collect();
            adapter.weights = adapter.weights.with_parameters(moved).unwrap();
            let gradients = decoder.gradients(&tokens, &targets, Some(&adapter.weights), Trainable::Adapter);
            let mut all = block_on(readback(gradients.loss)).unwrap();
            for matrix in gradients.parameters {
                all.extend(block_on(readback(matrix)).unwrap());
            }
            all
        });
        assert!(found.len() > 1000 && gap(&found, &expected) < 1e-4, "{name}: {}", gap(&found, &expected));
        assert_eq!(found, again, "{name}");
        let off = gap(&integers, &expected);
        assert!(off > 0.0 && off < 1e-2, "{name}: {off}");
    }
}

#[test]
fn quantized_weights_come_back_in_f32() {
    let [quantized, plain] = both("llama_mixed.gguf");
    for (found, expected) in quantized.weights().parts().into_iter().zip(plain.weights().parts()) {
        let [found, expected] = [found, expected].map(|part: Part<'_>| block_on(readback(part.full())).unwrap());
        assert!(found == expected);
    }
}

#[test]
fn a_file_that_was_cut_off_is_an_error() {
    let bytes = file("llama.gguf");
    for length in (0..bytes.len()).step_by(97) {
        let error = open(vec![bytes[..length].to_vec()]).err().unwrap();
        assert_eq!(error.code(), "IntegrityError", "{length}: {error}");
    }
}
