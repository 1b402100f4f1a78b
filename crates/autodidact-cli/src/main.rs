//! The program `autodidact`: reads flags, calls the libraries, and prints results.
//!
//! Modules import only from lower floors: `commands` | `open`, `everyday` | `shared`, `files`, `charts`, `progress`.

#![recursion_limit = "256"]

mod charts;
mod commands;
mod everyday;
mod files;
mod open;
mod progress;
mod shared;

use clap::Parser;

/// Training allocates and frees tensors of megabytes all the time; the system allocator would return each to the
/// kernel and fetch fresh pages for the next.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A private agent that teaches itself: test-time self-improvement on your own machine.
#[derive(Debug, Parser)]
#[command(
    name = "autodidact",
    version,
    max_term_width = commands::help::MAX_WIDTH,
    help_template = commands::help_template(),
)]
struct Program {
    #[command(subcommand)]
    command: commands::Command,
}

fn main() -> std::process::ExitCode {
    let program = Program::parse();
    match futures_lite::future::block_on(program.command.run()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error [{}]: {error}", error.code());
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Program;

    #[test]
    fn flags_are_consistent() {
        Program::command().debug_assert();
    }

    /// The names of the commands under a heading of the help, in order.
    fn listed<'a>(help: &'a str, heading: &str) -> Vec<&'a str> {
        let lines = help.lines().skip_while(|line| *line != heading).skip(1).take_while(|line| !line.is_empty());
        // Continued descriptions are indented further than names.
        let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        names.filter_map(|line| line.split_whitespace().next()).collect()
    }

    #[test]
    fn the_help_lists_each_command_once_under_its_heading() {
        let mut program = Program::command();
        let help = program.render_help().to_string();
        let general = listed(&help, "Commands:");
        let research = listed(&help, "Research:");
        assert_eq!(general, ["ask", "adapters", "inspect", "bench", "help"], "{help}");
        let names = [
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
        assert_eq!(research, names, "{help}");

        // The render above has added `help` to the definitions.
        let mut defined: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
        let mut listed = [general, research].concat();
        defined.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, defined);
        for command in program.get_subcommands() {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            let start: String = about.chars().take(30).collect();
            assert_eq!(help.matches(&start).count(), 1, "the description of `{}` in\n{help}", command.get_name());
        }
    }

    #[test]
    fn the_help_keeps_usage_and_options() {
        let help = Program::command().render_help().to_string();
        assert!(help.contains("Usage: autodidact <COMMAND>"), "{help}");
        let options = help.split_once("\nOptions:\n").expect("a heading for options").1;
        assert!(options.contains("--help") && options.contains("--version"), "{help}");
    }
}
