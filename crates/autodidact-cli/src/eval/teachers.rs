//! Who teaches in `ttd`: a model directory, or a server.

use std::path::Path;

use autodidact::error::{Error, Result};
use autodidact_lab::evaluation::{ModelTeacher, Teacher};

use super::EvalArgs;
use crate::open;

/// The teacher of the arguments with the name that the plan keeps.
pub async fn load(args: &EvalArgs) -> Result<Option<(Box<dyn Teacher>, String)>> {
    let Some(place) = &args.teacher else { return Ok(None) };
    if place.starts_with("http://") || place.starts_with("https://") {
        return server(place, &args.teacher_model).map(Some);
    }
    let agent = open::bare_agent(Some(Path::new(place)), args.device).await?;
    let name = format!("{} ({})", agent.model().name, agent.model().fingerprint);
    Ok(Some((Box::new(ModelTeacher { agent }), name)))
}

#[cfg(not(feature = "teacher-server"))]
fn server(_: &str, _: &str) -> Result<(Box<dyn Teacher>, String)> {
    let reason = "this program opens no connections; build it with --features teacher-server";
    Err(Error::invalid("teacher", reason))
}

#[cfg(feature = "teacher-server")]
fn server(url: &str, model: &str) -> Result<(Box<dyn Teacher>, String)> {
    if url.starts_with("https://") {
        let reason = "only http:// is spoken; run the server on this machine, or reach it through a tunnel";
        return Err(Error::invalid("teacher", reason));
    }
    let completion = server::Server { url: url.trim_end_matches('/').to_owned(), model: model.to_owned() };
    let teacher = autodidact_lab::evaluation::AskedTeacher { completion };
    Ok((Box::new(teacher), format!("{model} at {url}")))
}

#[cfg(feature = "teacher-server")]
mod server {
    use async_trait::async_trait;
    use autodidact::error::{Error, Result};
    use autodidact_lab::evaluation::{Completion, Request};
    use serde_json::{Value, json};

    /// An OpenAI-compatible server of chat completions.
    pub struct Server {
        /// Address up to the version, such as `http://localhost:8000/v1`.
        pub url: String,
        /// What it calls the model.
        pub model: String,
    }

    /// Seconds that a completion may take.
    const PATIENCE: u64 = 300;

    #[async_trait(?Send)]
    impl Completion for Server {
        async fn complete(&self, request: &Request<'_>) -> Result<String> {
            let url = format!("{}/chat/completions", self.url);
            let failed = |reason: String| Error::Io { path: url.clone(), reason };
            let body = json!({
                "model": self.model,
                "messages": [{"role": "user", "content": request.prompt}],
                "temperature": request.temperature,
                "top_p": request.top_p,
                "max_tokens": request.max_tokens,
                "seed": request.seed,
            });
            let mut post = minreq::post(&url)
                .with_header("Content-Type", "application/json")
                .with_body(body.to_string())
                .with_timeout(PATIENCE);
            if let Ok(key) = std::env::var("AUTODIDACT_TEACHER_KEY") {
                post = post.with_header("Authorization", format!("Bearer {key}"));
            }
            let reply = post.send().map_err(|e| failed(e.to_string()))?;
            let text = reply.as_str().map_err(|e| failed(e.to_string()))?;
            if !(200..300).contains(&reply.status_code) {
                let start: String = text.chars().take(300).collect();
                return Err(failed(format!("status {}: {start}", reply.status_code)));
            }
            let value: Value = serde_json::from_str(text).map_err(|e| failed(e.to_string()))?;
            let content = value.pointer("/choices/0/message/content").and_then(Value::as_str);
            content.map(str::to_owned).ok_or_else(|| failed("the reply holds no message".into()))
        }
    }
}
