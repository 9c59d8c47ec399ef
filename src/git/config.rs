//! git's configuration, as git itself sees it.
//!
//! It is read once through `git config --list -z`, not through libgit2, which knows neither
//! `GIT_CONFIG_COUNT` nor `GIT_CONFIG_PARAMETERS` (what `git -c name=value push` hands to hooks), nor
//! `GIT_CONFIG_GLOBAL`. One process of two milliseconds buys the same answers as git's.

use super::repository::git_command;
use crate::outcome::Failure;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// All settings in force for a repository, in git's order of precedence.
#[derive(Debug, Clone, Default)]
pub struct Config {
    values: HashMap<String, Vec<Option<String>>>,
}

impl Config {
    /// Reads the configuration that git uses in `dir` (a work tree or a git directory).
    ///
    /// # Errors
    /// When `git` cannot be run, or refuses a configuration file.
    pub fn read(dir: &Path) -> Result<Config, Failure> {
        let output = git_command(dir)
            .args(["config", "--list", "-z", "--includes"])
            .output()
            .map_err(|error| {
                Failure::new(format!("cannot run git to read its configuration: {error}"))
                    .hint("audit asks the git program for its configuration; is it on the PATH?")
            })?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr);
            return Err(Failure::new(format!(
                "git cannot read its configuration: {}",
                message.trim()
            )));
        }
        Ok(Config::parse(&output.stdout))
    }

    /// Parses the output of `git config --list -z`: `key LF value NUL`, or `key NUL` for a bare key.
    pub fn parse(listing: &[u8]) -> Config {
        let mut config = Config::default();
        for item in listing.split(|&byte| byte == 0).filter(|item| !item.is_empty()) {
            let text = String::from_utf8_lossy(item);
            let (key, value) = match text.split_once('\n') {
                Some((key, value)) => (key, Some(value.to_owned())),
                None => (&*text, None),
            };
            config.values.entry(key.to_owned()).or_default().push(value);
        }
        config
    }

    /// The last value of a key, as `git config --get`. Section and name are lower case; the
    /// subsection is as written. A bare key (`[a] b`) has the value `""`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key)?.last().map(|value| value.as_deref().unwrap_or(""))
    }

    /// All values of a key, least specific first.
    pub fn all(&self, key: &str) -> impl Iterator<Item = &str> {
        self.values.get(key).into_iter().flatten().map(|value| value.as_deref().unwrap_or(""))
    }

    /// The values of a name in every subsection: `("remote", "url")` gives `("origin", "https://…")`; sorted
    /// by subsection.
    pub fn of_subsections(&self, section: &str, name: &str) -> Vec<(&str, &str)> {
        let mut found: Vec<(&str, &str)> = Vec::new();
        for (key, values) in &self.values {
            let rest = key.strip_prefix(section).and_then(|rest| rest.strip_prefix('.'));
            let between = rest.and_then(|rest| rest.strip_suffix(name)?.strip_suffix('.'));
            let Some(subsection) = between else { continue };
            found.extend(values.iter().map(|value| (subsection, value.as_deref().unwrap_or(""))));
        }
        found.sort_unstable();
        found
    }

    /// A value read as git reads booleans; `None` when it is not set.
    ///
    /// # Errors
    /// When the value is no boolean.
    pub fn bool(&self, key: &str) -> Result<Option<bool>, Failure> {
        let Some(value) = self.values.get(key).and_then(|values| values.last()) else {
            return Ok(None);
        };
        match value.as_deref().map(str::to_ascii_lowercase).as_deref() {
            None | Some("true" | "yes" | "on" | "1") => Ok(Some(true)),
            Some("false" | "no" | "off" | "0" | "") => Ok(Some(false)),
            Some(other) => match other.parse::<i64>() {
                Ok(number) => Ok(Some(number != 0)),
                Err(_) => {
                    Err(Failure::new(format!("bad boolean config value '{other}' for '{key}'")))
                }
            },
        }
    }

    /// A value read as git reads paths: `~/` and `~user/` expanded (the latter left to git's own
    /// error), `%(prefix)/` left alone.
    pub fn path(&self, key: &str) -> Option<PathBuf> {
        let value = self.get(key)?;
        Some(match value.strip_prefix("~/") {
            Some(rest) => match std::env::var_os("HOME") {
                Some(home) => Path::new(&home).join(rest),
                None => PathBuf::from(value),
            },
            None => PathBuf::from(value),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn last_value_wins_and_bare_keys_are_true() {
        let config = Config::parse(
            b"a.b\nold\0a.b\nnew\nline\0core.bare\0x.off\nfalse\0x.n\n2\0x.bad\nmaybe\0",
        );
        assert_eq!(config.get("a.b"), Some("new\nline"));
        assert_eq!(config.all("a.b").collect::<Vec<_>>(), ["old", "new\nline"]);
        assert_eq!(config.bool("core.bare").unwrap(), Some(true));
        assert_eq!(config.bool("x.off").unwrap(), Some(false));
        assert_eq!(config.bool("x.n").unwrap(), Some(true));
        assert!(config.bool("x.bad").is_err());
        assert_eq!(config.bool("x.none").unwrap(), None);
    }
}
