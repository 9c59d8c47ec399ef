//! Whose keys count: ALLOWED SIGNERS in ssh-keygen(1).
//!
//! ```text
//! # principals     options                              key
//! ana@example.com  valid-before="20270101Z"             ssh-ed25519 AAAAC3Nza…
//! *@example.com    cert-authority,namespaces="git,file" ssh-ed25519 AAAAC3Nza…
//! ```
//!
//! A line that cannot be read counts for nothing, and the rest of the file still does; so it is in
//! OpenSSH. Here it is also listed in [`AllowedSigners::problems`], so that nobody overlooks it.

use super::moment::Bound;
use super::pattern;
use super::signer_key::{SignerKey, blob_in};
use crate::outcome::Failure;
use std::collections::HashMap;

/// The lines of an `allowed_signers` file, each key parsed once.
#[derive(Debug, Clone)]
pub struct AllowedSigners {
    origin: String,
    lines: Vec<Line>,
    /// Lines that list a key or certificate itself, by what identifies it.
    by_key: HashMap<Vec<u8>, Vec<usize>>,
    /// Lines that list an authority, by its key.
    by_authority: HashMap<Vec<u8>, Vec<usize>>,
    problems: Vec<String>,
}

/// One usable line, for listings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedSigner {
    /// Its number in the file, from 1.
    pub line: usize,
    /// The patterns of principals as written.
    pub principals: String,
    /// `SHA256:…` of the key, or of the authority's key.
    pub key: String,
    /// Whether the key is that of a certificate authority.
    pub authority: bool,
}

impl AllowedSigner {
    /// Whether the line is about a principal.
    pub fn is_about(&self, principal: &str) -> bool {
        pattern::list_matches(principal.as_bytes(), self.principals.as_bytes())
    }
}

#[derive(Debug, Clone)]
struct Line {
    number: usize,
    principals: Vec<u8>,
    options: Options,
    key: SignerKey,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Options {
    authority: bool,
    namespaces: Option<Vec<u8>>,
    valid_after: Option<Bound>,
    valid_before: Option<Bound>,
}

/// What the file says about a key at a moment. The reasons name file and line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is this principal's.
    Vouched(String),
    /// No line lists it that is valid at the moment.
    Unknown(String),
    /// It is listed, but not for this use.
    Refused(String),
}

impl AllowedSigners {
    /// Reads a file; `origin` is its name in messages.
    ///
    /// # Errors
    /// When there are lines and none can be used: then it is hardly a file of this format, and to
    /// go on with nobody allowed would hide that.
    pub fn parse(bytes: &[u8], origin: &str) -> Result<AllowedSigners, Failure> {
        let mut signers = AllowedSigners {
            origin: origin.to_owned(),
            lines: Vec::new(),
            by_key: HashMap::new(),
            by_authority: HashMap::new(),
            problems: Vec::new(),
        };
        for (index, text) in bytes.split(|byte| *byte == b'\n').enumerate() {
            match Line::parse(text, index + 1) {
                Ok(Some(line)) => signers.add(line),
                Ok(None) => {}
                Err(why) => signers.problems.push(format!("{origin}:{}: {why}", index + 1)),
            }
        }
        match signers.problems.first() {
            Some(problem) if signers.lines.is_empty() => Err(Failure::new(format!(
                "no line of the allowed signers can be used: {problem}"
            ))
            .hint("each line is: principals, options, key; see ALLOWED SIGNERS in ssh-keygen(1)")),
            _ => Ok(signers),
        }
    }

