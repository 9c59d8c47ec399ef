//! The streams: standard output with its pager and colours, standard error with its messages.
//!
//! Everything a command prints goes through [`Ui`]. Text that strangers wrote is made safe for a
//! terminal by [`escape`], in reports meant for people; machine formats keep it exact.

mod escape;
mod progress;
pub(crate) mod shell;
mod style;

pub use escape::{escape, escape_lines, needs_escape};
pub use progress::Progress;
pub use style::{Paint, Style};

use crate::outcome::{Failure, Outcome};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::{Child, Command, Stdio};

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The streams of one run.
pub struct Ui {
    out: Option<BufWriter<Box<dyn Write + Send>>>,
    pager: Option<Child>,
    /// How to draw on standard output.
    pub style: Style,
    terminal: bool,
    /// The pager of git's configuration.
    pager_command: Option<String>,
    verdict: Outcome,
}

impl Ui {
    /// Streams as the user asked for them. A pager starts only with [`Ui::page`].
    pub fn new(color: ColorChoice) -> Ui {
        let terminal = io::stdout().is_terminal();
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let color = match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if set("NO_COLOR") => false,
            ColorChoice::Auto if set("CLICOLOR_FORCE") => {
                std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0")
                    || terminal && !dumb
            }
            ColorChoice::Auto => terminal && !dumb,
        };
        let width = terminal.then(|| {
            let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
            columns
                .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
                .unwrap_or(80)
                .max(40)
        });
        Ui {
            out: Some(BufWriter::with_capacity(1 << 16, Box::new(io::stdout()))),
            pager: None,
            style: Style { color, width, unicode: speaks_unicode() },
            terminal,
            pager_command: None,
            verdict: Outcome::Yes,
        }
    }

    /// Whether standard output is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Sends what follows through the user's pager when standard output is a terminal: `GIT_PAGER`,
    /// `core.pager` (given by the caller), `PAGER`, else `less`, as in git. If it cannot be started,
    /// output goes to the terminal plainly.
    pub fn page(&mut self, core_pager: Option<&str>) {
        if !self.terminal || self.pager.is_some() {
            return;
        }
        let env = |name: &str| std::env::var(name).ok();
        let command = env("GIT_PAGER")
            .or_else(|| core_pager.map(str::to_owned))
            .or_else(|| env("PAGER"))
            .unwrap_or_else(|| "less".to_owned());
        if command.is_empty() || command == "cat" {
            return;
        }
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(&command).stdin(Stdio::piped());
        // git's own defaults: quit if it fits one screen, keep colours, leave the screen as it is.
        for (name, value) in [("LESS", "FRX"), ("LV", "-c")] {
            if std::env::var_os(name).is_none() {
                shell.env(name, value);
            }
        }
        if let Ok(mut child) = shell.spawn()
            && let Some(stdin) = child.stdin.take()
        {
            self.out = Some(BufWriter::with_capacity(1 << 16, Box::new(stdin)));
            self.pager = Some(child);
            self.pager_command = Some(command);
        }
    }

    /// The stream for results.
    pub fn out(&mut self) -> &mut dyn Write {
        match &mut self.out {
            Some(out) => out,
            // Only after `finish`, which takes the Ui.
            None => unreachable!("the output is open until the end"),
        }
    }

    /// Notes how the run ends, before anything is printed: the verdict stands even if the reader closes the pipe.
    pub fn decided(&mut self, verdict: Outcome) {
        self.verdict = verdict;
    }

    /// A progress count on standard error, shown only on a terminal and after half a second. It disappears when
    /// it is dropped.
    pub fn progress(&self, what: &'static str) -> Progress {
        Progress::new(what)
    }

    /// One line for people on standard error.
    pub fn note(&self, text: &str) {
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// `warning: …` on standard error.
    pub fn warn(&self, text: &str) {
        let word = self.stderr_style().paint(Paint::Magenta, "warning:").into_owned();
        let _ = writeln!(io::stderr(), "{word} {}", escape(text));
    }

    /// Prints an error with its hint, and what exit code it means. A closed pipe is no error: the
    /// outcome [decided](Ui::decided) before stands.
    pub fn report(&self, error: &anyhow::Error) -> Outcome {
        if is_broken_pipe(error) {
            return self.verdict;
        }
        let style = self.stderr_style();
        let mut stderr = io::stderr().lock();
        let message = format!("{error:#}");
        let _ =
            writeln!(stderr, "{} {}", style.paint(Paint::Red, "error:"), escape_lines(&message));
        if let Some(hint) =
            error.downcast_ref::<Failure>().and_then(|failure| failure.hint.as_deref())
        {
            let _ =
                writeln!(stderr, "{} {}", style.paint(Paint::Cyan, "hint:"), escape_lines(hint));
        }
        Outcome::Failed
    }

    fn stderr_style(&self) -> Style {
        Style { color: self.style.color && io::stderr().is_terminal(), ..self.style }
    }

    /// Flushes, closes the pager and waits for it.
    ///
    /// # Errors
    /// When standard output cannot be written: a full disk, a closed pipe.
    pub fn finish(mut self) -> io::Result<()> {
        let flushed = match self.out.take() {
            Some(mut out) => out.flush(),
            None => Ok(()),
        };
        if let Some(mut pager) = self.pager.take() {
            let _ = pager.wait();
            // Leaving the pager early closes the pipe; that is how people use pagers.
            return match flushed {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                other => other,
            };
        }
        flushed
    }
}

/// Whether an error means that the reader of our output went away.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// Whether the locale can show marks beyond ASCII.
fn speaks_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match locale {
        Some(locale) => {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
        None => cfg!(any(windows, target_os = "macos")),
    }
}
