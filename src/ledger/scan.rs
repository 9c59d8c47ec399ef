//! One pass over bytes that tells whether they are canonical: nothing is built, nothing is copied.
//!
//! The grammar is that of RFC 8259 with every freedom taken out, so the bytes that pass are exactly
//! those that [`emit`](super::canonical::emit) writes; a test holds the two together.
//!
//! ```text
//! value   = object | array | string | integer | "true" | "false" | "null"
//! object  = "{" [ member *( "," member ) ] "}"       keys strictly ascending
//! member  = DQUOTE 1*( "a"-"z" | "0"-"9" | "_" ) DQUOTE ":" value
//! array   = "[" [ value *( "," value ) ] "]"
//! integer = "0" | [ "-" ] "1"-"9" *DIGIT             at most 9007199254740991 either way
//! string  = DQUOTE *( plain | "\" ( DQUOTE | "\" | "n" | "t" ) ) DQUOTE
//! plain   = any character but DQUOTE, "\", U+0000 to U+001F and U+007F
//! ```
//!
//! The strategy: one look in large steps tells whether all bytes are printable ASCII, as nearly always;
//! else UTF-8 is checked once for the whole text by the standard library. So strings can be walked byte by
//! byte; keys are compared with the key before them, so that duplicates and
//! disorder show without a set. The members of the outer three levels are noted as ranges on the
//! way, because whoever asks wants to look at `body`, `sig`, what is in them, and the fields of a record.

use memchr::memchr2;
use std::ops::Range;

/// How deep objects and arrays may lie in one another. Readers in other languages stop at their own
/// limits, of which the lowest in common use is above this one.
pub const MAX_DEPTH: usize = 64;

/// The largest integer, either way: all that a double holds exactly (RFC 7493, section 2.2).
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Why bytes are refused, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The offset of the byte, from 0.
    pub at: usize,
    /// What is wrong there.
    pub what: &'static str,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "byte {}: {}", self.at + 1, self.what)
    }
}

/// How many levels have their members noted.
const NOTED: usize = 3;

/// A member of an object in one of the outer levels, as ranges of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// 1 for a member of the outermost object, 2 for one of an object directly in it, and so on.
    pub(super) depth: usize,
    /// The key, without its quotes.
    pub(super) key: Range<usize>,
    /// The value, with its quotes or brackets.
    pub(super) value: Range<usize>,
}

/// Checks that `text` is one canonical value, and leaves the members of its outer levels in
/// `members`, inner ones before the outer one that holds them.
pub(super) fn scan(text: &[u8], members: &mut Vec<Member>) -> Result<(), Fault> {
    members.clear();
    let printable = !any(text, |byte| !(0x20..0x7f).contains(&byte));
    let controls = !printable && any(text, is_control);
    let mut scanner = Scanner { text, at: 0, controls, members };
    let scanned = scanner.value(0);
    let at = scanner.at;
    // What the scanner stopped at says more than "not UTF-8" unless the bad byte comes first.
    if !printable
        && let Err(error) = std::str::from_utf8(text)
        && scanned.map_or_else(|fault| fault.at >= error.valid_up_to(), |()| true)
    {
        return Err(Fault { at: error.valid_up_to(), what: "not UTF-8" });
    }
    scanned?;
    if at < text.len() {
        return Err(Fault { at, what: "something after the end of the value" });
    }
    Ok(())
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    /// Whether there are control characters somewhere.
    controls: bool,
    members: &'a mut Vec<Member>,
}

fn is_control(byte: u8) -> bool {
    byte < 0x20 || byte == 0x7f
}

/// Whether any byte is like that. Many are looked at in one step, since nothing makes the loop leave early.
fn any(text: &[u8], is: impl Fn(u8) -> bool) -> bool {
    text.iter().fold(0, |any, &byte| any | u8::from(is(byte))) != 0
}