    /// The lines that could not be read and count for nothing, as `FILE:LINE: WHY`.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// The lines that count, in the order of the file.
    pub fn entries(&self) -> impl Iterator<Item = AllowedSigner> + '_ {
        self.lines.iter().map(|line| AllowedSigner {
            line: line.number,
            principals: lossy(&line.principals),
            key: line.key.key().fingerprint().to_owned(),
            authority: line.options.authority,
        })
    }

    fn add(&mut self, line: Line) {
        let (index, key) = if line.options.authority {
            (&mut self.by_authority, line.key.key().blob())
        } else {
            (&mut self.by_key, line.key.identity())
        };
        index.entry(key.to_vec()).or_default().push(self.lines.len());
        self.lines.push(line);
    }

    /// The key of this blob, if the file lists it; it need not be parsed again.
    pub(super) fn listed(&self, blob: &[u8]) -> Option<&SignerKey> {
        let first = self.by_key.get(blob)?.first()?;
        self.lines.get(*first).map(|line| &line.key)
    }

    /// What the file says about `key` in `namespace` at `at` (seconds since 1970 UTC).
    ///
    /// This is what git does with two runs of `ssh-keygen`: `-Y find-principals` names whom the
    /// first fitting line lists, looking at no namespace, and then each of those must pass `-Y
    /// verify`, for which any fitting line will do.
    pub(super) fn standing(&self, key: &SignerKey, namespace: &[u8], at: i64) -> Standing {
        let lines = self.lines_for(key);
        let mut doubt = None;
        let Some(names) = lines.iter().find_map(|line| match line.names(key, at) {
            Ok(names) => Some(names),
            Err(why) => {
                doubt.get_or_insert_with(|| self.at_line(line, why));
                None
            }
        }) else {
            let why = || format!("key not listed in {}", self.origin);
            return Standing::Unknown(doubt.unwrap_or_else(why));
        };
        let mut refusal = None;
        for name in &names {
            for line in &lines {
                match line.admits(key, name, namespace, at) {
                    Ok(true) => return Standing::Vouched(lossy(name)),
                    Ok(false) => {}
                    Err(why) => {
                        refusal.get_or_insert_with(|| self.at_line(line, why));
                    }
                }
            }
        }
        match refusal {
            _ if names.is_empty() => {
                Standing::Unknown(format!("{} lists the key for nobody", self.origin))
            }
            Some(why) => Standing::Refused(why),
            None => Standing::Refused(format!("{} excludes its own principals", self.origin)),
        }
    }

    /// The lines that list a key itself or the authority of its certificate, in the file's order.
    fn lines_for(&self, key: &SignerKey) -> Vec<&Line> {
        let itself = self.by_key.get(key.identity());
        let authority = key.certificate().and_then(|it| self.by_authority.get(it.authority.blob()));
        let mut indices: Vec<usize> =
            itself.into_iter().chain(authority).flatten().copied().collect();
        indices.sort_unstable();
        indices.into_iter().filter_map(|index| self.lines.get(index)).collect()
    }

    fn at_line(&self, line: &Line, why: &str) -> String {
        format!("{}:{}: {why}", self.origin, line.number)
    }
}

impl Line {
    /// Reads one line without its newline; `None` when there is nothing on it.
    fn parse(text: &[u8], number: usize) -> Result<Option<Line>, String> {
        let text = text.trim_ascii();
        if text.is_empty() || text.starts_with(b"#") {
            return Ok(None);
        }
        if text.contains(&0) {
            return Err("a NUL in the line".to_owned());
        }
        let (principals, rest) = first_word(text).ok_or("invalid line")?;
        let (options, blob) = match blob_in(rest) {
            Some(blob) => (Options::default(), blob),
            None => {
                let end = end_of_options(rest).ok_or("invalid options")?;
                let (options, key) = rest.split_at(end);
                let key = key.trim_ascii_start();
                if key.is_empty() {
                    return Err("missing key".to_owned());
                }
                let blob = blob_in(key).ok_or("invalid key")?;
                let options =
                    Options::parse(options).map_err(|why| format!("bad options: {why}"))?;
                (options, blob)
            }
        };
        let key = SignerKey::from_blob(&blob).map_err(|why| format!("invalid key: {why}"))?;
        Ok(Some(Line { number, principals, options, key }))
    }

