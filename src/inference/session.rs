//! A prompt in the cache: prefilled once, forked for every continuation.

use std::{collections::VecDeque, ops::ControlFlow};

use autodidact_kernels::infer::log_sum_exp;

use crate::{
    backend::readback,
    error::{Error, Result},
    grammar::Constraint,
    inference::{
        cancel::Cancel,
        prefixes::{Known, Prefixes},
        sampler::{Sampler, Sampling, log_prob_of},
    },
    model::{Decoder, LoraWeights, Tokens},
    nn::{Matrix, cache::KvCache},
    platform::yield_now,
};

/// Longest piece of a prompt in one pass; longer prompts are prefilled piece by piece. A tab gives back no memory that it ever used.
const PREFILL_CHUNK: usize = if cfg!(target_family = "wasm") { 256 } else { 512 };
/// Tokens at the end of a prompt that are computed even if they are known. What follows is computed from the last one, and a product of one row
/// is summed up in another order: a prompt should give the same bits whatever was asked before.
const COMPUTED: usize = 8;
/// Tokens kept back for bringing a constrained text to its end.
const CLOSING: usize = 96;
/// Most tokens that are computed before they are chosen.
const MOST_AHEAD: usize = 15;
/// Most bytes of copies of the cache at once.
const FORK_BYTES: usize = 128 << 20;
/// Most bytes of logits at once: a row of a large vocabulary takes 600 kB.
const LOGIT_BYTES: usize = 32 << 20;

/// A token of a continuation, and the row of the hidden states that predicts it.
struct Predicted {
    row: u32,
    continuation: usize,
    id: u32,
}

/// A prefilled prompt.
#[derive(Debug, Clone)]
pub struct Prefix {
    cache: KvCache,
    /// Tokens at its beginning that were known from an earlier prompt.
    pub known: usize,
    /// The session's adapter is at work in what follows the prompt: not where an activated adapter lacks its invocation.
    pub adapted: bool,
    /// Logits of the token after the prompt, `[vocab]`.
    pub next_logits: Vec<f32>,
}

impl Prefix {
    /// Tokens of the prompt.
    pub fn len(&self) -> usize {
        self.cache.len()
    }

    /// True for an empty prompt.
    pub fn is_empty(&self) -> bool {
        self.cache.is_empty()
    }
}

/// The beginning of a prompt as the model without an adapter reads it.
pub(crate) struct Beginning {
    /// Its keys and values.
    pub cache: KvCache,
    /// Tokens of it that were known.
    known: usize,
    /// Residual stream of the last piece that was computed.
    hidden: Option<Matrix>,
}

/// A model with the adapter that is applied to it, if any.
#[derive(Debug, Clone, Copy)]
pub struct Session<'a> {
    /// The model.
    pub decoder: &'a Decoder,
    /// The adapter.
    pub lora: Option<&'a LoraWeights>,
    /// Stops the work.
    pub cancel: &'a Cancel,
    /// Where prompts are kept, so that the next one that begins so costs only its own tokens.
    pub prefixes: Option<&'a Prefixes>,
}

/// When a generation ends.
#[derive(Debug, Clone)]
pub struct Stop<'a> {
    /// Token ids that end the turn; not part of the output.
    pub tokens: &'a [u32],
    /// Most tokens to generate.
    pub max_tokens: usize,
    /// Ends what has become less probable: the least sum of the tokens' log-probabilities.
    pub least: f32,
}

impl<'a> Stop<'a> {
    /// At one of the tokens, or after so many, however probable it is.
    pub fn at(tokens: &'a [u32], max_tokens: usize) -> Self {
        Self { tokens, max_tokens, least: f32::NEG_INFINITY }
    }
}

/// Why a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// The model ended its turn.
    Stop,
    /// The limit of tokens was reached.
    Length,
    /// It became less probable than [`Stop::least`].
    Unlikely,
}

/// Tokens that were computed before they were chosen, since the constraint leaves nothing else to write, each with the logits behind it.
/// Which tokens the text is written in is still the model's choice: where it makes another one, they are computed anew.
#[derive(Default)]
struct Ahead {
    tokens: VecDeque<(u32, Vec<f32>)>,
}

