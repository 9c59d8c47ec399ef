//! The one way to write a value: RFC 8785 (JCS) in a narrower alphabet.
//!
//! ```text
//! {"kind":"note","nonce":"4abe…","prev":[],"v":1,"why":{"reason":"said \"yes\"\nand left"}}
//! ```
//!
//! JCS fixes order, white space, escapes and numbers. What JSON tools still disagree on is left out
//! of the alphabet altogether: keys are `[a-z0-9_]+`, numbers are integers within ±(2^53−1), strings
//! hold no control characters but `\n` and `\t` and no U+007F. [`emit`] refuses anything else with
//! its place and a hint, and never changes what somebody wrote; [`check`] accepts a text exactly when
//! emitting what it says gives the same bytes, which rules out duplicate keys and every other trick.

use super::scan::scan;
pub use super::scan::{Fault, MAX_DEPTH, MAX_INTEGER};
use crate::outcome::Failure;
use memchr::memchr;
use serde_json::{Map, Number, Value};
use std::borrow::Cow;
use std::fmt;

/// Why a value can't be written, where in it, and what helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The keys that lead there, joined by dots: `why.reason`.
    pub path: String,
    /// What is wrong, with the position where there is one.
    pub what: String,
    /// What helps.
    pub hint: &'static str,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.what),
            path => write!(f, "{path}: {}", self.what),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        Failure::new(refusal.to_string()).hint(refusal.hint)
    }
}

/// Checks that `text` is canonical: no more and no less than [`emit`] would write.
pub fn check(text: &[u8]) -> Result<(), Fault> {
    scan(text, &mut Vec::new())
}

/// Writes a value in its canonical form.
pub fn emit(value: &Value) -> Result<String, Refusal> {
    let mut text = String::new();
    Emitter { text: &mut text, path: Vec::new() }.value(value)?;
    Ok(text)
}

/// Writes a string in its canonical form, quotes included.
pub fn emit_string(string: &str) -> Result<String, Refusal> {
    let mut text = String::new();
    Emitter { text: &mut text, path: Vec::new() }.string(string)?;
    Ok(text)
}

/// What a canonical string says: `quoted` is as it stands in the text, quotes included. `None` for
/// bytes that are no canonical string.
pub(super) fn string(quoted: &[u8]) -> Option<Cow<'_, str>> {
    let inner = std::str::from_utf8(quoted).ok()?.strip_prefix('"')?.strip_suffix('"')?;
    if memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    let mut plain = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next()? {
                'n' => '\n',
                't' => '\t',
                other => other,
            },
            other => other,
        });
    }
    Some(Cow::Owned(plain))
}

struct Emitter<'a> {
    text: &'a mut String,
    path: Vec<String>,
}