    /// Whom the line names as the owner of `key` at `at`, as `-Y find-principals` prints them.
    fn names(&self, key: &SignerKey, at: i64) -> Result<Vec<Vec<u8>>, &'static str> {
        let patterns =
            || self.principals.split(|byte| *byte == b',').take_while(|name| !name.is_empty());
        let names = match key.certificate() {
            Some(certificate) if self.options.authority => {
                certificate.check(at).map_err(|refusal| refusal.reason())?;
                let names: Vec<Vec<u8>> = patterns()
                    .flat_map(|pattern| certificate.principals_like(pattern))
                    .flat_map(|name| name.split(|byte| *byte == b','))
                    .take_while(|name| !name.is_empty())
                    .map(<[u8]>::to_vec)
                    .collect();
                if names.is_empty() {
                    return Err("the certificate names other principals");
                }
                names
            }
            _ => patterns().map(<[u8]>::to_vec).collect(),
        };
        self.options.check_period(at)?;
        Ok(names)
    }

    /// Whether the line lets `name` sign in `namespace` with `key` at `at`; false when the line is
    /// not about `name`.
    fn admits(
        &self,
        key: &SignerKey,
        name: &[u8],
        namespace: &[u8],
        at: i64,
    ) -> Result<bool, &'static str> {
        if !pattern::list_matches(name, &self.principals) {
            return Ok(false);
        }
        if let Some(certificate) = key.certificate().filter(|_| self.options.authority) {
            certificate.check_for(name, at).map_err(|refusal| refusal.reason())?;
        }
        match &self.options.namespaces {
            Some(namespaces) if !pattern::list_matches(namespace, namespaces) => {
                Err("the key is not permitted in this namespace")
            }
            _ => self.options.check_period(at).map(|()| true),
        }
    }
}

impl Options {
    /// Reads `cert-authority,namespaces="…",valid-after="…"`; `sshsigopt_parse` in OpenSSH's
    /// `sshsig.c`. Names of options have no case.
    fn parse(text: &[u8]) -> Result<Options, &'static str> {
        let mut options = Options::default();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(after) = strip(rest, "cert-authority") {
                options.authority = true;
                rest = after;
            } else if let Some(after) = strip(rest, "namespaces=") {
                let (value, after) = unquote(after)?;
                if options.namespaces.replace(value).is_some() {
                    return Err("multiple \"namespaces\" clauses");
                }
                rest = after;
            } else if let Some(after) = strip(rest, "valid-after=") {
                let (value, after) = unquote(after)?;
                let bound = Bound::parse(&value).ok_or("invalid \"valid-after\" time")?;
                if options.valid_after.replace(bound).is_some() {
                    return Err("multiple \"valid-after\" clauses");
                }
                rest = after;
            } else if let Some(after) = strip(rest, "valid-before=") {
                let (value, after) = unquote(after)?;
                let bound = Bound::parse(&value).ok_or("invalid \"valid-before\" time")?;
                if options.valid_before.replace(bound).is_some() {
                    return Err("multiple \"valid-before\" clauses");
                }
                rest = after;
            }
            rest = match rest {
                [] => break,
                [b','] => return Err("unexpected end-of-options"),
                [b',', after @ ..] => after,
                _ => return Err("unknown key option"),
            };
        }
        match (options.valid_after, options.valid_before) {
            (Some(after), Some(before)) if !before.is_later_than(after) => {
                Err("\"valid-before\" time is before \"valid-after\"")
            }
            _ => Ok(options),
        }
    }

    /// Both ends belong to the period.
    fn check_period(&self, at: i64) -> Result<(), &'static str> {
        if self.valid_after.is_some_and(|bound| bound.is_after(at)) {
            Err("the key was not yet valid")
        } else if self.valid_before.is_some_and(|bound| bound.is_before(at)) {
            Err("the key had expired")
        } else {
            Ok(())
        }
    }
}

/// The first word and what follows the blanks after it; a quoted part may hold blanks. `None` when
/// nothing follows.
fn first_word(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let end = text.iter().position(|byte| *byte == b'"' || byte.is_ascii_whitespace())?;
    let (word, rest) = text.split_at(end);
    match rest.strip_prefix(b"\"") {
        Some(quoted) => {
            let close = quoted.iter().position(|byte| *byte == b'"')?;
            let word = [word, &quoted[..close]].concat();
            Some((word, quoted[close + 1..].trim_ascii_start()))
        }
        None => Some((word.to_vec(), rest.trim_ascii_start())),
    }
}

/// Where the options end: at the first blank outside quotes. `None` when a quote stays open.
fn end_of_options(text: &[u8]) -> Option<usize> {
    let mut quoted = false;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b' ' | b'\t' if !quoted => break,
            b'\\' if text.get(at + 1) == Some(&b'"') => at += 1,
            b'"' => quoted = !quoted,
            _ => {}
        }
        at += 1;
    }
    (!quoted).then_some(at)
}

