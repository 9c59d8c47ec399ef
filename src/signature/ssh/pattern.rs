//! Patterns of principals and namespaces: PATTERNS in ssh_config(5), without regard to hosts.
//!
//! ```text
//! *@example.com,!root@example.com
//! ```
//!
//! `*` stands for any number of characters, `?` for one. A list matches when one of its patterns
//! does and none that begins with `!`.

/// The longest pattern in a list that OpenSSH compares; with a longer one the list matches nothing.
const LONGEST: usize = 1022;

/// Whether the whole of `text` matches `pattern`.
///
/// Remembers the last `*` only, which is enough, so the cost is bounded by the product of the
/// lengths, whatever strangers write.
pub(super) fn matches(text: &[u8], pattern: &[u8]) -> bool {
    let (mut t, mut p) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                p += 1;
                star = Some((p, t));
            }
            Some(b'?') => (t, p) = (t + 1, p + 1),
            Some(byte) if *byte == text[t] => (t, p) = (t + 1, p + 1),
            _ => match star {
                // Let the star take one more character and try again from there.
                Some((after, from)) => {
                    (t, p) = (from + 1, after);
                    star = Some((p, t));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

/// Whether `text` matches a comma-separated list: at least one pattern, and none that is negated.
pub(super) fn list_matches(text: &[u8], list: &[u8]) -> bool {
    let mut found = false;
    // A trailing comma does not add an empty pattern.
    for item in list.strip_suffix(b",").unwrap_or(list).split(|byte| *byte == b',') {
        let (negated, pattern) = match item.strip_prefix(b"!") {
            Some(pattern) => (true, pattern),
            None => (false, item),
        };
        if pattern.len() > LONGEST {
            return false;
        }
        if matches(text, pattern) {
            if negated {
                return false;
            }
            found = true;
        }
    }
    // An empty list has no pattern at all, not an empty one.
    found && !list.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_takes_any_number_of_characters_and_a_question_mark_one() {
        for (text, pattern, expected) in [
            ("ana@example.com", "ana@example.com", true),
            ("ana@example.com", "*@example.com", true),
            ("ana@example.com", "*@example.org", false),
            ("ana@example.com", "an?@*", true),
            ("an@example.com", "an?@*", false),
            ("", "*", true),
            ("", "", true),
            ("", "?", false),
            ("aXbXc", "a*X*c", true),
            ("abcabd", "*ab?", true),
            ("Ana@example.com", "ana@example.com", false),
        ] {
            assert_eq!(matches(text.as_bytes(), pattern.as_bytes()), expected, "{text} {pattern}");
        }
    }

    #[test]
    fn a_negated_pattern_wins_wherever_it_stands() {
        for (text, list, expected) in [
            ("root@x", "*@x,!root@x", false),
            ("root@x", "!root@x,*@x", false),
            ("ana@x", "!root@x,*@x", true),
            ("ana@x", "!root@x", false),
            ("ana@x", "bob@x,ana@x,", true),
            ("", "", false),
            ("", "a,", false),
            ("", ",a", true),
        ] {
            assert_eq!(list_matches(text.as_bytes(), list.as_bytes()), expected, "{text} {list}");
        }
    }

    #[test]
    fn a_pattern_full_of_stars_does_not_take_exponential_time() {
        let text = vec![b'a'; 2000];
        let pattern = [b"*a".repeat(500), b"b".to_vec()].concat();
        assert!(!matches(&text, &pattern));
    }
}
