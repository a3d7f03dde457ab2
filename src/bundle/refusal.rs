//! What is said of a bundle that can't be used, whatever its form.

use super::module_name::check_module_name;
use crate::diagnostic::{Code, Diagnostic, plain};

/// Checks a module's name.
///
/// # Errors
/// The finding.
pub(super) fn check_name(name: &str) -> Result<(), Diagnostic> {
    check_module_name(name).map_err(|reason| {
        Diagnostic::error(Code::ModuleName, format!("the module name `{}` {reason}", plain(name, 100)))
            .with_help("use a relative path such as `index.js` or `lib/a.wasm`")
    })
}

/// The finding about a bundle that can't be read.
pub(super) fn unreadable(reason: &str) -> Diagnostic {
    Diagnostic::error(Code::BundleUnreadable, format!("the bundle can't be read: {}", plain(reason, 200)))
}
