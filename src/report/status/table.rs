//! What runs where, for people:
//!
//! ```text
//! WHERE           RUNS                           SINCE             FOR    BY         APPROVED BY  BEHIND main  PROOF
//! production/api  9f2c1ab044 Retry card capture  2026-11-20 14:10  2d 5h  Ana Silva  Bo Chen      3 (2d 4h)    ✓ signed
//! staging         77aa0205ce Add refunds         2026-11-21 09:00  1d 2h  CI         -            0            · claimed
//! ```

use crate::deployments::{Clock, Place};
use crate::event::moment;
use crate::event::moment::Zone;
use crate::event::{Event, When};
use crate::report::approvals::{self, approvers};
use crate::report::table::{self, Column, Gives};
use crate::report::{environment, markdown, rows, text, words};
use crate::status::{Behind, Idle, Running, Status};
use crate::ui::{Paint, Style, escape};
use std::io::{self, Write};

/// How the columns give way on a terminal: from which width on each is shown, and how its cells are cut.
/// What has no room for its column is said below the table.
fn room(title: &str) -> (usize, Gives) {
    match title {
        "WHERE" => (0, Gives::Name(15)),
        "RUNS" => (0, Gives::Text(11)),
        "BY" => (0, Gives::Name(4)),
        "APPROVED BY" => (APPROVED, Gives::Name(8)),
        "FOR" => (120, Gives::Never),
        "WHY" => (WHY, Gives::Text(8)),
        _ => (0, Gives::Never),
    }
}

/// From which width on approvals have a column.
const APPROVED: usize = 100;
/// From which width on reasons do.
const WHY: usize = 150;
/// A longer name of a branch stands below the table.
const LONGEST_BRANCH: usize = 12;

/// Whether a branch has too long a name for a heading on a terminal.
fn is_below(branch: &str, style: Style) -> bool {
    style.width.is_some() && text::width(branch) > LONGEST_BRANCH
}

impl Status<'_, '_> {
    fn zone(&self) -> Zone {
        Zone::at(self.running.first().map_or(self.at, |running| running.deployment.from))
    }

    /// The headings; nothing is behind where there is no branch to compare with.
    fn titles(&self, style: Style) -> Vec<String> {
        let since = self.zone().heading("SINCE");
        let mut titles: Vec<String> = ["WHERE", "RUNS", &since, "FOR", "BY", "APPROVED BY", "WHY"]
            .map(str::to_owned)
            .to_vec();
        titles.extend(self.branch.map(|branch| match is_below(branch, style) {
            true => "BEHIND".to_owned(),
            false => format!("BEHIND {}", escape(branch)),
        }));
        titles.push("PROOF".to_owned());
        titles
    }

    pub(super) fn table(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        if self.asked {
            let title = format!("what ran at {}", moment::long(When::utc(self.at)));
            writeln!(out, "{}\n", style.paint(Paint::Yellow, &title))?;
        }
        let titles = self.titles(style);
        let fits = |from: usize| style.width.is_none_or(|width| width >= from);
        let shown: Vec<usize> = (0..titles.len()).filter(|&at| fits(room(&titles[at]).0)).collect();
        let columns: Vec<Column<'_>> = shown
            .iter()
            .map(|&at| Column { title: &titles[at], right: false, wide: false })
            .collect();
        let gives: Vec<Gives> = shown.iter().map(|&at| room(&titles[at]).1).collect();
        let fitted = |running: &Running<'_, '_>| {
            let cells = self.cells(running, style);
            shown.iter().map(|&at| cells[at].clone()).collect()
        };
        let rows: Vec<Vec<String>> = self.running.iter().map(fitted).collect();
        if !rows.is_empty() {
            table::write_fitted(&columns, &gives, &rows, style, out)?;
        }
        let mut remarks = Vec::new();
        let below = self.branch.filter(|branch| is_below(branch, style));
        if let Some(branch) = below.filter(|_| !rows.is_empty()) {
            remarks.push(format!("BEHIND: commits of {branch}"));
        }
        for running in &self.running {
            let place = &running.deployment.place;
            let said = self.remarks(running, &fits).into_iter();
            remarks.extend(said.map(|words| format!("{place}: {words}")));
        }
        if !fits(APPROVED) {
            remarks.extend(self.unapproved());
        }
        let zone = self.zone();
        let idle =
            |idle: &Idle| format!("{}: {}", idle.place, idle.why.words(|first| zone.minute(first)));
        remarks.extend(self.idle.iter().map(idle));
        remarks.extend(self.freezes.iter().map(|event| freeze(event)));
        if !remarks.is_empty() && !rows.is_empty() {
            writeln!(out)?;
        }
        for remark in remarks {
            writeln!(out, "{}", style.paint(Paint::Magenta, &escape(&remark)))?;
        }
        Ok(())
    }

