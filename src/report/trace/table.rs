//! The road of a change, for people:
//!
//! ```text
//! 9f2c1ab044 Retry card capture once
//!   authored   Ana Silva, 2026-11-20 14:03, PAY-88  ✓ signed by ana@example.com
//!   merged     into main by 77aa0205ce, Bo Chen, 2026-11-20 15:00, #412  · claimed
//!   reviewed   approved by Bo Chen (trailer:Reviewed-by, a claim)
//!   build      success, CI, 2026-11-20 15:04  · claimed
//!
//! WHERE           FROM              UNTIL                          BY    APPROVED BY  AFTER   PROOF
//! staging         2026-11-20 15:10  now                            CI    -            1h 7m   · claimed
//! production/api  2026-11-20 16:00  2026-11-21 09:00 rolled back   Ana   Bo Chen      1h 57m  ✓ signed
//! ```

use crate::deployments::State;
use crate::event::Event;
use crate::event::moment;
use crate::report::approvals::{self, approvers};
use crate::report::table::{self, Column};
use crate::report::{environment, markdown, rows, text};
use crate::trace::{Doubt, Reached, Restored, Trace, Unread, Verdict};
use crate::ui::{Paint, Style, escape};
use std::collections::BTreeSet;
use std::io::{self, Write};

pub(super) fn write(traces: &[Trace<'_, '_>], style: Style, out: &mut dyn Write) -> io::Result<()> {
    for (number, trace) in traces.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        trace.table(style, out)?;
    }
    Ok(())
}

/// A row for each stay, or one that says that there is none.
pub(super) fn markdown(traces: &[Trace<'_, '_>], out: &mut dyn Write) -> io::Result<()> {
    let mut cells = Vec::new();
    for trace in traces {
        for one in &trace.reached {
            let mut row = vec![text::short(&trace.commit.id).to_owned()];
            row.extend(trace.cells(one, true));
            row.push(super::remarks_on(trace, one).join("; "));
            cells.push(row);
        }
        if trace.reached.is_empty() {
            let mut row = vec![text::short(&trace.commit.id).to_owned(), trace.sentence()];
            row.resize(COLUMNS.len() + 2, String::new());
            cells.push(row);
        }
    }
    let own = COLUMNS.iter().map(|column| column.title);
    let titles: Vec<&str> = ["COMMIT"].into_iter().chain(own).chain(["REMARKS"]).collect();
    markdown::table(&titles, &cells, out)
}

impl Trace<'_, '_> {
    /// The verdict in one sentence.
    fn sentence(&self) -> String {
        match self.verdict() {
            Verdict::Runs => format!("It runs in {}.", self.places_now()),
            Verdict::Ran => {
                let was = listed(self.places(|one| !one.stay.taken_back));
                match self.places_now() {
                    now if now.is_empty() => format!("It was in {was}, and runs nowhere now."),
                    now => format!("It was in {was}; {now}."),
                }
            }
            Verdict::Reverted => {
                let there = self.places(|one| one.stay.lasts());
                let (verb, places) = match there.is_empty() {
                    false => ("runs", there),
                    true => ("ran", self.places(|_| true)),
                };
                let by = self.reached.iter().find_map(|one| self.taken_back_by(one));
                format!(
                    "It was never in force: it is part of what {verb} in {}, but so is {}, which takes it back, as its message claims.",
                    listed(places),
                    by.map_or("a revert", |revert| text::short(&revert.id))
                )
            }
            Verdict::Never => format!(
                "It was never deployed: none of the {} deployments recorded holds it{}.",
                self.deployments,
                match self.failed.iter().all(|failed| failed.withdraws().is_some()) {
                    true => "",
                    false => " but those that failed",
                }
            ),
            Verdict::Unknown
                if self.deployments == 0 && self.doubts.is_empty() && !self.may_lie_before() =>
            {
                "No deployment is recorded here, so where it runs is unknown.".to_owned()
            }
            Verdict::Unknown => format!("Unknown: {}.", self.why_unknown()),
        }
    }

    /// The places of some stays.
    fn places(&self, meant: impl Fn(&Reached<'_, '_>) -> bool) -> BTreeSet<String> {
        let there = self.reached.iter().filter(|one| meant(one));
        there.map(|one| one.stay.first.place.to_string()).collect()
    }

