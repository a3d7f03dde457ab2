//! Worker routes.
//!
//! <https://developers.cloudflare.com/workers/configuration/routing/routes/>

/// A route that the manifest wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredRoute {
    /// Pattern with a lower-case A-label host and the path as written.
    pub pattern: String,
}
