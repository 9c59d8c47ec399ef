# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_audit_global_optspecs
    string join \n C= color= no-pager h/help V/version
end

function __fish_audit_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_audit_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_audit_using_subcommand
    set -l cmd (__fish_audit_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c audit -n "__fish_audit_needs_command" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_needs_command" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_needs_command" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_needs_command" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_needs_command" -f -a "log" -d 'The timeline of the repository, newest first: who did what, when and why, and how we know'
complete -c audit -n "__fish_audit_needs_command" -f -a "show" -d 'Everything known about a commit, a tag, a record or a person, with links to what it relates to'
complete -c audit -n "__fish_audit_needs_command" -f -a "people" -d 'Who acts here: persons with their addresses and keys, when they were seen, what they did and how much of it is signed'
complete -c audit -n "__fish_audit_needs_command" -f -a "ledger" -d 'Where the ledger is, how much is in it, its heads; and whether a file that somebody sent is whole'
complete -c audit -n "__fish_audit_needs_command" -f -a "completions" -d 'Print the completion script for a shell'
complete -c audit -n "__fish_audit_needs_command" -f -a "man" -d 'Print the manual page, or that of one command'
complete -c audit -n "__fish_audit_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c audit -n "__fish_audit_using_subcommand log" -l since -l after -d 'Only what happened since DATE, in git\'s date language: yesterday, \'2 weeks ago\', 2026-11-20' -r
complete -c audit -n "__fish_audit_using_subcommand log" -l since-as-filter -d 'As --since, but look behind older commits, too' -r
complete -c audit -n "__fish_audit_using_subcommand log" -l until -l before -d 'Only what happened until DATE' -r
complete -c audit -n "__fish_audit_using_subcommand log" -s n -l max-count -d 'Show so many events at most' -r
complete -c audit -n "__fish_audit_using_subcommand log" -l skip -d 'Leave out the first N events' -r
complete -c audit -n "__fish_audit_using_subcommand log" -l author -d 'Only what somebody matching PATTERN authored: commits, tags, records (as in git; several: any of them)' -r
complete -c audit -n "__fish_audit_using_subcommand log" -l committer -d 'Only what somebody matching PATTERN committed' -r
complete -c audit -n "__fish_audit_using_subcommand log" -l grep -d 'Only messages and reasons matching PATTERN (as in git; several: any of them)' -r
complete -c audit -n "__fish_audit_using_subcommand log" -l who -d 'Only what involves WHO in any part: author, committer, co-author, tagger, reviewer, actor. A piece of a name or an address, regardless of case' -r
complete -c audit -n "__fish_audit_using_subcommand log" -l kind -d 'Only these kinds, separated by commas: commit, merge, tag, deploy, … ; `config`, `change` and `review` also find commits that touch configuration, merged a change request, or claim a review' -r
complete -c audit -n "__fish_audit_using_subcommand log" -l env -d 'Only events in this environment' -r
complete -c audit -n "__fish_audit_using_subcommand log" -l service -d 'Only events of this service' -r
complete -c audit -n "__fish_audit_using_subcommand log" -l ticket -d 'Only events that name this ticket' -r
complete -c audit -n "__fish_audit_using_subcommand log" -l proof -d 'Only these proof grades, separated by commas: signed, imported, claimed, unknown, broken' -r
complete -c audit -n "__fish_audit_using_subcommand log" -l trust -d 'Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote\'s default branch or HEAD, else git\'s own configuration and the GnuPG keyring' -r
complete -c audit -n "__fish_audit_using_subcommand log" -l format -d 'How to print' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
jsonl\t'One JSON document a line'
csv\t'Comma-separated values with a heading'
markdown\t'A Markdown table'"
complete -c audit -n "__fish_audit_using_subcommand log" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand log" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand log" -l all -d 'Start from every branch, tag and other reference, and from HEAD'
complete -c audit -n "__fish_audit_using_subcommand log" -l reverse -d 'Oldest first'
complete -c audit -n "__fish_audit_using_subcommand log" -l first-parent -d 'Follow only the first parent of merges'
complete -c audit -n "__fish_audit_using_subcommand log" -l merges -d 'Only merges'
complete -c audit -n "__fish_audit_using_subcommand log" -l no-merges -d 'No merges'
complete -c audit -n "__fish_audit_using_subcommand log" -l topo-order -d 'Children before parents, lines of history kept together'
complete -c audit -n "__fish_audit_using_subcommand log" -l date-order -d 'Children before parents, otherwise by committer date'
complete -c audit -n "__fish_audit_using_subcommand log" -l author-date-order -d 'Children before parents, otherwise by author date'
complete -c audit -n "__fish_audit_using_subcommand log" -l name-only -d 'List the paths that each commit touches (in machine formats)'
complete -c audit -n "__fish_audit_using_subcommand log" -l no-mailmap -d 'Names and addresses as they stand in the objects, without the mailmap'
complete -c audit -n "__fish_audit_using_subcommand log" -l all-match -d 'With several --grep: all of them must match'
complete -c audit -n "__fish_audit_using_subcommand log" -l invert-grep -d 'Only messages that no --grep matches'
complete -c audit -n "__fish_audit_using_subcommand log" -s i -l regexp-ignore-case -d 'Patterns regardless of case'
complete -c audit -n "__fish_audit_using_subcommand log" -s E -l extended-regexp -d 'Patterns are extended regular expressions; without it basic ones, as in git'
complete -c audit -n "__fish_audit_using_subcommand log" -s F -l fixed-strings -d 'Patterns are fixed strings'
complete -c audit -n "__fish_audit_using_subcommand log" -l unsigned -d 'Only what carries no signature'
complete -c audit -n "__fish_audit_using_subcommand log" -l no-signatures -d 'Do not judge signatures: faster; what is signed is then `unknown`'
complete -c audit -n "__fish_audit_using_subcommand log" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand log" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand log" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand show" -l trust -d 'Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote\'s default branch or HEAD, else git\'s own configuration and the GnuPG keyring' -r
complete -c audit -n "__fish_audit_using_subcommand show" -l format -d 'How to print' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
jsonl\t'One JSON document a line'
csv\t'Comma-separated values with a heading'
markdown\t'A Markdown table'"
complete -c audit -n "__fish_audit_using_subcommand show" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand show" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand show" -l no-mailmap -d 'Names and addresses as they stand in the objects, without the mailmap'
complete -c audit -n "__fish_audit_using_subcommand show" -l no-signatures -d 'Do not judge signatures: faster; what is signed is then `unknown`'
complete -c audit -n "__fish_audit_using_subcommand show" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand show" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand people" -l since -l after -d 'Only what happened since DATE' -r
complete -c audit -n "__fish_audit_using_subcommand people" -l until -l before -d 'Only what happened until DATE' -r
complete -c audit -n "__fish_audit_using_subcommand people" -l who -d 'Only persons whose name or address contains WHO' -r
complete -c audit -n "__fish_audit_using_subcommand people" -s n -l max-count -d 'Show so many at most' -r
complete -c audit -n "__fish_audit_using_subcommand people" -l trust -d 'Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote\'s default branch or HEAD, else git\'s own configuration and the GnuPG keyring' -r
complete -c audit -n "__fish_audit_using_subcommand people" -l format -d 'How to print' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
jsonl\t'One JSON document a line'
csv\t'Comma-separated values with a heading'
markdown\t'A Markdown table'"
complete -c audit -n "__fish_audit_using_subcommand people" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand people" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand people" -l no-signatures -d 'Do not judge signatures: faster; what is signed is then `unknown`'
complete -c audit -n "__fish_audit_using_subcommand people" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand people" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand people" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand ledger; and not __fish_seen_subcommand_from check help" -l trust -d 'Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote\'s default branch or HEAD, else git\'s own configuration and the GnuPG keyring' -r
complete -c audit -n "__fish_audit_using_subcommand ledger; and not __fish_seen_subcommand_from check help" -l format -d 'How to print' -r -f -a "table\t'For people'
json\t'One JSON document'"
complete -c audit -n "__fish_audit_using_subcommand ledger; and not __fish_seen_subcommand_from check help" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand ledger; and not __fish_seen_subcommand_from check help" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand ledger; and not __fish_seen_subcommand_from check help" -l no-signatures -d 'Do not judge signatures: faster; what is signed is then `unknown`'
complete -c audit -n "__fish_audit_using_subcommand ledger; and not __fish_seen_subcommand_from check help" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand ledger; and not __fish_seen_subcommand_from check help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand ledger; and not __fish_seen_subcommand_from check help" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand ledger; and not __fish_seen_subcommand_from check help" -f -a "check" -d 'Check every line: its form, its id, what it builds on, its signature. Exit 1 when something is wrong'
complete -c audit -n "__fish_audit_using_subcommand ledger; and not __fish_seen_subcommand_from check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c audit -n "__fish_audit_using_subcommand ledger; and __fish_seen_subcommand_from check" -l format -d 'How to print' -r -f -a "table\t'For people'
json\t'One JSON document'"
complete -c audit -n "__fish_audit_using_subcommand ledger; and __fish_seen_subcommand_from check" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand ledger; and __fish_seen_subcommand_from check" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand ledger; and __fish_seen_subcommand_from check" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand ledger; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand ledger; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand ledger; and __fish_seen_subcommand_from help" -f -a "check" -d 'Check every line: its form, its id, what it builds on, its signature. Exit 1 when something is wrong'
complete -c audit -n "__fish_audit_using_subcommand ledger; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c audit -n "__fish_audit_using_subcommand completions" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand completions" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand completions" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand completions" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand man" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand man" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand man" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand man" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show people ledger completions man help" -f -a "log" -d 'The timeline of the repository, newest first: who did what, when and why, and how we know'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show people ledger completions man help" -f -a "show" -d 'Everything known about a commit, a tag, a record or a person, with links to what it relates to'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show people ledger completions man help" -f -a "people" -d 'Who acts here: persons with their addresses and keys, when they were seen, what they did and how much of it is signed'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show people ledger completions man help" -f -a "ledger" -d 'Where the ledger is, how much is in it, its heads; and whether a file that somebody sent is whole'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show people ledger completions man help" -f -a "completions" -d 'Print the completion script for a shell'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show people ledger completions man help" -f -a "man" -d 'Print the manual page, or that of one command'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show people ledger completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from ledger" -f -a "check" -d 'Check every line: its form, its id, what it builds on, its signature. Exit 1 when something is wrong'