    /// Where it runs now, and what became of it elsewhere; empty where it simply runs nowhere.
    fn places_now(&self) -> String {
        let running = self.places(|one| one.stay.lasts() && !one.stay.taken_back);
        let taken_back = self.places(|one| one.stay.lasts() && one.stay.taken_back);
        let mut open = self.places(|one| one.stay.open && one.stay.last.state == State::Runs);
        let unknown = self.unknown.iter().filter(|one| one.state == State::Runs);
        open.extend(unknown.map(|one| one.place.to_string()));
        let mut ended = self.places(|one| !one.stay.lasts() && !one.stay.taken_back);
        // Where it was and is again, it runs.
        ended.retain(|place| ![&running, &taken_back, &open].iter().any(|set| set.contains(place)));
        let mut parts = Vec::new();
        if !running.is_empty() {
            parts.push(listed(running));
            if !ended.is_empty() {
                parts.push(format!("it is no longer in {}", listed(ended)));
            }
        }
        for place in taken_back {
            let here = |one: &&Reached<'_, '_>| {
                one.stay.lasts() && one.stay.first.place.to_string() == place
            };
            let by = self.reached.iter().filter(here).find_map(|one| self.taken_back_by(one));
            let by = by.map_or("a revert", |revert| text::short(&revert.id));
            parts.push(format!(
                "it is part of what runs in {place}, but so is {by}, which takes it back, as its message claims"
            ));
        }
        if !open.is_empty() {
            parts.push(format!(
                "whether it runs in {} now can't be told: the commit, or the history between, is not in this clone, or not recorded",
                listed(open)
            ));
        }
        parts.join("; ")
    }

    fn why_unknown(&self) -> String {
        if self.may_lie_before() {
            return "history ends with this commit here (a shallow clone), so the last change may lie before it. `git fetch --unshallow` brings the rest".to_owned();
        }
        if !self.unknown.is_empty() {
            return format!(
                "no deployment that can be followed holds it, and {} can't be: their commits, or the history between, are not in this clone. `git fetch` may bring them",
                self.unknown.len()
            );
        }
        let why = |doubt: &Doubt| {
            match doubt {
            Doubt::TooMuchHistory => {
                "there is too much history to search all of it for copies".to_owned()
            }
            Doubt::BranchGone => {
                "no branch here holds it either: if its branch was squashed, nothing here tells into which commit (a change record would)".to_owned()
            }
            Doubt::Unplaced(1) => {
                "the record of a deployment doesn't say of which commit, or where".to_owned()
            }
            Doubt::Unplaced(count) => {
                format!("{count} records of deployments don't say of which commit, or where")
            }
        }
        };
        let why: Vec<String> = self.doubts.iter().map(why).collect();
        format!("no deployment holds it, and {}", why.join("; "))
    }

    fn table(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        self.change(style, out)?;
        self.evidence(style, out)?;
        if !self.reached.is_empty() {
            writeln!(out)?;
            let rows: Vec<Vec<String>> =
                self.reached.iter().map(|one| self.cells(one, style.unicode)).collect();
            table::write(&COLUMNS, &rows, style, out)?;
        }
        self.approved_below(style, out)?;
        self.remarks(style, out)?;
        writeln!(out)?;
        self.ending(style, out)
    }

    /// Who approved, where the terminal has no room for a column of it.
    fn approved_below(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        if style.width.is_none_or(|width| width >= table::WIDE) {
            return Ok(());
        }
        for one in &self.reached {
            let approved = approvers(&one.approvals);
            if !approved.is_empty() {
                let words = format!("{} by {}", one.stay.first.place, approved.join(", "));
                line("approved", &words, style, out)?;
            }
        }
        Ok(())
    }

    /// What contradicts the times, and what was said of a deployment besides its approvals.
    fn remarks(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let mut remarks: Vec<String> = Vec::new();
        for one in &self.reached {
            for deployment in [Some(one.stay.first), one.stay.taken_by].into_iter().flatten() {
                let claimed = moment::minute(deployment.from);
                let clock = environment::clock_remark(deployment.clock(self.now), &claimed);
                let place = &deployment.place;
                remarks.extend(clock.map(|words| format!("{place}: {words}")));
            }
            let first = one.stay.first;
            let said = approvals::remarks(&one.approvals).into_iter();
            let from = moment::minute(first.from);
            remarks.extend(said.map(|words| format!("{}, {from}: {words}", first.place)));
        }
        if !remarks.is_empty() {
            writeln!(out)?;
        }
        let mut said = BTreeSet::new();
        for remark in remarks.iter().filter(|remark| said.insert(*remark)) {
            writeln!(out, "{}", style.paint(Paint::Magenta, &escape(remark)))?;
        }
        Ok(())
    }

