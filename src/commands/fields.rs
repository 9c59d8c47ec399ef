//! Flags for the fields of records, made from the ledger's own table of kinds, so that the two can't
//! drift apart.
//!
//! ```text
//! prev_commit  Object   --prev-commit REV    any revision; written as its full id
//! expires      Time     --expires DATE       git's date language; written in UTC
//! outcome      Word     --outcome WORD       success, failure, error, cancelled; also without the flag
//! ```

use super::complete;
use crate::git::{Repository, dates};
use crate::ledger::kinds::{Field, Shape, Table};
use crate::ledger::time;
use crate::outcome::Failure;
use clap::builder::{PossibleValuesParser, ValueParser};
use clap::{Arg, ArgAction, ArgMatches};
use clap_complete::engine::ArgValueCompleter;
use serde_json::{Map, Value, json};

/// The heading of these flags in help.
pub(crate) const HEADING: &str = "What happened";

/// The flag that states a field: `--prev-commit` for `prev_commit`.
pub(crate) fn flag(field: &str) -> String {
    format!("--{}", field.replace('_', "-"))
}

/// The argument that states a field. `needed` marks it in the help; that it is there is checked
/// later, with the whole record.
pub(crate) fn arg(field: Field, needed: bool) -> Arg {
    let (value, parser): (&str, ValueParser) = match field.shape {
        Shape::Text | Shape::Texts | Shape::Entry | Shape::Files | Shape::Counts => {
            ("TEXT", ValueParser::string())
        }
        Shape::Count | Shape::Number => ("N", ValueParser::string()),
        Shape::Object | Shape::Objects => ("REV", ValueParser::string()),
        Shape::Digest | Shape::Sha256 => ("DIGEST", ValueParser::string()),
        Shape::Artifact | Shape::Artifacts => ("DIGEST|PURL", ValueParser::string()),
        Shape::Time => ("DATE", ValueParser::string()),
        Shape::Duration => ("DURATION", ValueParser::string()),
        Shape::Url => ("URL", ValueParser::string()),
        Shape::Word(words) => ("WORD", PossibleValuesParser::new(words).into()),
    };
    let needed = if needed { " (needed)" } else { "" };
    let arg = Arg::new(field.name)
        .long(field.name.replace('_', "-"))
        .value_name(value)
        .value_parser(parser)
        .action(if is_list(field.shape) { ArgAction::Append } else { ArgAction::Set })
        .allow_hyphen_values(field.shape == Shape::Time)
        .help(format!("{}{needed}", help(field)))
        .help_heading(HEADING);
    match field.shape {
        _ if field.name == "env" => arg.add(ArgValueCompleter::new(complete::environments)),
        Shape::Object | Shape::Objects => arg.add(ArgValueCompleter::new(complete::revisions)),
        _ => arg,
    }
}

/// The names of the arguments that state [`Table::spoken`] fields without a flag.
const SPOKEN: [&str; 2] = ["spoken-first", "spoken-second"];

/// The arguments that state the fields of a kind without a flag.
pub(crate) fn spoken_args(table: &Table) -> impl Iterator<Item = Arg> {
    table.spoken().zip(SPOKEN).map(|(field, id)| {
        let stated = arg(field, false);
        let help = format!("{}; the same as {}", help(field), flag(field.name));
        Arg::new(id)
            .value_name(field.name.to_uppercase())
            .value_parser(stated.get_value_parser().clone())
            .conflicts_with_all([field.name, "line"])
            .help(help)
            .help_heading(HEADING)
    })
}

/// The name of the argument that states a field without a flag, if there is one.
pub(crate) fn spoken(table: &Table, field: Field) -> Option<&'static str> {
    table.spoken().zip(SPOKEN).find(|(spoken, _)| *spoken == field).map(|(_, id)| id)
}

fn is_list(shape: Shape) -> bool {
    matches!(shape, Shape::Texts | Shape::Objects | Shape::Artifacts)
}

fn help(field: Field) -> &'static str {
    match field.name {
        "commit" => "The commit; what CI says, else HEAD, where the record needs one",
        "env" => "The environment: production",
        "service" => "The service within the environment",
        "artifact" => "What was put there: sha256:… or pkg:…",
        "tag" => "The tag that was released",
        "prev_commit" => "The commit that ran before",
        "from_commit" => "The commit that was taken back",
        "head_commit" => "The last commit of the change that was looked at",
        "merge_commit" => "The commit that merged it",
        "base" => "The branch that it was merged into",
        "commits" => "A commit of the change; several",
        "number" => "The number of the change request: 412",
        "method" => "How it was merged",
        "author" => "Who asked for the change",
        "merged_by" => "Who merged it",
        "started" => "When it began",
        "finished" => "When it ended",
        "duration" => "How long it took: 90s, 5m, 1h, or milliseconds",
        "exit_code" => "The exit code of the command",
        "signal" => "The signal that ended the command",
        "output" => "The digest of what the command printed: sha256:…",
        "outcome" => "How it ended",
        "decision" => "What was decided",
        "requestor" => "Who asked for the approval",
        "expires" => "Until when it holds",
        "state" => "What the reviewer said",
        "name" => "What it is called",
        "run" => "The number of the run",
        "attempt" => "Which attempt of that run: 1, 2, …",
        "artifacts" => "What came out: sha256:… or pkg:…; several",
        "report" => "The digest of the report: sha256:…",
        "digest" => "The digest of the artifact: sha256:…",
        "signature" => "The digest of its signature: sha256:…",
        "key" => "The name of the configuration key",
        "change" => "What happened to it",
        "before" => "The SHA-256 of the value before, never the value: sha256:…",
        "after" => "The SHA-256 of the value after, never the value: sha256:…",
        "action" => "What happened",
        "incident" => "The incident's id: INC-7",
        "severity" => "How bad it is",
        "caused_by" => "What caused it",
        "grantee" => "Whose access changed",
        "role" => "Which access it is",
        "from" => "When it begins",
        "until" => "When it ends",
        "exempt" => "What may be deployed all the same; several",
        "rule" => "The rule from which something is exempt",
        "subject" => "What the record is about",
        "authorised_by" => "Who allowed it",
        "review_due" => "When it must be looked at again",
        "url" => "Where more can be read",
        _ => "A fact of the record",
    }
}

