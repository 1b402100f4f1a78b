//! The model in the repository, as part of a test program: a browser has no files.

use autodidact::agent::ModelFiles;

/// Its files.
pub fn seed_files() -> ModelFiles {
    ModelFiles {
        name: "seed".into(),
        config: include_bytes!("../../crates/autodidact-cli/model/seed/config.json").to_vec(),
        tokenizer: include_bytes!("../../crates/autodidact-cli/model/seed/tokenizer.json").to_vec(),
        tokenizer_config: Some(include_bytes!("../../crates/autodidact-cli/model/seed/tokenizer_config.json").to_vec()),
        generation_config: Some(
            include_bytes!("../../crates/autodidact-cli/model/seed/generation_config.json").to_vec(),
        ),
        shards: vec![include_bytes!("../../crates/autodidact-cli/model/seed/model.safetensors").to_vec().into()],
        ..ModelFiles::default()
    }
}
