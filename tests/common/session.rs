//! Sessions in documents: what is typed and what is printed, in fenced blocks that begin with
//! "```console".
//!
//! ~~~text
//! <!-- clock: +14h -->          moves the clock on; readers don't see it
//! ```console
//! $ audit log -n 2              Ana types
//! WHEN …                        what the terminal shows
//! …                             here something is left out: any number of lines
//! bruno$ cat <<END              Bruno types
//! > a line that goes on
//! > END
//! ```
//! ~~~

use super::Repo;
use super::terminal::{Colours, WIDTH, type_in};
use regex::Regex;
use std::sync::LazyLock;

/// A line that stands for lines that are left out.
const ELISION: &str = "…";

/// Words that may be ids, and so may hold chance.
static HEX: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b[0-9a-f]{7,64}\b").unwrap());
static PROMPT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^([a-z]*)\$ (.*)$").unwrap());
static CLOCK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^<!-- clock: \+(\d+)([mh]) -->$").unwrap());

/// A document and what its commands print now.
#[derive(Debug, Default)]
pub struct Played {
    /// The document with the output of today; what is left out stays left out, where it can.
    pub today: String,
    /// How many commands were run.
    pub commands: usize,
    /// Commands that did not end with exit code 0; where another one is meant, the text has to say so:
    /// `audit verify || echo "exit code $?"`.
    pub failed: Vec<String>,
    /// Commands whose output differs by more than chance: what is shown, and what is printed.
    pub different: Vec<(String, String, String)>,
    /// Fenced blocks that hold no session: what follows the fence, and their lines.
    pub others: Vec<(String, Vec<String>)>,
}

/// Runs all sessions of a document, one after the other.
pub fn play(repo: &Repo<'_>, document: &str) -> Played {
    let mut played = Played::default();
    let mut lines = document.lines().peekable();
    while let Some(line) = lines.next() {
        played.put(line);
        if let Some(found) = CLOCK.captures(line) {
            let unit = if &found[2] == "h" { 3_600 } else { 60 };
            repo.world.skip(found[1].parse::<i64>().unwrap() * unit);
        }
        let Some(language) = line.strip_prefix("```") else { continue };
        let mut block = Vec::new();
        for line in lines.by_ref() {
            if line == "```" {
                break;
            }
            block.push(line);
        }
        if language == "console" {
            played.session(repo, &block);
        } else {
            block.iter().for_each(|line| played.put(line));
            let block = block.into_iter().map(str::to_owned).collect();
            played.others.push((language.to_owned(), block));
        }
        played.put("```");
    }
    played
}

impl Played {
    fn put(&mut self, line: &str) {
        self.today.push_str(line);
        self.today.push('\n');
    }

    /// Runs the commands of one block.
    fn session(&mut self, repo: &Repo<'_>, block: &[&str]) {
        let mut rest = block;
        while let [first, more @ ..] = rest {
            let prompt = PROMPT.captures(first).unwrap_or_else(|| panic!("no prompt: {first}"));
            let person = if prompt[1].is_empty() { "ana" } else { prompt.get(1).unwrap().as_str() };
            let mut command = prompt[2].to_owned();
            self.put(first);
            let typed = more.iter().take_while(|line| line.starts_with("> ")).count();
            for line in &more[..typed] {
                command = format!("{command}\n{}", &line[2..]);
                self.put(line);
            }
            let printed = more[typed..].iter().take_while(|line| !PROMPT.is_match(line)).count();
            let shown = &more[typed..typed + printed];
            rest = &more[typed + printed..];
            self.commands += 1;
            let output = type_in(repo, person, &command, WIDTH, Colours::Off);
            if output.code != Some(0) {
                self.failed.push(command.clone());
            }
            let real: Vec<&str> = output.stdout.lines().map(str::trim_end).collect();
            let today = fit(shown, &real, &ids(repo)).unwrap_or_else(|| {
                self.different.push((command, shown.join("\n"), real.join("\n")));
                real
            });
            today.iter().for_each(|line| self.put(line));
        }
    }
}

/// The ids of the ledger's records.
fn ids(repo: &Repo<'_>) -> Vec<String> {
    let ledger =
        std::fs::read_to_string(repo.path.join(".git/audit/ledger.jsonl")).unwrap_or_default();
    ledger
        .split_inclusive('\n')
        .map(|line| audit::ledger::Id::of(line.as_bytes()).to_string())
        .collect()
}

/// What is printed, with something left out where that is shown so; `None` if what is shown isn't
/// what is printed.
pub fn fit<'a>(shown: &[&'a str], real: &[&'a str], ids: &[String]) -> Option<Vec<&'a str>> {
    match shown {
        [] => real.is_empty().then(Vec::new),
        [ELISION, shown @ ..] => (1..=real.len()).find_map(|skipped| {
            let mut rest = fit(shown, &real[skipped..], ids)?;
            rest.insert(0, ELISION);
            Some(rest)
        }),
        [line, shown @ ..] => {
            let (first, real) = real.split_first()?;
            let mut rest = alike(line, first, ids).then(|| fit(shown, real, ids))??;
            rest.insert(0, first);
            Some(rest)
        }
    }
}

/// Whether two lines differ by chance alone: records hold a random number, so their ids (SHA-256) and
/// what is computed from them are others each time.
pub fn alike(shown: &str, real: &str, ids: &[String]) -> bool {
    let chance = |word: &str| word.len() == 64 || ids.iter().any(|id| id.starts_with(word));
    let (was, is) =
        (HEX.find_iter(shown).collect::<Vec<_>>(), HEX.find_iter(real).collect::<Vec<_>>());
    HEX.replace_all(shown, "ID") == HEX.replace_all(real, "ID")
        && was.len() == is.len()
        && was.iter().zip(&is).all(|(was, is)| {
            was.as_str() == is.as_str() || was.len() == is.len() && chance(is.as_str())
        })
}