impl Ahead {
    fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The logits behind the next token, where that is the chosen one.
    fn take(&mut self, chosen: u32) -> Option<Vec<f32>> {
        self.tokens.pop_front_if(|(token, _)| *token == chosen).map(|(_, logits)| logits)
    }
}

/// Generated tokens.
#[derive(Debug, Clone)]
pub struct Generation {
    /// Token ids, without the one that ended the turn.
    pub ids: Vec<u32>,
    /// Log-probability of each token, and of the one that ended the turn, under the model's own distribution.
    pub log_probs: Vec<f32>,
    /// Why it ended.
    pub finish: Finish,
}

impl<'a> Session<'a> {
    /// A model with an adapter, or without. Each prompt is computed from its first token on.
    pub fn new(decoder: &'a Decoder, lora: Option<&'a LoraWeights>, cancel: &'a Cancel) -> Self {
        Self { decoder, lora, cancel, prefixes: None }
    }

    /// The same, each prompt computed from its first token on: for measurements.
    pub fn anew(self) -> Self {
        Self { prefixes: None, ..self }
    }

    /// Runs the prompt through the model, once; what is known of it is not computed again.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for an empty prompt or an unknown id, [`Error::ContextOverflow`], [`Error::Aborted`],
    /// and those of the backend.
    pub async fn prefill(&self, ids: &[u32]) -> Result<Prefix> {
        let config = self.decoder.config();
        if ids.is_empty() {
            return Err(Error::invalid("prompt", "it has no token"));
        }
        if let Some(id) = ids.iter().find(|id| **id as usize >= config.vocab_size) {
            return Err(Error::invalid(
                "prompt",
                format!("token {id} is outside the vocabulary of {}", config.vocab_size),
            ));
        }
        if ids.len() >= config.context {
            return Err(Error::ContextOverflow { tokens: ids.len() + 1, limit: config.context });
        }
        let start = self.lora.and_then(|lora| lora.start(ids));
        let Beginning { mut cache, known, mut hidden } = self.begin(ids, start.unwrap_or(ids.len()), ids.len()).await?;
        if let (Some(lora), Some(start)) = (self.lora, start) {
            hidden = self.run(&mut cache, &ids[start..], Some(lora)).await?;
        }
        let hidden = hidden.ok_or_else(|| Error::Backend { reason: "no token of the prompt was computed".into() })?;
        let last = hidden.dims()[0] as u32 - 1;
        let next_logits = readback(self.decoder.logits(hidden, &[last])).await?;
        Ok(Prefix { cache, known, adapted: start.is_some(), next_logits })
    }

    /// The first `end` tokens as the model without an adapter reads them, with room for `capacity`. Where that is the whole prompt, its last
    /// tokens are computed anyway.
    ///
    /// # Errors
    /// [`Error::Aborted`].
    pub(crate) async fn begin(&self, ids: &[u32], end: usize, capacity: usize) -> Result<Beginning> {
        let head = &ids[..end.min(ids.len())];
        let known =
            self.prefixes.and_then(|prefixes| prefixes.known(&head[..end.min(ids.len().saturating_sub(COMPUTED))]));
        let (mut cache, known) = match known {
            Some(Known { cache, tokens }) => (cache.beginning(tokens, capacity), tokens),
            None => (self.decoder.cache(capacity), 0),
        };
        let hidden = self.run(&mut cache, &head[known..], None).await?;
        if let Some(prefixes) = self.prefixes.filter(|_| known < head.len()) {
            prefixes.keep(head, &cache);
        }
        Ok(Beginning { cache, known, hidden })
    }

    /// Runs tokens through the model, piece by piece. The residual stream of the last piece; `None` without tokens.
    async fn run(&self, cache: &mut KvCache, ids: &[u32], lora: Option<&LoraWeights>) -> Result<Option<Matrix>> {
        let mut hidden = None;
        // Pieces of equal length: no piece is a single token, unless all is.
        let pieces = ids.len().div_ceil(PREFILL_CHUNK).max(1);
        for piece in ids.chunks(ids.len().div_ceil(pieces).max(1)) {
            self.cancel.check()?;
            hidden = Some(self.decoder.forward(&Tokens::single(piece), Some(cache), lora));
            yield_now().await;
        }
        Ok(hidden)
    }

