//! `audit hook install` and `status`: putting hooks in place beside those that are there.
//!
//! ```text
//! hooks/pre-push                  a hook that was there      hooks/pre-push.before-audit
//!        │ install                                                    ▲ runs first
//!        ▼                                                            │
//! hooks/pre-push.before-audit     the same file: its bytes,   hooks/pre-push  ours
//!                                 mode, or symbolic link
//! ```
//!
//! 1. The hook that is there gets its second name by a hard link: at no moment is there no hook.
//! 2. Ours is written under a name of its own, made executable, and renamed over the hook's.
//!
//! `--uninstall` renames the file that was kept back over ours: one step, nothing in between. What broke off
//! half-way is taken up by the next run.

use super::folder::{Folder, Hook, Place};
use super::script::{self, Whose};
use crate::commands::Context;
use crate::git::Repository;
use crate::outcome::{Failure, Outcome};
use clap::Args;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Which hooks, and what to do.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct InstallArgs {
    /// The hooks; without any pre-push, in a bare repository pre-receive
    #[arg(value_enum, value_name = "HOOK")]
    hooks: Vec<Hook>,

    /// Take them away again: what was there before is put back as it was. Without a HOOK: all of ours
    #[arg(long)]
    uninstall: bool,

    /// Print what would be written, and change nothing
    #[arg(long, visible_alias = "dry-run", conflicts_with = "uninstall")]
    print: bool,
}

const EXAMPLES: &str = "\
A hook that is there already is kept beside ours, as NAME.before-audit, and runs first:
both must pass. The folder is git's: .git/hooks, shared by all work trees, or what
core.hooksPath names. Where husky or lefthook keep the hooks, it is said what to add to
their files instead.

Examples:
  audit hook install
  audit hook install --print
  audit hook install pre-receive post-receive
  audit hook install --uninstall";

/// Runs `audit hook install`.
pub(super) fn run(context: &mut Context, args: &InstallArgs) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let folder = Folder::find(&repo)?;
    if args.uninstall {
        return uninstall(context, &folder, &args.hooks);
    }
    let usual = if repo.work_dir().is_some() { Hook::PrePush } else { Hook::PreReceive };
    let hooks = if args.hooks.is_empty() { vec![usual] } else { args.hooks.clone() };
    let program = std::env::current_exe()
        .map_err(|error| Failure::new(format!("cannot tell where this program is: {error}")))?;
    for hook in hooks {
        let text = script::text(hook, &program)?;
        if args.print {
            context.ui.out().write_all(&text)?;
            continue;
        }
        let said = install(&folder, hook, &text)?;
        writeln!(context.ui.out(), "{said}")?;
        remarks(context, &repo, &folder, hook);
    }
    Ok(Outcome::Yes)
}

/// Runs `audit hook status`.
pub(super) fn status(context: &mut Context) -> anyhow::Result<Outcome> {
    let repo = context.open()?;
    let folder = Folder::find(&repo)?;
    writeln!(context.ui.out(), "hooks in {}", shown(&folder.path))?;
    for hook in Hook::ALL {
        let kept = if present(&folder.kept(hook)) { ", runs the one before it first" } else { "" };
        let said = match read(&folder.file(hook))? {
            None => "none".to_owned(),
            Some(text) => match script::whose(&text) {
                Whose::Ours if !executable(&folder.file(hook)) => {
                    "installed, but not executable: git does not run it".to_owned()
                }
                Whose::Ours => format!("installed{kept}"),
                Whose::Changed => format!("installed, and changed since{kept}"),
                Whose::Foreign if String::from_utf8_lossy(&text).contains("audit hook") => {
                    "somebody else's, which names audit hook".to_owned()
                }
                Whose::Foreign => "somebody else's".to_owned(),
            },
        };
        writeln!(context.ui.out(), "{:<13} {said}", hook.name())?;
    }
    Ok(Outcome::Yes)
}

/// Puts one hook in place; what was done.
fn install(folder: &Folder, hook: Hook, text: &[u8]) -> Result<String, Failure> {
    let (file, kept, name) = (folder.file(hook), folder.kept(hook), hook.name());
    let there = read(&file)?;
    if let Some(failure) = folder.managed(hook, there.as_deref().filter(|text| is_foreign(text))) {
        return Err(failure);
    }
    let place = shown(&file);
    fs::create_dir_all(&folder.path).map_err(|error| cannot("make", &folder.path, &error))?;
    let whose = there.as_deref().map(script::whose);
    match whose {
        Some(Whose::Ours) if there.as_deref() == Some(text) && executable(&file) => {
            return Ok(format!("{name} is installed already: {place}"));
        }
        Some(Whose::Changed) => return Err(changed(&file)),
        Some(Whose::Foreign) => keep(&file, &kept)?,
        None if fs::symlink_metadata(&file).is_ok() => keep(&file, &kept)?,
        None | Some(Whose::Ours) => {}
    }
    put(&file, text)?;
    Ok(match whose {
        Some(Whose::Ours) => format!("{name} is installed anew: {place}"),
        _ if present(&kept) && executable(&kept) => {
            format!(
                "{name} is installed: {place}; the one that was there runs first: {}",
                shown(&kept)
            )
        }
        _ if present(&kept) => format!(
            "{name} is installed: {place}; the one that was there is not executable and does not run, as before: {}",
            shown(&kept)
        ),
        _ => format!("{name} is installed: {place}"),
    })
}