/// Which bytes a key may have.
const IN_KEYS: [bool; 256] = {
    let mut in_keys = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        in_keys[byte] = matches!(byte as u8, b'a'..=b'z' | b'0'..=b'9' | b'_');
        byte += 1;
    }
    in_keys
};

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn fault<T>(&self, what: &'static str) -> Result<T, Fault> {
        let what = match self.peek() {
            None => "the text ends too early",
            Some(b' ' | b'\t' | b'\n' | b'\r') => "white space between tokens",
            Some(_) => what,
        };
        Err(Fault { at: self.at, what })
    }

    fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), Fault> {
        if self.peek() != Some(byte) {
            return self.fault(what);
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<(), Fault> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'{' | b'[') if depth == MAX_DEPTH => self.fault("nested too deeply"),
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.array(depth + 1),
            Some(b'-' | b'0'..=b'9') => self.integer(),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            _ => self.fault("no JSON value"),
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Fault> {
        if !self.text[self.at..].starts_with(word) {
            return self.fault("no JSON value");
        }
        self.at += word.len();
        Ok(())
    }

    fn object(&mut self, depth: usize) -> Result<(), Fault> {
        self.at += 1;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        let mut before: Range<usize> = 0..0;
        loop {
            let key = self.key()?;
            // Keys are ASCII, so the order of bytes is the order of UTF-16 units (RFC 8785, 3.2.3). Mostly the
            // first byte decides.
            let (last, this) = (&self.text[before], &self.text[key.clone()]);
            match last.first().cmp(&this.first()).then_with(|| last.cmp(this)) {
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Equal => {
                    return Err(Fault { at: key.start, what: "the same key twice" });
                }
                std::cmp::Ordering::Greater => {
                    return Err(Fault { at: key.start, what: "keys that are not sorted" });
                }
            }
            self.expect(b':', "no colon after the key")?;
            let start = self.at;
            self.value(depth)?;
            if depth <= NOTED {
                self.members.push(Member { depth, key: key.clone(), value: start..self.at });
            }
            before = key;
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => return self.expect(b'}', "neither a comma nor the end of the object"),
            }
        }
    }

    fn key(&mut self) -> Result<Range<usize>, Fault> {
        self.expect(b'"', "no key")?;
        let start = self.at;
        let after = self.text[start..].iter().position(|&byte| !IN_KEYS[usize::from(byte)]);
        self.at = after.map_or(self.text.len(), |length| start + length);
        let key = start..self.at;
        if self.peek() != Some(b'"') || key.is_empty() {
            return Err(Fault { at: self.at, what: "a key has other characters than a-z 0-9 _" });
        }
        self.at += 1;
        Ok(key)
    }

    fn array(&mut self, depth: usize) -> Result<(), Fault> {
        self.at += 1;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value(depth)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                _ => return self.expect(b']', "neither a comma nor the end of the array"),
            }
        }
    }

    /// How many bytes a string passes over without a look: up to a `"`, a `\`, or a control character.
    fn plain(&self) -> usize {
        let rest = &self.text[self.at..];
        let length = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        match self.controls {
            false => length,
            true => rest[..length].iter().position(|&byte| is_control(byte)).unwrap_or(length),
        }
    }

    fn string(&mut self) -> Result<(), Fault> {
        self.at += 1;
        loop {
            self.at += self.plain();
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => match self.text.get(self.at + 1) {
                    Some(b'"' | b'\\' | b'n' | b't') => self.at += 2,
                    Some(_) => {
                        return Err(Fault {
                            at: self.at,
                            what: "an escape other than \\\" \\\\ \\n \\t",
                        });
                    }
                    None => return Err(Fault { at: self.at, what: "the text ends too early" }),
                },
                Some(_) => return Err(Fault { at: self.at, what: "a control character" }),
                None => return self.fault("the text ends too early"),
            }
        }
    }

    fn integer(&mut self) -> Result<(), Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let first = self.at;
        let mut value: u64 = 0;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            value = value.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        let written = &self.text[first..self.at];
        if matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return Err(Fault { at: start, what: "a number that is no integer" });
        }
        // "0" may only stand alone: neither "-0" nor "007".
        if written.is_empty() || (written[0] == b'0' && (written.len() > 1 || first > start)) {
            return Err(Fault { at: start, what: "an integer not in its shortest form" });
        }
        if value > MAX_INTEGER {
            return Err(Fault { at: start, what: "an integer beyond 9007199254740991" });
        }
        Ok(())
    }
}
