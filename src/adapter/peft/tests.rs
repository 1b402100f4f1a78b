//! Tests of the PEFT files, without a backend.

use ::safetensors::tensor::TensorView;

use super::*;

/// A small adapter: two layers, three modules, 5 wide inside and 6 or 3 wide outside.
fn sample() -> PeftAdapter {
    let lora = |rank: usize, out: usize, start: usize| LoraHost {
        a: (0..rank * 5).map(|i| (start + i) as f32 / 8.0).collect(),
        b: (0..rank * out).map(|i| -((start * i) as f32) / 16.0).collect(),
        rank,
        in_features: 5,
        out_features: out,
    };
    let mut config = PeftConfig::new(2, 4.0, &["q_proj", "v_proj", "down_proj"], "org/base");
    config.rank_pattern = vec![("down_proj".into(), 3)];
    let tensors = [(0, "q_proj", 2, 6), (0, "v_proj", 2, 3), (11, "q_proj", 2, 6), (11, "down_proj", 3, 6)];
    let tensors =
        tensors.iter().enumerate().map(|(i, (l, m, rank, out))| ((*l, (*m).to_owned()), lora(*rank, *out, i)));
    PeftAdapter { config, base: Base { fingerprint: "sha256:12".into(), identity: None }, tensors: tensors.collect() }
}

fn parse(change: impl FnOnce(&mut serde_json::Map<String, serde_json::Value>)) -> Result<PeftConfig> {
    let mut json = serde_json::from_slice(&sample().config.to_json().unwrap()).unwrap();
    change(&mut json);
    PeftConfig::parse(&serde_json::to_vec(&json).unwrap())
}

#[test]
fn keys() {
    let name = "base_model.model.model.layers.3.self_attn.q_proj.lora_A.weight";
    assert_eq!(
        (parse_key(name), key(3, "q_proj", Matrix::A).unwrap().as_str()),
        (Some((3, "q_proj", Matrix::A)), name)
    );
    for (module, _) in MODULES {
        for matrix in [Matrix::A, Matrix::B] {
            assert_eq!(parse_key(&key(127, module, matrix).unwrap()), Some((127, module, matrix)));
        }
    }
    for bad in [
        "",
        "model.layers.3.self_attn.q_proj.lora_A.weight",
        "base_model.model.model.layers.3.mlp.q_proj.lora_A.weight",
        "base_model.model.model.layers.03.self_attn.q_proj.lora_A.weight",
        "base_model.model.model.layers.+3.self_attn.q_proj.lora_A.weight",
        "base_model.model.model.layers.-3.self_attn.q_proj.lora_A.weight",
        "base_model.model.model.layers.99999999999999999999.self_attn.q_proj.lora_A.weight",
        "base_model.model.model.layers.3.self_attn.q_proj.lora_C.weight",
        "base_model.model.model.layers.3.self_attn.q_proj.lora_A.bias",
        "base_model.model.model.layers.3.self_attn.q_proj.lora_A.default.weight",
        "base_model.model.model.layers..self_attn.q_proj.lora_A.weight",
        "base_model.model.lm_head.lora_A.weight",
    ] {
        assert_eq!(parse_key(bad), None, "{bad}");
    }
    assert_eq!(key(0, "lm_head", Matrix::A).unwrap_err().code(), "AdapterError");
}

#[test]
fn comes_back_as_it_went() {
    let adapter = sample();
    let (config, weights) = adapter.to_bytes().unwrap();
    assert_eq!(PeftAdapter::from_bytes(&config, &weights).unwrap(), adapter);
    assert_eq!(adapter.to_bytes().unwrap(), (config, weights));
    let unknown_base = PeftAdapter { base: Base::default(), ..adapter };
    let (config, weights) = unknown_base.to_bytes().unwrap();
    assert_eq!(PeftAdapter::from_bytes(&config, &weights).unwrap().base, Base::default());
}

