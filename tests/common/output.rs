//! What a program printed, and how it ended.

use std::process::Command;

/// The end of one run.
#[derive(Debug, Clone)]
pub struct Output {
    /// The command line, for messages.
    command: String,
    /// The exit code; `None` when a signal ended the program.
    pub code: Option<i32>,
    /// Standard output as text, what is not UTF-8 replaced.
    pub stdout: String,
    /// Standard error as text, what is not UTF-8 replaced.
    pub stderr: String,
    /// Standard output, exact.
    pub bytes: Vec<u8>,
}

impl Output {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Output {
        let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Output::from(format!("{command:?}"), output)
    }

    /// Takes over what the standard library gives.
    pub fn from(command: String, output: std::process::Output) -> Output {
        Output {
            command,
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            bytes: output.stdout,
        }
    }

    /// Fails the test unless the exit code is 0.
    #[track_caller]
    pub fn success(self) -> Output {
        self.code(0)
    }

    /// Fails the test unless the exit code is `code`.
    #[track_caller]
    pub fn code(self, code: i32) -> Output {
        assert!(
            self.code == Some(code),
            "{}\nexit code {:?}, expected {code}\n--- stdout\n{}\n--- stderr\n{}",
            self.command,
            self.code,
            self.stdout,
            self.stderr
        );
        self
    }

    /// Standard output without its last newline.
    pub fn line(&self) -> String {
        self.stdout.strip_suffix('\n').unwrap_or(&self.stdout).to_owned()
    }

    /// The lines of standard output.
    pub fn lines(&self) -> Vec<&str> {
        self.stdout.lines().collect()
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{}\n{error}\n{}", self.command, self.stdout))
    }

    /// Standard output as JSON Lines.
    #[track_caller]
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        let parse = |line: &str| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{}\n{error}\n{line}", self.command))
        };
        self.stdout.lines().map(parse).collect()
    }
}