    /// The adapter, where it is at work behind that prompt.
    fn lora_behind(&self, prefix: &Prefix) -> Option<&LoraWeights> {
        self.lora.filter(|_| prefix.adapted)
    }

    /// Continues a prompt token by token, each of them allowed by `constraint`; the last third of the tokens, 96 at most,
    /// brings a constrained text to its end. `on_token` sees each token as it comes.
    ///
    /// # Errors
    /// [`Error::Aborted`] at any token, [`Error::Grammar`] when the constraint allows no token, and those of the backend
    /// and of `on_token`.
    pub async fn generate(
        &self,
        prefix: &Prefix,
        sampling: Sampling,
        stop: &Stop<'_>,
        constraint: Option<Constraint>,
        mut on_token: impl FnMut(u32) -> Result<()>,
    ) -> Result<Generation> {
        let go_on = &mut |id| on_token(id).map(ControlFlow::Continue);
        self.generate_for(prefix, sampling, stop, constraint, go_on).await
    }

    /// As [`Session::generate`]; `on_token` may end the text ([`Finish::Stop`]).
    ///
    /// # Errors
    /// As [`Session::generate`].
    pub async fn generate_until(
        &self,
        prefix: &Prefix,
        sampling: Sampling,
        stop: &Stop<'_>,
        constraint: Option<Constraint>,
        mut on_token: impl FnMut(u32) -> Result<ControlFlow<()>>,
    ) -> Result<Generation> {
        self.generate_for(prefix, sampling, stop, constraint, &mut on_token).await
    }

    /// One body for all callers: each would add kilobytes to a page.
    async fn generate_for(
        &self,
        prefix: &Prefix,
        sampling: Sampling,
        stop: &Stop<'_>,
        mut constraint: Option<Constraint>,
        on_token: &mut dyn FnMut(u32) -> Result<ControlFlow<()>>,
    ) -> Result<Generation> {
        let mut sampler = Sampler::new(sampling)?;
        let room = self.decoder.config().context.saturating_sub(prefix.len());
        let max_tokens = stop.max_tokens.min(room);
        let closing = CLOSING.min(max_tokens / 3);
        let capacity = prefix.len() + max_tokens;
        let mut cache = prefix.cache.fork(1, capacity);
        let mut logits = prefix.next_logits.clone();
        let mut ahead = Ahead::default();
        let mut out = Generation { ids: Vec::new(), log_probs: Vec::new(), finish: Finish::Length };
        let mut sum = 0.0;
        while out.ids.len() < max_tokens {
            self.cancel.check()?;
            let chosen = match &mut constraint {
                Some(constraint) if max_tokens - out.ids.len() <= closing => {
                    constraint.closing()?.and_then(|id| Some((id, log_prob_of(&logits, id)?)))
                }
                Some(constraint) => sampler.next(&logits, Some(&constraint.allowed()?)),
                None => sampler.next(&logits, None),
            };
            let Some((token, log_prob)) = chosen else {
                if logits.iter().any(|z| z.is_nan()) {
                    return Err(Error::Backend { reason: "the model's probabilities are not numbers".into() });
                }
                let reason = "no token of the model's vocabulary can go on".into();
                return Err(Error::Grammar { reason });
            };
            if !log_prob.is_finite() {
                return Err(Error::Backend { reason: "the model's probabilities are not numbers".into() });
            }
            out.log_probs.push(log_prob);
            sum += log_prob;
            if sum < stop.least {
                out.finish = Finish::Unlikely;
                break;
            }
            if stop.tokens.contains(&token) {
                out.finish = Finish::Stop;
                break;
            }
            out.ids.push(token);
            if let Some(constraint) = &mut constraint {
                constraint.accept(token)?;
            }
            if on_token(token)?.is_break() {
                out.finish = Finish::Stop;
                break;
            }
            if out.ids.len() < max_tokens {
                if let Some(known) = ahead.take(token) {
                    logits = known;
                    // A token is told, and a stop heard, whether it had to be computed or not.
                    yield_now().await;
                    continue;
                }
                if !ahead.is_empty() {
                    // The model wrote the forced text in other tokens.
                    cache.truncate(prefix.len() + out.ids.len() - 1);
                }
                let room = (max_tokens - out.ids.len()).saturating_sub(closing);
                let forced = constraint.as_ref().map(Constraint::forced).unwrap_or_default();
                let mut ids = vec![token];
                ids.extend(forced.into_iter().take(room.min(MOST_AHEAD)));
                if !self.decoder.on_cpu() {
                    // Few distinct shapes.
                    ids.truncate(1 << ids.len().ilog2());
                }
                let hidden = self.decoder.forward(&Tokens::single(&ids), Some(&mut cache), self.lora_behind(prefix));
                let rows: Vec<u32> = (0..ids.len() as u32).collect();
                let all = readback(self.decoder.logits(hidden, &rows)).await?;
                let mut rows = all.chunks_exact(self.decoder.config().vocab_size).map(<[f32]>::to_vec);
                logits = rows.next().unwrap_or_default();
                ahead = Ahead { tokens: ids[1..].iter().copied().zip(rows).collect() };
                yield_now().await;
            }
        }
        Ok(out)
    }