    /// What the change is, and how it came onto the branch.
    fn change(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let id = style.paint(Paint::Yellow, text::short(&self.commit.id));
        writeln!(out, "{id} {}", escape(&rows::summary(&self.commit)))?;
        if let Some(asked) = &self.asked {
            if let Some(text) = &asked.line {
                line("line", &format!("{}: {text}", asked.what), style, out)?;
            }
            if asked.guessed {
                line("path", &asked.what, style, out)?;
            }
            for record in &asked.named_by {
                line("named by", &named(record, style.unicode), style, out)?;
            }
        }
        line("authored", &said(&self.commit, style.unicode), style, out)?;
        let merged = match (&self.merged, self.on_branch, &self.branch) {
            (Some(merged), _, Some(branch)) => {
                let words = said(merged, style.unicode);
                Some(format!("into {branch} by {}, {words}", text::short(&merged.id)))
            }
            (None, Some(false), Some(branch)) => Some(format!("not on {branch}")),
            (None, None, Some(branch)) => {
                Some(format!("unknown: history is too short here to say whether it is on {branch}"))
            }
            _ => None,
        };
        if let Some(merged) = merged {
            line("merged", &merged, style, out)?;
        }
        for copy in &self.copies {
            let words = format!("{} {} ({})", text::short(&copy.id), copy.summary, how(copy.how));
            line("same as", &words, style, out)?;
        }
        for revert in &self.reverts {
            let words = format!(
                "by {} {} (as its message claims)",
                text::short(&revert.id),
                revert.summary
            );
            line("reverted", &words, style, out)?;
        }
        for Restored { by, reverts } in &self.restored {
            let words = format!(
                "by {} {} (reverts {}, as its message claims)",
                text::short(&by.id),
                by.summary,
                text::short(reverts)
            );
            line("restored", &words, style, out)?;
        }
        Ok(())
    }

    /// Who looked at it, and what was tried.
    fn evidence(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        for event in [Some(&self.commit), self.merged.as_ref()].into_iter().flatten() {
            for review in event.reviews() {
                let words =
                    format!("{} by {} ({}, a claim)", review.state, review.by.name, review.source);
                line("reviewed", &words, style, out)?;
            }
        }
        for change in &self.requests {
            let text = |key: &str| change.field(key).map(str::to_owned);
            let number = text("number").or_else(|| change.request_number()).unwrap_or_default();
            let method = text("method").map(|method| format!(" ({method})")).unwrap_or_default();
            let base = text("base").map(|base| format!(" into {base}")).unwrap_or_default();
            let words = format!("{number} merged{base}{method} by {}", said(change, style.unicode));
            line("change", &words, style, out)?;
        }
        for review in &self.reviews {
            let state = review.field("state").unwrap_or("reviewed");
            let words = format!("{state} by {}", said(review, style.unicode));
            line("reviewed", &words, style, out)?;
        }
        for check in &self.checks {
            let outcome = check.field("outcome").unwrap_or("without an outcome");
            let name = check.field("name").map(|name| format!("{name}: ")).unwrap_or_default();
            let of = match check.field("commit") {
                Some(commit) if commit != self.commit.id => format!(" of {}", text::short(commit)),
                _ => String::new(),
            };
            let words = format!("{name}{outcome}{of}, {}", said(check, style.unicode));
            line(check.kind.name(), &words, style, out)?;
        }
        Ok(())
    }

    /// What failed, and the verdict.
    fn ending(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        for failed in &self.failed {
            let (place, when) = (&failed.place, moment::minute(failed.from));
            let words = match failed.withdraws() {
                Some(record) => format!(
                    "A correction says that its deployment to {place} on {when} (record {}) was cancelled.",
                    text::short(record)
                ),
                None => {
                    let outcome = failed.field("outcome").unwrap_or("without an outcome");
                    format!("A deployment of it to {place} on {when} did not succeed: {outcome}.")
                }
            };
            writeln!(out, "{}", escape(&words))?;
        }
        let paint = match self.verdict() {
            Verdict::Runs => Paint::Green,
            Verdict::Ran | Verdict::Reverted | Verdict::Unknown => Paint::Magenta,
            Verdict::Never => Paint::Plain,
        };
        writeln!(out, "{}", style.paint(paint, &escape(&self.sentence())))?;
        match self.unread.filter(|_| !self.reached.is_empty()) {
            None => {}
            Some(Unread::Later { read, index }) => {
                let index = if index { "; `audit index` remembers them" } else { "" };
                writeln!(
                    out,
                    "Reverts were looked for in {read} later commits, the first and the last; --all-reverts reads all{index}."
                )?;
            }
            Some(Unread::Reverts(found)) => writeln!(
                out,
                "{found} commits take it back, or one another: there are more, which were not looked at."
            )?,
        }
        Ok(())
    }