    fn cells(&self, running: &Running<'_, '_>, style: Style) -> Vec<String> {
        let Running { deployment, event, .. } = running;
        let runs = match &running.summary {
            Some(summary) => format!("{} {summary}", text::short(deployment.commit())),
            None => format!("{} (not in this clone)", text::short(deployment.commit())),
        };
        let approved: Vec<String> = approvers(&running.approvals);
        let mut why: Vec<String> = Vec::new();
        why.extend(event.why.tickets.iter().cloned());
        why.extend(
            event.why.body.lines().next().map(str::to_owned).filter(|line| !line.is_empty()),
        );
        if deployment.is_rollback() {
            let colon = if why.is_empty() { "" } else { ":" };
            why.insert(0, format!("rollback{colon}"));
        }
        let mut cells = vec![
            deployment.place.to_string(),
            runs,
            self.zone().minute(deployment.from),
            match deployment.clock(self.at) {
                Clock::Ahead => "unknown".to_owned(),
                Clock::Fits | Clock::Disagrees => moment::duration(self.at - deployment.from),
            },
            rows::who(event),
            if approved.is_empty() { "-".to_owned() } else { approved.join(", ") },
            if why.is_empty() { "-".to_owned() } else { why.join(" ") },
        ];
        if self.branch.is_some() {
            cells.push(self.behind(running.behind, style));
        }
        cells.push(rows::grade(event, style.unicode));
        cells
    }

    fn behind(&self, behind: Option<Behind>, style: Style) -> String {
        let Some(behind) = behind else { return "unknown".to_owned() };
        let narrow = style.width.is_some_and(|width| width < APPROVED);
        let length = if narrow { moment::rough } else { moment::duration };
        let mut words = behind.commits.to_string();
        if let Some(oldest) = behind.oldest {
            words.push_str(&format!(" ({})", length((self.at - oldest).max(0))));
        }
        if behind.ahead > 0 && !narrow {
            words.push_str(&format!(", {} not on it", behind.ahead));
        }
        words
    }

    /// Which places nobody approved, where that has no column.
    fn unapproved(&self) -> Option<String> {
        let bare = self.running.iter().filter(|one| approvers(&one.approvals).is_empty());
        let bare: Vec<String> = bare.map(|one| one.deployment.place.to_string()).collect();
        match bare.len() {
            0 => None,
            all if all == self.running.len() => Some("no approval is recorded".to_owned()),
            _ => Some(format!("no approval is recorded for {}", bare.join(", "))),
        }
    }

    /// What there is to say of a deployment that has no column.
    pub(super) fn remarks(
        &self,
        running: &Running<'_, '_>,
        fits: &dyn Fn(usize) -> bool,
    ) -> Vec<String> {
        let Running { deployment, approvals, .. } = running;
        let mut remarks = Vec::new();
        let claimed = self.zone().minute(deployment.from);
        let of_clock = environment::clock_remark(deployment.clock(self.at), &claimed);
        remarks.extend(of_clock);
        if deployment.is_rollback() && !fits(WHY) {
            remarks.push("by a rollback".to_owned());
        }
        let approved = approvers(approvals);
        if !approved.is_empty() && !fits(APPROVED) {
            remarks.push(format!("approved by {}", approved.join(", ")));
        }
        if let Some(ahead) = running.behind.map(|behind| behind.ahead)
            && ahead > 0
            && !fits(APPROVED)
        {
            let branch = self.branch.unwrap_or_default();
            let commits = words::counted(ahead, "commit", "commits");
            remarks.push(format!("{commits} of it not on {branch}"));
        }
        if let Some(last) = running.failed.last() {
            let outcome = last.field("outcome").unwrap_or("without an outcome");
            remarks.push(format!(
                "{} failed since, the last {} of {} ({outcome})",
                words::counted(running.failed.len(), "deployment", "deployments"),
                self.zone().minute(last.from),
                text::short(last.commit()),
            ));
        }
        remarks.extend(approvals::remarks(approvals));
        remarks
    }

    pub(super) fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        let whole = Style { color: false, width: None, unicode: true };
        let row = |running: &Running<'_, '_>| {
            let mut row = self.cells(running, whole);
            row.push(self.remarks(running, &|_| true).join("; "));
            row
        };
        let rows: Vec<Vec<String>> = self.running.iter().map(row).collect();
        let mut titles = self.titles(whole);
        titles.push("REMARKS".to_owned());
        let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
        markdown::table(&titles, &rows, out)
    }
}

/// `production: frozen by Ana Silva until 2027-01-07T00:00:00Z: the holidays`.
fn freeze(event: &Event) -> String {
    let place = event.place.as_ref();
    let name = Place {
        env: place.and_then(|place| place.env.as_deref()).unwrap_or_default(),
        service: place.and_then(|place| place.service.as_deref()),
    };
    let until = event.field("until").map(|until| format!(" until {until}")).unwrap_or_default();
    let reason = match event.why.body.lines().next() {
        Some(reason) if !reason.is_empty() => format!(": {reason}"),
        _ => String::new(),
    };
    format!("{name}: frozen by {}{until}{reason}", rows::who(event))
}
