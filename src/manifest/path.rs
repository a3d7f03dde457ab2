//! Paths inside a document, such as `spec.kv_bindings[0].name`.

use std::fmt;

use serde_json::Value;

use super::keys::same_key;

/// One step down a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into a mapping, by key.
    Key(String),
    /// Into a list, counted from 0.
    Index(usize),
}

/// Steps from the root of a document; prints as dotted keys, `["…"]` around keys that hold a dot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<Step>);

impl Path {
    /// Reads a path as it prints; nothing when brackets or quotes don't close or a key is empty.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (step, tail) = next_step(rest, steps.is_empty())?;
            steps.push(step);
            rest = tail;
        }
        Some(Self(steps))
    }

    /// The path of an entry of the mapping here.
    pub fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.to_owned()))
    }

    /// The path of an item of the list here.
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    /// Its steps, outermost first.
    pub(crate) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The path of the mapping that the last key belongs to, and that key; nothing at the root and for items.
    pub(crate) fn parent(&self) -> Option<(Self, String)> {
        match self.0.split_last()? {
            (Step::Key(key), parent) => Some((Self(parent.to_vec()), key.clone())),
            (Step::Index(_), _) => None,
        }
    }

    /// Whether another path leads here or to something that this lies in; keys match in either spelling.
    pub(crate) fn starts_with(&self, other: &Self) -> bool {
        let same = |(one, two): (&Step, &Step)| match (one, two) {
            (Step::Key(one), Step::Key(two)) => same_key(one, two),
            (one, two) => one == two,
        };
        other.0.len() <= self.0.len() && self.0.iter().zip(&other.0).all(same)
    }

    /// The path one step down.
    pub(crate) fn step(&self, step: &Step) -> Self {
        self.with(step.clone())
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

/// The first step of `text` and what follows it.
fn next_step(text: &str, first: bool) -> Option<(Step, &str)> {
    if let Some(bracket) = text.strip_prefix('[') {
        return bracket_step(bracket);
    }
    let text = if first { text } else { text.strip_prefix('.')? };
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (key, tail) = text.split_at_checked(end)?;
    (!key.is_empty()).then(|| (Step::Key(key.to_owned()), tail))
}

/// `0]…` or `"a.b"]…`, the opening bracket already taken.
fn bracket_step(text: &str) -> Option<(Step, &str)> {
    if !text.starts_with('"') {
        let (index, tail) = text.split_once(']')?;
        return Some((Step::Index(index.parse().ok()?), tail));
    }
    let mut quoted = serde_json::Deserializer::from_slice(text.as_bytes()).into_iter::<Value>();
    let Value::String(key) = quoted.next()?.ok()? else { return None };
    let tail = text.get(quoted.byte_offset()..)?.strip_prefix(']')?;
    Some((Step::Key(key), tail))
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(formatter, "[{index}]")?,
                Step::Key(key) if key.is_empty() || key.contains(['.', '[', ']', '"']) => {
                    write!(formatter, "[{}]", Value::from(key.as_str()))?;
                }
                Step::Key(key) if position == 0 => formatter.write_str(key)?,
                Step::Key(key) => write!(formatter, ".{key}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn prints_what_it_reads() {
        for text in
            ["spec", "spec.env.variables.A", "spec.kv_bindings[0].name", "metadata.labels[\"a.b/c\"]", "a[\"\"]"]
        {
            assert_eq!(Path::parse(text).expect("a path").to_string(), text);
        }
    }

    #[test]
    fn refuses_what_does_not_close() {
        for text in ["a..b", ".a", "a[", "a[x]", "a[\"b]", "a[0]b"] {
            assert_eq!(Path::parse(text), None, "{text}");
        }
    }
}
