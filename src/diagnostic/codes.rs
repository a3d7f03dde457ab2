//! Every stable code, with the text that `explain CODE` prints.
//!
//! A code never changes its meaning once released. `01..` manifest, `02..` references and inputs,
//! `03..` bundle and R2, `04..` credentials and permissions, `05..` ownership and conflicts,
//! `06..` requests to Cloudflare, `09..` the engine itself.

use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($name:ident = $text:literal: $title:literal, $explain:literal;)*) => {
        /// Stable code of a finding or an error.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// All codes, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as users see it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Its title.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What it means and what to do.
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$name => $explain,)* }
            }
        }
    };
}

codes! {
    Syntax = "CFD0101": "the file is not YAML",
        "The text could not be read as YAML 1.2. The place names where reading stopped; the cause is often a line or two above it: a missing colon, a tab, an unclosed quote or bracket.";
    Internal = "CFD0901": "the engine failed",
        "The engine met a state that it does not handle. This is a defect of cfworker-deploy, never of your manifest. If a write may have been sent, run the same command again: it looks before it writes.";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The text of `explain CODE`, or nothing for a code that does not exist.
pub fn explain(code: &str) -> Option<String> {
    let wanted = code.to_ascii_uppercase();
    let code = Code::ALL.iter().find(|code| code.as_str() == wanted)?;
    Some(format!("{code}: {}\n\n{}\n", code.title(), code.explanation()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Code;

    #[test]
    fn codes_are_unique_and_explained() {
        let texts: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.as_str().starts_with("CFD") && code.as_str().len() == 7, "{code}");
            assert!(code.explanation().len() > 60, "{code} says too little");
        }
    }
}
