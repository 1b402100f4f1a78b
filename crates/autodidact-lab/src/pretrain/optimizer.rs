//! The optimizer of pretraining: Muon for the matrices of the blocks, AdamW for everything else.
//!
//! Muon (Jordan et al., 2024, <https://kellerjordan.github.io/posts/muon/>) steps along the orthogonal factor of the
//! momentum, which a Newton-Schulz iteration approximates. The factor `0.2 sqrt(max(rows, columns))` gives its updates the
//! size of AdamW's, so that both share one learning rate (Liu et al., 2025, arXiv 2502.16982).

use std::collections::BTreeMap;

use burn::tensor::Tensor;

use super::workers::Workers;
use autodidact::{
    adaptation::optimizer::{AdamW, AdamWConfig},
    backend,
    error::Result,
    model::{ModelConfig, Slot},
    nn::Matrix,
};
use autodidact_kernels::{Form, Kernels, matmul};

/// Momentum of Muon.
const MOMENTUM: f64 = 0.95;
/// Steps of the Newton-Schulz iteration.
const ITERATIONS: usize = 5;
/// Coefficients of the quintic: singular values end between 0.7 and 1.2.
const QUINTIC: (f64, f64, f64) = (3.4445, -4.7750, 2.0315);

/// Who updates a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    AdamW,
    /// Widths of the modules whose columns the matrix joins: each is orthogonalised by itself.
    Muon(Vec<usize>),
}

/// State of the optimizer over the parameters of a decoder, in the order of
/// [`parameters`](autodidact::model::Weights::parameters).
pub struct Optimizer {
    rules: Vec<Rule>,
    momenta: Vec<Matrix>,
    adamw: AdamW,
    weight_decay: f64,
    max_norm: f64,
    kernels: Option<Kernels>,
}

impl Optimizer {
    /// State at zero.
    pub fn new(config: &ModelConfig, parameters: &[Matrix], weight_decay: f64) -> Self {
        let rules = rules(config);
        let (muon, adamw) = split(&rules, parameters.to_vec());
        let settings = AdamWConfig { beta2: 0.95, weight_decay, max_norm: None, ..AdamWConfig::default() };
        Self {
            momenta: muon.iter().map(Matrix::zeros_like).collect(),
            adamw: AdamW::new(settings, &adamw),
            rules,
            weight_decay,
            max_norm: 1.0,
            kernels: None,
        }
    }

    /// Multiplies Muon's matrices with these kernels, whose precision is enough for it.
    pub fn with_kernels(self, kernels: Option<Kernels>) -> Self {
        Self { kernels, ..self }
    }

    /// Steps taken.
    pub fn steps(&self) -> usize {
        self.adamw.steps
    }

    /// All state in a fixed order: Muon's momenta, then both moments of each of AdamW's parameters.
    pub fn state(&self) -> Vec<Matrix> {
        let moments = self.adamw.moments.iter().flat_map(|(m, v)| [m.clone(), v.clone()]);
        self.momenta.iter().cloned().chain(moments).collect()
    }

    /// The inverse of [`Optimizer::state`]; false, with nothing changed, when the number of matrices differs.
    pub fn set_state(&mut self, state: Vec<Matrix>, steps: usize) -> bool {
        if state.len() != self.momenta.len() + 2 * self.adamw.moments.len() {
            return false;
        }
        let mut next = state.into_iter();
        for momentum in &mut self.momenta {
            if let Some(matrix) = next.next() {
                *momentum = matrix;
            }
        }
        for moments in &mut self.adamw.moments {
            if let (Some(m), Some(v)) = (next.next(), next.next()) {
                *moments = (m, v);
            }
        }
        self.adamw.steps = steps;
        true
    }

