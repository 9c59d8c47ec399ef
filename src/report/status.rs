//! What runs where: for people, as JSON, CSV and Markdown.

mod data;
mod table;

use super::Format;
use crate::status::{Status, Why};
use crate::ui::Style;
use std::io::{self, Write};

impl Why {
    fn words(self, moment: impl Fn(i64) -> String) -> String {
        match self {
            Why::Nothing => "nothing runs there".to_owned(),
            Why::NeverSucceeded => "no deployment has succeeded".to_owned(),
            Why::NeverDeployed => {
                "nothing was deployed there as far as the ledger knows".to_owned()
            }
            Why::Unknown { first } => format!(
                "what ran there is not known: the first deployment on record is of {}",
                moment(first)
            ),
        }
    }
}

impl Status<'_, '_> {
    /// Writes the report.
    ///
    /// # Errors
    /// When the stream does not take it.
    pub fn write(&self, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Table => self.table(style, out),
            Format::Markdown => self.markdown(out),
            Format::Json => data::json(self, out),
            Format::Jsonl => data::jsonl(self, out),
            Format::Csv => data::csv(self, out),
        }
    }
}