#[test]
fn half_precision_is_read_and_written() {
    let mut adapter = sample();
    let (config, weights) = adapter.to_bytes_as(FloatType::F16).unwrap();
    let file = SafetensorsFile::parse(&weights).unwrap();
    assert!(file.names().iter().all(|name| file.dtype(name) == Some(safetensors::Dtype::F16)));
    assert_eq!(file.metadata()["autodidact.base_fingerprint"], "sha256:12");
    // Eighths and sixteenths are exact.
    assert_eq!(PeftAdapter::from_bytes(&config, &weights).unwrap(), adapter);
    assert_eq!(config, adapter.to_bytes().unwrap().0);

    // BF16, as training frameworks write it: the upper half of an f32.
    let mut tensors = Vec::new();
    let bytes: Vec<_> = file.names().iter().map(|name| bf16_bytes(&file.to_f32(name).unwrap())).collect();
    for (name, bytes) in file.names().into_iter().zip(&bytes) {
        let shape = file.shape(&name).unwrap().to_vec();
        tensors.push((name, TensorView::new(safetensors::Dtype::BF16, shape, bytes).unwrap()));
    }
    let metadata = Some(file.metadata().clone().into_iter().collect());
    let written = ::safetensors::serialize(tensors, metadata).unwrap();
    assert_eq!(PeftAdapter::from_bytes(&config, &written).unwrap(), adapter);

    let b = &mut adapter.tensors.get_mut(&(11, "down_proj".to_owned())).unwrap().b;
    b[4] = -1e5;
    let error = adapter.to_bytes_as(FloatType::F16).unwrap_err();
    assert!(error.code() == "InvalidInput" && error.to_string().contains("down_proj.lora_B"), "{error}");
    assert!(adapter.to_bytes().is_ok());
}

fn bf16_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|x| half::bf16::from_f32(*x).to_le_bytes()).collect()
}

#[test]
fn scales() {
    let mut adapter = sample();
    assert_eq!(
        (adapter.config.scale(), adapter.scale(0, "q_proj"), adapter.scale(0, "o_proj")),
        (2.0, Some(2.0), None)
    );
    assert_eq!(adapter.scale(11, "down_proj"), Some(4.0 / 3.0));
    adapter.config.alpha_pattern = vec![("^model.layers.0.self_attn.q_proj".into(), 10.0), ("q_proj".into(), 6.0)];
    assert_eq!((adapter.scale(0, "q_proj"), adapter.scale(11, "q_proj")), (Some(5.0), Some(3.0)));
    adapter.config.use_rslora = true;
    assert_eq!(adapter.scale(0, "v_proj"), Some(4.0 / 2f64.sqrt()));
    // A path ending begins at a dot.
    adapter.config.alpha_pattern = vec![("proj".into(), 9.0), ("1.mlp.down_proj".into(), 9.0), ("^q_proj".into(), 9.0)];
    assert_eq!(adapter.config.alpha_of("model.layers.11.mlp.down_proj"), 4.0);
    adapter.config.alpha_pattern = vec![(r".*\.q_proj".into(), 9.0)];
    assert!(adapter.to_bytes().unwrap_err().to_string().contains("alpha_pattern"));
}

#[test]
fn target_modules_in_every_form() {
    let (_, weights) = sample().to_bytes().unwrap();
    let with = |targets: serde_json::Value| {
        let mut json: serde_json::Value = serde_json::from_slice(&sample().config.to_json().unwrap()).unwrap();
        json["target_modules"] = targets;
        PeftAdapter::from_bytes(&serde_json::to_vec(&json).unwrap(), &weights)
    };
    for good in [
        serde_json::json!("all-linear"),
        serde_json::json!(r".*\.(self_attn|mlp)\.\w+_proj"),
        serde_json::json!(["self_attn.q_proj", "v_proj", "model.layers.11.mlp.down_proj", "lm_head"]),
        serde_json::json!(null),
    ] {
        let adapter = with(good).unwrap();
        assert_eq!(adapter.modules(), ["q_proj", "v_proj", "down_proj"]);
        let (config, weights) = adapter.to_bytes().unwrap();
        assert_eq!(PeftAdapter::from_bytes(&config, &weights).unwrap().tensors, adapter.tensors);
    }
    for bad in
        [serde_json::json!(["q_proj"]), serde_json::json!(["proj"]), serde_json::json!([1]), serde_json::json!(1)]
    {
        assert_eq!(with(bad.clone()).unwrap_err().code(), "AdapterError", "{bad}");
    }
}

