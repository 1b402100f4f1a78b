//! What tasks look like.

use serde::{Deserialize, Serialize};

use autodidact::error::{Error, Result};

/// What tasks look like. Rates are probabilities in [0, 1].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GeneratorConfig {
    /// Most tools in a menu, 1 to 12.
    pub max_tools: usize,
    /// Most parameters of a tool, 0 to 6.
    pub max_params: usize,
    /// Tasks that no tool of the menu answers.
    pub no_tool_rate: f64,
    /// Tasks with two to four calls.
    pub multi_call_rate: f64,
    /// Queries with a misspelled word; never in a value.
    pub typo_rate: f64,
    /// Menus with descriptions of tools.
    pub description_rate: f64,
    /// Menus that describe their parameters.
    pub param_description_rate: f64,
    /// Optional parameters that a query gives.
    pub optional_rate: f64,
    /// Queries with a sentence that means nothing to the task.
    pub noise_rate: f64,
    /// Tools about a coined word.
    pub coined_rate: f64,
    /// Tools about nouns drawn at random, alone or as a compound.
    pub compound_rate: f64,
}

impl Default for GeneratorConfig {
    fn default() -> Self {
        Self {
            max_tools: 12,
            max_params: 6,
            no_tool_rate: 0.04,
            multi_call_rate: 0.12,
            typo_rate: 0.05,
            description_rate: 0.65,
            param_description_rate: 0.25,
            optional_rate: 0.4,
            noise_rate: 0.12,
            coined_rate: 0.15,
            compound_rate: 0.2,
        }
    }
}

impl GeneratorConfig {
    /// # Errors
    ///
    /// [`Error::Config`] that names the first field out of its range.
    pub fn validate(&self) -> Result<()> {
        let range = |what: &str, value: usize, low: usize, high: usize| {
            let reason = || Error::config(what, format!("{value} is outside {low} to {high}"));
            if (low..=high).contains(&value) { Ok(()) } else { Err(reason()) }
        };
        range("max_tools", self.max_tools, 1, 12)?;
        range("max_params", self.max_params, 0, 6)?;
        let rates = [
            ("no_tool_rate", self.no_tool_rate),
            ("multi_call_rate", self.multi_call_rate),
            ("typo_rate", self.typo_rate),
            ("description_rate", self.description_rate),
            ("param_description_rate", self.param_description_rate),
            ("optional_rate", self.optional_rate),
            ("noise_rate", self.noise_rate),
            ("coined_rate", self.coined_rate),
            ("compound_rate", self.compound_rate),
        ];
        match rates.into_iter().find(|(_, rate)| !(0.0..=1.0).contains(rate)) {
            Some((what, rate)) => Err(Error::config(what, format!("{rate} is outside 0 to 1"))),
            None => Ok(()),
        }
    }
}
