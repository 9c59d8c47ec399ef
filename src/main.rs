//! The `audit` program: arguments to the library, exit code back.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// Faster than the system's allocator: it uses huge pages where available, which saves page faults, and threads free
/// each other's memory without locking.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    audit::run(std::env::args_os()).into()
}
