//! File and wire formats held against independent programs: the ledger, OpenPGP and SSH signatures, and the fuzzing corpus.

mod fuzz_corpus;
mod large_input;
mod ledger_append;
mod ledger_format;
mod ledger_one_form;
mod ledger_speed;
mod ledger_support;
mod ledger_tamper;
mod openpgp;
mod openpgp_armor;
mod openpgp_certificates;
mod openpgp_support;
mod proofs;
mod ssh_signatures;
