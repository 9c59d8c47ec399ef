//! Foreign JSON, read strictly: what two programs could read differently is an error.
//!
//! ```text
//! {"id":1,"id":2}              the key 'id' stands there twice
//! [[[[…                        nested too deeply
//! 18446744073709551616         a number with more digits than can be kept
//! ```

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Reads one value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        // Ids are whole numbers; one that no longer fits would silently become another.
        if value.fract() == 0.0 && value.abs() >= 2f64.powi(63) {
            return Err(E::custom("a number with more digits than can be kept"));
        }
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Strict)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let value = members.next_value_seed(Strict)?;
            if object.contains_key(&key) {
                let key = key.escape_debug().to_string();
                return Err(A::Error::custom(format!("the key '{key}' stands there twice")));
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

/// Reads a text that holds one value, as some payloads carry JSON in a string.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict.deserialize(&mut deserializer).map_err(|error| error.to_string())?;
    deserializer.end().map_err(|error| error.to_string())?;
    Ok(value)
}

/// Looking into a value by a path of keys, as `head.repo.full_name`.
pub(super) trait Look {
    /// What stands at a path; `null` where nothing does.
    fn at(&self, path: &str) -> &Value;

    /// Whether there is something at every one of these paths, be it `null`.
    fn has(&self, paths: &[&str]) -> bool;

    /// A text that is not empty.
    fn text(&self, path: &str) -> Option<&str>;

    /// An id, as text: a text that is not empty, or a whole number.
    fn id(&self, path: &str) -> Option<String>;

    /// The items of a list; none where there is no list.
    fn items(&self, path: &str) -> &[Value];

    /// A moment in any of the spellings that forges use, in whole seconds.
    fn time(&self, path: &str) -> Option<i64>;

    /// Whether it is `true`.
    fn is(&self, path: &str) -> bool;
}

impl Look for Value {
    fn at(&self, path: &str) -> &Value {
        path.split('.').fold(self, |value, key| value.get(key).unwrap_or(&Value::Null))
    }

    fn has(&self, paths: &[&str]) -> bool {
        paths.iter().all(|path| {
            let mut at = Some(self);
            for key in path.split('.') {
                at = at.and_then(|value| value.get(key));
            }
            at.is_some()
        })
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.at(path).as_str().filter(|text| !text.is_empty())
    }

    fn id(&self, path: &str) -> Option<String> {
        match self.at(path) {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) if !number.is_f64() => Some(number.to_string()),
            _ => None,
        }
    }

    fn items(&self, path: &str) -> &[Value] {
        self.at(path).as_array().map_or(&[], Vec::as_slice)
    }

    fn time(&self, path: &str) -> Option<i64> {
        super::time::parse(self.text(path)?)
    }

    fn is(&self, path: &str) -> bool {
        self.at(path) == &Value::Bool(true)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        assert!(parse(r#"{"id":1,"id":2}"#).unwrap_err().contains("'id' stands there twice"));
        assert!(parse(r#"[{"a":{"b":1,"b":1}}]"#).unwrap_err().contains("'b'"));
        assert!(parse(&"[".repeat(100_000)).unwrap_err().contains("recursion"));
        assert!(parse("18446744073709551616").unwrap_err().contains("more digits"));
        assert!(parse("1 2").is_err() && parse("").is_err() && parse("{").is_err());
    }

    #[test]
    fn ids_are_kept_to_the_last_digit() {
        let value = parse(r#"{"id":9007199254740993,"name":"","x":{"y":[1]},"t":"a"}"#).unwrap();
        assert_eq!(value.id("id").unwrap(), "9007199254740993");
        assert_eq!((value.id("name"), value.id("x.z"), value.id("none")), (None, None, None));
        assert_eq!(value.items("x.y").len(), 1);
        assert!(value.has(&["x.y", "t"]) && !value.has(&["x.z"]));
        assert_eq!(parse("18446744073709551615").unwrap().to_string(), "18446744073709551615");
    }
}
