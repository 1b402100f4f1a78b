//! The plan of a run, from the flags of `eval`.

use autodidact::{
    Agent,
    adaptation::AdaptationConfig,
    agent::AskOptions,
    error::{Error, Result},
    synthesis::SynthesisConfig,
    uncertainty::ScoreConfig,
};
use autodidact_lab::evaluation::{Estimator, Learning, Mode, Plan, SampleConfig, Setting, SftConfig, Suite, SuiteRef};

use super::args::{EvalArgs, LearningArgs, MethodArgs, Preset, SynthesisArgs};

/// What was loaded for a run.
pub struct Inputs<'a> {
    /// The model.
    pub agent: &'a Agent,
    /// The suites to answer.
    pub suites: &'a [Suite],
    /// Hash of the training file, if there is one.
    pub training_digest: Option<String>,
    /// Name of the teacher, if there is one.
    pub teacher: Option<String>,
}

/// Makes the plan of a run.
///
/// # Errors
/// [`Error::InvalidInput`] for a value out of its range, and for a mode whose teacher or training file is missing.
pub fn plan(args: &EvalArgs, inputs: Inputs<'_>) -> Result<Plan> {
    let EvalArgs { run, method, baselines, .. } = args;
    let adaptation = adaptation(method.preset, &args.learning);
    let synthesis = synthesis(method, &args.synthesis)?;
    let model = inputs.agent.model().report();
    let plan = Plan {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        model: model.name.clone(),
        fingerprint: model.fingerprint.clone(),
        backend: inputs.agent.backend().kind.to_string(),
        teacher: inputs.teacher,
        train_file: inputs.training_digest,
        suites: inputs
            .suites
            .iter()
            .map(|s| SuiteRef { name: s.name.clone(), digest: s.digest.clone(), tasks: s.items.len() })
            .collect(),
        modes: Mode::closed(&method.modes),
        seeds: run.seeds,
        settings: settings(args, &adaptation, &synthesis),
        thresholds: or(&method.tau, 0.95),
        selections: unique(&method.selection),
        estimators: match (&method.estimator[..], method.preset) {
            ([], Preset::Default) => vec![AskOptions::default().estimator],
            ([], Preset::Paper) => vec![Estimator::Margin],
            (given, _) => unique(given),
        },
        max_answer_tokens: method.max_answer_tokens,
        constrained: is_constrained(method),
        score: score(method),
        synthesis,
        adaptation,
        samples: SampleConfig::default(),
        sft: SftConfig { epochs: baselines.sft_epochs, batch: baselines.sft_batch },
    };
    plan.check()?;
    Ok(plan)
}

/// Whether answers and pairs are written under constraints. The published method does not mention any.
fn is_constrained(method: &MethodArgs) -> bool {
    !method.unconstrained && method.preset == Preset::Default
}

fn score(method: &MethodArgs) -> ScoreConfig {
    let mut score = ScoreConfig::default();
    score.reduction = method.reduction.unwrap_or(score.reduction);
    score.no_call = method.no_call.unwrap_or(score.no_call);
    score
}

fn adaptation(preset: Preset, args: &LearningArgs) -> AdaptationConfig {
    let mut adaptation = match preset {
        Preset::Default => AdaptationConfig::default(),
        Preset::Paper => AdaptationConfig::paper(),
    };
    if !args.targets.is_empty() {
        adaptation.lora.targets.clone_from(&args.targets);
    }
    adaptation.activated = args.activated;
    adaptation.precision = args.precision.into();
    adaptation
}

fn synthesis(method: &MethodArgs, args: &SynthesisArgs) -> Result<SynthesisConfig> {
    let mut synthesis = SynthesisConfig::default();
    synthesis.tries = args.tries.unwrap_or(synthesis.tries);
    if !(1..=64).contains(&synthesis.tries) {
        return Err(Error::invalid("tries", "must be between 1 and 64"));
    }
    synthesis.temperature = args.temperature.unwrap_or(synthesis.temperature);
    if !(synthesis.temperature.is_finite() && synthesis.temperature >= 0.0) {
        return Err(Error::invalid("temperature", "must be a number of 0 or more"));
    }
    synthesis.agreement = args.agreement;
    synthesis.same_tools = method.preset == Preset::Default && !args.any_tool;
    synthesis.checks.distinct = method.preset == Preset::Default;
    synthesis.checks.natural = method.preset == Preset::Default;
    synthesis.constrained = is_constrained(method);
    Ok(synthesis)
}

/// All combinations of the lists.
fn settings(args: &EvalArgs, adaptation: &AdaptationConfig, synthesis: &SynthesisConfig) -> Vec<Setting> {
    let lists = &args.learning;
    let steps: Vec<Option<usize>> =
        if lists.steps.is_empty() { vec![adaptation.steps] } else { lists.steps.iter().copied().map(Some).collect() };
    let mut settings = Vec::new();
    for pairs in or(&args.synthesis.k, synthesis.pairs) {
        for rank in or(&lists.rank, adaptation.lora.rank) {
            for &steps in &steps {
                for learning_rate in or(&lists.learning_rate, adaptation.learning_rate) {
                    let alpha = lists.alpha.unwrap_or(2.0 * rank as f64);
                    let learning = Learning { rank, alpha, steps, learning_rate };
                    settings.push(Setting { pairs: Some(pairs), learning: Some(learning) });
                }
            }
        }
    }
    unique(&settings)
}

/// The values, each once, or the default if there are none.
fn or<T: Copy + PartialEq>(values: &[T], default: T) -> Vec<T> {
    if values.is_empty() { vec![default] } else { unique(values) }
}

/// The values, each once.
fn unique<T: Copy + PartialEq>(values: &[T]) -> Vec<T> {
    let mut out: Vec<T> = Vec::new();
    for value in values {
        if !out.contains(value) {
            out.push(*value);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{super::args::tests::parse, *};

    fn settings_of(args: &EvalArgs, adaptation: &AdaptationConfig) -> Vec<Setting> {
        settings(args, adaptation, &SynthesisConfig::default())
    }

    #[test]
    fn lists_are_combined() {
        let args = parse(&["--modes", "ttsi,pass@5", "--k", "1,2,1", "--rank", "4,8", "--learning-rate", "1e-3"]);
        assert_eq!((args.run.suite.len(), &args.method.modes[..]), (2, &[Mode::TtSi, Mode::Pass5][..]));
        let settings = settings_of(&args, &AdaptationConfig::default());
        assert_eq!(settings.len(), 4);
        let first = settings[0].learning.unwrap();
        assert_eq!((settings[0].pairs, first.rank, first.alpha, first.steps), (Some(1), 4, 8.0, None));
        assert_eq!(settings[3].pairs, Some(2));
    }

    #[test]
    fn presets_are_defaults() {
        let main = settings_of(&parse(&[]), &AdaptationConfig::paper())[0];
        let learning = main.learning.unwrap();
        assert_eq!((main.pairs, learning.rank, learning.alpha, learning.learning_rate), (Some(1), 8, 16.0, 1e-4));
        assert_eq!((or(&[], 0.95), or(&[0.5, 0.5], 0.95)), (vec![0.95], vec![0.5]));
    }
}
