//! What to do next, once below the page on a terminal.

use crate::commands::init;
use crate::event::{Event, Grade};
use crate::evidence::judge::Judge;
use crate::git::Repository;
use crate::ledger::View;
use crate::outcome::Failure;
use crate::report::text;
use crate::ui::{Paint, Style};
use std::io::{self, Write};

/// Advice to a repository without trust files; none where there are some.
pub(super) struct Advice {
    /// The fingerprint of the user's own key, until something was seen that it signed.
    own_key: Option<String>,
    advice: Option<&'static str>,
}

impl Advice {
    /// What can be said before the first row.
    pub(super) fn new(
        repo: &Repository,
        judge: &Judge,
        view: &View,
        wanted: bool,
    ) -> Result<Advice, Failure> {
        if !wanted || !judge.only_git_trust() || judge.trust().is_none() {
            return Ok(Advice { own_key: None, advice: None });
        }
        let has_ledger = !view.chain().is_empty();
        Ok(Advice {
            own_key: init::own_key(repo)?,
            advice: has_ledger.then_some(
                "There is a ledger here, but nothing says whose signatures count: `audit init` proposes a list of \
                 keys and a policy (.audit/), so that everybody judges records and commits alike.",
            ),
        })
    }

    /// Looks at an event on its way to the page.
    pub(super) fn see(&mut self, event: &Event) {
        let Some(own) = &self.own_key else { return };
        let verdict = event.proof.signature.as_ref();
        let key = verdict.and_then(|verdict| verdict.key.as_deref());
        if event.proof.grade == Grade::Unknown && key.is_some_and(|key| is_same(key, own)) {
            self.own_key = None;
            self.advice = Some(
                "Your own key (user.signingKey) signed here, but nothing says that it counts: `audit init` proposes \
                 a list of keys and a policy (.audit/).",
            );
        }
    }

    /// Writes it below the page.
    pub(super) fn write(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let Some(advice) = self.advice else { return Ok(()) };
        writeln!(out)?;
        for line in text::wrap(advice, style.width.unwrap_or(usize::MAX)) {
            writeln!(out, "{}", style.paint(Paint::Dim, &line))?;
        }
        Ok(())
    }
}

/// Whether a key is meant: an SSH fingerprint is whole, of an OpenPGP one the last digits may stand.
fn is_same(key: &str, own: &str) -> bool {
    let (short, long) = if key.len() < own.len() { (key, own) } else { (own, key) };
    key == own || (!key.starts_with("SHA256:") && short.len() >= 16 && long.ends_with(short))
}

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn an_openpgp_key_may_be_given_by_its_last_digits_and_an_ssh_key_not() {
        assert!(is_same("B5690EEEBB952194", "AAAA0000AAAA0000AAAA0000B5690EEEBB952194"));
        assert!(!is_same("BB952194", "AAAA0000AAAA0000AAAA0000B5690EEEBB952194"));
        assert!(is_same("SHA256:abc", "SHA256:abc"));
        assert!(!is_same("SHA256:abcdefghijklmnop", "SHA256:xabcdefghijklmnop"));
    }
}