/// `text` without `prefix`, in whatever case.
fn strip<'a>(text: &'a [u8], prefix: &str) -> Option<&'a [u8]> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix.as_bytes()).then_some(rest)
}

/// The value within quotes at the beginning of `text`, and what follows.
fn unquote(text: &[u8]) -> Result<(Vec<u8>, &[u8]), &'static str> {
    let text = text.strip_prefix(b"\"").ok_or("missing start quote")?;
    let mut value = Vec::new();
    let mut at = 0;
    loop {
        match (text.get(at), text.get(at + 1)) {
            (None, _) => return Err("missing end quote"),
            (Some(b'"'), _) => return Ok((value, &text[at + 1..])),
            (Some(b'\\'), Some(b'"')) => {
                value.push(b'"');
                at += 2;
            }
            (Some(byte), _) => {
                value.push(*byte);
                at += 1;
            }
        }
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const KEY: &str = "ssh-ed25519 \
        AAAAC3NzaC1lZDI1NTE5AAAAIFhmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZm";

    fn problem(line: &str) -> String {
        let text = format!("good@example.com {KEY}\n{line}\n");
        let signers = AllowedSigners::parse(text.as_bytes(), "f").unwrap();
        assert_eq!(signers.entries().count() + signers.problems().len(), 2, "{line}");
        signers.problems().first().cloned().unwrap_or_default()
    }

    #[test]
    fn the_lines_that_count_are_listed() {
        let text = format!("# signers\nana@x,*@y {KEY}\nlost\n!root,* cert-authority {KEY}\n");
        let listed: Vec<_> =
            AllowedSigners::parse(text.as_bytes(), "f").unwrap().entries().collect();
        let lines: Vec<_> =
            listed.iter().map(|it| (it.line, it.authority, &*it.principals)).collect();
        assert_eq!(lines, [(2, false, "ana@x,*@y"), (4, true, "!root,*")]);
        assert!(listed[0].is_about("ana@x") && listed[0].is_about("bob@y"));
        assert!(!listed[0].is_about("bob@x") && !listed[1].is_about("root"));
        assert!(listed[0].key.starts_with("SHA256:") && listed[0].key == listed[1].key);
    }

    #[test]
    fn what_makes_a_line_unusable_is_named() {
        for (line, expected) in [
            ("alone", "f:2: invalid line".to_owned()),
            (&format!("\"open {KEY}"), "f:2: invalid line".to_owned()),
            ("ana ssh-ed25519", "f:2: missing key".to_owned()),
            ("ana namespaces=\"git ssh-ed25519", "f:2: invalid options".to_owned()),
            ("ana cert-authority ssh-ed25519 AAAA", "f:2: invalid key".to_owned()),
            (&format!("ana agent {KEY}"), "f:2: bad options: unknown key option".to_owned()),
            (
                &format!("ana cert-authority, {KEY}"),
                "f:2: bad options: unexpected end-of-options".to_owned(),
            ),
            (
                &format!("ana valid-after=\"20050230Z\",valid-before=\"20050301Z\" {KEY}"),
                "f:2: bad options: \"valid-before\" time is before \"valid-after\"".to_owned(),
            ),
            (
                &format!("ana namespaces=\"a\",namespaces=\"b\" {KEY}"),
                "f:2: bad options: multiple \"namespaces\" clauses".to_owned(),
            ),
            (&format!("ana\0 {KEY}"), "f:2: a NUL in the line".to_owned()),
            (&format!("ana Cert-Authority,NAMESPACES=\"a\\\"b\" {KEY} comment"), String::new()),
            (&format!("\"Ana S\" ,valid-after=\"20050101\" {KEY}"), String::new()),
        ] {
            assert_eq!(problem(line), expected, "{line}");
        }
    }

    #[test]
    fn a_file_of_another_format_is_an_error() {
        let failure = AllowedSigners::parse(b"not\na\nsigners file\n", "f").unwrap_err();
        assert!(failure.message.contains("f:1: invalid line"), "{failure}");
        assert!(AllowedSigners::parse(b"# nobody\n\n", "f").unwrap().problems().is_empty());
    }
}
