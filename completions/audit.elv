
use builtin;
use str;

set edit:completion:arg-completer[audit] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'audit'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'audit'= {
            cand -C 'Run as if started in PATH; several add up, as in git'
            cand --color 'When to use colours'
            cand --no-pager 'Print to the terminal without a pager'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand log 'The timeline of the repository, newest first: who did what, when and why, and how we know'
            cand show 'Everything known about a commit, a tag, a record or a person, with links to what it relates to'
            cand people 'Who acts here: persons with their addresses and keys, when they were seen, what they did and how much of it is signed'
            cand ledger 'Where the ledger is, how much is in it, its heads; and whether a file that somebody sent is whole'
            cand completions 'Print the completion script for a shell'
            cand man 'Print the manual page, or that of one command'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'audit;log'= {
            cand --since 'Only what happened since DATE, in git''s date language: yesterday, ''2 weeks ago'', 2026-11-20'
            cand --after 'Only what happened since DATE, in git''s date language: yesterday, ''2 weeks ago'', 2026-11-20'
            cand --since-as-filter 'As --since, but look behind older commits, too'
            cand --until 'Only what happened until DATE'
            cand --before 'Only what happened until DATE'
            cand -n 'Show so many events at most'
            cand --max-count 'Show so many events at most'
            cand --skip 'Leave out the first N events'
            cand --author 'Only what somebody matching PATTERN authored: commits, tags, records (as in git; several: any of them)'
            cand --committer 'Only what somebody matching PATTERN committed'
            cand --grep 'Only messages and reasons matching PATTERN (as in git; several: any of them)'
            cand --who 'Only what involves WHO in any part: author, committer, co-author, tagger, reviewer, actor. A piece of a name or an address, regardless of case'
            cand --kind 'Only these kinds, separated by commas: commit, merge, tag, deploy, … ; `config`, `change` and `review` also find commits that touch configuration, merged a change request, or claim a review'
            cand --env 'Only events in this environment'
            cand --service 'Only events of this service'
            cand --ticket 'Only events that name this ticket'
            cand --proof 'Only these proof grades, separated by commas: signed, imported, claimed, unknown, broken'
            cand --trust 'Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote''s default branch or HEAD, else git''s own configuration and the GnuPG keyring'
            cand --format 'How to print'
            cand -C 'Run as if started in PATH; several add up, as in git'
            cand --color 'When to use colours'
            cand --all 'Start from every branch, tag and other reference, and from HEAD'
            cand --reverse 'Oldest first'
            cand --first-parent 'Follow only the first parent of merges'
            cand --merges 'Only merges'
            cand --no-merges 'No merges'
            cand --topo-order 'Children before parents, lines of history kept together'
            cand --date-order 'Children before parents, otherwise by committer date'
            cand --author-date-order 'Children before parents, otherwise by author date'
            cand --name-only 'List the paths that each commit touches (in machine formats)'
            cand --no-mailmap 'Names and addresses as they stand in the objects, without the mailmap'
            cand --all-match 'With several --grep: all of them must match'
            cand --invert-grep 'Only messages that no --grep matches'
            cand -i 'Patterns regardless of case'
            cand --regexp-ignore-case 'Patterns regardless of case'
            cand -E 'Patterns are extended regular expressions; without it basic ones, as in git'
            cand --extended-regexp 'Patterns are extended regular expressions; without it basic ones, as in git'
            cand -F 'Patterns are fixed strings'
            cand --fixed-strings 'Patterns are fixed strings'
            cand --unsigned 'Only what carries no signature'
            cand --no-signatures 'Do not judge signatures: faster; what is signed is then `unknown`'
            cand --no-pager 'Print to the terminal without a pager'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'audit;show'= {
            cand --trust 'Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote''s default branch or HEAD, else git''s own configuration and the GnuPG keyring'
            cand --format 'How to print'
            cand -C 'Run as if started in PATH; several add up, as in git'
            cand --color 'When to use colours'
            cand --no-mailmap 'Names and addresses as they stand in the objects, without the mailmap'
            cand --no-signatures 'Do not judge signatures: faster; what is signed is then `unknown`'
            cand --no-pager 'Print to the terminal without a pager'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'audit;people'= {
            cand --since 'Only what happened since DATE'
            cand --after 'Only what happened since DATE'
            cand --until 'Only what happened until DATE'
            cand --before 'Only what happened until DATE'
            cand --who 'Only persons whose name or address contains WHO'
            cand -n 'Show so many at most'
            cand --max-count 'Show so many at most'
            cand --trust 'Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote''s default branch or HEAD, else git''s own configuration and the GnuPG keyring'
            cand --format 'How to print'
            cand -C 'Run as if started in PATH; several add up, as in git'
            cand --color 'When to use colours'
            cand --no-signatures 'Do not judge signatures: faster; what is signed is then `unknown`'
            cand --no-pager 'Print to the terminal without a pager'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'audit;ledger'= {
            cand --trust 'Judge signatures by the trust files in PATH (a folder like .audit/, or a file of allowed signers), or by .audit/ in the tree of REV. Without it: audit.trust, else .audit/ on the remote''s default branch or HEAD, else git''s own configuration and the GnuPG keyring'
            cand --format 'How to print'
            cand -C 'Run as if started in PATH; several add up, as in git'
            cand --color 'When to use colours'
            cand --no-signatures 'Do not judge signatures: faster; what is signed is then `unknown`'
            cand --no-pager 'Print to the terminal without a pager'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand check 'Check every line: its form, its id, what it builds on, its signature. Exit 1 when something is wrong'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'audit;ledger;check'= {
            cand --format 'How to print'
            cand -C 'Run as if started in PATH; several add up, as in git'
            cand --color 'When to use colours'
            cand --no-pager 'Print to the terminal without a pager'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'audit;ledger;help'= {
            cand check 'Check every line: its form, its id, what it builds on, its signature. Exit 1 when something is wrong'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'audit;ledger;help;check'= {
        }
        &'audit;ledger;help;help'= {
        }
        &'audit;completions'= {
            cand -C 'Run as if started in PATH; several add up, as in git'
            cand --color 'When to use colours'
            cand --no-pager 'Print to the terminal without a pager'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'audit;man'= {
            cand -C 'Run as if started in PATH; several add up, as in git'
            cand --color 'When to use colours'
            cand --no-pager 'Print to the terminal without a pager'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'audit;help'= {
            cand log 'The timeline of the repository, newest first: who did what, when and why, and how we know'
            cand show 'Everything known about a commit, a tag, a record or a person, with links to what it relates to'
            cand people 'Who acts here: persons with their addresses and keys, when they were seen, what they did and how much of it is signed'
            cand ledger 'Where the ledger is, how much is in it, its heads; and whether a file that somebody sent is whole'
            cand completions 'Print the completion script for a shell'
            cand man 'Print the manual page, or that of one command'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'audit;help;log'= {
        }
        &'audit;help;show'= {
        }
        &'audit;help;people'= {
        }
        &'audit;help;ledger'= {
            cand check 'Check every line: its form, its id, what it builds on, its signature. Exit 1 when something is wrong'
        }
        &'audit;help;ledger;check'= {
        }
        &'audit;help;completions'= {
        }
        &'audit;help;man'= {
        }
        &'audit;help;help'= {
        }
    ]
    $completions[$command]
}
