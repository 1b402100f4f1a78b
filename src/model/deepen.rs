//! A deeper model that computes the same.

use super::{
    decoder::Decoder,
    weights::{LayerWeights, Weights},
};
use crate::{
    error::{Error, Result},
    nn::linear::Linear,
};

/// The model with `layers` blocks: some of its blocks, spread evenly, are followed by a copy whose two output matrices are zero, so that the
/// copies add nothing until they are trained (block expansion; Wu et al., 2024, arXiv 2401.02415).
///
/// # Errors
/// [`Error::InvalidInput`] when `layers` is not more than the model has, or more than twice that.
pub fn deepen(decoder: &Decoder, layers: usize) -> Result<Decoder> {
    let old = decoder.config().n_layers;
    if layers <= old || layers > 2 * old {
        return Err(Error::invalid("layers", format!("{layers} is not between {} and {}", old + 1, 2 * old)));
    }
    let config = super::ModelConfig { n_layers: layers, ..decoder.config().clone() };
    let weights = decoder.weights();
    let extra = layers - old;
    let mut blocks = Vec::with_capacity(layers);
    for (i, layer) in weights.layers.iter().enumerate() {
        blocks.push(layer.clone());
        if (i + 1) * extra / old > i * extra / old {
            let zero = |linear: &Linear| Linear {
                weight: linear.weight.zeros_like(),
                bias: linear.bias.as_ref().map(|bias| bias.zeros_like()),
            };
            let linears = [layer.qkv.clone(), zero(&layer.o), layer.gate_up.clone(), zero(&layer.down)];
            let (input_norm, post_norm) = (layer.input_norm.clone(), layer.post_norm.clone());
            blocks.push(LayerWeights::new(input_norm, post_norm, linears, layer.qk_norm.clone(), &config));
        }
    }
    let weights = Weights { layers: blocks, ..weights.clone() };
    Ok(Decoder::new(config, weights, decoder.device().clone()))
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::{
        backend,
        model::{Family, ModelConfig, Tokens, init},
        nn::rotary::RopeScaling,
        platform::readback,
    };
    use futures_lite::future::block_on;

    #[test]
    fn a_deeper_model_computes_the_same() {
        let config = ModelConfig {
            family: Family::Qwen3,
            vocab_size: 11,
            d_model: 8,
            n_layers: 3,
            n_heads: 2,
            n_kv_heads: 1,
            head_dim: 4,
            d_ff: 12,
            context: 16,
            norm_eps: 1e-5,
            rope_theta: 10_000.0,
            rope_scaling: RopeScaling::Default,
            tied: true,
            qkv_bias: false,
            o_bias: false,
            mlp_bias: false,
            qk_norm: true,
            eos: vec![1],
        };
        let model = init::random(config, 3, 0.3, &backend::cpu());
        let logits = |model: &Decoder| {
            let hidden = model.forward(&Tokens::single(&[3, 1, 4, 1, 5]), None, None);
            block_on(readback(model.logits(hidden, &[0, 1, 2, 3, 4]))).unwrap()
        };
        for layers in [4, 5, 6] {
            let deeper = deepen(&model, layers).unwrap();
            assert_eq!((deeper.config().n_layers, deeper.weights().layers.len()), (layers, layers));
            assert_eq!(logits(&deeper), logits(&model), "{layers}");
        }
        for layers in [0, 3, 7] {
            assert_eq!(deepen(&model, layers).unwrap_err().code(), "InvalidInput");
        }
    }
}
