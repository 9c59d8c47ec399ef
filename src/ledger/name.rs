//! The name of a ledger: the same in every record, so that a record can't be carried over from
//! another repository.
//!
//! ```text
//! git@github.com:acme/pay.git            github.com/acme/pay
//! https://ana@GitHub.com:443/acme/pay/   github.com/acme/pay
//! ```

/// The name to write into a record, from the first of these that there is: the policy's, that of the
/// first record, that of the `origin` remote, the id of the oldest root commit.
pub fn choose(
    policy: Option<&str>,
    first_record: Option<&str>,
    origin: Option<&str>,
    root_commit: Option<&str>,
) -> Option<String> {
    let given = |name: Option<&str>| name.filter(|name| !name.is_empty()).map(str::to_string);
    given(policy)
        .or_else(|| given(first_record))
        .or_else(|| origin.and_then(from_url))
        .or_else(|| given(root_commit))
}

/// Host and path of a remote's address, as two clones of one repository agree on them whatever
/// protocol, user or port they use. `None` for a path on this machine, which names nothing elsewhere.
pub fn from_url(url: &str) -> Option<String> {
    let (host, path) = match url.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => rest.split_once('/')?,
        // scp's way, as in git-fetch(1): a colon, and no slash before it. One letter is a drive.
        None => url.split_once(':').filter(|(host, _)| !host.contains('/') && host.len() > 1)?,
    };
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split_once(']')?.0,
        None => host.split_once(':').map_or(host, |(host, _)| host),
    };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
    if host.is_empty() || path.is_empty() {
        return None;
    }
    Some(format!("{}/{path}", host.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_to_one_repository_give_one_name() {
        for url in [
            "https://github.com/acme/pay",
            "https://github.com/acme/pay.git",
            "https://ana:secret@GitHub.com:443/acme/pay.git/",
            "ssh://git@github.com/acme/pay.git",
            "ssh://git@github.com:22/acme/pay",
            "git@github.com:acme/pay.git",
            "github.com:/acme/pay",
            "git://github.com/acme/pay",
        ] {
            assert_eq!(from_url(url).as_deref(), Some("github.com/acme/pay"), "{url}");
        }
        assert_eq!(from_url("ssh://git@[::1]:22/pay").as_deref(), Some("::1/pay"));
    }

    #[test]
    fn a_place_on_this_machine_names_nothing() {
        for url in [
            "/srv/git/pay.git",
            "../pay",
            "file:///srv/pay",
            "C:\\pay",
            "./a:b",
            "",
            "https://x/",
            "x:",
        ] {
            assert_eq!(from_url(url), None, "{url}");
        }
    }

    #[test]
    fn the_policy_has_the_first_word_and_the_root_commit_the_last() {
        let url = Some("https://example.com/pay");
        assert_eq!(choose(Some("p"), Some("f"), url, Some("r")).as_deref(), Some("p"));
        assert_eq!(choose(None, Some("f"), url, Some("r")).as_deref(), Some("f"));
        assert_eq!(choose(None, None, url, Some("r")).as_deref(), Some("example.com/pay"));
        assert_eq!(choose(None, None, Some("/srv/pay"), Some("r")).as_deref(), Some("r"));
        assert_eq!(choose(None, None, None, None), None);
    }
}
