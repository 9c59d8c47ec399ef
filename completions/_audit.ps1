
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
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Everything known about a commit, a tag, a record, an environment or a person, with links to what it relates to')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'What runs where: since when, deployed and approved by whom, why, how far behind, and the proof')
            [CompletionResult]::new('trace', 'trace', [CompletionResultType]::ParameterValue, 'The road of a change to production: change request, reviews, builds, approvals, every environment that it reached, from when until when and by whom')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'What separates two revisions, environments or moments: changes gained and lost, who had a part in them, tickets, configuration, and what the ledger has in between')
            [CompletionResult]::new('record', 'record', [CompletionResultType]::ParameterValue, 'Append a record of what happened to the ledger, signed with your git signing key')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Flags whatever the kind')
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
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Of a person: only what happened since DATE')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'Of a person: only what happened since DATE')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Of a person: only what happened until DATE')
            [CompletionResult]::new('--before', '--before', [CompletionResultType]::ParameterName, 'Of a person: only what happened until DATE')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'How many deployments of an environment, or deeds of a person, to list; 0 for all')
            [CompletionResult]::new('--max-count', '--max-count', [CompletionResultType]::ParameterName, 'How many deployments of an environment, or deeds of a person, to list; 0 for all')
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
        'audit;status' {
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'What ran at DATE instead of now, in git''s date language')
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
        'audit;trace' {
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
        'audit;diff' {
            [CompletionResult]::new('--suspects', '--suspects', [CompletionResultType]::ParameterName, 'Rank the changes by how likely they broke these paths, and say by what evidence')
            [CompletionResult]::new('--trust', '--trust', [CompletionResultType]::ParameterName, 'Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote''s default branch or HEAD, else git''s own configuration and the GnuPG keyring')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How to print')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--stat', '--stat', [CompletionResultType]::ParameterName, 'List the files that differ, with lines added and removed')
            [CompletionResult]::new('--no-signatures', '--no-signatures', [CompletionResultType]::ParameterName, 'Do not judge signatures: faster; what is signed is then `unknown`')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;record' {
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it happened, if not now, in git''s date language; the time of writing is kept beside it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Write the reason in your editor (the one that git uses)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the line that would be appended, and append nothing')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('deploy', 'deploy', [CompletionResultType]::ParameterValue, 'Code was put into an environment')
            [CompletionResult]::new('rollback', 'rollback', [CompletionResultType]::ParameterValue, 'An environment went back to code that it ran before')
            [CompletionResult]::new('approval', 'approval', [CompletionResultType]::ParameterValue, 'Somebody approved or rejected a deployment')
            [CompletionResult]::new('change', 'change', [CompletionResultType]::ParameterValue, 'A pull or merge request was merged')
            [CompletionResult]::new('review', 'review', [CompletionResultType]::ParameterValue, 'Somebody reviewed a change')
            [CompletionResult]::new('build', 'build', [CompletionResultType]::ParameterValue, 'A build ran')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Tests ran')
            [CompletionResult]::new('artifact', 'artifact', [CompletionResultType]::ParameterValue, 'An artifact was made')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'A configuration key changed; never record its value')
            [CompletionResult]::new('environment', 'environment', [CompletionResultType]::ParameterValue, 'An environment was created, modified or deleted')
            [CompletionResult]::new('incident', 'incident', [CompletionResultType]::ParameterValue, 'An incident was opened or resolved')
            [CompletionResult]::new('access', 'access', [CompletionResultType]::ParameterValue, 'Access was granted or revoked')
            [CompletionResult]::new('freeze', 'freeze', [CompletionResultType]::ParameterValue, 'A change freeze begins or ends')
            [CompletionResult]::new('exception', 'exception', [CompletionResultType]::ParameterValue, 'An exception from a rule was granted')
            [CompletionResult]::new('note', 'note', [CompletionResultType]::ParameterValue, 'Anything else, in your own words: --why')
            break
        }
        'audit;record;deploy' {
            [CompletionResult]::new('--commit', '--commit', [CompletionResultType]::ParameterName, 'The commit; what CI says, else HEAD, where the record needs one')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment: production (needed)')
            [CompletionResult]::new('--outcome', '--outcome', [CompletionResultType]::ParameterName, 'How it ended (needed)')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'The service within the environment')
            [CompletionResult]::new('--artifact', '--artifact', [CompletionResultType]::ParameterName, 'What was put there: sha256:… or pkg:…')
            [CompletionResult]::new('--tag', '--tag', [CompletionResultType]::ParameterName, 'The tag that was released')
            [CompletionResult]::new('--prev-commit', '--prev-commit', [CompletionResultType]::ParameterName, 'The commit that ran before')
            [CompletionResult]::new('--started', '--started', [CompletionResultType]::ParameterName, 'When it began')
            [CompletionResult]::new('--finished', '--finished', [CompletionResultType]::ParameterName, 'When it ended')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Where more can be read')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'How long it took: 90s, 5m, 1h, or milliseconds')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'The exit code of the command')
            [CompletionResult]::new('--signal', '--signal', [CompletionResultType]::ParameterName, 'The signal that ended the command')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The digest of what the command printed: sha256:…')
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it happened, if not now, in git''s date language; the time of writing is kept beside it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Write the reason in your editor (the one that git uses)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the line that would be appended, and append nothing')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;record;rollback' {
            [CompletionResult]::new('--commit', '--commit', [CompletionResultType]::ParameterName, 'The commit; what CI says, else HEAD, where the record needs one')
            [CompletionResult]::new('--from-commit', '--from-commit', [CompletionResultType]::ParameterName, 'The commit that was taken back (needed)')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment: production (needed)')
            [CompletionResult]::new('--outcome', '--outcome', [CompletionResultType]::ParameterName, 'How it ended (needed)')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'The service within the environment')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident''s id: INC-7')
            [CompletionResult]::new('--started', '--started', [CompletionResultType]::ParameterName, 'When it began')
            [CompletionResult]::new('--finished', '--finished', [CompletionResultType]::ParameterName, 'When it ended')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'How long it took: 90s, 5m, 1h, or milliseconds')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'The exit code of the command')
            [CompletionResult]::new('--signal', '--signal', [CompletionResultType]::ParameterName, 'The signal that ended the command')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The digest of what the command printed: sha256:…')
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it happened, if not now, in git''s date language; the time of writing is kept beside it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Write the reason in your editor (the one that git uses)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the line that would be appended, and append nothing')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;record;approval' {
            [CompletionResult]::new('--commit', '--commit', [CompletionResultType]::ParameterName, 'The commit; what CI says, else HEAD, where the record needs one')
            [CompletionResult]::new('--artifact', '--artifact', [CompletionResultType]::ParameterName, 'What was put there: sha256:… or pkg:…')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment: production (needed)')
            [CompletionResult]::new('--decision', '--decision', [CompletionResultType]::ParameterName, 'What was decided (needed)')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'The service within the environment')
            [CompletionResult]::new('--requestor', '--requestor', [CompletionResultType]::ParameterName, 'Who asked for the approval')
            [CompletionResult]::new('--expires', '--expires', [CompletionResultType]::ParameterName, 'Until when it holds')
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it happened, if not now, in git''s date language; the time of writing is kept beside it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Write the reason in your editor (the one that git uses)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the line that would be appended, and append nothing')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;record;change' {
            [CompletionResult]::new('--number', '--number', [CompletionResultType]::ParameterName, 'The number of the change request: 412 (needed)')
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'The branch that it was merged into (needed)')
            [CompletionResult]::new('--head-commit', '--head-commit', [CompletionResultType]::ParameterName, 'The last commit of the change that was looked at (needed)')
            [CompletionResult]::new('--merge-commit', '--merge-commit', [CompletionResultType]::ParameterName, 'The commit that merged it (needed)')
            [CompletionResult]::new('--method', '--method', [CompletionResultType]::ParameterName, 'How it was merged')
            [CompletionResult]::new('--author', '--author', [CompletionResultType]::ParameterName, 'Who asked for the change')
            [CompletionResult]::new('--merged-by', '--merged-by', [CompletionResultType]::ParameterName, 'Who merged it')
            [CompletionResult]::new('--commits', '--commits', [CompletionResultType]::ParameterName, 'A commit of the change; several')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Where more can be read')
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it happened, if not now, in git''s date language; the time of writing is kept beside it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Write the reason in your editor (the one that git uses)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the line that would be appended, and append nothing')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;record;review' {
            [CompletionResult]::new('--number', '--number', [CompletionResultType]::ParameterName, 'The number of the change request: 412')
            [CompletionResult]::new('--commit', '--commit', [CompletionResultType]::ParameterName, 'The commit; what CI says, else HEAD, where the record needs one')
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'What the reviewer said (needed)')
            [CompletionResult]::new('--head-commit', '--head-commit', [CompletionResultType]::ParameterName, 'The last commit of the change that was looked at (needed)')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Where more can be read')
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it happened, if not now, in git''s date language; the time of writing is kept beside it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Write the reason in your editor (the one that git uses)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the line that would be appended, and append nothing')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;record;build' {
            [CompletionResult]::new('--commit', '--commit', [CompletionResultType]::ParameterName, 'The commit; what CI says, else HEAD, where the record needs one')
            [CompletionResult]::new('--outcome', '--outcome', [CompletionResultType]::ParameterName, 'How it ended (needed)')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'What it is called')
            [CompletionResult]::new('--run', '--run', [CompletionResultType]::ParameterName, 'The number of the run')
            [CompletionResult]::new('--attempt', '--attempt', [CompletionResultType]::ParameterName, 'Which attempt of that run: 1, 2, …')
            [CompletionResult]::new('--artifacts', '--artifacts', [CompletionResultType]::ParameterName, 'What came out: sha256:… or pkg:…; several')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The digest of the report: sha256:…')
            [CompletionResult]::new('--started', '--started', [CompletionResultType]::ParameterName, 'When it began')
            [CompletionResult]::new('--finished', '--finished', [CompletionResultType]::ParameterName, 'When it ended')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'How long it took: 90s, 5m, 1h, or milliseconds')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'The exit code of the command')
            [CompletionResult]::new('--signal', '--signal', [CompletionResultType]::ParameterName, 'The signal that ended the command')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The digest of what the command printed: sha256:…')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment: production')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'The service within the environment')
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it happened, if not now, in git''s date language; the time of writing is kept beside it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Write the reason in your editor (the one that git uses)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the line that would be appended, and append nothing')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;record;test' {
            [CompletionResult]::new('--commit', '--commit', [CompletionResultType]::ParameterName, 'The commit; what CI says, else HEAD, where the record needs one')
            [CompletionResult]::new('--outcome', '--outcome', [CompletionResultType]::ParameterName, 'How it ended (needed)')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'What it is called')
            [CompletionResult]::new('--run', '--run', [CompletionResultType]::ParameterName, 'The number of the run')
            [CompletionResult]::new('--attempt', '--attempt', [CompletionResultType]::ParameterName, 'Which attempt of that run: 1, 2, …')
            [CompletionResult]::new('--artifacts', '--artifacts', [CompletionResultType]::ParameterName, 'What came out: sha256:… or pkg:…; several')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The digest of the report: sha256:…')
            [CompletionResult]::new('--started', '--started', [CompletionResultType]::ParameterName, 'When it began')
            [CompletionResult]::new('--finished', '--finished', [CompletionResultType]::ParameterName, 'When it ended')
            [CompletionResult]::new('--duration', '--duration', [CompletionResultType]::ParameterName, 'How long it took: 90s, 5m, 1h, or milliseconds')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'The exit code of the command')
            [CompletionResult]::new('--signal', '--signal', [CompletionResultType]::ParameterName, 'The signal that ended the command')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The digest of what the command printed: sha256:…')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment: production')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'The service within the environment')
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it happened, if not now, in git''s date language; the time of writing is kept beside it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Write the reason in your editor (the one that git uses)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the line that would be appended, and append nothing')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;record;artifact' {
            [CompletionResult]::new('--digest', '--digest', [CompletionResultType]::ParameterName, 'The digest of the artifact: sha256:… (needed)')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'What it is called')
            [CompletionResult]::new('--commit', '--commit', [CompletionResultType]::ParameterName, 'The commit; what CI says, else HEAD, where the record needs one')
            [CompletionResult]::new('--signature', '--signature', [CompletionResultType]::ParameterName, 'The digest of its signature: sha256:…')
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it happened, if not now, in git''s date language; the time of writing is kept beside it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Write the reason in your editor (the one that git uses)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the line that would be appended, and append nothing')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;record;config' {
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The name of the configuration key (needed)')
            [CompletionResult]::new('--change', '--change', [CompletionResultType]::ParameterName, 'What happened to it (needed)')
            [CompletionResult]::new('--before', '--before', [CompletionResultType]::ParameterName, 'The SHA-256 of the value before, never the value: sha256:…')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'The SHA-256 of the value after, never the value: sha256:…')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment: production')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'The service within the environment')
            [CompletionResult]::new('--commit', '--commit', [CompletionResultType]::ParameterName, 'The commit; what CI says, else HEAD, where the record needs one')
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it happened, if not now, in git''s date language; the time of writing is kept beside it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Write the reason in your editor (the one that git uses)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the line that would be appended, and append nothing')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;record;environment' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment: production (needed)')
            [CompletionResult]::new('--action', '--action', [CompletionResultType]::ParameterName, 'What happened (needed)')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Where more can be read')
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it happened, if not now, in git''s date language; the time of writing is kept beside it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Write the reason in your editor (the one that git uses)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the line that would be appended, and append nothing')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;record;incident' {
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident''s id: INC-7 (needed)')
            [CompletionResult]::new('--action', '--action', [CompletionResultType]::ParameterName, 'What happened (needed)')
            [CompletionResult]::new('--severity', '--severity', [CompletionResultType]::ParameterName, 'How bad it is')
            [CompletionResult]::new('--caused-by', '--caused-by', [CompletionResultType]::ParameterName, 'What caused it')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment: production')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'The service within the environment')
            [CompletionResult]::new('--commit', '--commit', [CompletionResultType]::ParameterName, 'The commit; what CI says, else HEAD, where the record needs one')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Where more can be read')
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it happened, if not now, in git''s date language; the time of writing is kept beside it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Write the reason in your editor (the one that git uses)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the line that would be appended, and append nothing')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;record;access' {
            [CompletionResult]::new('--action', '--action', [CompletionResultType]::ParameterName, 'What happened (needed)')
            [CompletionResult]::new('--grantee', '--grantee', [CompletionResultType]::ParameterName, 'Whose access changed (needed)')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'Which access it is (needed)')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment: production')
            [CompletionResult]::new('--expires', '--expires', [CompletionResultType]::ParameterName, 'Until when it holds')
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it happened, if not now, in git''s date language; the time of writing is kept beside it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Write the reason in your editor (the one that git uses)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the line that would be appended, and append nothing')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;record;freeze' {
            [CompletionResult]::new('--action', '--action', [CompletionResultType]::ParameterName, 'What happened (needed)')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment: production (needed)')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'The service within the environment')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'When it begins')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'When it ends')
            [CompletionResult]::new('--exempt', '--exempt', [CompletionResultType]::ParameterName, 'What may be deployed all the same; several')
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it happened, if not now, in git''s date language; the time of writing is kept beside it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Write the reason in your editor (the one that git uses)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the line that would be appended, and append nothing')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;record;exception' {
            [CompletionResult]::new('--rule', '--rule', [CompletionResultType]::ParameterName, 'The rule from which something is exempt (needed)')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'What the record is about (needed)')
            [CompletionResult]::new('--authorised-by', '--authorised-by', [CompletionResultType]::ParameterName, 'Who allowed it')
            [CompletionResult]::new('--review-due', '--review-due', [CompletionResultType]::ParameterName, 'When it must be looked at again')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment: production')
            [CompletionResult]::new('--commit', '--commit', [CompletionResultType]::ParameterName, 'The commit; what CI says, else HEAD, where the record needs one')
            [CompletionResult]::new('--expires', '--expires', [CompletionResultType]::ParameterName, 'Until when it holds')
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it happened, if not now, in git''s date language; the time of writing is kept beside it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Write the reason in your editor (the one that git uses)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the line that would be appended, and append nothing')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;record;note' {
            [CompletionResult]::new('--commit', '--commit', [CompletionResultType]::ParameterName, 'The commit; what CI says, else HEAD, where the record needs one')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment: production')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'The service within the environment')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'What the record is about')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Where more can be read')
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('--when', '--when', [CompletionResultType]::ParameterName, 'When it happened, if not now, in git''s date language; the time of writing is kept beside it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Take the record from JSON, from FILE or - for standard input: an object with kind, what, where, who, why, when; flags override it')
            [CompletionResult]::new('--line', '--line', [CompletionResultType]::ParameterName, 'Append a line as --dry-run or a failed attempt printed it, from FILE or - for standard input')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--edit', '--edit', [CompletionResultType]::ParameterName, 'Write the reason in your editor (the one that git uses)')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the line that would be appended, and append nothing')
            [CompletionResult]::new('--no-pager', '--no-pager', [CompletionResultType]::ParameterName, 'Print to the terminal without a pager')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'audit;run' {
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'What the command does')
            [CompletionResult]::new('--commit', '--commit', [CompletionResultType]::ParameterName, 'The commit; what CI says, else HEAD, where the record needs one')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'The environment: production')
            [CompletionResult]::new('--service', '--service', [CompletionResultType]::ParameterName, 'The service within the environment')
            [CompletionResult]::new('--artifact', '--artifact', [CompletionResultType]::ParameterName, 'What was put there: sha256:… or pkg:…')
            [CompletionResult]::new('--tag', '--tag', [CompletionResultType]::ParameterName, 'The tag that was released')
            [CompletionResult]::new('--prev-commit', '--prev-commit', [CompletionResultType]::ParameterName, 'The commit that ran before')
            [CompletionResult]::new('--url', '--url', [CompletionResultType]::ParameterName, 'Where more can be read')
            [CompletionResult]::new('--from-commit', '--from-commit', [CompletionResultType]::ParameterName, 'The commit that was taken back')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'The incident''s id: INC-7')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'What it is called')
            [CompletionResult]::new('--run', '--run', [CompletionResultType]::ParameterName, 'The number of the run')
            [CompletionResult]::new('--attempt', '--attempt', [CompletionResultType]::ParameterName, 'Which attempt of that run: 1, 2, …')
            [CompletionResult]::new('--artifacts', '--artifacts', [CompletionResultType]::ParameterName, 'What came out: sha256:… or pkg:…; several')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'The digest of the report: sha256:…')
            [CompletionResult]::new('--why', '--why', [CompletionResultType]::ParameterName, 'Why, in your own words')
            [CompletionResult]::new('--ticket', '--ticket', [CompletionResultType]::ParameterName, 'A ticket that it belongs to; several')
            [CompletionResult]::new('--link', '--link', [CompletionResultType]::ParameterName, 'How it relates to another record (its id, 4 digits or more) or a page: approves, deploys, rolls_back, caused_by, fixes, supersedes, corrects, reviews; several')
            [CompletionResult]::new('--field', '--field', [CompletionResultType]::ParameterName, 'A fact that no flag covers; several')
            [CompletionResult]::new('--login', '--login', [CompletionResultType]::ParameterName, 'Your login on the forge')
            [CompletionResult]::new('--actor-type', '--actor-type', [CompletionResultType]::ParameterName, 'What acts')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Run as if started in PATH; several add up, as in git')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colours')
            [CompletionResult]::new('--sign', '--sign', [CompletionResultType]::ParameterName, 'Sign, as git would sign a commit (user.signingKey, gpg.format); the record fails when that fails. This is the default when audit.sign or commit.gpgSign is true, or a key is configured')
            [CompletionResult]::new('--no-sign', '--no-sign', [CompletionResultType]::ParameterName, 'Do not sign, whatever is configured (audit.sign=false says so for good)')
            [CompletionResult]::new('--record-args', '--record-args', [CompletionResultType]::ParameterName, 'Record all arguments of the command, in what.command; they must hold no secrets')
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
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Everything known about a commit, a tag, a record, an environment or a person, with links to what it relates to')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'What runs where: since when, deployed and approved by whom, why, how far behind, and the proof')
            [CompletionResult]::new('trace', 'trace', [CompletionResultType]::ParameterValue, 'The road of a change to production: change request, reviews, builds, approvals, every environment that it reached, from when until when and by whom')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'What separates two revisions, environments or moments: changes gained and lost, who had a part in them, tickets, configuration, and what the ledger has in between')
            [CompletionResult]::new('record', 'record', [CompletionResultType]::ParameterValue, 'Append a record of what happened to the ledger, signed with your git signing key')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Flags whatever the kind')
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
        'audit;help;status' {
            break
        }
        'audit;help;trace' {
            break
        }
        'audit;help;diff' {
            break
        }
        'audit;help;record' {
            [CompletionResult]::new('deploy', 'deploy', [CompletionResultType]::ParameterValue, 'Code was put into an environment')
            [CompletionResult]::new('rollback', 'rollback', [CompletionResultType]::ParameterValue, 'An environment went back to code that it ran before')
            [CompletionResult]::new('approval', 'approval', [CompletionResultType]::ParameterValue, 'Somebody approved or rejected a deployment')
            [CompletionResult]::new('change', 'change', [CompletionResultType]::ParameterValue, 'A pull or merge request was merged')
            [CompletionResult]::new('review', 'review', [CompletionResultType]::ParameterValue, 'Somebody reviewed a change')
            [CompletionResult]::new('build', 'build', [CompletionResultType]::ParameterValue, 'A build ran')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Tests ran')
            [CompletionResult]::new('artifact', 'artifact', [CompletionResultType]::ParameterValue, 'An artifact was made')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'A configuration key changed; never record its value')
            [CompletionResult]::new('environment', 'environment', [CompletionResultType]::ParameterValue, 'An environment was created, modified or deleted')
            [CompletionResult]::new('incident', 'incident', [CompletionResultType]::ParameterValue, 'An incident was opened or resolved')
            [CompletionResult]::new('access', 'access', [CompletionResultType]::ParameterValue, 'Access was granted or revoked')
            [CompletionResult]::new('freeze', 'freeze', [CompletionResultType]::ParameterValue, 'A change freeze begins or ends')
            [CompletionResult]::new('exception', 'exception', [CompletionResultType]::ParameterValue, 'An exception from a rule was granted')
            [CompletionResult]::new('note', 'note', [CompletionResultType]::ParameterValue, 'Anything else, in your own words: --why')
            break
        }
        'audit;help;record;deploy' {
            break
        }
        'audit;help;record;rollback' {
            break
        }
        'audit;help;record;approval' {
            break
        }
        'audit;help;record;change' {
            break
        }
        'audit;help;record;review' {
            break
        }
        'audit;help;record;build' {
            break
        }
        'audit;help;record;test' {
            break
        }
        'audit;help;record;artifact' {
            break
        }
        'audit;help;record;config' {
            break
        }
        'audit;help;record;environment' {
            break
        }
        'audit;help;record;incident' {
            break
        }
        'audit;help;record;access' {
            break
        }
        'audit;help;record;freeze' {
            break
        }
        'audit;help;record;exception' {
            break
        }
        'audit;help;record;note' {
            break
        }
        'audit;help;run' {
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
