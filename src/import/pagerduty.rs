//! PagerDuty's webhooks (version 3): incidents that were opened and resolved.

use super::item::{Item, Out, origin};
use super::json::Look;
use super::{Draft, Source, who};
use crate::event::Kind;
use serde_json::json;

#[derive(Default)]
pub(super) struct PagerDuty;

impl Source for PagerDuty {
    fn takes(&self, item: &Item) -> bool {
        item.value.has(&["event.event_type", "event.occurred_at", "event.data"])
    }

    fn read(&mut self, item: &Item, out: &mut Out<'_>) {
        let event = item.value.at("event");
        let (id, kind) =
            (event.id("id").unwrap_or_default(), event.text("event_type").unwrap_or_default());
        let what = format!("event {kind} {id}");
        let action = match kind {
            "incident.triggered" | "incident.reopened" => "opened",
            "incident.resolved" => "resolved",
            _ => return out.no_event(item, what, "nothing that a record could state"),
        };
        let Some(when) = event.time("occurred_at") else {
            return out.too_little(item, what, "it has no time");
        };
        let agent = event.at("agent");
        let user = match agent.text("summary") {
            Some(name) => {
                let mut user = who::named(Some(name), None);
                user.extend(agent.id("id").map(|id| ("id".to_owned(), json!(id))));
                user
            }
            // Nobody did it by hand.
            None => who::members([
                ("name", Some("PagerDuty".to_owned())),
                ("email", Some("pagerduty".to_owned())),
                ("type", Some("service".to_owned())),
            ]),
        };
        let data = event.at("data");
        let severity = data.text("priority.summary").or(data.text("urgency"));
        let draft =
            Draft::new(Kind::Incident, when, origin("pagerduty", "", "", "event", &id, item))
                .who(user)
                .what("incident", data.id("id"))
                .what("action", Some(action))
                .what("severity", severity)
                .what("url", data.text("html_url"))
                .service(data.text("service.summary"))
                .why(data.text("title"));
        out.draft(item, draft);
    }
}
