//! wrangler's configuration, read like a manifest: `wrangler.jsonc`, `wrangler.json` and `wrangler.toml`.
//!
//! Text becomes a tree with places; the keys of one environment, as wrangler lets them be inherited, become those of a
//! `CloudflareWorker` by one table. Each value keeps its place in the file, so that whatever is found out about it later
//! points there. What has no equivalent is told: nothing is left out silently.
//!
//! <https://developers.cloudflare.com/workers/wrangler/configuration/>

mod bindings;
mod bundle;
mod draft;
mod environment;
mod jsonc;
mod keys;
mod lines;
#[cfg(test)]
mod listing;
mod overlay;
mod routes;
mod rules;
mod secrets;
mod stores;
mod toml;
mod tree;
mod walk;
mod whole;

use crate::diagnostic::{Code, Diagnostic, any_error};
use crate::manifest::dialect::{Dialect, Given};
use crate::manifest::tree::{Content, Document, Node};

/// wrangler's configuration as documents.
pub struct Wrangler;

/// How a configuration is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// JSON, with comments and trailing commas.
    Json,
    /// TOML.
    Toml,
}

impl Dialect for Wrangler {
    fn is_for(&self, file: &str) -> bool {
        form_of(file).is_some()
    }

    fn documents(&self, given: &Given<'_>) -> (Vec<Document>, Vec<Diagnostic>) {
        let form = form_of(given.file).unwrap_or(Form::Json);
        let root = match root_of(form, given.file, given.text) {
            Ok(root) => root,
            Err(findings) => return (Vec::new(), findings),
        };
        let (roots, mut findings) = walk::documents(given, &root);
        let damaged = any_error(&findings);
        let document = |(index_in_source, root)| Document {
            file: given.file.into(),
            source: given.source,
            index_in_source,
            damaged,
            set: Vec::new(),
            root,
        };
        let mut documents: Vec<Document> = roots.into_iter().enumerate().map(document).collect();
        if let Some(worker) = documents.first_mut() {
            if let Some(overlay) = given.overlay {
                findings.extend(overlay::lay(worker, overlay, given.options.environment.as_deref()));
            }
            findings.extend(bundle::missing(worker, given.options.guesses));
        }
        (documents, findings)
    }

    fn environments(&self, file: &str, text: &str) -> Vec<String> {
        let root = form_of(file).and_then(|form| root_of(form, file, text).ok());
        let all = root.as_ref().and_then(|root| tree::member(root, "env"));
        all.iter().flat_map(|all| tree::entries(&all.value)).map(|entry| entry.key.text.clone()).collect()
    }

    fn manifest_in(&self, file: &str, text: &str) -> Option<Vec<Node>> {
        let form = form_of(file)?;
        let root = root_of(form, file, text).ok()?;
        let inline = tree::member(&root, overlay::KEY).map(|inline| inline.value.clone());
        Some(inline.into_iter().chain([secrets::of_development(&root)]).collect())
    }
}

/// By its name: JSON is wrangler's where it has comments in its name or wrangler's own; all else may be a manifest.
fn form_of(file: &str) -> Option<Form> {
    let name = file.rsplit(['/', '\\']).next().unwrap_or_default();
    match name.rsplit_once('.') {
        Some((_, "toml")) => Some(Form::Toml),
        Some((_, "jsonc")) => Some(Form::Json),
        Some((stem, "json")) if stem == "wrangler" || stem.starts_with("wrangler.") => Some(Form::Json),
        _ => None,
    }
}

/// The mapping that a configuration is.
fn root_of(form: Form, file: &str, text: &str) -> Result<Node, Vec<Diagnostic>> {
    let root = match form {
        Form::Json => jsonc::read(file, text)?,
        Form::Toml => toml::read(file, text).map_err(|finding| vec![finding])?,
    };
    tree::within_limits(&root, file).map_err(|finding| vec![finding])?;
    if matches!(root.content, Content::Mapping(_)) {
        return Ok(root);
    }
    let finding = Diagnostic::error(Code::WrongType, "a configuration of wrangler is a mapping of keys");
    Err(vec![finding.at(Some(root.span.in_file(file)))])
}

#[cfg(test)]
mod tests {
    use super::{Form, form_of};

    #[test]
    fn a_configuration_of_wrangler_is_told_by_its_name_alone() {
        assert_eq!(form_of("a/wrangler.jsonc"), Some(Form::Json));
        assert_eq!(form_of("staging.jsonc"), Some(Form::Json));
        assert_eq!(form_of("wrangler.json"), Some(Form::Json));
        assert_eq!(form_of("wrangler.staging.json"), Some(Form::Json));
        assert_eq!(form_of("b\\wrangler.toml"), Some(Form::Toml));
        for manifest in
            ["manifest.json", "my-wrangler.json", "cfworker.yaml", "wrangler.yaml", "<stdin>", "manifest", "toml"]
        {
            assert_eq!(form_of(manifest), None, "{manifest}");
        }
    }
}
