
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'audit' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'audit'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'audit' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'The timeline of the repository, newest first: who did what, when and why, and how we know')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Everything known about a commit, a tag, a record or a person, with links to what it relates to')
            [CompletionResult]::new('people', 'people', [CompletionResultType]::ParameterValue, 'Who acts here: persons with their addresses and keys, when they were seen, what they did and how much of it is signed')
            [CompletionResult]::new('ledger', 'ledger', [CompletionResultType]::ParameterValue, 'Where the ledger is, how much is in it, its heads; and whether a file that somebody sent is whole')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page, or that of one command')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'audit;log' {
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only what happened since DATE, in git''s date language: yesterday, ''2 weeks ago'', 2026-11-20')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'Only what happened since DATE, in git''s date language: yesterday, ''2 weeks ago'', 2026-11-20')
            [CompletionResult]::new('--since-as-filter', '--since-as-filter', [CompletionResultType]::ParameterName, 'As --since, but look behind older commits, too')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Only what happened until DATE')
            [CompletionResult]::new('--before', '--before', [CompletionResultType]::ParameterName, 'Only what happened until DATE')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Show so many events at most')
            [CompletionResult]::new('--max-count', '--max-count', [CompletionResultType]::ParameterName, 'Show so many events at most')
            [CompletionResult]::new('--skip', '--skip', [CompletionResultType]::ParameterName, 'Leave out the first N events')
            [CompletionResult]::new('--author', '--author', [CompletionResultType]::ParameterName, 'Only what somebody matching PATTERN authored: commits, tags, records (as in git; several: any of them)')
            [CompletionResult]::new('--committer', '--committer', [CompletionResultType]::ParameterName, 'Only what somebody matching PATTERN committed')
            [CompletionResult]::new('--grep', '--grep', [CompletionResultType]::ParameterName, 'Only messages and reasons matching PATTERN (as in git; several: any of them)')
            [CompletionResult]::new('--who', '--who', [CompletionResultType]::ParameterName, 'Only what involves WHO in any part: author, committer, co-author, tagger, reviewer, actor. A piece of a name or an address, regardless of case')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Only these kinds, separated by commas: commit, merge, tag, deploy, … ; `config`, `change` and `review` also find commits that touch configuration, merged a change request, or claim a review')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Only events in this environment')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'Only events of this service')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'Only events that name this ticket')
            [CompletionResult]::new('--proof', '--proof', [CompletionResultType]::ParameterName, 'Only these proof grades, separated by commas: signed, imported, claimed, unknown, broken')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote''s default branch or HEAD, else git''s own configuration and the GnuPG keyring')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Start from every branch, tag and other reference, and from HEAD')
            [CompletionResult]::new('--reverse', '--reverse', [CompletionResultType]::ParameterName, 'Oldest first')
            [CompletionResult]::new('--first-parent', '--first-parent', [CompletionResultType]::ParameterName, 'Follow only the first parent of merges')
            [CompletionResult]::new('--merges', '--merges', [CompletionResultType]::ParameterName, 'Only merges')
            [CompletionResult]::new('--no-merges', '--no-merges', [CompletionResultType]::ParameterName, 'No merges')
            [CompletionResult]::new('--topo-order', '--topo-order', [CompletionResultType]::ParameterName, 'Children before parents, lines of history kept together')
            [CompletionResult]::new('--date-order', '--date-order', [CompletionResultType]::ParameterName, 'Children before parents, otherwise by committer date')
            [CompletionResult]::new('--author-date-order', '--author-date-order', [CompletionResultType]::ParameterName, 'Children before parents, otherwise by author date')
            [CompletionResult]::new('--name-only', '--name-only', [CompletionResultType]::ParameterName, 'List the paths that each commit touches (in machine formats)')
            [CompletionResult]::new('--no-mailmap', '--no-mailmap', [CompletionResultType]::ParameterName, 'Names and addresses as they stand in the objects, without the mailmap')
            [CompletionResult]::new('--all-match', '--all-match', [CompletionResultType]::ParameterName, 'With several --grep: all of them must match')
            [CompletionResult]::new('--invert-grep', '--invert-grep', [CompletionResultType]::ParameterName, 'Only messages that no --grep matches')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Patterns regardless of case')
            [CompletionResult]::new('--regexp-ignore-case', '--regexp-ignore-case', [CompletionResultType]::ParameterName, 'Patterns regardless of case')
            [CompletionResult]::new('-E', '-E ', [CompletionResultType]::ParameterName, 'Patterns are extended regular expressions; without it basic ones, as in git')
            [CompletionResult]::new('--extended-regexp', '--extended-regexp', [CompletionResultType]::ParameterName, 'Patterns are extended regular expressions; without it basic ones, as in git')
            [CompletionResult]::new('-F', '-F ', [CompletionResultType]::ParameterName, 'Patterns are fixed strings')
            [CompletionResult]::new('--fixed-strings', '--fixed-strings', [CompletionResultType]::ParameterName, 'Patterns are fixed strings')
            [CompletionResult]::new('--unsigned', '--unsigned', [CompletionResultType]::ParameterName, 'Only what carries no signature')
            [CompletionResult]::new('--no-signatures', '--no-signatures', [CompletionResultType]::ParameterName, 'Do not judge signatures: faster; what is signed is then `unknown`')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;show' {
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote''s default branch or HEAD, else git''s own configuration and the GnuPG keyring')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--no-mailmap', '--no-mailmap', [CompletionResultType]::ParameterName, 'Names and addresses as they stand in the objects, without the mailmap')
            [CompletionResult]::new('--no-signatures', '--no-signatures', [CompletionResultType]::ParameterName, 'Do not judge signatures: faster; what is signed is then `unknown`')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;people' {
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only what happened since DATE')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'Only what happened since DATE')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Only what happened until DATE')
            [CompletionResult]::new('--before', '--before', [CompletionResultType]::ParameterName, 'Only what happened until DATE')
            [CompletionResult]::new('--who', '--who', [CompletionResultType]::ParameterName, 'Only persons whose name or address contains WHO')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Show so many at most')
            [CompletionResult]::new('--max-count', '--max-count', [CompletionResultType]::ParameterName, 'Show so many at most')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote''s default branch or HEAD, else git''s own configuration and the GnuPG keyring')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--no-signatures', '--no-signatures', [CompletionResultType]::ParameterName, 'Do not judge signatures: faster; what is signed is then `unknown`')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;ledger' {
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote''s default branch or HEAD, else git''s own configuration and the GnuPG keyring')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--no-signatures', '--no-signatures', [CompletionResultType]::ParameterName, 'Do not judge signatures: faster; what is signed is then `unknown`')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check every line: its form, its id, what it builds on, its signature. Exit 1 when something is wrong')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'audit;ledger;check' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;ledger;help' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check every line: its form, its id, what it builds on, its signature. Exit 1 when something is wrong')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'audit;ledger;help;check' {
            break
        }
        'audit;ledger;help;help' {
            break
        }
        'audit;completions' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;man' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;help' {
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'The timeline of the repository, newest first: who did what, when and why, and how we know')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Everything known about a commit, a tag, a record or a person, with links to what it relates to')
            [CompletionResult]::new('people', 'people', [CompletionResultType]::ParameterValue, 'Who acts here: persons with their addresses and keys, when they were seen, what they did and how much of it is signed')
            [CompletionResult]::new('ledger', 'ledger', [CompletionResultType]::ParameterValue, 'Where the ledger is, how much is in it, its heads; and whether a file that somebody sent is whole')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page, or that of one command')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'audit;help;log' {
            break
        }
        'audit;help;show' {
            break
        }
        'audit;help;people' {
            break
        }
        'audit;help;ledger' {
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check every line: its form, its id, what it builds on, its signature. Exit 1 when something is wrong')
            break
        }
        'audit;help;ledger;check' {
            break
        }
        'audit;help;completions' {
            break
        }
        'audit;help;man' {
            break
        }
        'audit;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
