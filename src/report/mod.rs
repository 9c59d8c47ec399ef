//! Reports: values in, text out, a file a format, over any `Write`.
//!
//! The JSON in [`json`] is a promise to users: fields are only ever added, and
//! `docs/schema/event.schema.json` describes them.

mod approvals;
pub mod card;
pub mod csv;
pub mod diff;
pub mod environment;
pub mod events;
pub mod import;
pub mod json;
pub mod ledger;
pub mod markdown;
pub mod people;
pub mod policy;
pub mod rows;
pub mod show;
pub mod status;
pub mod sync;
pub mod table;
pub mod text;
pub mod trace;
pub mod verify;
pub mod words;

/// How to print a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Columns for people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// One JSON document a line.
    Jsonl,
    /// Comma-separated values with a heading (RFC 4180).
    Csv,
    /// A GitHub-flavoured Markdown table.
    Markdown,
}
