//! Completion in nushell, which the engine of `clap_complete` does not know by itself.
//!
//! Nushell asks one closure for the candidates of every program that it does not know, `audit` among them:
//!
//! ```text
//! spans: [audit trace pro]  ──▶  AUDIT_COMPLETE=nushell audit -- audit trace pro
//!                           ◀──  [{"value":"production","description":null}]
//! ```

use clap::Command;
use clap_complete::env::EnvCompleter;
use serde_json::json;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

/// The shell.
#[derive(Debug)]
pub(super) struct Nushell;

impl EnvCompleter for Nushell {
    fn name(&self) -> &'static str {
        "nushell"
    }

    fn is(&self, name: &str) -> bool {
        matches!(name, "nushell" | "nu")
    }

    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        write!(
            out,
            "\
# Completion of {name}. Put `source {name}.nu` into config.nu, behind what sets a completer of your own.
$env.config.completions.external.enable = true
$env.config.completions.external.completer = (do {{
    let other = $env.config.completions.external.completer
    {{|spans|
        if $spans.0 == '{bin}' {{
            {var}=nushell ^{completer} -- ...$spans | from json
        }} else if $other != null {{
            do $other $spans
        }}
    }}
}})
"
        )
    }

    fn write_complete(
        &self,
        command: &mut Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let last = args.len().saturating_sub(1);
        let found = clap_complete::engine::complete(command, args, last, current_dir)?;
        let candidates: Vec<_> = found
            .iter()
            .map(|candidate| {
                let help = candidate.get_help().map(|help| help.to_string());
                let line = help.as_ref().and_then(|help| help.lines().next());
                json!({"value": candidate.get_value().to_string_lossy(), "description": line})
            })
            .collect();
        serde_json::to_writer(out, &candidates).map_err(io::Error::other)
    }
}
