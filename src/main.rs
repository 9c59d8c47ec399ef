//! The `audit` program: arguments to the library, exit code back.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// It hands out huge pages where the system has them (of the small ones each costs a fault when it is first touched), and
/// threads don't wait for each other when one frees what another has made.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    audit::run(std::env::args_os()).into()
}
