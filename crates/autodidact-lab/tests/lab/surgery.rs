//! Deeper and wider models compute what the model computed.

use autodidact::{backend::readback, nn::linear::Trainable};
use autodidact_lab::surgery::{Widths, deepen, widen};

use crate::common::{Checkpoint, block_on, ids, logits, next_token_targets};

#[test]
fn a_deeper_model_computes_the_same() {
    for name in ["llama", "qwen2", "qwen3"] {
        let checkpoint = Checkpoint::open(name);
        let decoder = checkpoint.load().decoder;
        let (positions, tokens) = (ids(&checkpoint.reference["positions"]), checkpoint.input());
        let before = logits(&decoder, &tokens, &positions, None);
        let layers = decoder.config().n_layers;
        for more in layers + 1..=2 * layers {
            let deeper = deepen(&decoder, more).unwrap();
            assert_eq!((deeper.config().n_layers, deeper.weights().layers.len()), (more, more), "{name}");
            assert_eq!(logits(&deeper, &tokens, &positions, None), before, "{name}, {more} blocks");
        }
        for refused in [0, layers, 2 * layers + 1] {
            let error = deepen(&decoder, refused).map(|_| ()).unwrap_err();
            assert_eq!(error.code(), "InvalidInput", "{name}, {refused} blocks");
        }
    }
}

#[test]
fn a_wider_model_computes_the_same() {
    for name in ["llama", "qwen2", "qwen3"] {
        let checkpoint = Checkpoint::open(name);
        let decoder = checkpoint.load().decoder;
        let (positions, tokens) = (ids(&checkpoint.reference["positions"]), checkpoint.input());
        let before = logits(&decoder, &tokens, &positions, None);
        let c = decoder.config();
        let same = Widths { d_model: c.d_model, n_heads: c.n_heads, n_kv_heads: c.n_kv_heads, d_ff: c.d_ff };
        let more = Widths {
            d_model: c.d_model + 16,
            n_heads: c.n_heads + c.group(),
            n_kv_heads: c.n_kv_heads + 1,
            d_ff: c.d_ff + 24,
        };
        for to in [same, more, Widths { d_ff: c.d_ff, ..more }] {
            let wider = block_on(widen(&decoder, to, 3)).unwrap();
            let sizes: usize =
                wider.weights().parameters().iter().map(|matrix| matrix.dims().iter().product::<usize>()).sum();
            assert_eq!(wider.config().parameters(), sizes, "{name}");
            let after = logits(&wider, &tokens, &positions, None);
            // The constant in the norms weighs a little more, as the mean square of a row has fallen.
            let worst = before.iter().zip(&after).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 2e-3, "{name}: {worst} with {to:?}");
        }
        // What is new learns: its gradients are not all zero, save of what only the new weights reach.
        let wider = block_on(widen(&decoder, more, 3)).unwrap();
        let targets = next_token_targets(&tokens);
        let gradients = wider.gradients(&tokens, &targets, None, Trainable::Base).parameters;
        let embedding = gradients[0].clone().narrow(1, c.d_model, 16).abs().max();
        let o = gradients[if c.qkv_bias { 5 } else { 4 }].clone().narrow(0, c.widths().0, c.head_dim).abs().max();
        for (what, largest) in [("embedding", embedding), ("o", o)] {
            assert!(block_on(readback(largest)).unwrap()[0] > 0.0, "{name}: {what}");
        }
        let smaller = Widths { d_ff: c.d_ff - 1, ..same };
        let ungrouped = Widths { n_heads: c.n_heads + 1, ..more };
        for refused in [smaller, ungrouped] {
            let error = block_on(widen(&decoder, refused, 0)).map(|_| ()).unwrap_err();
            assert_eq!(error.code(), "InvalidInput", "{name}, {refused:?}");
        }
    }
}