impl Emitter<'_> {
    fn refuse<T>(&self, what: impl Into<String>, hint: &'static str) -> Result<T, Refusal> {
        Err(Refusal { path: self.path.join("."), what: what.into(), hint })
    }

    fn value(&mut self, value: &Value) -> Result<(), Refusal> {
        match value {
            Value::Null => self.text.push_str("null"),
            Value::Bool(true) => self.text.push_str("true"),
            Value::Bool(false) => self.text.push_str("false"),
            Value::Number(number) => self.integer(number)?,
            Value::String(string) => self.string(string)?,
            Value::Array(_) | Value::Object(_) if self.path.len() >= MAX_DEPTH => {
                return self.refuse(
                    format!("nested more than {MAX_DEPTH} levels deep"),
                    "flatten it, or keep it elsewhere and record its digest",
                );
            }
            Value::Array(values) => self.array(values)?,
            Value::Object(members) => self.object(members)?,
        }
        Ok(())
    }

    fn array(&mut self, values: &[Value]) -> Result<(), Refusal> {
        self.text.push('[');
        for (number, value) in values.iter().enumerate() {
            if number > 0 {
                self.text.push(',');
            }
            self.path.push((number + 1).to_string());
            self.value(value)?;
            self.path.pop();
        }
        self.text.push(']');
        Ok(())
    }

    fn object(&mut self, members: &Map<String, Value>) -> Result<(), Refusal> {
        // serde_json keeps its keys sorted unless some crate of the build asks it not to.
        let mut members: Vec<_> = members.iter().collect();
        members.sort_unstable_by_key(|(key, _)| *key);
        self.text.push('{');
        for (number, (key, value)) in members.into_iter().enumerate() {
            if number > 0 {
                self.text.push(',');
            }
            if key.is_empty() || !key.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
            {
                return self.refuse(
                    format!("the key '{}' can't be recorded", key.escape_debug()),
                    "keys are made of a-z, 0-9 and _",
                );
            }
            self.text.push('"');
            self.text.push_str(key);
            self.text.push_str("\":");
            self.path.push(key.clone());
            self.value(value)?;
            self.path.pop();
        }
        self.text.push('}');
        Ok(())
    }

    fn integer(&mut self, number: &Number) -> Result<(), Refusal> {
        let size = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
        match size {
            Some(size) if size <= MAX_INTEGER => {
                self.text.push_str(&number.to_string());
                Ok(())
            }
            Some(_) => self.refuse(
                format!("{number} is beyond 9007199254740991, which not every JSON tool can hold"),
                "write it as text",
            ),
            None => self.refuse(
                format!("{number} is no integer, and JSON tools don't agree on how to write it"),
                "use a smaller unit, or write it as text",
            ),
        }
    }

    fn string(&mut self, string: &str) -> Result<(), Refusal> {
        self.text.push('"');
        for (number, character) in string.chars().enumerate() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\t' => self.text.push_str("\\t"),
                '\0'..='\x1f' | '\x7f' => {
                    return self.refuse(
                        format!(
                            "character {} is the control character U+{:04X}",
                            number + 1,
                            u32::from(character)
                        ),
                        match character {
                            '\r' => "end lines with \\n alone, for instance with `tr -d '\\r'`",
                            '\x1b' => "leave out the colours, for instance with `--no-color`",
                            _ => {
                                "text may hold line breaks and tabs, and no other control character"
                            }
                        },
                    );
                }
                plain => self.text.push(plain),
            }
        }
        self.text.push('"');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn whoever_records_a_control_character_is_told_how_to_do_without() {
        let hint = |text: &str| emit(&json!({"why": text})).unwrap_err().hint;
        assert!(hint("two\r\nlines").contains("tr -d"));
        assert!(hint("\u{1b}[31mred").contains("--no-color"));
        assert!(hint("\u{7f}").contains("no other control character"));
        assert!(hint("\0").contains("no other control character"));
    }

    #[test]
    fn a_value_is_written_in_its_canonical_form() {
        let value = json!({"b": [1, -2, true, null, "é\"\\\n\t/\u{2028}"], "a": {}, "a_1": []});
        assert_eq!(
            emit(&value).unwrap(),
            "{\"a\":{},\"a_1\":[],\"b\":[1,-2,true,null,\"é\\\"\\\\\\n\\t/\u{2028}\"]}"
        );
    }

    #[test]
    fn what_the_alphabet_lacks_is_refused_with_its_place() {
        let cases = [
            (
                json!({"why": {"reason": "done\r\n"}}),
                "why.reason: character 5 is the control character U+000D",
            ),
            (json!({"x": "\u{7f}"}), "x: character 1 is the control character U+007F"),
            (json!({"x": ["", "\0"]}), "x.2: character 1 is the control character U+0000"),
            (json!({"x": 1.5}), "x: 1.5 is no integer"),
            (json!({"x": 1.0}), "x: 1.0 is no integer"),
            (json!({"x": 9_007_199_254_740_992_u64}), "x: 9007199254740992 is beyond"),
            (json!({"x": -9_007_199_254_740_992_i64}), "x: -9007199254740992 is beyond"),
            (json!({"x": {"Y": 1}}), "x: the key 'Y' can't be recorded"),
            (json!({"": 1}), "the key '' can't be recorded"),
        ];
        for (value, message) in cases {
            let refusal = emit(&value).unwrap_err();
            assert!(refusal.to_string().starts_with(message), "{refusal}");
            assert!(!refusal.hint.is_empty());
        }
    }

    #[test]
    fn depth_ends_at_the_same_level_for_writing_and_reading() {
        let nested = |levels: usize| (0..levels).fold(json!(0), |inner, _| json!([inner]));
        let deepest = emit(&nested(MAX_DEPTH)).unwrap();
        check(deepest.as_bytes()).unwrap();
        assert!(emit(&nested(MAX_DEPTH + 1)).is_err());
        assert!(check(format!("[{deepest}]").as_bytes()).is_err());
        assert!(check("[".repeat(1_000_000).as_bytes()).is_err());
    }

    #[test]
    fn each_trick_is_refused_where_it_stands() {
        let cases: &[(&[u8], usize, &str)] = &[
            (b"{\"a\":1,\"a\":1}", 8, "the same key twice"),
            (b"{\"b\":1,\"a\":1}", 8, "keys that are not sorted"),
            (b"{\"a\": 1}", 5, "white space between tokens"),
            (b" {}", 0, "white space between tokens"),
            (b"{}\n", 2, "something after the end of the value"),
            (b"{\"A\":1}", 2, "a key has other characters than a-z 0-9 _"),
            (b"{\"\":1}", 2, "a key has other characters than a-z 0-9 _"),
            (b"{\"\\u0061\":1}", 2, "a key has other characters than a-z 0-9 _"),
            (b"\"\\u0061\"", 1, "an escape other than \\\" \\\\ \\n \\t"),
            (b"\"\\/\"", 1, "an escape other than \\\" \\\\ \\n \\t"),
            (b"\"\\r\"", 1, "an escape other than \\\" \\\\ \\n \\t"),
            (b"\"a\nb\"", 2, "a control character"),
            (b"\"\x7f\"", 1, "a control character"),
            (b"\"\0\"", 1, "a control character"),
            (b"\"\xff\"", 1, "not UTF-8"),
            (b"\"\xed\xa0\x80\"", 1, "not UTF-8"),
            (b"\xef\xbb\xbf{}", 0, "no JSON value"),
            (b"1.0", 0, "a number that is no integer"),
            (b"1e3", 0, "a number that is no integer"),
            (b"-0", 0, "an integer not in its shortest form"),
            (b"01", 0, "an integer not in its shortest form"),
            (b"-", 0, "an integer not in its shortest form"),
            (b"9007199254740992", 0, "an integer beyond 9007199254740991"),
            (b"99999999999999999999999", 0, "an integer beyond 9007199254740991"),
            (b"[1,]", 3, "no JSON value"),
            (b"{\"a\":1,}", 7, "no key"),
            (b"nul", 0, "no JSON value"),
            (b"\"abc", 4, "the text ends too early"),
            (b"\"abc\\", 4, "the text ends too early"),
            (b"", 0, "the text ends too early"),
        ];
        for (text, at, what) in cases {
            let fault = check(text).unwrap_err();
            assert_eq!((fault.at, fault.what), (*at, *what), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn strings_come_back_as_they_went_in() {
        for text in ["", "plain", "a\"b\\c\nd\te", "\\n", "é/\u{2028}😀"] {
            let quoted = emit_string(text).unwrap();
            check(quoted.as_bytes()).unwrap();
            assert_eq!(string(quoted.as_bytes()).unwrap(), text);
        }
        assert_eq!(string(b"null"), None);
    }

    /// Any JSON, canonical or nearly so.
    fn nearly() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_string()),
            any::<i64>().prop_map(|n| (n >> (n & 31)).to_string()),
            any::<f32>().prop_map(|n| n.to_string()),
            "\"([a-z\"\\\\\\n\\t é\u{7f}]|\\\\[nt\"\\\\r/])*\"",
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4)
                    .prop_map(|values| format!("[{}]", values.join(","))),
                prop::collection::vec(("[a-c]{1,2}|[A ]", inner), 0..4).prop_map(|mut members| {
                    if members.len() != 3 {
                        members.sort();
                    }
                    let members: Vec<_> =
                        members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                    format!("{{{}}}", members.join(","))
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn a_text_passes_exactly_when_emitting_it_gives_the_same_bytes(text in nearly()) {
            let emitted = serde_json::from_str::<Value>(&text).ok().and_then(|v| emit(&v).ok());
            prop_assert_eq!(check(text.as_bytes()).is_ok(), emitted.as_deref() == Some(&*text));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = check(&bytes);
            let _ = string(&bytes);
        }
    }
}
