//! Values → text. The one place where words for people are laid out, so that the command line,
//! the page and a comment on a pull request can't drift apart.

mod paint;
mod plan;

pub use paint::{Paint, Style};
pub use plan::plan;