/// Reads the value of a field from the command line. `None` when it was not given. `address` puts the
/// ids of commits in the place of environments' addresses; `spoken` is the argument of the field that
/// takes no flag.
///
/// # Errors
/// Unknown revisions and dates; what else is wrong is found when the record is checked as a whole.
pub(crate) fn value(
    repo: &Repository,
    address: &dyn Fn(&str) -> Result<String, Failure>,
    field: Field,
    matches: &ArgMatches,
    spoken: Option<&str>,
) -> Result<Option<Value>, Failure> {
    // A command that has no flag for the field can't have been given one.
    let given = |id: &str| matches.try_get_many::<String>(id).ok().flatten();
    let Some(given) = given(field.name).or_else(|| spoken.and_then(given)) else {
        return Ok(None);
    };
    let values = given
        .map(|text| {
            one(repo, address, field, text).map_err(|failure| Failure {
                message: format!("{}: {}", flag(field.name), failure.message),
                ..failure
            })
        })
        .collect::<Result<Vec<Value>, Failure>>()?;
    Ok(match is_list(field.shape) {
        true => Some(Value::Array(values)),
        false => values.into_iter().next_back(),
    })
}

fn one(
    repo: &Repository,
    address: &dyn Fn(&str) -> Result<String, Failure>,
    field: Field,
    text: &str,
) -> Result<Value, Failure> {
    Ok(match field.shape {
        // The commit of a record must be here; others may have been lost, as the head of a squashed
        // change is, and then a full id stands for itself.
        Shape::Object | Shape::Objects if field.name == "commit" => {
            json!(repo.commit_id(&address(text)?)?.to_string())
        }
        Shape::Object | Shape::Objects => match repo.hash().oid(text.as_bytes()) {
            Some(oid) if !repo.contains(oid) => json!(oid.to_string()),
            _ => json!(repo.commit_id(&address(text)?)?.to_string()),
        },
        Shape::Time => json!(time::format(moment(repo, text)?)?),
        Shape::Duration => match milliseconds(text) {
            Some(milliseconds) => json!(milliseconds),
            None => json!(text),
        },
        Shape::Count | Shape::Number => match text.parse::<u64>() {
            Ok(number) => json!(number),
            Err(_) => json!(text),
        },
        _ => json!(text),
    })
}

/// A moment: as records write it, else in git's date language.
///
/// # Errors
/// When git can't read it.
pub(crate) fn moment(repo: &Repository, text: &str) -> Result<i64, Failure> {
    match time::parse(text.as_bytes()) {
        Some(seconds) => Ok(seconds),
        None => dates::parse(repo, text),
    }
}

/// `1500`, `1500ms`, `90s`, `5m`, `2h` in milliseconds.
fn milliseconds(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "" | "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(factor)
}

/// Puts the tree of its commit beside a commit.
///
/// # Errors
/// When the commit is not here, or can't be read.
pub(crate) fn add_tree(repo: &Repository, what: &mut Map<String, Value>) -> Result<(), Failure> {
    let Some(commit) = what.get("commit").and_then(Value::as_str) else { return Ok(()) };
    let oid = repo.commit_id(commit)?;
    let tree = repo.tree_of(oid)?.to_string();
    if let Some(stated) = what.get("tree").filter(|stated| **stated != json!(tree)) {
        return Err(Failure::new(format!("the tree of {oid} is {tree}, not {stated}"))
            .hint("leave the tree out: it is filled in"));
    }
    what.insert("commit".into(), json!(oid.to_string()));
    what.insert("tree".into(), json!(tree));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::kinds;

    #[test]
    fn durations_have_units() {
        for (text, expected) in [
            ("1500", Some(1500)),
            ("1500ms", Some(1500)),
            ("90s", Some(90_000)),
            ("5m", Some(300_000)),
            ("2h", Some(7_200_000)),
            ("", None),
            ("s", None),
            ("-1s", None),
            ("1d", None),
            ("18446744073709551615h", None),
        ] {
            assert_eq!(milliseconds(text), expected, "{text}");
        }
    }

    #[test]
    fn every_field_of_the_table_is_explained() {
        for field in kinds::recorded_by_hand().flat_map(|table| table.fields()) {
            if field.name != "tree" {
                assert_ne!(help(field), "A fact of the record", "{}", field.name);
            }
        }
    }
}
