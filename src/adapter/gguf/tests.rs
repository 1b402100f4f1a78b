//! Tests of the file, read back by the reader of GGUF models.

use super::*;
use crate::{
    adapter::PeftConfig,
    format::gguf::{BlockType, GgufFile},
    model::{Family, Slot},
};

fn base(fingerprint: &str) -> Base {
    Base { fingerprint: fingerprint.to_owned(), identity: None }
}

/// An adapter of rank 2 for every module of the first block of [`ModelConfig::tiny`], and for one of the second. All numbers fit F16.
fn sample(model: &ModelConfig) -> PeftAdapter {
    let mut tensors = BTreeMap::new();
    for slot in Slot::ALL {
        let in_features = slot.in_features(model);
        for (module, out_features) in slot.modules(model) {
            let a = (0..2 * in_features).map(|i| i as f32 / 8.0).collect();
            let b = (0..2 * out_features).map(|i| i as f32 / -4.0).collect();
            tensors.insert((0, module.to_owned()), LoraHost { a, b, rank: 2, in_features, out_features });
        }
    }
    let last = tensors[&(0, "q_proj".to_owned())].clone();
    tensors.insert((1, "q_proj".to_owned()), last);
    PeftAdapter { config: PeftConfig::new(2, 5.0, &[], "base"), base: base("abc"), tensors }
}

fn number(file: &GgufFile, key: &str) -> f64 {
    file.metadata[key].as_f64().unwrap()
}

#[test]
fn names_shapes_and_numbers_are_those_of_llama_cpp() {
    for family in Family::ALL {
        let model = ModelConfig::tiny(family);
        let peft = sample(&model);
        for (dtype, blocks) in [(FloatType::F32, BlockType::F32), (FloatType::F16, BlockType::F16)] {
            let bytes = to_gguf(&peft, "mine", &model, &base("abc"), dtype).unwrap();
            let file = GgufFile::parse(&bytes).unwrap();
            let text = |key: &str| file.metadata[key].as_str().unwrap();
            assert_eq!(text("general.architecture"), family.model_type());
            assert_eq!((text("general.type"), text("adapter.type")), ("adapter", "lora"));
            assert_eq!((text("general.name"), text("autodidact.base_fingerprint")), ("mine", "abc"));
            assert_eq!(number(&file, "adapter.lora.alpha"), 5.0);
            assert!(!file.metadata.contains_key("adapter.alora.invocation_tokens"));
            let names = ["attn_k", "attn_output", "attn_q", "attn_v", "ffn_down", "ffn_gate", "ffn_up"];
            let first = names.iter().flat_map(|name| ["a", "b"].map(|m| format!("blk.0.{name}.weight.lora_{m}")));
            let last = ["a", "b"].map(|m| format!("blk.1.attn_q.weight.lora_{m}"));
            assert!(file.names().eq(first.chain(last)), "{family:?}");
            let (a, b) = ("blk.0.ffn_down.weight.lora_a", "blk.0.ffn_down.weight.lora_b");
            assert_eq!(file.tensor(a).unwrap().shape, [2, model.d_ff]);
            assert_eq!(file.tensor(b).unwrap().shape, [model.d_model, 2]);
            assert_eq!(file.tensor(b).unwrap().blocks, blocks);
            let down = &peft.tensors[&(0, "down_proj".to_owned())];
            assert_eq!((file.to_f32(a).unwrap(), file.to_f32(b).unwrap()), (down.a.clone(), down.b.clone()));
        }
    }
}

#[test]
fn only_llama_has_the_rows_of_q_and_k_by_turns() {
    for family in Family::ALL {
        let model = ModelConfig::tiny(family);
        let bytes = to_gguf(&sample(&model), "mine", &model, &base("abc"), FloatType::F32).unwrap();
        let file = GgufFile::parse(&bytes).unwrap();
        // The first of two numbers of each row, of which PEFT has 0, 1, 2 ...
        let rows = |module: &str| -> Vec<f32> {
            let b = file.to_f32(&format!("blk.0.{module}.weight.lora_b")).unwrap();
            b.chunks_exact(2).map(|row| row[0] * -2.0).collect()
        };
        let straight = |count: usize| (0..count).map(|row| row as f32).collect::<Vec<_>>();
        // Heads of eight rows.
        let turned = |heads: usize| -> Vec<f32> {
            let of_head = |head: usize| [0, 4, 1, 5, 2, 6, 3, 7].map(|row| (8 * head + row) as f32);
            (0..heads).flat_map(of_head).collect()
        };
        let (q, k) = if family == Family::Llama { (turned(4), turned(2)) } else { (straight(32), straight(16)) };
        assert_eq!((rows("attn_q"), rows("attn_k")), (q, k), "{family:?}");
        assert_eq!((rows("attn_v"), rows("attn_output")), (straight(16), straight(32)), "{family:?}");
    }
}