    fn cells(&self, one: &Reached<'_, '_>, unicode: bool) -> Vec<String> {
        let stay = &one.stay;
        let mut until = match (stay.until, stay.taken_by, stay.open) {
            (None, _, false) => "now".to_owned(),
            (None, _, true) => "unknown".to_owned(),
            (Some(until), _, true) => format!("{} or later", moment::minute(until)),
            (Some(until), Some(by), false) if by.is_rollback() && !stay.taken_back => {
                format!("{} rolled back by {}", moment::minute(until), rows::who(by.event))
            }
            (Some(until), Some(by), false) => {
                let how = match self.then_taken_back_by(one) {
                    Some(revert) => format!("reverted by {}", text::short(&revert.id)),
                    None if by.is_rollback() => "rolled back".to_owned(),
                    None if stay.taken_back => "replaced".to_owned(),
                    None => "replaced without it".to_owned(),
                };
                format!("{} {how}", moment::minute(until))
            }
            (Some(until), None, false) => format!("{} environment deleted", moment::minute(until)),
        };
        if stay.taken_back {
            until.push_str(" (reverted)");
        }
        let approved = approvers(&one.approvals);
        let through = match one.through.and_then(|at| self.copies.get(at)) {
            Some(copy) => format!(" (as {})", text::short(&copy.id)),
            None => String::new(),
        };
        vec![
            stay.first.place.to_string(),
            format!("{}{through}", moment::minute(stay.first.from)),
            until,
            rows::who(&one.event),
            if approved.is_empty() { "-".to_owned() } else { approved.join(", ") },
            match self.lead(one) {
                Some(lead) if lead >= 0 => moment::duration(lead),
                Some(_) => "before it was committed".to_owned(),
                None => "unknown".to_owned(),
            },
            rows::grade(&one.event, unicode),
        ]
    }
}

const COLUMNS: [Column<'_>; 7] = [
    Column { title: "WHERE", right: false, wide: false },
    Column { title: "FROM", right: false, wide: false },
    Column { title: "UNTIL", right: false, wide: false },
    Column { title: "BY", right: false, wide: false },
    Column { title: "APPROVED BY", right: false, wide: true },
    Column { title: "AFTER", right: false, wide: true },
    Column { title: "PROOF", right: false, wide: false },
];

/// Names in one text.
fn listed(names: BTreeSet<String>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// A record that names the ticket.
fn named(record: &Event, unicode: bool) -> String {
    let place = record.place.as_ref();
    let env = place.and_then(|place| place.env.as_deref());
    let service = place.and_then(|place| place.service.as_deref());
    let at = match (env, service) {
        (Some(env), Some(service)) => format!(" of {env}/{service}"),
        (Some(env), None) => format!(" of {env}"),
        _ => String::new(),
    };
    let id = text::short(&record.id);
    format!("{} {id}{at}, {}", record.kind.name(), said(record, unicode))
}

/// A line with a label.
fn line(label: &str, words: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let label = text::pad(label, 10);
    writeln!(out, "  {} {}", style.paint(Paint::Bold, &label), escape(words))
}

/// Who, when, why and the proof, on one line.
fn said(event: &Event, unicode: bool) -> String {
    let mut parts = vec![rows::who(event)];
    if let Some(when) = event.when {
        parts.push(moment::minute(when.seconds));
    }
    let why = rows::why(event);
    if !why.is_empty() {
        parts.push(why);
    }
    let (_, mark) = rows::mark(event.proof.grade, unicode);
    format!("{}  {mark} {}", parts.join(", "), rows::proof_words(event))
}

/// How a copy is known, in words.
fn how(word: &str) -> &'static str {
    match word {
        "cherry-pick" => "cherry-picked, as a message claims",
        "change" => "merged as, by a change record",
        "tree" => "all files are the same",
        "patch" => "the same patch",
        "squash" => "its branch, squashed",
        "hydrated" => "rendered from it, as a message claims",
        _ => "the same change",
    }
}
