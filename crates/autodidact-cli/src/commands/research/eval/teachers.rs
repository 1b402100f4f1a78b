//! The teacher of `ttd`: a model directory, or a server.

use autodidact::error::{Error, Result};
use autodidact_lab::evaluation::{ModelTeacher, Teacher};

use super::args::EvalArgs;
use crate::{open, shared::ModelArgs};

/// A teacher, and its name in the plan.
pub struct NamedTeacher {
    pub teacher: Box<dyn Teacher>,
    pub name: String,
}

/// The teacher that the flags name, if they name one.
pub async fn load(args: &EvalArgs) -> Result<Option<NamedTeacher>> {
    let Some(place) = &args.baselines.teacher else { return Ok(None) };
    if place.starts_with("http://") || place.starts_with("https://") {
        return server(place, &args.baselines.teacher_model).map(Some);
    }
    let agent = open::bare_agent(&ModelArgs { model: Some(place.into()), ..args.model.clone() }).await?;
    let name = format!("{} ({})", agent.model().report().name, agent.model().report().fingerprint);
    Ok(Some(NamedTeacher { teacher: Box::new(ModelTeacher { agent }), name }))
}

#[cfg(not(feature = "teacher-server"))]
fn server(_: &str, _: &str) -> Result<NamedTeacher> {
    let reason = "this program cannot open connections; build it with --features teacher-server";
    Err(Error::invalid("teacher", reason))
}

#[cfg(feature = "teacher-server")]
fn server(url: &str, model: &str) -> Result<NamedTeacher> {
    if url.starts_with("https://") {
        let reason = "only http:// is supported; run the server on this machine, or connect to it through a tunnel";
        return Err(Error::invalid("teacher", reason));
    }
    let completion = super::server::Server { url: url.trim_end_matches('/').to_owned(), model: model.to_owned() };
    let teacher = Box::new(autodidact_lab::evaluation::AskedTeacher { completion });
    Ok(NamedTeacher { teacher, name: format!("{model} at {url}") })
}
