//! A wider model that computes the same.

use burn::tensor::TensorData;

use autodidact::{
    backend::readback,
    error::{Error, Result},
    model::{
        Decoder, ModelConfig, Slot,
        init::Normal,
        weights::{LayerWeights, Weights},
    },
    nn::{Matrix, linear::Linear, table::Table},
};

/// Sizes of a wider model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Widths {
    /// Of the residual stream.
    pub d_model: usize,
    /// Query heads.
    pub n_heads: usize,
    /// Key/value heads.
    pub n_kv_heads: usize,
    /// Of the MLP.
    pub d_ff: usize,
}

/// The model with those sizes. New columns of the residual stream are zero: nothing writes to them yet, and the random weights that read them
/// read nothing. New heads and units of the MLP have random inputs and write nothing. As the mean square of a row of the stream falls, the
/// gains of the norms fall by its root, so that what they return stays as it was, but for their small constant (in the manner of
/// Net2Net; Chen et al., 2015, arXiv 1511.05641).
///
/// # Errors
/// [`Error::InvalidInput`] when a size is smaller than that of the model, or the query heads of a group are not as many; those of the
/// backend.
pub async fn widen(decoder: &Decoder, to: Widths, seed: u64) -> Result<Decoder> {
    let old = decoder.config();
    let Widths { d_model, n_heads, n_kv_heads, d_ff } = to;
    let config = ModelConfig { d_model, n_heads, n_kv_heads, d_ff, ..old.clone() };
    check(old, &config)?;
    let mut noise = Noise(Normal::new(seed));
    let weights = decoder.weights();
    let shrink = (old.d_model as f64 / d_model as f64).sqrt();
    let mut layers = Vec::with_capacity(weights.layers.len());
    for layer in &weights.layers {
        let mut linears = Vec::with_capacity(Slot::ALL.len());
        for slot in Slot::ALL {
            linears.push(wider(layer.linear(slot), slot, old, &config, &mut noise).await?);
        }
        let Ok(linears) = <[Linear; 4]>::try_from(linears) else {
            return Err(Error::Backend { reason: "a block has four linear layers".into() });
        };
        let norms = (gain(&layer.input_norm, d_model, shrink), gain(&layer.post_norm, d_model, shrink));
        layers.push(LayerWeights::new(norms.0, norms.1, linears, layer.qk_norm.clone(), &config));
    }
    let columns = |table: &Table| Table::Full(beside(table.full(), d_model - old.d_model));
    let weights = Weights {
        embedding: columns(&weights.embedding),
        layers,
        final_norm: gain(&weights.final_norm, d_model, shrink),
        lm_head: weights.lm_head.as_ref().map(columns),
    };
    Ok(Decoder::new(config, weights, decoder.device().clone()))
}

fn check(old: &ModelConfig, new: &ModelConfig) -> Result<()> {
    let sizes = [
        ("d_model", old.d_model, new.d_model),
        ("heads", old.n_heads, new.n_heads),
        ("kv_heads", old.n_kv_heads, new.n_kv_heads),
        ("d_ff", old.d_ff, new.d_ff),
    ];
    if let Some((what, old, new)) = sizes.into_iter().find(|(_, old, new)| new < old) {
        return Err(Error::invalid(what, format!("{new} is less than the {old} of the model")));
    }
    if new.n_heads != old.group() * new.n_kv_heads {
        let reason = format!("the model has {} query heads for each key/value head", old.group());
        return Err(Error::invalid("heads", reason));
    }
    Ok(())
}

/// A linear layer with the sizes of the new model.
async fn wider(linear: &Linear, slot: Slot, old: &ModelConfig, new: &ModelConfig, noise: &mut Noise) -> Result<Linear> {
    let more_rows = slot.in_features(new) - slot.in_features(old);
    let reads = matches!(slot, Slot::Qkv | Slot::GateUp);
    let (mut modules, mut biases, mut start) = (Vec::new(), Vec::new(), 0);
    for ((_, from), (_, to)) in slot.modules(old).into_iter().zip(slot.modules(new)) {
        let module = linear.weight.full().narrow(1, start, from);
        let deviation = if reads { root_mean_square(&module).await? } else { 0.0 };
        let device = module.device();
        // What writes into the stream begins at zero, both from new units and into new columns.
        let new_columns = noise.matrix(module.dims()[0], to - from, deviation, &device);
        let new_rows = noise.matrix(more_rows, to, deviation, &device);
        modules.push(join(join(module, new_columns, 1), new_rows, 0));
        biases.extend(linear.bias.as_ref().map(|bias| beside(bias.clone().narrow(1, start, from), to - from)));
        start += from;
    }
    let bias = (!biases.is_empty()).then(|| Matrix::cat(biases, 1));
    Ok(Linear { weight: Matrix::cat(modules, 1).into(), bias })
}

/// A gain times `shrink`, with its mean for the new columns.
fn gain(gain: &Matrix, width: usize, shrink: f64) -> Matrix {
    let old = gain.dims()[1];
    let gain = gain.clone().mul_scalar(shrink);
    let mean = gain.clone().mean_dim(1).repeat_dim(1, width - old);
    join(gain, mean, 1)
}

/// With that many columns of zeros on the right.
fn beside(matrix: Matrix, columns: usize) -> Matrix {
    let zeros = Matrix::zeros([matrix.dims()[0], columns], &matrix.device());
    join(matrix, zeros, 1)
}

fn join(a: Matrix, b: Matrix, axis: usize) -> Matrix {
    if b.dims()[axis] == 0 { a } else { Matrix::cat(vec![a, b], axis) }
}

async fn root_mean_square(matrix: &Matrix) -> Result<f32> {
    Ok(readback(matrix.clone().square().mean().sqrt()).await?.first().copied().unwrap_or(0.0))
}

struct Noise(Normal);

impl Noise {
    fn matrix(&mut self, rows: usize, columns: usize, deviation: f32, device: &burn::tensor::Device) -> Matrix {
        if deviation == 0.0 {
            return Matrix::zeros([rows, columns], device);
        }
        let numbers = self.0.sample(rows * columns, deviation);
        Matrix::from_data(TensorData::new(numbers, [rows, columns]), device)
    }
}
