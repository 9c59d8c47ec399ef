//! The streams: standard output with its pager and colours, standard error with its messages.
//!
//! Everything a command prints goes through [`Ui`]. Text that strangers wrote is made safe for a
//! terminal by [`escape`], in reports meant for people; machine formats keep it exact.

use crate::outcome::{Failure, Outcome};
use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

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

/// How to draw: decided once, from the terminal and the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Colours and other attributes are printed.
    pub color: bool,
    /// The width of the terminal in columns; `None` in a pipe, where nothing is cut off.
    pub width: Option<usize>,
    /// Marks beyond ASCII can be shown.
    pub unicode: bool,
}

/// Attributes of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// As it is.
    Plain,
    /// Headings.
    Bold,
    /// What matters less.
    Dim,
    /// Ids.
    Yellow,
    /// Good news.
    Green,
    /// Bad news.
    Red,
    /// Doubt.
    Magenta,
    /// Names of places and kinds.
    Cyan,
    /// People.
    Blue,
}

impl Style {
    /// Wraps text in the codes of an attribute, where colours are on.
    pub fn paint<'a>(&self, paint: Paint, text: &'a str) -> Cow<'a, str> {
        let code = match paint {
            Paint::Plain => return Cow::Borrowed(text),
            Paint::Bold => "1",
            Paint::Dim => "2",
            Paint::Yellow => "33",
            Paint::Green => "32",
            Paint::Red => "1;31",
            Paint::Magenta => "35",
            Paint::Cyan => "36",
            Paint::Blue => "34",
        };
        if self.color && !text.is_empty() {
            Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m"))
        } else {
            Cow::Borrowed(text)
        }
    }
}

/// The streams of one run.
pub struct Ui {
    out: Option<BufWriter<Box<dyn Write + Send>>>,
    pager: Option<Child>,
    /// How to draw on standard output.
    pub style: Style,
    terminal: bool,
    /// What to page with, from git's configuration.
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

    /// Says how the run ends, before anything is printed: whoever reads may go away before the end, and the
    /// verdict stands all the same.
    pub fn decided(&mut self, verdict: Outcome) {
        self.verdict = verdict;
    }

    /// A count on standard error for what takes long; shown only on a terminal, and only after half a
    /// second. It disappears when it is dropped.
    pub fn progress(&self, what: &'static str) -> Progress {
        let bar = match io::stderr().is_terminal() {
            true => indicatif::ProgressBar::new_spinner(),
            false => indicatif::ProgressBar::hidden(),
        };
        Progress { bar, what, started: Instant::now(), count: 0.into() }
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

    /// Prints an error with its hint, and what exit code it means. A closed pipe is no error: whoever
    /// read had enough, and what was [decided](Ui::decided) stands.
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
    /// When standard output does not take what was printed: a full disk, a closed pipe.
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

/// A count of what has been done so far.
pub struct Progress {
    bar: indicatif::ProgressBar,
    what: &'static str,
    started: Instant,
    count: std::cell::Cell<u64>,
}

impl Progress {
    /// Adds to the count.
    pub fn add(&self, count: u64) {
        let total = self.count.get() + count;
        self.count.set(total);
        if total.is_multiple_of(256) && self.started.elapsed() > Duration::from_millis(500) {
            self.bar.set_message(format!("{total} {}", self.what));
            self.bar.tick();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
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

/// Makes one line of a stranger's text safe for a terminal: control characters, line breaks and
/// characters that change the direction of writing or hide are shown as escapes (`\x1b`, `\u{202e}`)
/// instead of being obeyed.
pub fn escape(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| !needs_escape(c)) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if !needs_escape(c) {
            safe.push(c);
        } else if c == '\t' {
            safe.push(' ');
        } else if (c as u32) < 0x100 {
            safe.push_str(&format!("\\x{:02x}", c as u32));
        } else {
            safe.push_str(&format!("\\u{{{:x}}}", c as u32));
        }
    }
    Cow::Owned(safe)
}

/// As [`escape`], but keeps line breaks.
pub fn escape_lines(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| c == '\n' || !needs_escape(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split('\n').map(escape).collect::<Vec<_>>().join("\n"))
}

fn needs_escape(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequence_is_shown_not_obeyed() {
        assert_eq!(escape("\x1b]0;owned\x07"), "\\x1b]0;owned\\x07");
        assert_eq!(escape("\u{9b}31m"), "\\x9b31m");
    }

    #[test]
    fn bidi_override_is_shown() {
        assert_eq!(escape("user\u{202e}gnp.exe"), "user\\u{202e}gnp.exe");
        assert_eq!(escape("a\u{2066}b\u{200b}c"), "a\\u{2066}b\\u{200b}c");
    }

    #[test]
    fn line_break_in_a_name_makes_no_row() {
        assert_eq!(escape("Ana\nroot"), "Ana\\x0aroot");
        assert_eq!(escape_lines("a\nb\rc"), "a\nb\\x0dc");
    }

    #[test]
    fn honest_text_is_left_alone() {
        assert!(matches!(escape("Zoë 日本語 🚀"), Cow::Borrowed(_)));
    }
}
