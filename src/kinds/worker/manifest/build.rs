//! How the code of a Worker is built: stated for whoever has the files, and never run here.

use super::spec;
use crate::manifest::text::filled;
use crate::resource::Build;

/// The build of a document without errors.
pub(super) fn lower(stated: Option<&spec::Build>) -> Option<Build> {
    let stated = stated?;
    Some(Build { command: filled(&stated.command)?.to_owned(), output: filled(&stated.output)?.to_owned() })
}
