//! What must hold for any bytes that a stranger wrote.
//!
//! Each function takes bytes and panics when a promise of the library is broken. `targets/` hands them
//! to libFuzzer, which searches for such bytes; `tests/formats/fuzz_corpus.rs` of the package above runs every
//! file of `corpus/` through them on each `cargo test`. `README.md` tells how to run both.
//!
//! "No panic" is the least of it: what was read is compared with a slow and simple reading, written out
//! again, read a second time, or held against what a change of the input must mean.
//!
//! | function | input | what must hold |
//! |---|---|---|
//! | [`object`] | a raw commit or tag | header lines read by hand agree; payload and signature make up the object |
//! | [`trailers`] | a message | trailers written out again are read as the same; claims name what stands there |
//! | [`allowed_signers`] | the file | each line counts by itself; only a listed key is vouched for |
//! | [`krl`] | a binary revocation list | a second reader finds the same keys and serial numbers revoked |
//! | [`armor`] | a signature, and changes to one | canonical is what an independent encoder writes; altered ones are not good |
//! | [`import`] | files of forges, in any container | drafts are what a record can hold; the same file twice says nothing more |
//! | [`table`] | CSV and JSON by a mapping | the same |
//! | [`ledger`] | lines of the ledger | canonical as serde_json and JCS have it; ids; the check by pieces and in parallel |
//! | [`policy`] | `policy.toml` | reading is independent of layout; problems lie in the file; reports are JSON |
//! | [`words`] | what users type and records state | addresses, dates, moments, spans: written again, read again |

mod armor;
mod import;
mod ledger;
mod object;
mod policy;
mod signatures;
mod signers;
mod trailers;
mod words;

pub use armor::armor;
pub use import::{import, table};
pub use ledger::ledger;
pub use object::object;
pub use policy::policy;
pub use signers::{allowed_signers, krl};
pub use trailers::trailers;
pub use words::words;
