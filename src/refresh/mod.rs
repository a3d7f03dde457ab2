//! What is asked → what the account answers. Kinds say what is asked, and what answers come to.

mod known;
mod rounds;

pub use known::Known;
pub use rounds::{Answers, Failed, gather, hear, rounds};
