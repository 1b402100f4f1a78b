//! `autodidact eval` killed in the middle, split into shards, and given other settings.

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;

const SUITES: [&str; 2] = ["generator:in-distribution", "generator:unseen-both"];
/// 2 suites of 2 tasks; 2 seeds of majority, of ttsi at two ranks and of sft at two ranks, the base and the rules.
const LINES: usize = 4 * (2 + 2 * (1 + 2 + 2));
const TRAIN: &str = r#"{"id":"1","tools":[{"name":"book_hotel","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}],"query":"A hotel in Rome","answer":[{"name":"book_hotel","arguments":{"city":"Rome"}}]}
{"id":"2","tools":[{"name":"find_bus","parameters":{"type":"object","properties":{"to":{"type":"string"}}}}],"query":"Buses to Oslo","answer":[{"name":"find_bus","arguments":{"to":"Oslo"}}]}
"#;

fn eval(out: &Path, more: &[&str]) -> Command {
    let train = out.with_file_name("train.jsonl");
    fs::write(&train, TRAIN).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_autodidact"));
    command.arg("eval").arg("--suite").args(SUITES).args(["--modes", "base,majority,ttsi,sft", "--limit", "2"]);
    command.args(["--seeds", "2", "--rank", "4,8", "--tau", "1.01,0.5", "--selection", "uncertain,random"]);
    command.arg("--train-file").arg(train).arg("--out").arg(out).args(more);
    command
}

fn run(mut command: Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

fn lines(dir: &Path) -> usize {
    fs::read_to_string(dir.join("tasks.jsonl")).map_or(0, |text| text.matches('\n').count())
}

/// The records in order of their keys, without times.
fn records(dir: &Path) -> Vec<Value> {
    let text = fs::read_to_string(dir.join("tasks.jsonl")).unwrap();
    let mut records: Vec<Value> = text
        .lines()
        .map(|line| {
            let mut record: Value = serde_json::from_str(line).unwrap();
            assert!(record.as_object_mut().unwrap().remove("seconds").is_some());
            record
        })
        .collect();
    records.sort_by_key(|r| ["suite", "id", "mode", "setting", "seed"].map(|key| r[key].to_string()));
    records
}

/// The summary without what depends on the time, the machine or the folder.
fn summary(dir: &Path) -> Value {
    let mut summary: Value = serde_json::from_slice(&fs::read(dir.join("summary.json")).unwrap()).unwrap();
    for key in ["command", "date", "machine", "latency", "peak_memory_bytes"] {
        assert!(summary.as_object_mut().unwrap().remove(key).is_some(), "{key}");
    }
    summary
}

#[test]
fn a_killed_run_goes_on_and_ends_like_an_uninterrupted_one() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    run(eval(&whole, &[]));
    assert_eq!(lines(&whole), LINES);

    // Killed twice, at different points.
    for least in [3, LINES / 2] {
        let mut child = eval(&killed, &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while lines(&killed) < least {
            assert!(child.try_wait().unwrap().is_none(), "it ended before it could be killed");
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let written = lines(&killed);
        assert!((least..LINES).contains(&written), "{written} of {LINES} lines");
        println!("killed after {written} of {LINES} lines");
        // A crash of the machine can leave half a line.
        let text = fs::read_to_string(killed.join("tasks.jsonl")).unwrap();
        let torn = &text[..text.rfind('\n').map_or(0, |end| end - 20)];
        fs::write(killed.join("tasks.jsonl"), torn).unwrap();
    }
    assert!(!killed.join("summary.json").exists());
    run(eval(&killed, &[]));
    assert_eq!(records(&killed), records(&whole));
    assert_eq!(summary(&killed), summary(&whole));
    assert_eq!(summary(&whole)["missing"], 0);
    for name in ["table.md", "gain.svg", "tau.svg", "margin.svg", "latency.svg"] {
        assert!(fs::metadata(killed.join(name)).unwrap().len() > 500, "{name}");
    }

    // A finished run has nothing left to do, and no other run is mixed with it.
    let before = fs::read(whole.join("tasks.jsonl")).unwrap();
    run(eval(&whole, &[]));
    assert_eq!(fs::read(whole.join("tasks.jsonl")).unwrap(), before);
    let refused = eval(&whole, &["--learning-rate", "0.1"]).output().unwrap();
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && words.contains("[ConfigError]") && words.contains("`settings`"), "{words}");
    assert_eq!(fs::read(whole.join("tasks.jsonl")).unwrap(), before);
}

#[test]
fn shards_merge_to_the_same_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let dir = |name: &str| folder.path().join(name);
    run(eval(&dir("whole"), &[]));
    for shard in ["0/2", "1/2"] {
        run(eval(&dir(&shard.replace('/', "-")), &["--shard", shard]));
    }
    assert_eq!(lines(&dir("0-2")) + lines(&dir("1-2")), LINES);
    let merge = |dirs: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_autodidact"));
        command.args(["eval", "merge"]).args(dirs.iter().map(|d| dir(d))).arg("--out").arg(dir("merged"));
        command
    };
    run(merge(&["1-2", "0-2"]));
    assert_eq!(records(&dir("merged")), records(&dir("whole")));
    assert_eq!(summary(&dir("merged")), summary(&dir("whole")));
    for (dirs, words) in [(&["0-2"][..], "missing: 1"), (&["0-2", "0-2"], "same shard"), (&["whole", "0-2"], "shards")]
    {
        let output = merge(dirs).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && error.contains(words), "{dirs:?}: {error}");
    }
}