fn is_foreign(text: &[u8]) -> bool {
    script::whose(text) == Whose::Foreign
}

/// Gives the hook that is there its second name.
fn keep(file: &Path, kept: &Path) -> Result<(), Failure> {
    if present(kept) {
        if same(file, kept) {
            return Ok(());
        }
        return Err(Failure::new(format!(
            "there is a hook '{}', and '{}', where it would be kept, is taken",
            file.display(),
            kept.display()
        ))
        .hint("put both into one of them, and remove the other"));
    }
    // A hard link leaves no moment without a hook; where the file system has none, renaming must do.
    fs::hard_link(file, kept)
        .or_else(|_| fs::rename(file, kept))
        .map_err(|error| cannot("keep the hook as", kept, &error))
}

/// Writes a hook so that there is never half of one.
fn put(file: &Path, text: &[u8]) -> Result<(), Failure> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let failed = |error: io::Error| cannot("write", file, &error);
    let mut temporary =
        tempfile::Builder::new().prefix(".audit-hook-").tempfile_in(folder).map_err(failed)?;
    temporary.write_all(text).map_err(failed)?;
    make_executable(temporary.path(), folder).map_err(failed)?;
    temporary.persist(file).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Whoever may read the folder may run the hook, as with those that git itself puts there.
#[cfg(unix)]
fn make_executable(file: &Path, folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let shared = fs::metadata(folder)?.permissions().mode() & 0o055;
    fs::set_permissions(file, fs::Permissions::from_mode(0o700 | shared))
}

#[cfg(not(unix))]
fn make_executable(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

fn uninstall(context: &mut Context, folder: &Folder, hooks: &[Hook]) -> anyhow::Result<Outcome> {
    let named = !hooks.is_empty();
    let mut done = 0;
    for hook in if named { hooks } else { &Hook::ALL } {
        let (file, kept, name) = (folder.file(*hook), folder.kept(*hook), hook.name());
        match read(&file)?.as_deref().map(script::whose) {
            Some(Whose::Ours) => {}
            Some(Whose::Changed) => return Err(changed(&file).into()),
            Some(Whose::Foreign) | None => {
                if named {
                    context.ui.note(&format!("{name} is not installed"));
                }
                continue;
            }
        }
        let said = match present(&kept) {
            true => {
                fs::rename(&kept, &file).map_err(|error| cannot("put back", &file, &error))?;
                format!("{name} is as it was: {}", shown(&file))
            }
            false => {
                fs::remove_file(&file).map_err(|error| cannot("remove", &file, &error))?;
                format!("{name} is gone: {}", shown(&file))
            }
        };
        done += 1;
        writeln!(context.ui.out(), "{said}")?;
    }
    if done == 0 && !named {
        context.ui.note("no hook is installed");
    }
    Ok(Outcome::Yes)
}

/// A path as people read it: from where they stand, if it is below.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let below = here.ok().and_then(|here| path.strip_prefix(here).ok());
    crate::ui::escape(&below.unwrap_or(path).to_string_lossy()).into_owned()
}

/// What whoever installs it should know.
fn remarks(context: &Context, repo: &Repository, folder: &Folder, hook: Hook) {
    if folder.place == Place::Shared {
        let real = folder.path.canonicalize().unwrap_or_else(|_| folder.path.clone());
        context.ui.warn(&format!(
            "the hooks are in '{}', outside of this repository: the hook runs wherever that folder is used",
            real.display()
        ));
    }
    if folder.place == Place::WorkTree {
        context.ui.warn(&format!(
            "the hooks are in '{}', in this work tree: in others of this repository git runs no hook",
            shown(&folder.path)
        ));
    }
    match (hook, repo.work_dir()) {
        (Hook::PrePush, None) => {
            context.ui.note("note: pre-push runs where a push begins; what this repository receives, pre-receive judges");
        }
        (Hook::PostReceive, _) => {
            context
                .ui
                .note("note: post-receive comes after the push: it reports, and can't refuse");
        }
        _ => {}
    }
}

fn changed(file: &Path) -> Failure {
    Failure::new(format!("the hook '{}' was changed since it was installed", file.display())).hint(
        "audit hook install --print shows what it was: move your change into a hook of your own, and remove this one",
    )
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot {what} '{}': {error}", path.display()))
}

/// The bytes of a hook; `None` when there is none, or its link leads nowhere.
fn read(file: &Path) -> Result<Option<Vec<u8>>, Failure> {
    // A pipe would block, a device never end.
    let regular = |path: &Path| match fs::metadata(path)? {
        metadata if metadata.is_file() => Ok(()),
        _ => Err(io::Error::other("not a regular file")),
    };
    match regular(file).and_then(|()| fs::read(file)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("read the hook", file, &error)),
    }
}

/// Whether a name is taken, be it by a link that leads nowhere.
fn present(file: &Path) -> bool {
    fs::symlink_metadata(file).is_ok()
}

#[cfg(unix)]
fn same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (fs::symlink_metadata(one), fs::symlink_metadata(other)) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn same(_: &Path, _: &Path) -> bool {
    false
}

#[cfg(unix)]
fn executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn executable(file: &Path) -> bool {
    file.exists()
}
