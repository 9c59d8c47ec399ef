//! The text of a hook: POSIX sh that runs what stood there before, then this program.
//!
//! ```text
//! #!/bin/sh
//! # audit-hook: pre-push
//! …
//! # audit-hook-end: sha256:4be3…
//! ```
//!
//! The last line has the SHA-256 of all bytes above it. A hook that carries its own sum is ours, as we left
//! it, and may be replaced or removed; one with another sum was changed by somebody since.

use super::folder::Hook;
use crate::ledger::id::Digester;
use crate::ui::shell::quoted;
use std::path::Path;

/// What the name of a hook that was there before gets behind it.
pub(super) const KEPT: &str = ".before-audit";

const BEGIN: &str = "# audit-hook: ";
const END: &str = "# audit-hook-end: ";

/// Whose a hook is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Written by us, and as we left it.
    Ours,
    /// Written by us, and changed since.
    Changed,
    /// Somebody else's.
    Foreign,
}

/// Whose these bytes are.
pub(super) fn whose(text: &[u8]) -> Whose {
    let text = String::from_utf8_lossy(text);
    if !text.lines().any(|line| line.starts_with(BEGIN)) {
        return Whose::Foreign;
    }
    let ours = text.rfind(END).is_some_and(|at| {
        let (above, end) = text.split_at(at);
        end.strip_prefix(END) == Some(&format!("{}\n", sum(above)))
    });
    if ours { Whose::Ours } else { Whose::Changed }
}

/// The text of a hook. `program` is used where no `audit` is on the PATH.
pub(super) fn text(hook: Hook, program: &Path) -> Result<Vec<u8>, crate::outcome::Failure> {
    let program = program.to_str().filter(|path| !path.contains('\n')).ok_or_else(|| {
        crate::outcome::Failure::new(format!(
            "the path of this program can't be written into a hook: '{}'",
            program.display()
        ))
        .hint("put it into a folder whose name is UTF-8, without a line break")
    })?;
    let (name, program) = (hook.name(), quoted(program));
    // Both get the lines that git gives: they are kept in a variable meanwhile.
    let (keep, given) = match hook.reads_lines() {
        true => (
            "lines=$(cat) || exit 2\n\
             given() { [ -z \"$lines\" ] || printf '%s\\n' \"$lines\" 2>/dev/null; }\n",
            "given | ",
        ),
        false => ("", ""),
    };
    let direct = if hook == Hook::PrePush { " --from-git" } else { "" };
    let above = format!(
        "#!/bin/sh\n{BEGIN}{name}\n\
         # Judges a push and refuses it on every exit code but 0. Don't change this file: what is to run\n\
         # before it goes into {name}{KEPT}. audit hook install --uninstall {name} takes it away.\n\
         audit=audit\n\
         command -v audit >/dev/null 2>&1 || audit={program}\n\
         if ! command -v \"$audit\" >/dev/null 2>&1; then\n\
         \x20   printf '%s\\n' \"{name}: the program audit is neither on the PATH nor at $audit: nothing is judged, so it is refused\" >&2\n\
         \x20   exit 2\n\
         fi\n\
         before=${{0%/*}}/{name}{KEPT}\n\
         [ -x \"$before\" ] || exec \"$audit\" hook {name}{direct} \"$@\"\n\
         {keep}\
         {given}\"$before\" \"$@\" || exit\n\
         {given}\"$audit\" hook {name} \"$@\"\n"
    );
    Ok(format!("{above}{END}{}\n", sum(&above)).into_bytes())
}

fn sum(text: &str) -> String {
    let mut digester = Digester::default();
    digester.update(text.as_bytes());
    digester.finish()
}
