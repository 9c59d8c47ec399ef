//! The `audit` program: arguments to the library, exit code back.

use std::process::ExitCode;

fn main() -> ExitCode {
    audit::run(std::env::args_os()).into()
}