    /// The parameters after one step, and the gradients' global norm before clipping, `[1]`.
    ///
    /// # Errors
    /// Errors of [`Workers::map`].
    pub fn step(
        &mut self,
        parameters: Vec<Matrix>,
        gradients: Vec<Matrix>,
        learning_rate: f64,
        workers: &Workers,
    ) -> Result<(Vec<Matrix>, Tensor<1>)> {
        let squares = workers.map(gradients.iter().collect(), |g| Ok(g.clone().square().sum()))?;
        let norm = Tensor::cat(squares, 0).sum().sqrt();
        let factor = norm.clone().add_scalar(1e-6).recip().mul_scalar(self.max_norm).clamp_max(1.0).reshape([1, 1]);
        let gradients = gradients.into_iter().map(|g| g.mul(factor.clone())).collect();
        let (muon, adamw) = split(&self.rules, parameters);
        let (muon_gradients, adamw_gradients) = split(&self.rules, gradients);
        let (adamw, _) = self.adamw.step(adamw, adamw_gradients, learning_rate);

        let widths = self.rules.iter().filter_map(|rule| match rule {
            Rule::Muon(widths) => Some(widths),
            Rule::AdamW => None,
        });
        let directions =
            muon_gradients.into_iter().zip(&mut self.momenta).zip(widths).map(|((gradient, momentum), widths)| {
                *momentum = momentum.clone().mul_scalar(MOMENTUM).add(gradient.clone());
                (gradient.add(momentum.clone().mul_scalar(MOMENTUM)), widths)
            });
        let kernels = self.kernels;
        let directions: Vec<(Matrix, &Vec<usize>)> = directions.collect();
        let on_cpu = directions.first().is_none_or(|(direction, _)| direction.device() == backend::cpu());
        let directions = if on_cpu {
            workers.map(directions, |(direction, widths)| Ok(by_module(direction, widths, kernels)))?
        } else {
            together(directions)
        };
        let keep = 1.0 - learning_rate * self.weight_decay;
        let muon = muon.into_iter().zip(directions).map(|(p, d)| p.mul_scalar(keep).sub(d.mul_scalar(learning_rate)));
        let muon = muon.collect();
        Ok((join(&self.rules, muon, adamw), norm))
    }
}

fn rules(config: &ModelConfig) -> Vec<Rule> {
    let mut rules = vec![Rule::AdamW];
    for _ in 0..config.n_layers {
        rules.extend([Rule::AdamW, Rule::AdamW]);
        for slot in Slot::ALL {
            rules.push(Rule::Muon(slot.modules(config).into_iter().map(|(_, width)| width).collect()));
            rules.extend(slot.has_bias(config).then_some(Rule::AdamW));
        }
        if config.qk_norm {
            rules.extend([Rule::AdamW, Rule::AdamW]);
        }
    }
    rules.push(Rule::AdamW);
    rules.extend((!config.tied).then_some(Rule::AdamW));
    rules
}

/// Muon's matrices and AdamW's.
fn split(rules: &[Rule], all: Vec<Matrix>) -> (Vec<Matrix>, Vec<Matrix>) {
    let (mut muon, mut adamw) = (Vec::new(), Vec::new());
    for (rule, matrix) in rules.iter().zip(all) {
        if *rule == Rule::AdamW { adamw.push(matrix) } else { muon.push(matrix) }
    }
    (muon, adamw)
}

/// The inverse of [`split`].
fn join(rules: &[Rule], muon: Vec<Matrix>, adamw: Vec<Matrix>) -> Vec<Matrix> {
    let (mut muon, mut adamw) = (muon.into_iter(), adamw.into_iter());
    rules.iter().filter_map(|rule| if *rule == Rule::AdamW { adamw.next() } else { muon.next() }).collect()
}

/// The scaled orthogonal factor of each module's columns.
fn by_module(matrix: Matrix, widths: &[usize], kernels: Option<Kernels>) -> Matrix {
    let scaled = |part: Matrix| {
        let [rows, columns] = part.dims();
        orthogonal_factor(part, kernels).mul_scalar(0.2 * (rows.max(columns) as f64).sqrt())
    };
    let mut start = 0;
    let parts: Vec<Matrix> = widths
        .iter()
        .map(|&width| {
            let part = matrix.clone().narrow(1, start, width);
            start += width;
            scaled(part)
        })
        .collect();
    Matrix::cat(parts, 1)
}

/// As [`by_module`] for all matrices at once, with one product for all modules of a shape: on a GPU the launches count.
fn together(matrices: Vec<(Matrix, &Vec<usize>)>) -> Vec<Matrix> {
    let mut groups: BTreeMap<[usize; 2], Vec<(usize, bool, Tensor<2>)>> = BTreeMap::new();
    let mut modules = Vec::new();
    for (matrix, widths) in &matrices {
        let mut start = 0;
        for &width in *widths {
            let part = matrix.clone().narrow(1, start, width);
            start += width;
            let [rows, columns] = part.dims();
            let wide = rows <= columns;
            let part = if wide { part } else { part.transpose() };
            groups.entry(part.dims()).or_default().push((modules.len(), wide, part));
            modules.push(None);
        }
    }
    for ([_, columns], group) in groups {
        let (places, parts): (Vec<_>, Vec<_>) = group.into_iter().map(|(i, wide, part)| ((i, wide), part)).unzip();
        let factors = orthogonal_factors(Tensor::stack(parts, 0)).mul_scalar(0.2 * (columns as f64).sqrt());
        for (row, (i, wide)) in places.into_iter().enumerate() {
            let factor: Matrix = factors.clone().narrow(0, row, 1).squeeze_dim(0);
            modules[i] = Some(if wide { factor } else { factor.transpose() });
        }
    }
    let mut modules = modules.into_iter().flatten();
    matrices.iter().map(|(_, widths)| Matrix::cat(modules.by_ref().take(widths.len()).collect(), 1)).collect()
}

