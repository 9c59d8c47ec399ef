//! Whom git would name as the author of a commit made now.
//!
//! ```text
//! GIT_AUTHOR_NAME, else author.name, else user.name        Ana Silva
//! GIT_AUTHOR_EMAIL, else author.email, else user.email     ana@example.com
//! ```
//!
//! That is `git var GIT_AUTHOR_IDENT` with `user.useConfigOnly` (`fmt_ident` in git's `ident.c`): a name
//! that git would guess from the machine is not used. Git also cleans what it finds, and
//! refuses some of it; where that could matter, git itself is asked. It rarely does, which saves a
//! process: a quarter of the cost of a record.

use super::repository::Repository;
use super::{Config, identity};
use crate::event::Identity;
use crate::outcome::Failure;
use std::ffi::OsString;

/// The author that somebody has configured; `None` when nobody has.
///
/// # Errors
/// When git's configuration can't be read.
pub fn configured(repo: &Repository) -> Result<Option<Identity>, Failure> {
    if let Some(found) = plain(repo.config()?, |name| std::env::var_os(name)) {
        return Ok(Some(found));
    }
    let output = repo
        .git()
        .args(["-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT"])
        .output()
        .map_err(|error| Failure::new(format!("cannot run git var: {error}")))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(identity::split(output.stdout.trim_ascii_end())
        .filter(|_| output.status.success())
        .map(|ident| Identity { name: text(ident.name), email: text(ident.email) }))
}

/// The author, if git would take both parts as they stand.
fn plain(config: &Config, env: impl Fn(&str) -> Option<OsString>) -> Option<Identity> {
    let part = |variable: &str, own: &str, general: &str| {
        let text = match env(variable) {
            Some(text) => text.into_string().ok()?,
            None => config.get(own).or_else(|| config.get(general))?.to_owned(),
        };
        is_clean(&text).then_some(text)
    };
    Some(Identity {
        name: part("GIT_AUTHOR_NAME", "author.name", "user.name")?,
        email: part("GIT_AUTHOR_EMAIL", "author.email", "user.email")?,
    })
}

/// Whether `strbuf_addstr_without_crud` would leave a text alone, with room to spare.
fn is_clean(text: &str) -> bool {
    let crud = |c: char| c <= ' ' || ".,:;<>\"\\'".contains(c);
    !text.is_empty()
        && !text.starts_with(crud)
        && !text.ends_with(crud)
        // A replacement character stands for what the configuration could not be read as.
        && !text.contains(|c: char| c.is_control() || matches!(c, '<' | '>' | '\u{fffd}'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const CONFIG: &[u8] = b"user.name\nAna Silva\0user.email\nana@example.com\0";

    fn author(more: &str, variables: &[(&str, &str)]) -> Option<String> {
        let config = Config::parse(&[CONFIG, more.as_bytes()].concat());
        let env = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| OsString::from(value))
        };
        plain(&config, env).map(|found| format!("{} <{}>", found.name, found.email))
    }

    #[test]
    fn the_environment_goes_before_author_and_author_before_user() {
        assert_eq!(author("", &[]).unwrap(), "Ana Silva <ana@example.com>");
        assert_eq!(author("author.name\nBo\0", &[]).unwrap(), "Bo <ana@example.com>");
        let variables = [("GIT_AUTHOR_NAME", "Cy"), ("GIT_AUTHOR_EMAIL", "cy@example.com")];
        assert_eq!(author("author.name\nBo\0", &variables).unwrap(), "Cy <cy@example.com>");
    }

    #[test]
    fn what_git_would_clean_or_refuse_is_left_to_git() {
        for name in ["", " Ana", "Ana ", "Ana Jr.", "\"Ana\"", "A<b", "A\nb", "A\tb", "\u{fffd}na"]
        {
            assert_eq!(author(&format!("user.name\n{name}\0"), &[]), None, "{name:?}");
            assert_eq!(author("", &[("GIT_AUTHOR_NAME", name)]), None, "{name:?}");
        }
        assert_eq!(plain(&Config::default(), |_| None), None);
        assert_eq!(
            author("user.name\nO'Neil, Dr. A\0", &[]).unwrap(),
            "O'Neil, Dr. A <ana@example.com>"
        );
    }
}
