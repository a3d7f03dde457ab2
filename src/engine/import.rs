//! `import`: configurations of wrangler's as manifests.

use schemars::JsonSchema;
use serde::Serialize;

use super::Options;
use super::validate::read_options;
use crate::diagnostic::{Code, Diagnostic, Place, any_error};
use crate::kinds;
use crate::manifest::Source;

/// What an import says.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Import")]
pub struct Imported {
    /// No finding is an error: there is a manifest of each environment.
    pub ok: bool,
    /// The manifests, by file and environment.
    pub manifests: Vec<ImportedManifest>,
    /// All findings; what was not taken over is a warning, and a comment in its manifest.
    pub diagnostics: Vec<Diagnostic>,
}

/// A manifest that was made of a configuration.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ImportedManifest {
    /// The configuration.
    pub file: String,
    /// Its environment; absent: the top level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// YAML, with comments.
    pub text: String,
}

/// Stands for the account where none is named: a manifest without one takes that of its run, so none is written.
const ANY_ACCOUNT: &str = "00000000000000000000000000000000";

/// Writes configurations as manifests: one of each environment, or of the one that the options name.
pub fn import(sources: &[Source], options: &Options) -> Imported {
    let written = kinds::written(sources, &read_options(options, Some(ANY_ACCOUNT)));
    if written.is_empty() {
        let message = "there is no configuration of wrangler's to import";
        let help = "name a `wrangler.jsonc`, `wrangler.json` or `wrangler.toml`";
        let finding = Diagnostic::error(Code::Empty, message).with_help(help).at(sources.first().map(start));
        return Imported { ok: false, manifests: Vec::new(), diagnostics: vec![finding] };
    }
    let (mut manifests, mut diagnostics) = (Vec::new(), Vec::<Diagnostic>::new());
    for each in written {
        manifests.extend(each.text.map(|text| ImportedManifest {
            file: each.source,
            environment: each.environment,
            text,
        }));
        // What holds for all environments is said once.
        diagnostics
            .extend(each.diagnostics.into_iter().filter(|finding| !diagnostics.contains(finding)).collect::<Vec<_>>());
    }
    Imported { ok: !any_error(&diagnostics), manifests, diagnostics }
}

fn start(source: &Source) -> Place {
    Place { file: source.name.clone(), line: 1, column: 1, end_line: 1, end_column: 1 }
}
