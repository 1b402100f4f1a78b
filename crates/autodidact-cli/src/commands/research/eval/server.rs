//! A teacher on an OpenAI-compatible server, over plain HTTP.

use async_trait::async_trait;
use autodidact::error::{Error, Result};
use autodidact_lab::evaluation::{Request, TextSource};
use serde_json::{Value, json};

/// A server of chat completions.
pub struct Server {
    /// Address up to the version, such as `http://localhost:8000/v1`.
    pub url: String,
    /// The server's name for the model.
    pub model: String,
}

/// Maximum duration of a request, in seconds.
const TIMEOUT: u64 = 300;

#[async_trait(?Send)]
impl TextSource for Server {
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
            .with_timeout(TIMEOUT);
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
        content.map(str::to_owned).ok_or_else(|| failed("the reply contains no message".into()))
    }
}
