//! `audit completions` and `audit man`: made from the parser, also kept in `completions/`.

use super::Context;
use super::complete::{SHELLS, VARIABLE};
use crate::outcome::Outcome;
use clap::Args;
use clap::builder::PossibleValuesParser;

/// Print the completion script for a shell: commands and options, environments, branches and tags
#[derive(Debug, Args)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_parser = PossibleValuesParser::new(shells()))]
    shell: String,
}

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  audit completions bash > ~/.local/share/bash-completion/completions/audit
  audit completions zsh  > ~/.zfunc/_audit
  audit completions fish > ~/.config/fish/completions/audit.fish
  audit completions nushell > ~/.config/nushell/audit.nu     and `source audit.nu` in config.nu";

/// Print the manual page, or that of one command
#[derive(Debug, Args)]
#[command(after_help = MAN_EXAMPLES)]
pub(crate) struct ManArgs {
    /// The command whose page to print
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

const MAN_EXAMPLES: &str = "\
Examples:
  audit man > audit.1
  audit man log | man -l -";

/// Runs `audit completions`.
pub(crate) fn run(context: &mut Context, args: CompletionsArgs) -> anyhow::Result<Outcome> {
    context.ui.out().write_all(&script(&args.shell)?)?;
    Ok(Outcome::Yes)
}

/// Runs `audit man`.
pub(crate) fn run_man(context: &mut Context, args: ManArgs) -> anyhow::Result<Outcome> {
    let page = match &args.command {
        None => page(&super::command(), None),
        Some(name) => {
            let known = super::command().find_subcommand(name).is_some();
            anyhow::ensure!(known, "there is no command '{name}'");
            page(&super::command(), Some(name))
        }
    }?;
    context.ui.out().write_all(&page)?;
    Ok(Outcome::Yes)
}

/// The names of the shells that there are scripts for.
pub fn shells() -> Vec<&'static str> {
    SHELLS.iter().map(|shell| shell.name()).collect()
}

/// The completion script for a shell: it asks the program itself, which knows the environments.
///
/// # Errors
/// A shell that nobody here writes scripts for.
pub fn script(shell: &str) -> std::io::Result<Vec<u8>> {
    let writer = SHELLS
        .completer(shell)
        .ok_or_else(|| std::io::Error::other(format!("there is no script for {shell}")))?;
    let mut script = Vec::new();
    writer.write_registration(VARIABLE, "audit", "audit", "audit", &mut script)?;
    Ok(script)
}

/// The manual page of the program, or of one of its commands.
///
/// # Errors
/// Never in practice: it is written to memory.
pub fn page(command: &clap::Command, name: Option<&str>) -> std::io::Result<Vec<u8>> {
    let mut built = command.clone();
    built.build();
    let command = match name.and_then(|name| built.find_subcommand(name)) {
        Some(found) => found
            .clone()
            .name(format!("audit-{}", found.get_name()))
            .bin_name(format!("audit {}", found.get_name())),
        None => built,
    };
    let mut page = Vec::new();
    // No date: the page must be the same whenever it is made.
    clap_mangen::Man::new(command).date("").render(&mut page)?;
    Ok(page)
}
