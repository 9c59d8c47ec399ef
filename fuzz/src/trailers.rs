//! Messages, their trailers and the claims in them.

use audit::git::message::Message;
use audit::git::tickets::TicketFinder;
use audit::git::trailers::{Trailer, trailers as read};
use audit::git::{change_requests, claims};
use std::collections::HashSet;

/// The text of a message.
pub fn trailers(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let message = Message::parse(&text);
    let visible = text.split('\0').next().unwrap_or_default();
    assert_eq!(message.has_nul(), visible.len() < text.len());
    assert!(visible.ends_with(message.text()) && message.text().ends_with(message.body()));
    let summary = message.summary();
    assert!(!summary.contains('\n') && !summary.contains('\0'));

    let found = read(&message);
    for trailer in &found {
        assert!(!trailer.key.is_empty() && trailer.is(&trailer.key.to_uppercase()));
        assert!(!trailer.value.contains('\n'));
        assert!(message.body().contains(trailer.key), "a trailer from nowhere");
        let mut words = trailer.value.split_ascii_whitespace();
        assert!(words.all(|word| message.body().contains(word)), "a value from nowhere");
    }
    again(&found);
    claimed(&message, &found);
}

/// Trailers written out as a block of their own are the same trailers.
fn again(found: &[Trailer<'_>]) {
    // As the last line, git takes this for what an old merge left behind.
    if found.iter().any(|trailer| trailer.key == "Conflicts" && trailer.value.is_empty()) {
        return;
    }
    let lines: Vec<String> =
        found.iter().map(|trailer| format!("{}: {}\n", trailer.key, trailer.value)).collect();
    let text = format!("Summary\n\nBody.\n\n{}", lines.concat());
    let pair = |trailer: &Trailer<'_>| (trailer.key.to_owned(), trailer.value.to_string());
    let message = Message::parse(&text);
    let second: Vec<_> = read(&message).iter().map(pair).collect();
    assert_eq!(second, found.iter().map(pair).collect::<Vec<_>>());
}

fn claimed(message: &Message<'_>, trailers: &[Trailer<'_>]) {
    for ids in [claims::reverts(message), claims::cherry_picks(message)] {
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "one of them twice");
        for id in ids {
            assert!(id.bytes().all(|byte| byte.is_ascii_hexdigit()) && !id.is_empty());
            assert!(message.body().to_ascii_lowercase().contains(&id.to_ascii_lowercase()));
        }
    }
    let _ = claims::co_authors(trailers);
    for review in claims::reviews(message, trailers) {
        let by = review.by;
        assert!(!by.name.is_empty() || !by.email.is_empty(), "a review by nobody");
    }
    let change = [0, 1, 2].map(|parents| {
        let change = change_requests::change_request(message, trailers, parents);
        if let Some(change) = &change {
            let number = change.id.trim_start_matches(['#', '!']);
            assert!(!number.is_empty() && message.text().contains(number), "{change:?}");
        }
        change
    });
    let finder = TicketFinder::new::<&str>(&[]).expect("no pattern is wrong");
    let tickets = finder.find(message.text(), change[1].as_ref());
    assert_eq!(tickets.iter().collect::<HashSet<_>>().len(), tickets.len(), "a ticket twice");
    assert!(tickets.iter().all(|ticket| !ticket.is_empty()));
}
