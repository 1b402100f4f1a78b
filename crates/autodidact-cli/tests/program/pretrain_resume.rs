//! `autodidact pretrain`, killed and started again, ends with the weights of an uninterrupted run.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use autodidact_lab::pretrain::StepReport;

const STEPS: usize = 14;

/// Tasks of a file, short enough for a small vocabulary.
fn tasks(folder: &Path, name: &str) -> PathBuf {
    let line = |i: usize| {
        format!(
            "{{\"id\":\"{i}\",\"query\":\"{name} {i}\",\"tools\":[{{\"name\":\"f\",\"parameters\":\
             {{\"type\":\"object\",\"properties\":{{\"n\":{{\"type\":\"integer\"}}}}}}}}],\
             \"answer\":[{{\"name\":\"f\",\"arguments\":{{\"n\":{i}}}}}]}}\n"
        )
    };
    let path = folder.join(format!("{name}.jsonl"));
    fs::write(&path, (0..5).map(line).collect::<String>()).unwrap();
    path
}

fn pretrain(out: &Path, tasks: &Path, steps: usize) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_autodidact"));
    command.args(["pretrain", "--out"]).arg(out).arg("--tasks").arg(tasks).args(["--tasks-rate", "0.5"]);
    let sizes = [
        ("--steps", steps),
        ("--checkpoint-every", 3),
        ("--held-out", 2),
        ("--step-tokens", 512),
        ("--micro-tokens", 512),
        ("--vocab-size", 320),
        ("--d-model", 32),
        ("--layers", 1),
        ("--heads", 2),
        ("--kv-heads", 1),
        ("--d-ff", 48),
    ];
    for (option, value) in sizes {
        command.args([option, &value.to_string()]);
    }
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn log(out: &Path) -> Vec<StepReport> {
    let text = fs::read_to_string(out.join("training/log.jsonl")).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[test]
fn a_killed_run_ends_like_an_uninterrupted_one() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    let given = tasks(folder.path(), "given");
    assert!(pretrain(&whole, &given, STEPS).status().unwrap().success());

    // Killed (by SIGKILL on Unix) between two checkpoints.
    let mut child = pretrain(&killed, &given, STEPS).spawn().unwrap();
    let start = Instant::now();
    while log(&killed).len() < 5 {
        assert!(start.elapsed() < Duration::from_secs(300), "the run does not get on");
        assert!(child.try_wait().unwrap().is_none(), "the run ended before it could be killed");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let before = log(&killed).len();
    assert!((5..STEPS).contains(&before), "killed after step {before}");
    assert!(pretrain(&killed, &given, STEPS).status().unwrap().success());

    let read = |out: &Path| fs::read(out.join("model.safetensors")).unwrap();
    assert_eq!(read(&whole), read(&killed), "other weights after a kill at step {before}");
    let losses = |out: &Path| log(out).into_iter().map(|r| (r.step, r.loss.to_bits())).collect::<Vec<_>>();
    assert_eq!(losses(&whole), losses(&killed));
    assert_eq!(losses(&whole).len(), STEPS);
    let accuracies = |out: &Path| fs::read_to_string(out.join("training/accuracy.jsonl")).unwrap();
    assert_eq!(accuracies(&whole), accuracies(&killed));
    assert_eq!(accuracies(&whole).lines().count(), STEPS.div_ceil(3));
    for plot in ["loss.svg", "accuracy.svg"] {
        assert!(fs::read_to_string(killed.join("training").join(plot)).unwrap().starts_with("<svg"), "{plot}");
    }

    // Once the learning rate falls, a run with more steps is another run: it is refused, and nothing is lost.
    assert!(!pretrain(&whole, &given, 40).status().unwrap().success());
    assert_eq!(losses(&whole).len(), STEPS);

    // Other tasks make it another run, and they change what is learned.
    let other = tasks(folder.path(), "other");
    assert!(!pretrain(&killed, &other, STEPS).status().unwrap().success());
    let changed = folder.path().join("changed");
    assert!(pretrain(&changed, &other, STEPS).status().unwrap().success());
    assert_ne!(losses(&whole), losses(&changed));
}

/// A run that starts from a model: `out` is new, `from` stays as it is.
fn go_on(from: &Path, out: &Path, steps: usize) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_autodidact"));
    command.args(["pretrain", "--from"]).arg(from).arg("--out").arg(out);
    command.args(["--held-out", "0", "--step-tokens", "512", "--micro-tokens", "512"]);
    command.args(["--steps", &steps.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
fn a_run_goes_on_from_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let given = tasks(folder.path(), "given");
    assert!(pretrain(&first, &given, STEPS).status().unwrap().success());
    let read = |out: &Path, file: &str| fs::read(out.join(file)).unwrap();
    let before = read(&first, "model.safetensors");

    assert!(go_on(&first, &second, 2).status().unwrap().success());
    for file in ["config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"] {
        assert_eq!(read(&first, file), read(&second, file), "{file}");
    }
    assert_eq!(before, read(&first, "model.safetensors"));
    assert_ne!(before, read(&second, "model.safetensors"));
    // The second run starts where the first one ended, not where it began.
    assert!(log(&second)[0].loss < log(&first)[0].loss, "{} after {}", log(&second)[0].loss, log(&first)[0].loss);

    // The run resumes from the same weights. Other weights make it another run, and the model's own folder is refused.
    assert!(go_on(&first, &second, 2).status().unwrap().success());
    let third = folder.path().join("third");
    assert!(pretrain(&third, &given, 2).status().unwrap().success());
    assert!(!go_on(&third, &second, 2).status().unwrap().success());
    assert!(!go_on(&first, &first, 2).status().unwrap().success());
    assert_eq!(before, read(&first, "model.safetensors"));
}
