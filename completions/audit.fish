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
complete -c audit -n "__fish_audit_needs_command" -f -a "show" -d 'Everything known about a commit, a tag, a record, an environment or a person, with links to what it relates to'
complete -c audit -n "__fish_audit_needs_command" -f -a "status" -d 'What runs where: since when, deployed and approved by whom, why, how far behind, and the proof'
complete -c audit -n "__fish_audit_needs_command" -f -a "trace" -d 'The road of a change to production: change request, reviews, builds, approvals, every environment that it reached, from when until when and by whom'
complete -c audit -n "__fish_audit_needs_command" -f -a "diff" -d 'What separates two revisions, environments or moments: changes gained and lost, who had a part in them, tickets, configuration, and what the ledger has in between'
complete -c audit -n "__fish_audit_needs_command" -f -a "record" -d 'Append a record of what happened to the ledger, signed with your git signing key'
complete -c audit -n "__fish_audit_needs_command" -f -a "run" -d 'Flags whatever the kind'
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
complete -c audit -n "__fish_audit_using_subcommand show" -l since -l after -d 'Of a person: only what happened since DATE' -r
complete -c audit -n "__fish_audit_using_subcommand show" -l until -l before -d 'Of a person: only what happened until DATE' -r
complete -c audit -n "__fish_audit_using_subcommand show" -s n -l max-count -d 'How many deployments of an environment, or deeds of a person, to list; 0 for all' -r
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
complete -c audit -n "__fish_audit_using_subcommand status" -l at -d 'What ran at DATE instead of now, in git\'s date language' -r
complete -c audit -n "__fish_audit_using_subcommand status" -l trust -d 'Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote\'s default branch or HEAD, else git\'s own configuration and the GnuPG keyring' -r
complete -c audit -n "__fish_audit_using_subcommand status" -l format -d 'How to print' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
jsonl\t'One JSON document a line'
csv\t'Comma-separated values with a heading'
markdown\t'A Markdown table'"
complete -c audit -n "__fish_audit_using_subcommand status" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand status" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand status" -l no-signatures -d 'Do not judge signatures: faster; what is signed is then `unknown`'
complete -c audit -n "__fish_audit_using_subcommand status" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand status" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand trace" -l trust -d 'Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote\'s default branch or HEAD, else git\'s own configuration and the GnuPG keyring' -r
complete -c audit -n "__fish_audit_using_subcommand trace" -l format -d 'How to print' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
jsonl\t'One JSON document a line'
csv\t'Comma-separated values with a heading'
markdown\t'A Markdown table'"
complete -c audit -n "__fish_audit_using_subcommand trace" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand trace" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand trace" -l no-signatures -d 'Do not judge signatures: faster; what is signed is then `unknown`'
complete -c audit -n "__fish_audit_using_subcommand trace" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand trace" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand trace" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand diff" -l suspects -d 'Rank the changes by how likely they broke these paths, and say by what evidence' -r
complete -c audit -n "__fish_audit_using_subcommand diff" -l trust -d 'Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote\'s default branch or HEAD, else git\'s own configuration and the GnuPG keyring' -r
complete -c audit -n "__fish_audit_using_subcommand diff" -l format -d 'How to print' -r -f -a "table\t'Columns for people'
json\t'One JSON document'
jsonl\t'One JSON document a line'
csv\t'Comma-separated values with a heading'
markdown\t'A Markdown table'"
complete -c audit -n "__fish_audit_using_subcommand diff" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand diff" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand diff" -l stat -d 'List the files that differ, with lines added and removed'
complete -c audit -n "__fish_audit_using_subcommand diff" -l no-signatures -d 'Do not judge signatures: faster; what is signed is then `unknown`'
complete -c audit -n "__fish_audit_using_subcommand diff" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand diff" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -l when -d 'When it happened, if not now, in git\'s date language; the time of writing is kept beside it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -l json -d 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -l line -d 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input' -r
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -l edit -d 'Write the reason in your editor (the one that git uses)'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -l dry-run -d 'Print the line that would be appended, and append nothing'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -f -a "deploy" -d 'Code was put into an environment'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -f -a "rollback" -d 'An environment went back to code that it ran before'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -f -a "approval" -d 'Somebody approved or rejected a deployment'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -f -a "change" -d 'A pull or merge request was merged'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -f -a "review" -d 'Somebody reviewed a change'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -f -a "build" -d 'A build ran'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -f -a "test" -d 'Tests ran'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -f -a "artifact" -d 'An artifact was made'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -f -a "config" -d 'A configuration key changed; never record its value'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -f -a "environment" -d 'An environment was created, modified or deleted'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -f -a "incident" -d 'An incident was opened or resolved'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -f -a "access" -d 'Access was granted or revoked'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -f -a "freeze" -d 'A change freeze begins or ends'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -f -a "exception" -d 'An exception from a rule was granted'
complete -c audit -n "__fish_audit_using_subcommand record; and not __fish_seen_subcommand_from deploy rollback approval change review build test artifact config environment incident access freeze exception note" -f -a "note" -d 'Anything else, in your own words: --why'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l commit -d 'The commit; what CI says, else HEAD, where the record needs one' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l env -d 'The environment: production (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l outcome -d 'How it ended (needed)' -r -f -a "success\t''
failure\t''
error\t''
cancelled\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l service -d 'The service within the environment' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l artifact -d 'What was put there: sha256:… or pkg:…' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l tag -d 'The tag that was released' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l prev-commit -d 'The commit that ran before' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l started -d 'When it began' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l finished -d 'When it ended' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l url -d 'Where more can be read' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l duration -d 'How long it took: 90s, 5m, 1h, or milliseconds' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l exit-code -d 'The exit code of the command' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l signal -d 'The signal that ended the command' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l output -d 'The digest of what the command printed: sha256:…' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l when -d 'When it happened, if not now, in git\'s date language; the time of writing is kept beside it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l json -d 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l line -d 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l edit -d 'Write the reason in your editor (the one that git uses)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l dry-run -d 'Print the line that would be appended, and append nothing'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from deploy" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l commit -d 'The commit; what CI says, else HEAD, where the record needs one' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l from-commit -d 'The commit that was taken back (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l env -d 'The environment: production (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l outcome -d 'How it ended (needed)' -r -f -a "success\t''
failure\t''
error\t''
cancelled\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l service -d 'The service within the environment' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l incident -d 'The incident\'s id: INC-7' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l started -d 'When it began' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l finished -d 'When it ended' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l duration -d 'How long it took: 90s, 5m, 1h, or milliseconds' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l exit-code -d 'The exit code of the command' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l signal -d 'The signal that ended the command' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l output -d 'The digest of what the command printed: sha256:…' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l when -d 'When it happened, if not now, in git\'s date language; the time of writing is kept beside it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l json -d 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l line -d 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l edit -d 'Write the reason in your editor (the one that git uses)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l dry-run -d 'Print the line that would be appended, and append nothing'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from rollback" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l commit -d 'The commit; what CI says, else HEAD, where the record needs one' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l artifact -d 'What was put there: sha256:… or pkg:…' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l env -d 'The environment: production (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l decision -d 'What was decided (needed)' -r -f -a "approved\t''
rejected\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l service -d 'The service within the environment' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l requestor -d 'Who asked for the approval' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l expires -d 'Until when it holds' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l when -d 'When it happened, if not now, in git\'s date language; the time of writing is kept beside it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l json -d 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l line -d 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l edit -d 'Write the reason in your editor (the one that git uses)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l dry-run -d 'Print the line that would be appended, and append nothing'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from approval" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l number -d 'The number of the change request: 412 (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l base -d 'The branch that it was merged into (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l head-commit -d 'The last commit of the change that was looked at (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l merge-commit -d 'The commit that merged it (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l method -d 'How it was merged' -r -f -a "merge\t''
squash\t''
rebase\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l author -d 'Who asked for the change' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l merged-by -d 'Who merged it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l commits -d 'A commit of the change; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l url -d 'Where more can be read' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l when -d 'When it happened, if not now, in git\'s date language; the time of writing is kept beside it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l json -d 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l line -d 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l edit -d 'Write the reason in your editor (the one that git uses)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l dry-run -d 'Print the line that would be appended, and append nothing'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from change" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l number -d 'The number of the change request: 412' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l commit -d 'The commit; what CI says, else HEAD, where the record needs one' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l state -d 'What the reviewer said (needed)' -r -f -a "approved\t''
changes_requested\t''
commented\t''
dismissed\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l head-commit -d 'The last commit of the change that was looked at (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l url -d 'Where more can be read' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l when -d 'When it happened, if not now, in git\'s date language; the time of writing is kept beside it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l json -d 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l line -d 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l edit -d 'Write the reason in your editor (the one that git uses)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l dry-run -d 'Print the line that would be appended, and append nothing'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from review" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l commit -d 'The commit; what CI says, else HEAD, where the record needs one' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l outcome -d 'How it ended (needed)' -r -f -a "success\t''
failure\t''
error\t''
cancelled\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l name -d 'What it is called' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l run -d 'The number of the run' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l attempt -d 'Which attempt of that run: 1, 2, …' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l artifacts -d 'What came out: sha256:… or pkg:…; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l report -d 'The digest of the report: sha256:…' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l started -d 'When it began' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l finished -d 'When it ended' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l duration -d 'How long it took: 90s, 5m, 1h, or milliseconds' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l exit-code -d 'The exit code of the command' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l signal -d 'The signal that ended the command' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l output -d 'The digest of what the command printed: sha256:…' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l env -d 'The environment: production' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l service -d 'The service within the environment' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l when -d 'When it happened, if not now, in git\'s date language; the time of writing is kept beside it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l json -d 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l line -d 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l edit -d 'Write the reason in your editor (the one that git uses)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l dry-run -d 'Print the line that would be appended, and append nothing'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from build" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l commit -d 'The commit; what CI says, else HEAD, where the record needs one' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l outcome -d 'How it ended (needed)' -r -f -a "success\t''
failure\t''
error\t''
cancelled\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l name -d 'What it is called' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l run -d 'The number of the run' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l attempt -d 'Which attempt of that run: 1, 2, …' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l artifacts -d 'What came out: sha256:… or pkg:…; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l report -d 'The digest of the report: sha256:…' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l started -d 'When it began' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l finished -d 'When it ended' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l duration -d 'How long it took: 90s, 5m, 1h, or milliseconds' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l exit-code -d 'The exit code of the command' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l signal -d 'The signal that ended the command' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l output -d 'The digest of what the command printed: sha256:…' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l env -d 'The environment: production' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l service -d 'The service within the environment' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l when -d 'When it happened, if not now, in git\'s date language; the time of writing is kept beside it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l json -d 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l line -d 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l edit -d 'Write the reason in your editor (the one that git uses)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l dry-run -d 'Print the line that would be appended, and append nothing'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from test" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l digest -d 'The digest of the artifact: sha256:… (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l name -d 'What it is called' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l commit -d 'The commit; what CI says, else HEAD, where the record needs one' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l signature -d 'The digest of its signature: sha256:…' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l when -d 'When it happened, if not now, in git\'s date language; the time of writing is kept beside it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l json -d 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l line -d 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l edit -d 'Write the reason in your editor (the one that git uses)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l dry-run -d 'Print the line that would be appended, and append nothing'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from artifact" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l key -d 'The name of the configuration key (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l change -d 'What happened to it (needed)' -r -f -a "set\t''
unset\t''
changed\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l before -d 'The SHA-256 of the value before, never the value: sha256:…' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l after -d 'The SHA-256 of the value after, never the value: sha256:…' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l env -d 'The environment: production' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l service -d 'The service within the environment' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l commit -d 'The commit; what CI says, else HEAD, where the record needs one' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l when -d 'When it happened, if not now, in git\'s date language; the time of writing is kept beside it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l json -d 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l line -d 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l edit -d 'Write the reason in your editor (the one that git uses)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l dry-run -d 'Print the line that would be appended, and append nothing'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from config" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l env -d 'The environment: production (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l action -d 'What happened (needed)' -r -f -a "created\t''
modified\t''
deleted\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l url -d 'Where more can be read' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l when -d 'When it happened, if not now, in git\'s date language; the time of writing is kept beside it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l json -d 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l line -d 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l edit -d 'Write the reason in your editor (the one that git uses)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l dry-run -d 'Print the line that would be appended, and append nothing'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from environment" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l incident -d 'The incident\'s id: INC-7 (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l action -d 'What happened (needed)' -r -f -a "opened\t''
resolved\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l severity -d 'How bad it is' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l caused-by -d 'What caused it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l env -d 'The environment: production' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l service -d 'The service within the environment' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l commit -d 'The commit; what CI says, else HEAD, where the record needs one' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l url -d 'Where more can be read' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l when -d 'When it happened, if not now, in git\'s date language; the time of writing is kept beside it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l json -d 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l line -d 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l edit -d 'Write the reason in your editor (the one that git uses)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l dry-run -d 'Print the line that would be appended, and append nothing'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from incident" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l action -d 'What happened (needed)' -r -f -a "granted\t''
revoked\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l grantee -d 'Whose access changed (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l role -d 'Which access it is (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l env -d 'The environment: production' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l expires -d 'Until when it holds' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l when -d 'When it happened, if not now, in git\'s date language; the time of writing is kept beside it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l json -d 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l line -d 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l edit -d 'Write the reason in your editor (the one that git uses)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l dry-run -d 'Print the line that would be appended, and append nothing'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from access" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l action -d 'What happened (needed)' -r -f -a "begins\t''
ends\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l env -d 'The environment: production (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l service -d 'The service within the environment' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l from -d 'When it begins' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l until -d 'When it ends' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l exempt -d 'What may be deployed all the same; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l when -d 'When it happened, if not now, in git\'s date language; the time of writing is kept beside it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l json -d 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l line -d 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l edit -d 'Write the reason in your editor (the one that git uses)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l dry-run -d 'Print the line that would be appended, and append nothing'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from freeze" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l rule -d 'The rule from which something is exempt (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l subject -d 'What the record is about (needed)' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l authorised-by -d 'Who allowed it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l review-due -d 'When it must be looked at again' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l env -d 'The environment: production' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l commit -d 'The commit; what CI says, else HEAD, where the record needs one' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l expires -d 'Until when it holds' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l when -d 'When it happened, if not now, in git\'s date language; the time of writing is kept beside it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l json -d 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l line -d 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l edit -d 'Write the reason in your editor (the one that git uses)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l dry-run -d 'Print the line that would be appended, and append nothing'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from exception" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l commit -d 'The commit; what CI says, else HEAD, where the record needs one' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l env -d 'The environment: production' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l service -d 'The service within the environment' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l subject -d 'What the record is about' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l url -d 'Where more can be read' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l when -d 'When it happened, if not now, in git\'s date language; the time of writing is kept beside it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l json -d 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l line -d 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input' -r
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l edit -d 'Write the reason in your editor (the one that git uses)'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l dry-run -d 'Print the line that would be appended, and append nothing'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand record; and __fish_seen_subcommand_from note" -s V -l version -d 'Print version'
complete -c audit -n "__fish_audit_using_subcommand run" -l kind -d 'What the command does' -r -f -a "deploy\t''
rollback\t''
build\t''
test\t''"
complete -c audit -n "__fish_audit_using_subcommand run" -l commit -d 'The commit; what CI says, else HEAD, where the record needs one' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l env -d 'The environment: production' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l service -d 'The service within the environment' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l artifact -d 'What was put there: sha256:… or pkg:…' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l tag -d 'The tag that was released' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l prev-commit -d 'The commit that ran before' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l url -d 'Where more can be read' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l from-commit -d 'The commit that was taken back' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l incident -d 'The incident\'s id: INC-7' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l name -d 'What it is called' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l run -d 'The number of the run' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l attempt -d 'Which attempt of that run: 1, 2, …' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l artifacts -d 'What came out: sha256:… or pkg:…; several' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l report -d 'The digest of the report: sha256:…' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l why -d 'Why, in your own words' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l ticket -d 'A ticket that it belongs to; several' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l link -d 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l field -d 'A fact that no flag covers; several' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l login -d 'Your login on the forge' -r
complete -c audit -n "__fish_audit_using_subcommand run" -l actor-type -d 'What acts' -r -f -a "user\t''
bot\t''
agent\t''
service\t''"
complete -c audit -n "__fish_audit_using_subcommand run" -s C -d 'Run as if started in PATH; several add up, as in git' -r -F
complete -c audit -n "__fish_audit_using_subcommand run" -l color -d 'When to use colours' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set or TERM is dumb; also where CLICOLOR_FORCE is set'
always\t'Always'
never\t'Never'"
complete -c audit -n "__fish_audit_using_subcommand run" -l sign -d 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured'
complete -c audit -n "__fish_audit_using_subcommand run" -l no-sign -d 'Do not sign, whatever is configured (audit.sign=false says so for good)'
complete -c audit -n "__fish_audit_using_subcommand run" -l record-args -d 'Record all arguments of the command, in what.command; they must hold no secrets'
complete -c audit -n "__fish_audit_using_subcommand run" -l no-pager -d 'Print to the terminal without a pager'
complete -c audit -n "__fish_audit_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c audit -n "__fish_audit_using_subcommand run" -s V -l version -d 'Print version'
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
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show status trace diff record run people ledger completions man help" -f -a "log" -d 'The timeline of the repository, newest first: who did what, when and why, and how we know'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show status trace diff record run people ledger completions man help" -f -a "show" -d 'Everything known about a commit, a tag, a record, an environment or a person, with links to what it relates to'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show status trace diff record run people ledger completions man help" -f -a "status" -d 'What runs where: since when, deployed and approved by whom, why, how far behind, and the proof'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show status trace diff record run people ledger completions man help" -f -a "trace" -d 'The road of a change to production: change request, reviews, builds, approvals, every environment that it reached, from when until when and by whom'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show status trace diff record run people ledger completions man help" -f -a "diff" -d 'What separates two revisions, environments or moments: changes gained and lost, who had a part in them, tickets, configuration, and what the ledger has in between'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show status trace diff record run people ledger completions man help" -f -a "record" -d 'Append a record of what happened to the ledger, signed with your git signing key'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show status trace diff record run people ledger completions man help" -f -a "run" -d 'Flags whatever the kind'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show status trace diff record run people ledger completions man help" -f -a "people" -d 'Who acts here: persons with their addresses and keys, when they were seen, what they did and how much of it is signed'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show status trace diff record run people ledger completions man help" -f -a "ledger" -d 'Where the ledger is, how much is in it, its heads; and whether a file that somebody sent is whole'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show status trace diff record run people ledger completions man help" -f -a "completions" -d 'Print the completion script for a shell'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show status trace diff record run people ledger completions man help" -f -a "man" -d 'Print the manual page, or that of one command'
complete -c audit -n "__fish_audit_using_subcommand help; and not __fish_seen_subcommand_from log show status trace diff record run people ledger completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "deploy" -d 'Code was put into an environment'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "rollback" -d 'An environment went back to code that it ran before'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "approval" -d 'Somebody approved or rejected a deployment'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "change" -d 'A pull or merge request was merged'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "review" -d 'Somebody reviewed a change'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "build" -d 'A build ran'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "test" -d 'Tests ran'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "artifact" -d 'An artifact was made'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "config" -d 'A configuration key changed; never record its value'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "environment" -d 'An environment was created, modified or deleted'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "incident" -d 'An incident was opened or resolved'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "access" -d 'Access was granted or revoked'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "freeze" -d 'A change freeze begins or ends'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "exception" -d 'An exception from a rule was granted'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from record" -f -a "note" -d 'Anything else, in your own words: --why'
complete -c audit -n "__fish_audit_using_subcommand help; and __fish_seen_subcommand_from ledger" -f -a "check" -d 'Check every line: its form, its id, what it builds on, its signature. Exit 1 when something is wrong'