    /// Log-probabilities of each continuation's tokens behind the same prompt: one batched pass over the short
    /// continuations on a fork of the cache (several, where the copies of a long prompt's cache would fill the memory).
    ///
    /// # Shapes
    /// - output: one list per continuation, as long as it
    ///
    /// # Errors
    /// [`Error::ContextOverflow`], [`Error::Aborted`], and those of the backend.
    pub async fn score(&self, prefix: &Prefix, continuations: &[Vec<u32>]) -> Result<Vec<Vec<f32>>> {
        // Each continuation reads a copy of the cache: as many at once as fit the memory of a tab.
        let c = self.decoder.config();
        let longest = continuations.iter().map(Vec::len).max().unwrap_or(0);
        let copy = 2 * 4 * c.n_layers * c.n_kv_heads * c.head_dim * (prefix.len() + longest);
        let mut scores = Vec::with_capacity(continuations.len());
        for group in continuations.chunks((FORK_BYTES / copy.max(1)).max(1)) {
            scores.extend(self.score_together(prefix, group).await?);
        }
        Ok(scores)
    }

    async fn score_together(&self, prefix: &Prefix, continuations: &[Vec<u32>]) -> Result<Vec<Vec<f32>>> {
        self.cancel.check()?;
        let first = super::sampler::log_softmax(&prefix.next_logits);
        let longest = continuations.iter().map(Vec::len).max().unwrap_or(0);
        let limit = self.decoder.config().context;
        if prefix.len() + longest > limit {
            return Err(Error::ContextOverflow { tokens: prefix.len() + longest, limit });
        }
        let mut scores: Vec<Vec<f32>> = continuations.iter().map(|c| Vec::with_capacity(c.len())).collect();
        for (score, continuation) in scores.iter_mut().zip(continuations) {
            score.extend(continuation.first().and_then(|id| first.get(*id as usize)));
        }
        // The last token of a continuation predicts nothing that is asked for.
        let inputs: Vec<Vec<u32>> = continuations.iter().map(|c| c[..c.len().saturating_sub(1)].to_vec()).collect();
        let width = longest.saturating_sub(1);
        if width == 0 {
            return Ok(scores);
        }
        let tokens = Tokens::padded(&inputs, 0);
        let mut cache = prefix.cache.fork(continuations.len(), prefix.len() + width);
        let hidden = self.decoder.forward(&tokens, Some(&mut cache), self.lora_behind(prefix));
        let predicted = |i: usize| {
            continuations[i].iter().skip(1).enumerate().map(move |(j, id)| Predicted {
                row: (i * width + j) as u32,
                continuation: i,
                id: *id,
            })
        };
        let all: Vec<Predicted> = (0..continuations.len()).flat_map(predicted).collect();
        let vocab = self.decoder.config().vocab_size;
        for group in all.chunks((LOGIT_BYTES / (4 * vocab)).max(1)) {
            self.cancel.check()?;
            let rows: Vec<u32> = group.iter().map(|predicted| predicted.row).collect();
            let logits = readback(self.decoder.logits(hidden.clone(), &rows)).await?;
            for (predicted, row) in group.iter().zip(logits.chunks_exact(vocab)) {
                let value = row.get(predicted.id as usize).copied().unwrap_or(f32::NEG_INFINITY);
                scores[predicted.continuation].push(value - log_sum_exp(row));
            }
        }
        Ok(scores)
    }
}
