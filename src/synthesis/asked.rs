//! A teacher that writes the pairs in place of the model (TT-D): something beyond it that answers a message with text.

use async_trait::async_trait;
use serde::Serialize;

use super::{Rejection, Synthesis, SynthesisConfig, validate};
use crate::{
    error::Result,
    prompt::{PairOrder, PromptBuilder},
    task::Task,
};

/// A request for text.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_family = "wasm", serde(rename_all = "camelCase"))]
pub struct Request<'a> {
    /// The user's message.
    pub prompt: &'a str,
    /// Temperature.
    pub temperature: f32,
    /// Share of the probability that is sampled from.
    pub top_p: f32,
    /// Most tokens.
    pub max_tokens: usize,
    /// Seed of the sampling, where the server knows such a thing.
    pub seed: u64,
}

/// Something that answers a message with text, such as a server.
#[async_trait(?Send)]
pub trait TextSource {
    /// # Errors
    /// Errors of the connection.
    async fn complete(&self, request: &Request<'_>) -> Result<String>;
}

/// A teacher that is asked in words, as instruction-tuned models are for synthesis.
pub struct AskedTeacher<C> {
    /// Who is asked.
    pub completion: C,
}

impl<C: TextSource> AskedTeacher<C> {
    /// Pairs that pass the same checks as self-made ones. Only the user's words and the menu are told to the teacher.
    ///
    /// # Errors
    /// Errors of the completion and of the template. Too few valid pairs are none.
    pub async fn pairs(&self, task: &Task, config: SynthesisConfig, seed: u64) -> Result<Synthesis> {
        // The server puts the message into its own chat template.
        let prompts = PromptBuilder::from_config(None, Some("{% for m in messages %}{{ m['content'] }}{% endfor %}"))?;
        let mut out = Synthesis { requested: config.pairs, ..Synthesis::default() };
        for attempt in 0..config.pairs * config.tries {
            if out.pairs.len() >= config.pairs {
                break;
            }
            let order = if attempt % 2 == 0 { PairOrder::QueryFirst } else { PairOrder::CallFirst };
            let prompt = prompts.synthesis_prompt(task, &out.pairs, order)?;
            // Servers read seeds as signed 32-bit numbers, some of them.
            let seed = seed.wrapping_add(attempt as u64) & 0x7fff_ffff;
            let request = Request {
                prompt: &prompt,
                temperature: config.temperature,
                top_p: config.top_p,
                max_tokens: config.max_tokens,
                seed,
            };
            let text = self.completion.complete(&request).await?;
            let verdict = prompts.parse_synthesis(&text, order).map_err(Rejection::from).and_then(|pair| {
                validate(&pair, task, &out.pairs, config.checks)?;
                Ok(pair)
            });
            match verdict {
                Ok(pair) => out.pairs.push(pair),
                Err(rejection) => *out.rejected.entry(rejection.reason().to_owned()).or_default() += 1,
            }
        }
        out.valid = out.pairs.len();
        Ok(out)
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;
    use crate::task::Tool;
    use futures_lite::future::block_on;
    use serde_json::json;
    use std::cell::RefCell;

    struct Canned(RefCell<Vec<String>>);

    #[async_trait(?Send)]
    impl TextSource for Canned {
        async fn complete(&self, request: &Request<'_>) -> Result<String> {
            assert!(request.prompt.contains("A hotel in Rome") && request.prompt.contains("\"book\""));
            Ok(self.0.borrow_mut().remove(0))
        }
    }

    #[test]
    fn a_server_teaches_in_words() {
        let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
        let task = Task::new(
            "A hotel in Rome",
            vec![Tool { name: "book".into(), description: String::new(), parameters, annotations: None }],
        );
        let good = r#"{"query": "A room in Oslo", "calls": [{"name": "book", "arguments": {"city": "Oslo"}}]}"#;
        let replies = vec!["no idea".into(), good.into(), good.into(), good.replace("Oslo", "Bonn"), good.into()];
        let teacher = AskedTeacher { completion: Canned(RefCell::new(replies)) };
        let config = SynthesisConfig { pairs: 2, ..SynthesisConfig::default() };
        let out = block_on(teacher.pairs(&task, config, 1)).unwrap();
        assert_eq!((out.requested, out.valid, out.rejected.values().sum::<usize>()), (2, 2, 2));
        assert_eq!((out.pairs[1].query.as_str(), out.rejected.get("copy")), ("A room in Bonn", Some(&1)));
    }
}
