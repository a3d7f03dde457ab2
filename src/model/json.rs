//! JSON values as types.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

/// A value as a type, of which an object must give each member by its name. `serde_json` also takes a list of a type's
/// members in their order: an answer that holds a list where an object is due would be read as something that it is not.
///
/// # Errors
/// Says what was found where something else is due.
pub fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(Typed(value))
}

struct Typed(Value);

impl Typed {
    fn unexpected(&self) -> Unexpected<'_> {
        match &self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(_) => Unexpected::Other("a number"),
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        }
    }
}

impl<'de> Deserializer<'de> for Typed {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => number.deserialize_any(visitor),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => {
                let mut items = SeqDeserializer::new(items.into_iter().map(Typed));
                let read = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(read)
            }
            Value::Object(_) => self.deserialize_struct("", &[], visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Value::Object(members) = self.0 else { return Err(Error::invalid_type(self.unexpected(), &visitor)) };
        let mut members = MapDeserializer::new(members.into_iter().map(|(name, value)| (name, Typed(value))));
        let read = visitor.visit_map(&mut members)?;
        members.end()?;
        Ok(read)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// Words alone: no variant of ours holds a value.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(word) => word.into_deserializer().deserialize_enum(name, variants, visitor),
            _ => Err(Error::invalid_type(self.unexpected(), &visitor)),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Error> for Typed {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::typed;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Outer {
        word: Word,
        inner: Vec<Inner>,
        number: Option<f64>,
        #[serde(default)]
        absent: Option<String>,
        pair: (String, u8),
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Inner {
        text: String,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        One,
    }

    fn outer() -> Value {
        json!({ "word": "one", "inner": [{ "text": "a" }], "number": 1, "absent": null, "pair": ["b", 2], "more": [] })
    }

    #[test]
    fn reads_what_serde_json_reads() {
        let expected: Outer = serde_json::from_value(outer()).expect("a value");
        assert_eq!(typed::<Outer>(outer()).expect("a value"), expected);
    }

    #[test]
    fn says_what_is_wrong() {
        for (pointer, value, said) in [
            ("/inner/0", json!(["a"]), "invalid type: sequence, expected struct Inner"),
            ("/inner/0/text", json!(1), "invalid type: integer `1`, expected a string"),
            ("/inner", json!({}), "invalid type: map, expected a sequence"),
            ("/word", json!("two"), "unknown variant `two`, expected `one`"),
            ("/word", json!({ "one": null }), "invalid type: map, expected enum Word"),
            ("/pair", json!(["b", 2, 3]), "invalid length 3, expected 2 elements in sequence"),
        ] {
            let mut outer = outer();
            *outer.pointer_mut(pointer).expect("a member") = value;
            assert_eq!(typed::<Outer>(outer).expect_err("wrong").to_string(), said);
        }
    }
}
