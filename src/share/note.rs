//! Checkpoints: the state of a published list in three lines.
//!
//! ```text
//! github.com/acme/pay                             the ledger's name
//! 1234                                            how many records
//! 31GnkccDN4bOVGgixew1ZEEiy0U+bU64tMeYnJGaJjA=    the root of the tree over them
//! ```
//!
//! That is the body of a C2SP tlog-checkpoint, without extension lines. The commit on the ledger's
//! reference has it as its whole message. In a [`Note`] an empty line and signature lines may follow,
//! as in a C2SP signed-note; they are kept as they are, and judged by whoever has their keys:
//!
//! ```text
//! — witness.example TnKKVHLX…                     em dash, name, base64
//! ```
//!
//! Parsing is strict: each state has exactly one form.

use super::tree::Hash;
use std::fmt;

/// The state of a published list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the ledger.
    pub origin: String,
    /// How many records there are.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

/// Why a text is no checkpoint, or no proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root)
    }
}

impl Checkpoint {
    /// Reads exactly three lines.
    ///
    /// # Errors
    /// Which of them is not as it should be.
    pub fn parse(text: &str) -> Result<Checkpoint, Malformed> {
        let body = text.strip_suffix('\n').ok_or(Malformed("the last line has no end"))?;
        let lines: Vec<&str> = body.split('\n').collect();
        let [origin, size, root] = lines.as_slice() else {
            return Err(Malformed("a checkpoint has three lines"));
        };
        if !is_origin(origin) {
            return Err(Malformed("the first line is no name of a ledger"));
        }
        Ok(Checkpoint {
            origin: (*origin).to_owned(),
            size: number(size).ok_or(Malformed("the second line is no number of records"))?,
            root: Hash::parse(root).ok_or(Malformed("the third line is no SHA-256 in base64"))?,
        })
    }
}

/// Whether the name of a ledger can stand on a line of its own.
pub fn is_origin(name: &str) -> bool {
    !name.is_empty() && !name.contains(char::is_control)
}

/// Reads a decimal number without leading zeros.
pub(super) fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits && (text == "0" || !text.starts_with('0')))
}

/// A checkpoint with the signature lines that stand below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// Signature lines, without their ends.
    pub signatures: Vec<String>,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.checkpoint.fmt(f)?;
        if !self.signatures.is_empty() {
            f.write_str("\n")?;
        }
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl Note {
    /// Reads a checkpoint, alone or with signature lines below it.
    ///
    /// # Errors
    /// What is not as it should be.
    pub fn parse(text: &str) -> Result<Note, Malformed> {
        let Some((body, signatures)) = text.split_once("\n\n") else {
            return Ok(Note { checkpoint: Checkpoint::parse(text)?, signatures: Vec::new() });
        };
        let checkpoint = Checkpoint::parse(&format!("{body}\n"))?;
        let lines = signatures.strip_suffix('\n').ok_or(Malformed("the last line has no end"))?;
        let signatures: Vec<String> = lines.split('\n').map(str::to_owned).collect();
        let fine = |line: &String| {
            let rest = line.strip_prefix("\u{2014} ").and_then(|rest| rest.split_once(' '));
            rest.is_some_and(|(name, bytes)| {
                !name.is_empty() && !bytes.is_empty() && !bytes.contains(' ')
            }) && !line.contains(char::is_control)
        };
        match signatures.iter().all(fine) {
            true => Ok(Note { checkpoint, signatures }),
            false => Err(Malformed("a line below the checkpoint is no signature")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TEXT: &str = "github.com/acme/pay\n1234\n31GnkccDN4bOVGgixew1ZEEiy0U+bU64tMeYnJGaJjA=\n";

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let checkpoint = Checkpoint::parse(TEXT).unwrap();
        assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("github.com/acme/pay", 1234));
        assert_eq!(checkpoint.to_string(), TEXT);
        for bad in [
            "".to_owned(),
            "\n\n\n".to_owned(),
            TEXT.trim_end().to_owned(),
            format!("{TEXT}more\n"),
            format!("{TEXT}\n"),
            TEXT.replace("1234", "01234"),
            TEXT.replace("1234", "+1234"),
            TEXT.replace("1234", ""),
            TEXT.replace("1234", "18446744073709551616"),
            TEXT.replace('\n', "\r\n"),
            TEXT.replace("jA=", "jA"),
            TEXT.replace("jA=", "jB="),
            TEXT.replace("jA=", "jA=="),
            TEXT.replace("github", "git\thub"),
        ] {
            assert!(Checkpoint::parse(&bad).is_err(), "{bad:?}");
        }
        assert_eq!(Checkpoint::parse(&TEXT.replace("1234", "0")).unwrap().size, 0);
    }

    #[test]
    fn signature_lines_are_kept_as_they_are() {
        let text = format!("{TEXT}\n\u{2014} witness.example TnKKVHLX\n\u{2014} other AAAA\n");
        let note = Note::parse(&text).unwrap();
        assert_eq!(note.signatures.len(), 2);
        assert_eq!(note.to_string(), text);
        assert_eq!(Note::parse(TEXT).unwrap().to_string(), TEXT);
        for bad in [
            format!("{TEXT}\n"),
            format!("{TEXT}\n- witness.example TnKKVHLX\n"),
            format!("{TEXT}\n\u{2014} witness.example\n"),
            format!("{TEXT}\n\u{2014} witness.example TnKKVHLX"),
            format!("{TEXT}\n\u{2014} witness.example TnKKVHLX\n\n"),
            format!("{TEXT}\n\u{2014} a b c\n"),
        ] {
            assert!(Note::parse(&bad).is_err(), "{bad:?}");
        }
    }
}