#[test]
fn reads_configurations_of_peft_and_refuses_what_it_cannot_serve() {
    let config = parse(|json| {
        for unknown in
            ["loftq_config", "eva_config", "megatron_core", "peft_version", "qalora_group_size", "of_tomorrow"]
        {
            json.insert(unknown.into(), serde_json::json!({"x": [1]}));
        }
        json.insert("lora_alpha".into(), 32.5.into());
        json.insert("layers_to_transform".into(), 3.into());
        json.insert("base_model_name_or_path".into(), serde_json::Value::Null);
        json.insert("modules_to_save".into(), serde_json::json!([]));
        json.insert("init_lora_weights".into(), "gaussian".into());
    });
    let config = config.unwrap();
    assert_eq!(
        (config.alpha, config.layers_to_transform, config.base_model_name_or_path.as_str()),
        (32.5, Some(vec![3]), "")
    );
    for (field, value) in [
        ("peft_type", serde_json::json!("IA3")),
        ("peft_type", serde_json::json!(null)),
        ("bias", serde_json::json!("lora_only")),
        ("use_dora", serde_json::json!(true)),
        ("lora_bias", serde_json::json!(true)),
        ("modules_to_save", serde_json::json!(["lm_head"])),
        ("trainable_token_indices", serde_json::json!([1])),
        ("layer_replication", serde_json::json!([[0, 1]])),
        ("init_lora_weights", serde_json::json!("pissa")),
        ("init_lora_weights", serde_json::json!("loftq")),
        ("r", serde_json::json!(0)),
        ("r", serde_json::json!(-1)),
        ("r", serde_json::json!(1.5)),
        ("lora_alpha", serde_json::json!("x")),
        ("lora_dropout", serde_json::json!(1.0)),
        ("use_rslora", serde_json::json!("yes")),
        ("rank_pattern", serde_json::json!({"q_proj": 0})),
        ("alpha_pattern", serde_json::json!({"[qv]_proj": 3})),
        ("alpha_pattern", serde_json::json!([])),
        ("layers_to_transform", serde_json::json!("all")),
    ] {
        let error = parse(|json| {
            json.insert(field.into(), value.clone());
        });
        let error = error.unwrap_err();
        assert!(error.code() == "AdapterError" && error.to_string().contains(field), "{field} {value}: {error}");
    }
    assert_eq!(PeftConfig::default().to_json().unwrap_err().code(), "AdapterError");
    for bad in ["", "{", "[]", "null", "{}"] {
        assert_eq!(PeftConfig::parse(bad.as_bytes()).unwrap_err().code(), "AdapterError");
    }
}

#[test]
fn tensors_must_fit_each_other_and_the_configuration() {
    let (config, _) = sample().to_bytes().unwrap();
    let code = |change: &dyn Fn(&mut BTreeMap<String, HostTensor>)| {
        let mut file = safetensors::read(&sample().to_bytes().unwrap().1).unwrap();
        change(&mut file.tensors);
        let weights = safetensors::write(&file.tensors, &file.metadata).unwrap();
        PeftAdapter::from_bytes(&config, &weights).map_or_else(|error| error.code(), |_| "fine")
    };
    let (a, b) = (key(0, "q_proj", Matrix::A).unwrap(), key(0, "q_proj", Matrix::B).unwrap());
    let tensor = |shape: &[usize]| HostTensor { shape: shape.to_vec(), data: vec![0.0; shape.iter().product()] };
    assert_eq!(code(&|_| {}), "fine");
    assert_eq!(code(&|t| t.clear()), "AdapterError");
    for name in [&a, &b] {
        assert_eq!(code(&|t| drop(t.remove(name))), "AdapterError");
        for shape in [&[5][..], &[1, 2, 5], &[], &[0, 0], &[3, 3], &[7, 7]] {
            assert_eq!(code(&|t| drop(t.insert(name.clone(), tensor(shape)))), "AdapterError", "{shape:?}");
        }
        assert_eq!(code(&|t| t.get_mut(name).unwrap().data[1] = f32::NAN), "AdapterError");
    }
    let other_rank = |t: &mut BTreeMap<String, HostTensor>| {
        t.insert(a.clone(), tensor(&[4, 5]));
        t.insert(b.clone(), tensor(&[6, 4]));
    };
    assert_eq!(code(&other_rank), "AdapterError");
    assert_eq!(code(&|t| drop(t.insert("base_model.model.lm_head.weight".into(), tensor(&[1])))), "AdapterError");
    let mut ragged = sample();
    ragged.tensors.values_mut().next().unwrap().a.pop();
    assert_eq!(ragged.to_bytes().unwrap_err().code(), "AdapterError");
    // A regular expression among the ranks is not evaluated: the tensors are believed.
    let mut pattern = sample();
    pattern.config.rank_pattern = vec![(r"(down|up)_proj".into(), 3)];
    let (config, weights) = pattern.to_bytes().unwrap();
    assert_eq!(PeftAdapter::from_bytes(&config, &weights).unwrap(), pattern);
}

#[test]
fn no_truncation_or_flipped_bit_panics() {
    let (config, weights) = sample().to_bytes().unwrap();
    for end in 0..weights.len() {
        assert_eq!(PeftAdapter::from_bytes(&config, &weights[..end]).unwrap_err().code(), "IntegrityError");
    }
    for end in 0..config.len() - 1 {
        let _ = PeftAdapter::from_bytes(&config[..end], &weights);
    }
    for (number, file) in [&config, &weights].into_iter().enumerate() {
        for bit in (0..8 * file.len()).step_by(3) {
            let mut files = [config.clone(), weights.clone()];
            files[number][bit / 8] ^= 1 << (bit % 8);
            if let Ok(adapter) = PeftAdapter::from_bytes(&files[0], &files[1]) {
                adapter.to_bytes().unwrap();
            }
        }
    }
}
