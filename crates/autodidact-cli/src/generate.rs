//! `autodidact generate`: the generator's tasks, to read or to evaluate on.

use std::{io::Write, path::Path};

use autodidact::error::Result;
use autodidact_lab::{
    pretrain::vocabulary,
    taskgen::{Example, Generator, GeneratorConfig, Split},
};
use serde_json::json;

use super::{
    args::{GenerateArgs, Suite},
    files,
};

impl From<Suite> for Split {
    fn from(suite: Suite) -> Self {
        match suite {
            Suite::Train => Self::Train,
            Suite::InDistribution => Self::InDistribution,
            Suite::UnseenTools => Self::UnseenTools,
            Suite::UnseenWording => Self::UnseenWording,
            Suite::UnseenBoth => Self::UnseenBoth,
        }
    }
}

/// Prints one task a line, or as the model reads it.
pub fn run(args: &GenerateArgs) -> Result<()> {
    let mut generator = Generator::new(args.split.into(), args.seed, GeneratorConfig::default());
    let prompts = vocabulary::prompts()?;
    let mut out = std::io::stdout().lock();
    for index in 0..args.limit {
        let example = generator.sample();
        let text = if args.text {
            format!("{}{}\n", prompts.answer_prompt(&example.task())?, prompts.answer_text(&example.calls))
        } else {
            row(&format!("generator/{}/{}", args.seed, index), &example)
        };
        match writeln!(out, "{text}") {
            // The reader of a pipe has seen enough.
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            done => done.map_err(|e| files::io(Path::new("standard output"), e))?,
        }
    }
    Ok(())
}

fn row(id: &str, example: &Example) -> String {
    let row = json!({
        "id": id,
        "benchmark": "generator",
        "tools": example.tools,
        "query": example.query,
        "answer": example.calls,
    });
    row.to_string()
}
