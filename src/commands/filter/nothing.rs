//! What to say when no event passes: that looks like a clean answer, and may be a slip of the finger.

use super::{Filter, FilterArgs};
use crate::evidence::records;
use crate::ledger::{Recorded, View};
use crate::outcome::Failure;
use crate::policy::nearest;
use std::collections::BTreeSet;

impl FilterArgs {
    /// Why no event passed the filters, as far as a slip of the finger can be told from a true nothing.
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub(crate) fn why_nothing(&self, filter: &Filter, view: &View) -> Result<Vec<String>, Failure> {
        let records = match self.env.is_empty() && self.service.is_empty() {
            true => Vec::new(),
            false => records::unjudged(view)?,
        };
        let mut why = Vec::new();
        let envs: BTreeSet<&str> = records.iter().filter_map(Recorded::env).collect();
        let services: BTreeSet<&str> = records.iter().filter_map(Recorded::service).collect();
        let env: Vec<&str> = filter.env.iter().map(|wanted| wanted.env.as_str()).collect();
        let service = filter.service.iter().map(String::as_str);
        let within = filter.env.iter().filter_map(|wanted| wanted.service.as_deref());
        let service = service.chain(within.filter(|service| !service.is_empty())).collect();
        for (what, wanted, known) in
            [("an environment", env, &envs), ("a service", service, &services)]
        {
            for name in wanted.into_iter().filter(|name| !known.contains(name)) {
                let hint = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("; did you mean '{near}'?"),
                    None => String::new(),
                };
                why.push(format!("no record names {what} '{name}'{hint}"));
            }
        }
        let unseen = filter.unseen();
        why.extend(unseen.map(|who| {
            format!(
                "nobody is called '{who}' in what was looked at; audit people lists who acts here"
            )
        }));
        // Which tickets there are, nobody knows.
        if why.is_empty() && !self.ticket.is_empty() {
            why.push("nothing that was looked at passes these filters".to_owned());
        }
        Ok(why)
    }
}
