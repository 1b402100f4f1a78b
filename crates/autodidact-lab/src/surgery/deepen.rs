//! A deeper model that computes the same.

use autodidact::{
    error::{Error, Result},
    model::{
        Decoder, ModelConfig,
        weights::{LayerWeights, Weights},
    },
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
    let config = ModelConfig { n_layers: layers, ..decoder.config().clone() };
    let weights = decoder.weights();
    let extra = layers - old;
    let mut blocks = Vec::with_capacity(layers);
    for (i, layer) in weights.layers.iter().enumerate() {
        blocks.push(layer.clone());
        if (i + 1) * extra / old > i * extra / old {
            let zero = |linear: &Linear| Linear {
                weight: linear.weight.full().zeros_like().into(),
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
