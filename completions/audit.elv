
set edit:completion:arg-completer[audit] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) AUDIT_COMPLETE="elvish" audit -- $@words) | to-lines
}

