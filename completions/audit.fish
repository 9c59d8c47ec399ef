complete --keep-order --exclusive --command audit --arguments "(AUDIT_COMPLETE=fish audit -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
