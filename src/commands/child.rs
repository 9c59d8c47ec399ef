//! The command of `audit run`: its streams, the signals meant for it, its end.
//!
//! ```text
//! a stream that is a terminal      the command gets the terminal itself
//! any other                        command → pipe → hash → where it was going
//! stdout and stderr to one file    one pipe for both, so that their lines keep their order
//! ```
//!
//! Signals that reach this program are handed on, except those that the terminal has sent to the whole
//! group, command included. What was ignored when this program began (`nohup`) stays ignored.

use crate::ledger::id::Digester;
use std::ffi::OsString;
use std::io::{self, IsTerminal, PipeReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{Scope, ScopedJoinHandle};

/// How the command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code, or the signal that killed it.
    pub(crate) status: ExitStatus,
    /// A signal that asked it to stop came before its end.
    pub(crate) asked_to_stop: bool,
    /// Its standard output (and standard error, when both went to one file).
    pub(crate) output: Copied,
    /// Its standard error alone.
    pub(crate) errors: Copied,
}

/// What became of a stream.
#[derive(Debug, Default)]
pub(crate) enum Copied {
    /// It went to a terminal, or together with the other stream.
    #[default]
    Untouched,
    /// All of it was handed on: its digest.
    Whole(String),
    /// A part of it was lost on its way.
    Lost(io::Error),
}

/// Runs a command to its end. The streams are served until all that hold them have closed them, as a
/// shell's pipe does.
///
/// # Errors
/// When it can't be started.
pub(crate) fn run(program: &OsString, arguments: &[OsString]) -> io::Result<Ended> {
    let mut command = Command::new(program);
    command.args(arguments);
    let (mut output, mut errors) = (None, None);
    if !io::stdout().is_terminal() && one_file() {
        let (reader, writer) = io::pipe()?;
        command.stdout(writer.try_clone()?).stderr(writer);
        output = Some(reader);
    } else {
        if !io::stdout().is_terminal() {
            output = Some(pipe(|writer| command.stdout(writer))?);
        }
        if !io::stderr().is_terminal() {
            errors = Some(pipe(|writer| command.stderr(writer))?);
        }
    }
    let signals = signals::Watch::begin()?;
    let mut child = command.spawn()?;
    // Our ends of the pipes for writing; without this, they would never end.
    drop(command);
    std::thread::scope(|scope| {
        let output = output.map(|reader| copy(scope, reader, io::stdout()));
        let errors = errors.map(|reader| copy(scope, reader, io::stderr()));
        let (status, asked_to_stop) = signals.forward(scope, &mut child)?;
        Ok(Ended { status, asked_to_stop, output: joined(output), errors: joined(errors) })
    })
}

fn pipe<'a>(give: impl FnOnce(Stdio) -> &'a mut Command) -> io::Result<PipeReader> {
    let (reader, writer) = io::pipe()?;
    give(writer.into());
    Ok(reader)
}

type Copying<'s> = ScopedJoinHandle<'s, io::Result<String>>;

/// Hands on what comes, and hashes it. When it can't be handed on, the pipe is closed, so that the
/// command learns of it when it writes again. What it wrote before is lost: [`Copied::Lost`].
fn copy<'s>(
    scope: &'s Scope<'s, '_>,
    mut from: PipeReader,
    mut to: impl Write + Send + 's,
) -> Copying<'s> {
    scope.spawn(move || {
        let mut digester = Digester::default();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return Ok(digester.finish()),
                Ok(length) => {
                    digester.update(&buffer[..length]);
                    to.write_all(&buffer[..length]).and_then(|()| to.flush())?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    })
}

fn joined(copying: Option<Copying<'_>>) -> Copied {
    match copying.map(ScopedJoinHandle::join) {
        None => Copied::Untouched,
        Some(Ok(Ok(digest))) => Copied::Whole(digest),
        Some(Ok(Err(error))) => Copied::Lost(error),
        Some(Err(_)) => Copied::Lost(io::Error::other("the copying thread panicked")),
    }
}

/// Whether standard output and standard error go to the same file or pipe.
#[cfg(unix)]
fn one_file() -> bool {
    let output = rustix::fs::fstat(io::stdout()).map(|stat| (stat.st_dev, stat.st_ino));
    let errors = rustix::fs::fstat(io::stderr()).map(|stat| (stat.st_dev, stat.st_ino));
    match (output, errors) {
        (Ok(output), Ok(errors)) => output == errors,
        _ => false,
    }
}

#[cfg(not(unix))]
fn one_file() -> bool {
    false
}

#[cfg(unix)]
mod signals {
    //! Signals on their way to the command.

    use super::*;
    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::iterator::SignalsInfo;
    use signal_hook::iterator::exfiltrator::origin::WithOrigin;
    use signal_hook::low_level::siginfo::Cause;
    use std::sync::{Mutex, PoisonError};

    /// Watching from before the command starts, so that nothing slips through.
    pub(super) struct Watch(SignalsInfo<WithOrigin>);

    /// What the two threads share.
    struct State {
        /// The command, as long as its process id is its own.
        running: Option<Pid>,
        asked_to_stop: bool,
    }

    impl Watch {
        pub(super) fn begin() -> io::Result<Watch> {
            let ignored = ignored();
            let signals = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];
            let heeded = signals.iter().filter(|signal| ignored >> (**signal - 1) & 1 == 0);
            SignalsInfo::new(heeded).map(Watch)
        }

        /// Waits for the command, and hands signals on until it has ended.
        pub(super) fn forward<'s>(
            mut self,
            scope: &'s Scope<'s, '_>,
            child: &mut Child,
        ) -> io::Result<(ExitStatus, bool)> {
            let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
            let state =
                std::sync::Arc::new(Mutex::new(State { running: pid, asked_to_stop: false }));
            let handle = self.0.handle();
            let shared = state.clone();
            scope.spawn(move || {
                for origin in &mut self.0 {
                    let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
                    state.asked_to_stop = true;
                    // What the terminal sends, it sends to the command as well.
                    let sent = matches!(origin.cause, Cause::Sent(_));
                    let signal = Signal::from_named_raw(origin.signal);
                    if let (true, Some(pid), Some(signal)) = (sent, state.running, signal) {
                        let _ = kill_process(pid, signal);
                    }
                }
            });
            // Without reaping: until the signals are off, the process id must not be another's.
            if let Some(pid) = pid {
                let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
                while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid), options) {}
            }
            let asked_to_stop = {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                state.running = None;
                state.asked_to_stop
            };
            let status = child.wait();
            handle.close();
            Ok((status?, asked_to_stop))
        }
    }

    /// The signals that were ignored when this program began, as bits; where the system doesn't tell,
    /// none.
    fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    }
}

#[cfg(not(unix))]
mod signals {
    //! Where there are no signals to hand on.

    use super::*;

    pub(super) struct Watch;

    impl Watch {
        pub(super) fn begin() -> io::Result<Watch> {
            Ok(Watch)
        }

        pub(super) fn forward<'s>(
            self,
            _: &'s Scope<'s, '_>,
            child: &mut Child,
        ) -> io::Result<(ExitStatus, bool)> {
            child.wait().map(|status| (status, false))
        }
    }
}
