//! References to other resources: outputs that were given first, then the live account by name.

use std::collections::{BTreeMap, BTreeSet};

use super::known::Known;
use crate::binding::{Binding, Input, Reference};
use crate::cloudflare::{Api, kv};
use crate::diagnostic::{CallOption, Code, Diagnostic};
use crate::model::OutputSet;
use crate::resource::DesiredState;

/// Kind that a `$cloudflare-kv-namespace/…` reference points to.
const KV_NAMESPACE: &str = "CloudflareKvNamespace";

/// Account → title → ids of the KV namespaces of that title; an account that was not looked at is absent.
#[derive(Debug, Default)]
pub struct Namespaces(BTreeMap<String, BTreeMap<String, Vec<String>>>);

impl Namespaces {
    pub(super) fn index<'a>(accounts: impl Iterator<Item = &'a str>, known: &Known) -> Self {
        let accounts: BTreeSet<&str> = accounts.collect();
        let titles = accounts.into_iter().filter_map(|account| {
            let list = known.get(&kv::list(account))?;
            let mut titles: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for namespace in list.iter() {
                titles.entry(namespace.title.clone()).or_default().push(namespace.id.clone());
            }
            Some((account.to_owned(), titles))
        });
        Self(titles.collect())
    }
}

/// Puts values where references stand. A reference that stays open is a finding that names its field.
pub fn resolve(
    api: &Api,
    desired: &mut DesiredState,
    outputs: &OutputSet,
    namespaces: &Namespaces,
) -> Vec<(usize, Diagnostic)> {
    let mut findings = Vec::new();
    for manifest in &mut desired.manifests {
        let account = manifest.identity.account.clone();
        for binding in &mut manifest.script.bindings {
            let Some(reference) = binding.reference().cloned() else { continue };
            match value(api, &reference, &account, outputs, namespaces) {
                Ok(found) => set(binding, found),
                Err(finding) => findings.push((manifest.document, finding)),
            }
        }
    }
    findings
}

fn set(binding: &mut Binding, value: String) {
    match binding {
        Binding::KvNamespace(binding) => binding.namespace_id = Input::Value(value),
        Binding::PlainText(_) | Binding::SecretText(_) => {}
    }
}

fn value(
    api: &Api,
    reference: &Reference,
    account: &str,
    outputs: &OutputSet,
    namespaces: &Namespaces,
) -> Result<String, Diagnostic> {
    let given =
        outputs.get(&format!("{}/{}", reference.kind, reference.name)).and_then(|fields| fields.get(&reference.output));
    if let Some(text) = given.and_then(serde_json::Value::as_str) {
        return Ok(text.to_owned());
    }
    let open = |problem: String| {
        Diagnostic::error(
            Code::ReferenceUnresolved,
            format!("the reference to `{}` can't be resolved: {problem}", reference.name),
        )
        .on(reference.path.clone())
    };
    if reference.kind != KV_NAMESPACE || reference.output != "namespace_id" {
        return Err(open(format!("no outputs of `{}/{}` hold `{}`", reference.kind, reference.name, reference.output))
            .with_help("give them as a file of outputs")
            .by(CallOption::Outputs));
    }
    let Some(titles) = namespaces.0.get(account) else {
        return Err(open("the account was not looked at".into())
            .with_help("give credentials, or a file of outputs")
            .by(CallOption::Outputs));
    };
    match titles.get(&reference.name).map(Vec::as_slice).unwrap_or_default() {
        [id] => Ok(id.clone()),
        [] => {
            Err(open("the account has no KV namespace with that title".into())
                .with_help(creation(api, &reference.name)))
        }
        [_, _, ..] => {
            Err(open("several KV namespaces have that title".into()).with_help("use the namespace id instead"))
        }
    }
}

fn creation(api: &Api, title: &str) -> String {
    if api.is_local() {
        return format!(
            "create it by the API of Local Cloudflare: POST /accounts/ACCOUNT/storage/kv/namespaces \
             {{\"title\": \"{title}\"}}, address and token in .cfworker-deploy/local.json; or correct the name"
        );
    }
    format!("create it, such as `npx wrangler kv namespace create {title}`, or correct the name")
}
