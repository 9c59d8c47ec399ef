# Completion of audit. Put `source audit.nu` into config.nu, behind what sets a completer of your own.
$env.config.completions.external.enable = true
$env.config.completions.external.completer = (do {
    let other = $env.config.completions.external.completer
    {|spans|
        if $spans.0 == 'audit' {
            AUDIT_COMPLETE=nushell ^audit -- ...$spans | from json
        } else if $other != null {
            do $other $spans
        }
    }
})