/// As [`orthogonal_factor`], for each of a batch of matrices that are wider than high, `[b, rows, columns]`.
fn orthogonal_factors(batch: Tensor<3>) -> Tensor<3> {
    let norms = batch.clone().square().sum_dim(2).sum_dim(1).sqrt().add_scalar(1e-7);
    let mut x = batch.div(norms);
    let (a, b, c) = QUINTIC;
    for _ in 0..ITERATIONS {
        let gram = x.clone().matmul(x.clone().transpose());
        let square = gram.clone().matmul(gram.clone());
        let poly = gram.mul_scalar(b).add(square.mul_scalar(c));
        x = x.clone().mul_scalar(a).add(poly.matmul(x));
    }
    x
}

/// `U V^T` of `matrix = U S V^T`, by the Newton-Schulz iteration.
fn orthogonal_factor(matrix: Matrix, kernels: Option<Kernels>) -> Matrix {
    let [rows, columns] = matrix.dims();
    let wide = rows <= columns;
    let norm = matrix.clone().square().sum().sqrt().add_scalar(1e-7).reshape([1, 1]);
    let mut x = if wide { matrix } else { matrix.transpose() }.div(norm);
    let (a, b, c) = QUINTIC;
    for _ in 0..ITERATIONS {
        let gram = matmul(kernels, x.clone(), x.clone(), Form::RightTransposed);
        let square = matmul(kernels, gram.clone(), gram.clone(), Form::Plain);
        let poly = gram.mul_scalar(b).add(square.mul_scalar(c));
        x = x.clone().mul_scalar(a).add(matmul(kernels, poly, x, Form::Plain));
    }
    if wide { x } else { x.transpose() }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use autodidact::{
        backend::{self, readback},
        model::init::Normal,
    };
    use burn::tensor::TensorData;

    fn random(rows: usize, columns: usize) -> Matrix {
        let data = TensorData::new(Normal::new(5).sample(rows * columns, 1.0), [rows, columns]);
        Tensor::from_data(data, &backend::cpu())
    }

    #[test]
    fn the_factor_has_singular_values_near_one() {
        for (rows, columns) in [(12, 40), (40, 12), (16, 16)] {
            let factor = orthogonal_factor(random(rows, columns), None);
            assert_eq!(factor.dims(), [rows, columns]);
            let factor = if rows <= columns { factor } else { factor.transpose() };
            // The trace of F F^T is the sum of the squared singular values.
            let n = factor.dims()[0];
            let gram = futures_lite::future::block_on(readback(factor.clone().matmul(factor.transpose()))).unwrap();
            let trace: f32 = (0..n).map(|i| gram[i * n + i]).sum();
            let mean = trace / n as f32;
            assert!((0.5..1.4).contains(&mean), "{rows}x{columns}: mean squared singular value {mean}");
        }
    }

    #[test]
    fn all_at_once_is_the_same() {
        let widths = [vec![8, 4], vec![20], vec![3, 5, 4]];
        let matrices: Vec<_> = [(8, 12), (8, 20), (8, 12)].iter().map(|&(r, c)| random(r, c)).collect();
        let all = together(matrices.iter().cloned().zip(&widths).collect());
        for ((one, matrix), widths) in all.into_iter().zip(matrices).zip(&widths) {
            let gap = one.sub(by_module(matrix, widths, None)).abs().max();
            assert!(futures_lite::future::block_on(readback(gap)).unwrap()[0] < 1e-5);
        }
    }

    #[test]
    fn modules_are_orthogonalised_apart() {
        let matrix = random(8, 12);
        let both = by_module(matrix.clone(), &[8, 4], None);
        let first = by_module(matrix.clone().narrow(1, 0, 8), &[8], None);
        let second = by_module(matrix.narrow(1, 8, 4), &[4], None);
        let gap = both.sub(Matrix::cat(vec![first, second], 1)).abs().max();
        assert!(futures_lite::future::block_on(readback(gap)).unwrap()[0] < 1e-6);
    }
}