/// What the file multiplies the product of a pair with, for each module of the first block.
fn effects(peft: &PeftAdapter, model: &ModelConfig) -> BTreeMap<String, f64> {
    let bytes = to_gguf(peft, "mine", model, &base("abc"), FloatType::F32).unwrap();
    let file = GgufFile::parse(&bytes).unwrap();
    let alpha = number(&file, "adapter.lora.alpha");
    assert!(alpha != 0.0, "llama.cpp takes that for a scale of 1");
    let effect = |(layer, module): &(usize, String)| {
        let stored = stored_name(&format!("{}.weight", module_path(*layer, module).unwrap())).unwrap();
        let (a, b) = (format!("{stored}.lora_a"), format!("{stored}.lora_b"));
        let lora = &peft.tensors[&(*layer, module.clone())];
        assert_eq!(file.to_f32(&a).unwrap(), lora.a);
        // The last row keeps its place in any order.
        let stored = f64::from(*file.to_f32(&b).unwrap().last().unwrap()) / f64::from(*lora.b.last().unwrap());
        (module.clone(), alpha / lora.rank as f64 * stored)
    };
    peft.tensors.keys().filter(|(layer, _)| *layer == 0).map(effect).collect()
}

#[test]
fn every_module_keeps_its_scale() {
    let model = ModelConfig::tiny(Family::Llama);
    let plain = sample(&model);
    let mut stabilized = plain.clone();
    stabilized.config.use_rslora = true;
    let mut mixed = stabilized.clone();
    mixed.config.alpha_pattern = vec![("v_proj".into(), 3.0), ("o_proj".into(), 0.0)];
    mixed.config.rank_pattern = vec![("up_proj".into(), 1)];
    let up = mixed.tensors.get_mut(&(0, "up_proj".to_owned())).unwrap();
    up.a.truncate(up.in_features);
    up.b.truncate(up.out_features);
    up.rank = 1;
    let mut off = plain.clone();
    off.config.alpha = 0.0;
    let mut tiny = plain.clone();
    tiny.config.alpha = 1e-42;
    for (name, peft) in [("plain", plain), ("stabilized", stabilized), ("mixed", mixed), ("off", off), ("tiny", tiny)] {
        for (module, effect) in effects(&peft, &model) {
            let expected = peft.scale(0, &module).unwrap();
            assert!(
                (effect - expected).abs() <= 1e-6 * expected.abs().max(1e-30),
                "{name}, {module}: {effect}, {expected}"
            );
        }
    }
}

#[test]
fn one_alpha_leaves_the_matrices_as_they_are() {
    let model = ModelConfig::tiny(Family::Qwen2);
    let mut peft = sample(&model);
    // The rank-stabilized scale of one rank is another alpha, and no other matrix.
    peft.config.use_rslora = true;
    let bytes = to_gguf(&peft, "mine", &model, &base("abc"), FloatType::F32).unwrap();
    let file = GgufFile::parse(&bytes).unwrap();
    assert!((number(&file, "adapter.lora.alpha") - 5.0 * 2f64.sqrt()).abs() < 1e-6);
    for (layer, module) in peft.tensors.keys() {
        let stored = stored_name(&format!("{}.weight", module_path(*layer, module).unwrap())).unwrap();
        let lora = &peft.tensors[&(*layer, module.clone())];
        assert_eq!(file.to_f32(&format!("{stored}.lora_b")).unwrap(), lora.b);
    }
}

#[test]
fn an_activated_adapter_keeps_its_invocation() {
    let model = ModelConfig::tiny(Family::Qwen3);
    let mut peft = PeftAdapter { base: Base::default(), ..sample(&model) };
    peft.config.invocation = vec![7, 4_000_000_000];
    // A file that names no base is taken for any.
    let bytes = to_gguf(&peft, "mine", &model, &base("other"), FloatType::F32).unwrap();
    let file = GgufFile::parse(&bytes).unwrap();
    assert_eq!(file.metadata["adapter.alora.invocation_tokens"].as_integers(), Some(&[7, 4_000_000_000][..]));
    assert!(!file.metadata.contains_key("autodidact.base_fingerprint"));
}

#[test]
fn what_does_not_fit_is_refused() {
    let model = ModelConfig::tiny(Family::Llama);
    let code = |peft: &PeftAdapter, model: &ModelConfig, dtype| {
        to_gguf(peft, "mine", model, &base("abc"), dtype).map_or_else(|error| error.code(), |_| "fine")
    };
    let good = sample(&model);
    assert_eq!(code(&good, &model, FloatType::F16), "fine");
    assert_eq!(to_gguf(&good, "mine", &model, &base("abd"), FloatType::F32).unwrap_err().code(), "BaseMismatch");
    let narrow = ModelConfig { d_ff: 48, ..model.clone() };
    assert_eq!(code(&good, &narrow, FloatType::F32), "AdapterError");
    let shallow = ModelConfig { n_layers: 1, ..model.clone() };
    assert_eq!(code(&good, &shallow, FloatType::F32), "AdapterError");
    let mut large = good.clone();
    large.tensors.get_mut(&(0, "v_proj".to_owned())).unwrap().b[3] = 70_000.0;
    assert_eq!(code(&large, &model, FloatType::F32), "fine");
    assert_eq!(code(&large, &model, FloatType::F16), "InvalidInput");
    let mut infinite = good;
    infinite.config.alpha = 1e60;
    assert_eq!(code(&infinite, &model, FloatType::F32), "AdapterError");
}
