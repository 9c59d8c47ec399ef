//! As JUnit's XML: a test suite a rule. What holds is a test case that passed (one for all subjects, with
//! their number in its name), each finding one that failed, what could not be decided one with an error;
//! what only warns is a skipped one with its message.

use super::{Verification, label};
use crate::policy::rules::{self, MISSING};
use crate::policy::{Finding, Level};
use std::fmt::Write as _;
use std::io::{self, Write};

pub(super) fn write(verification: &Verification, out: &mut dyn Write) -> io::Result<()> {
    let mut suites = String::new();
    let (mut tests, mut failures, mut errors, mut skipped) = (0, 0, 0, 0);
    for line in &verification.rules {
        let found: Vec<&Finding> =
            verification.findings.iter().filter(|finding| finding.asked == line.rule.id).collect();
        if found.is_empty() && line.tally.held == 0 {
            continue;
        }
        let count = |of: fn(&&&Finding) -> bool| found.iter().filter(of).count();
        let skip = count(|finding| finding.level != Level::Deny);
        let error = count(|finding| finding.level == Level::Deny && finding.rule == MISSING);
        let failure = found.len() - skip - error;
        let total = found.len() + usize::from(line.tally.held > 0);
        let mut suite = format!(
            "  <testsuite name=\"{}\" tests=\"{total}\" failures=\"{failure}\" errors=\"{error}\" skipped=\"{skip}\">\n",
            line.rule.id
        );
        if line.tally.held > 0 {
            let name = format!("{} subjects", line.tally.held);
            let _ =
                writeln!(suite, "    <testcase classname=\"{}\" name=\"{name}\"/>", line.rule.id);
        }
        found.iter().for_each(|finding| case(finding, &mut suite));
        suite.push_str("  </testsuite>\n");
        suites.push_str(&suite);
        tests += total;
        failures += failure;
        errors += error;
        skipped += skip;
    }
    debug_assert!(rules::find(MISSING).is_some());
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"audit verify\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">"
    )?;
    write!(out, "{suites}")?;
    writeln!(out, "  <!-- {} -->", xml(&verification.sentence()).replace("--", "- -"))?;
    writeln!(out, "</testsuites>")
}

fn case(finding: &Finding, suite: &mut String) {
    let element = match (finding.level, finding.rule) {
        (Level::Deny, MISSING) => "error",
        (Level::Deny, _) => "failure",
        _ => "skipped",
    };
    let name = match &*finding.subject.text {
        "" => label(finding),
        text => format!("{}: {text}", label(finding)),
    };
    // Writing to a string can't fail.
    let _ = writeln!(
        suite,
        "    <testcase classname=\"{}\" name=\"{}\"><{element} message=\"{}\">{}</{element}></testcase>",
        finding.asked,
        xml(&name),
        xml(&finding.why),
        xml(&finding.mend)
    );
}

/// Text for XML 1.0: the five entities, and no character that XML can't hold (section 2.2).
fn xml(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\t' => safe.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_text_makes_no_markup() {
        assert_eq!(
            xml("<a b=\"'&'\">\u{1b}[0m\n"),
            "&lt;a b=&quot;&apos;&amp;&apos;&quot;&gt;\u{fffd}[0m\u{fffd}"
        );
    }
}
