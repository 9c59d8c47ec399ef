//! What runs where, for people:
//!
//! ```text
//! WHERE           RUNS                           SINCE             FOR    BY         APPROVED BY  BEHIND main  PROOF
//! production/api  9f2c1ab044 Retry card capture  2026-11-20 14:10  2d 5h  Ana Silva  Bo Chen      3 (2d 4h)    ✓ signed
//! staging         77aa0205ce Add refunds         2026-11-21 09:00  1d 2h  CI         -            0            · claimed
//! ```

use super::{Behind, Idle, Running, Status};
use crate::deployments::approvals::Timing;
use crate::deployments::{Clock, Place, field};
use crate::event::{Event, When};
use crate::report::approvals::approvers;
use crate::report::table::{self, Column};
use crate::report::{markdown, moment, rows, text, words};
use crate::ui::{Paint, Style, escape};
use std::io::{self, Write};

impl Status<'_, '_> {
    /// The headings; nothing is behind where there is no branch to compare with.
    fn titles(&self) -> Vec<String> {
        let since = format!("SINCE ({})", moment::zone(self.at));
        let behind = self.branch.map(|branch| format!("BEHIND {}", escape(branch)));
        let mut titles: Vec<String> = ["WHERE", "RUNS", &since, "FOR", "BY", "APPROVED BY", "WHY"]
            .map(str::to_owned)
            .to_vec();
        titles.extend(behind);
        titles.push("PROOF".to_owned());
        titles
    }

    pub(super) fn table(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        if self.asked {
            let title = format!("what ran at {}", moment::long(When::utc(self.at)));
            writeln!(out, "{}\n", style.paint(Paint::Yellow, &title))?;
        }
        let titles = self.titles();
        // From which width on there is room: what runs, and since when, comes first.
        let from = |title: &str| match title {
            "WHY" => 150,
            "FOR" | "APPROVED BY" => 120,
            _ => 0,
        };
        let shown: Vec<usize> = (0..titles.len())
            .filter(|&at| style.width.is_none_or(|width| width >= from(&titles[at])))
            .collect();
        let columns: Vec<Column<'_>> = shown
            .iter()
            .map(|&at| Column { title: &titles[at], right: false, wide: false })
            .collect();
        let fitted = |running: &Running<'_, '_>| {
            let cells = self.cells(running, style.unicode);
            shown.iter().map(|&at| cells[at].clone()).collect()
        };
        let rows: Vec<Vec<String>> = self.running.iter().map(fitted).collect();
        if !rows.is_empty() {
            table::write(&columns, &rows, style, out)?;
        }
        let mut remarks = Vec::new();
        for running in &self.running {
            remarks.extend(self.remarks(running));
        }
        let idle = |idle: &Idle| format!("{}: {}", idle.place, idle.why.words(moment::minute));
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

    fn cells(&self, running: &Running<'_, '_>, unicode: bool) -> Vec<String> {
        let Running { deployment, event, .. } = running;
        let runs = match &running.summary {
            Some(summary) => format!("{} {summary}", text::short(deployment.commit())),
            None => format!("{} (not in this clone)", text::short(deployment.commit())),
        };
        let approved: Vec<String> = approvers(&running.approvals);
        let mut why: Vec<String> = Vec::new();
        why.extend(deployment.is_rollback().then(|| "rollback:".to_owned()));
        why.extend(event.why.tickets.iter().cloned());
        why.extend(
            event.why.body.lines().next().map(str::to_owned).filter(|line| !line.is_empty()),
        );
        let mut cells = vec![
            deployment.place.to_string(),
            runs,
            moment::minute(deployment.from),
            match deployment.clock(self.at) {
                Clock::Ahead => "unknown".to_owned(),
                Clock::Fits | Clock::Disagrees => moment::duration(self.at - deployment.from),
            },
            rows::who(event),
            if approved.is_empty() { "-".to_owned() } else { approved.join(", ") },
            if why.is_empty() { "-".to_owned() } else { why.join(" ") },
        ];
        if self.branch.is_some() {
            cells.push(self.behind(running.behind));
        }
        cells.push(rows::grade(event, unicode));
        cells
    }

    fn behind(&self, behind: Option<Behind>) -> String {
        let Some(behind) = behind else { return "unknown".to_owned() };
        let mut words = behind.commits.to_string();
        if let Some(oldest) = behind.oldest {
            words.push_str(&format!(" ({})", moment::duration((self.at - oldest).max(0))));
        }
        if behind.ahead > 0 {
            words.push_str(&format!(", {} not on it", behind.ahead));
        }
        words
    }

    fn remarks(&self, running: &Running<'_, '_>) -> Vec<String> {
        let place = &running.deployment.place;
        let mut remarks = Vec::new();
        let claimed = moment::minute(running.deployment.from);
        match running.deployment.clock(self.at) {
            Clock::Fits => {}
            Clock::Ahead => remarks.push(format!(
                "{place}: clocks disagree: recorded as of {claimed}, which is yet to come"
            )),
            Clock::Disagrees => remarks.push(format!(
                "{place}: clocks disagree: recorded as of {claimed}, but after a deployment that claims to be younger"
            )),
        }
        if let Some(last) = running.failed.last() {
            let outcome = last.field("outcome").unwrap_or("without an outcome");
            remarks.push(format!(
                "{place}: {} failed since, the last {} of {} ({outcome})",
                words::counted(running.failed.len(), "deployment", "deployments"),
                moment::minute(last.from),
                text::short(last.commit()),
            ));
        }
        for approval in &running.approvals {
            let who = rows::who(approval.event);
            match (approval.approved, approval.timing) {
                _ if approval.superseded => {}
                (false, _) => remarks.push(format!("{place}: rejected by {who}")),
                (true, Timing::After) => {
                    remarks.push(format!("{place}: approved by {who} only after it was deployed"));
                }
                (true, Timing::Expired) => {
                    remarks.push(format!("{place}: the approval by {who} had expired"));
                }
                (true, Timing::Before) => {}
            }
        }
        remarks
    }

    pub(super) fn markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        let rows: Vec<Vec<String>> =
            self.running.iter().map(|running| self.cells(running, true)).collect();
        let titles = self.titles();
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
    let until = field(event, "until").map(|until| format!(" until {until}")).unwrap_or_default();
    let reason = match event.why.body.lines().next() {
        Some(reason) if !reason.is_empty() => format!(": {reason}"),
        _ => String::new(),
    };
    format!("{name}: frozen by {}{until}{reason}", rows::who(event))
}
