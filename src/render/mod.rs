//! Values → text. The one place where words for people are laid out, so that the command line,
//! the page and a comment on a pull request can't drift apart.

mod checkup;
mod diagnostics;
mod error;
mod paint;
mod plan;
mod source_line;

pub use checkup::checkup;
pub use diagnostics::diagnostics;
pub use error::error;
pub use paint::{Paint, Style};
pub use plan::plan;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a text needs of a value. Read from a copy: types that read from references as well would be read by twice the code.
fn view<T: DeserializeOwned>(value: &Value) -> Option<T> {
    crate::model::typed(value.clone()).ok()
}
