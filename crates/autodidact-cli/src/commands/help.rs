//! The program's help with the commands in sections. clap puts flags under headings, but not commands, so each section
//! is rendered by clap from the definitions of its commands, and the sections make up a template.

use clap::{Command, builder::Styles};

/// Widest line of the help, in columns.
pub const MAX_WIDTH: usize = 110;

/// The subcommands of `group` with their descriptions, under a heading.
pub fn section(heading: &str, group: Command) -> String {
    let commands = group.max_term_width(MAX_WIDTH).help_template("{subcommands}").render_help();
    format!("{}\n{}", styled(heading), commands.ansi().to_string().trim_end())
}

/// A template of clap with these sections in place of its list of commands.
pub fn template(sections: &[String]) -> String {
    let (sections, options) = (sections.join("\n\n"), styled("Options"));
    format!("{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{sections}\n\n{options}\n{{options}}")
}

/// A heading in the style of clap's own.
fn styled(heading: &str) -> String {
    let style = *Styles::default().get_header();
    format!("{style}{heading}:{style:#}")
}
