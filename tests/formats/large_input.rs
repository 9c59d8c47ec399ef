//! A quarter of a megabyte of anything is read in moments: nothing that strangers write makes reading quadratic.
//!
//! The fuzz targets see inputs of some kilobytes, on which a quadratic reader is still quick.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use audit::address;
use audit::git::mailmap::Mailmap;
use audit::git::message::Message;
use audit::git::tickets::TicketFinder;
use audit::git::{HashKind, change_requests, claims, dates, identity, notes, object, trailers};
use audit::ledger::check::Rules;
use audit::ledger::{canonical, check};
use audit::policy::Policy;
use audit::signature::armor_is_canonical;
use audit::signature::ssh::{AllowedSigners, Revocations};
use std::time::{Duration, Instant};

const LENGTH: usize = 1 << 18;

/// Pieces that mean something to one format or another.
const PIECES: [&[u8]; 24] = [
    b"a",
    b" ",
    b"\n",
    b"\0",
    b"\"",
    b",",
    b"~",
    b"#1 ",
    b"AB-1 ",
    b"://",
    b"a: b\n",
    b" x\n",
    b"gpgsig x\n y\n",
    b"author A <a> 1 +0000\n",
    b"-----BEGIN SSH SIGNATURE-----\n",
    b"-----BEGIN PGP SIGNATURE-----\n\n",
    b"A <a> <b>\n",
    b"a ssh-ed25519 AAAA\n",
    b"Co-authored-by: A <a>\n",
    b"This reverts commit abcdef1, ",
    b"(cherry picked from commit abcdef1)\n",
    b"{}\n",
    b"\x01\0\0\0\x08\0\0\0\0\0\0\0\0",
    b"now ",
];

/// What a format wants to see first.
const STARTS: [&[u8]; 5] = [
    b"",
    b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n",
    b"object 4b825dc642cb6eb9a060e54bf8d69288fbee4904\ntype commit\ntag v\n",
    b"Merge pull request #1 from \n\n",
    b"SSHKRL\n\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
];

/// Everything that reads what strangers write, as a name and a function.
type Reader = (&'static str, fn(&[u8], &str));

const READERS: [Reader; 16] = [
    ("commit", |bytes, _| {
        let _ = object::commit(bytes, HashKind::Sha1);
        let _ = object::signed_commit(bytes, HashKind::Sha1).map(|s| s.dated_by().is_some());
    }),
    ("tag", |bytes, _| {
        let _ = object::tag(bytes, HashKind::Sha1);
        let _ = object::signed_tag(bytes).map(|signed| signed.dated_by().is_some());
    }),
    ("identity", |bytes, _| _ = identity::split(bytes)),
    ("message", |_, text| {
        let message = Message::parse(text);
        let trailers = trailers::trailers(&message);
        let _ = (claims::reverts(&message), claims::cherry_picks(&message));
        let _ = (claims::co_authors(&trailers), claims::reviews(&message, &trailers));
        let change = change_requests::change_request(&message, &trailers, 2);
        let _ = TicketFinder::new::<&str>(&[]).unwrap().find(text, change.as_ref());
    }),
    ("mailmap", |bytes, _| {
        let mut mailmap = Mailmap::default();
        mailmap.add_file(bytes);
        let _ = mailmap.map(b"A", b"a");
    }),
    ("gerrit note", |_, text| _ = notes::gerrit("refs/notes/review", text)),
    ("appraise note", |_, text| _ = notes::appraise("refs/notes/devtools/reviews", text)),
    ("allowed signers", |bytes, _| _ = AllowedSigners::parse(bytes, "file")),
    ("revoked keys", |bytes, _| _ = Revocations::parse(bytes, "file")),
    ("armor", |bytes, _| _ = armor_is_canonical(bytes)),
    ("policy", |bytes, _| _ = Policy::parse(bytes)),
    ("canonical form", |bytes, _| _ = canonical::check(bytes)),
    ("ledger", |bytes, _| {
        let rules = Rules { ledger: None, armor: armor_is_canonical };
        check::check(bytes, rules).unwrap();
    }),
    ("address", |_, text| _ = address::parse(text)),
    ("range", |_, text| _ = address::split_range(text)),
    ("date", |_, text| _ = dates::understood(text)),
];

#[test]
fn large_input_of_any_kind_is_read_in_moments() {
    let mut slow = Vec::new();
    for start in STARTS {
        for piece in PIECES {
            let mut bytes = start.to_vec();
            bytes.extend_from_slice(&piece.repeat((LENGTH - start.len()) / piece.len()));
            let text = String::from_utf8_lossy(&bytes);
            for (name, read) in READERS {
                let began = Instant::now();
                read(&bytes, &text);
                let took = began.elapsed();
                // Quadratic would be 2^36 steps: minutes.
                if took > Duration::from_secs(5) {
                    slow.push(format!("{name}: {took:?} for {start:?} and {piece:?}…"));
                }
            }
        }
    }
    assert!(slow.is_empty(), "\n{}", slow.join("\n"));
}
