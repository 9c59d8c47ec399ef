//! Signals that end a program, where the tests themselves ignore them.

use std::process::{Command, Stdio};

const DEFAULT: &str = "--default-signal=HUP,INT,QUIT,TERM";

/// A command that heeds signals even where the tests ignore them, which their children inherit: in the
/// background of a shell, or under `nohup`. Its process id is that of the program, its input is
/// empty. Without GNU's `env` the command stays as it is.
pub fn with_default_signals(command: Command) -> Command {
    let able = Command::new("env").args([DEFAULT, "true"]).stderr(Stdio::null()).status();
    if !able.is_ok_and(|status| status.success()) {
        return command;
    }
    let mut heeding = Command::new("env");
    heeding.arg(DEFAULT).arg(command.get_program()).args(command.get_args());
    heeding.env_clear().stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        heeding.envs(value.map(|value| (name, value)));
    }
    if let Some(dir) = command.get_current_dir() {
        heeding.current_dir(dir);
    }
    heeding
}
