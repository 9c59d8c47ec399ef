//! Commands as people run them: what they print, how they exit and what they leave behind.

#[path = "../common/mod.rs"]
mod common;

mod addresses;
mod approvals;
mod benches_run;
mod diff;
mod hooks;
mod import;
mod index;
mod init;
mod join;
mod ledger_files;
mod log_filters;
mod log_output;
mod log_tags;
mod narrow;
mod persons;
mod prove;
mod record;
mod record_refused;
mod run;
mod schema;
mod sessions;
mod sync;
mod sync_crash;
mod trace_asked;
mod trace_doubts;
mod trace_reverts;
mod verify;
mod verify_attacks;
mod verify_changes;
mod verify_closed;
mod verify_deploys;
mod world;
