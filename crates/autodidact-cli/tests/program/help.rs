//! The help as it is printed.

use std::process::Command;

fn print(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_autodidact")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The names under a heading, in order.
fn listed<'a>(help: &'a str, heading: &str) -> Vec<&'a str> {
    let lines = help.lines().skip_while(|line| *line != heading).skip(1).take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).collect()
}

#[test]
fn commands_for_everybody_come_first() {
    for arguments in [&["--help"][..], &["-h"], &["help"]] {
        let help = print(arguments);
        assert_eq!(listed(&help, "Commands:"), ["ask", "adapters", "inspect", "bench", "help"], "{help}");
        let research = [
            "pretrain",
            "deepen",
            "widen",
            "average",
            "sft",
            "generate",
            "bench-pretrain",
            "eval",
            "calibrate",
            "fit-words",
        ];
        assert_eq!(listed(&help, "Research:"), research, "{help}");
        assert!(help.find("Commands:") < help.find("Research:"), "{help}");
        assert!(!help.contains('\u{1b}'), "escape sequences in a file: {help}");
    }
}

#[test]
fn every_command_has_help_of_its_own() {
    let help = print(&["--help"]);
    let names = [listed(&help, "Commands:"), listed(&help, "Research:")].concat();
    for name in names.into_iter().filter(|name| *name != "help") {
        let own = print(&["help", name]);
        assert_eq!(own, print(&[name, "--help"]));
        assert!(own.contains(&format!("Usage: autodidact {name}")), "{own}");
    }
    assert_eq!(print(&["help", "eval", "merge"]), print(&["eval", "merge", "--help"]));
}

#[test]
fn many_flags_are_listed_by_purpose() {
    for (command, headings) in [
        ("pretrain", &["Run", "Model", "Data", "Schedule"][..]),
        ("eval", &["Run", "Model", "Method", "Training pairs", "LoRA", "Baselines"]),
    ] {
        let help = print(&["help", command]);
        let places: Vec<Option<usize>> = headings.iter().map(|name| help.find(&format!("\n{name}:\n"))).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in {help}");
        // Only what clap adds itself is left without a purpose.
        let general = help.split_once("\nOptions:\n").expect("a heading for options").1;
        let general = general.split("\n\n").next().unwrap();
        assert_eq!(general.matches("--").count(), general.matches("--help").count(), "{general}");
    }
}

#[test]
fn the_version_names_the_program() {
    assert_eq!(print(&["--version"]), format!("autodidact {}\n", env!("CARGO_PKG_VERSION")));
}
