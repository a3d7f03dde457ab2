//! What a removal needs to know, which is less than a plan: `destroy`, and outputs of what is live.

use super::failure::failure;
use super::findings::{located, stop_on_error};
use super::prepared::Prepared;
use super::reading::read_with;
use super::secrets::Secrets;
use super::session::Session;
use super::validate::read_options;
use super::{Options, account, permissions};
use crate::diagnostic::{Code, Diagnostic, plain};
use crate::error::Error;
use crate::kinds;
use crate::manifest::{Read, ReadOptions, Source};
use crate::model::{Address, Kind};
use crate::plan::{self, Plan};
use crate::resource::{DesiredManifest, DesiredState};

/// Live state alone: neither bundles nor secrets nor values of variables are needed to look or to remove.
pub(super) async fn prepare_removal(
    session: &Session<'_>,
    sources: &[Source],
    options: &Options,
) -> Result<Prepared, Error> {
    let without_values =
        ReadOptions { without_values: true, ..read_options(options, session.credentials.account_id.as_deref()) };
    let (read, diagnostics) = read_with(sources, &without_values)?;
    let Read { desired, places, .. } = read;
    stop_on_error(&unknown_stores(&desired, options))?;
    // Nothing is done with values of secrets here, but whoever answers may know them.
    Secrets::read(session, options, &desired, &places, &mut Vec::new());
    match account::removal(session, &desired, &options.outputs).await {
        Ok(live) => {
            let plan = Plan { diagnostics, ..Plan::default() };
            let reads = session.client.sent().all();
            Ok(Prepared { payloads: Vec::new(), reads, desired, live, plan })
        }
        Err(failures) => {
            let error = permissions::examined(failure(located(&places, failures)), session, &desired).await;
            Err(permissions::explained(error, &desired, session.credentials))
        }
    }
}

/// Addresses that name no store of the run, or more than one: data must neither be thought deleted, nor be deleted unasked.
fn unknown_stores(desired: &DesiredState, options: &Options) -> Vec<Diagnostic> {
    let known: Vec<Address> = desired.stores.iter().map(kinds::address_of_store).collect();
    let finding = |typed: &String| {
        if desired.manifests.iter().any(|worker| is_of_worker(worker, typed)) {
            return None;
        }
        let named: Vec<&Address> = known.iter().filter(|address| address.is_named(typed)).collect();
        match named.as_slice() {
            [] => Some(no_such_store(typed, &known)),
            [_] => None,
            several => Some(plan::unclear_address(typed, several.iter().copied())),
        }
    };
    options.delete_data.iter().filter_map(finding).collect()
}

/// Whether it names a Worker, or a class of Durable Objects that is one of it.
fn is_of_worker(worker: &DesiredManifest, typed: &str) -> bool {
    let Ok(address) = typed.parse::<Address>() else { return false };
    let is_here = |address: Address| address.of_account(&worker.identity.account).is_named(typed);
    match address.kind {
        Kind::Script => is_here(Address::script(&worker.script.name)),
        Kind::Workflow => worker.script.own_workflows().keys().any(|name| is_here(Address::workflow(name))),
        Kind::Class => is_here(Address::class(&worker.script.name, address.class_name())),
        _ => false,
    }
}

fn no_such_store(typed: &str, known: &[Address]) -> Diagnostic {
    let message = format!("`{}` names no store and no Worker of these manifests", plain(typed, 200));
    let is_one = |address: &Address| known.iter().filter(|other| other.short() == address.short()).count() == 1;
    let told = known.iter().map(|address| if is_one(address) { address.short() } else { address.clone() });
    let told: Vec<String> = told.map(|address| address.to_string()).collect();
    let help = match told.as_slice() {
        [] => "they describe no store: leave it out".to_owned(),
        told => format!("their stores: {}", told.join(", ")),
    };
    Diagnostic::error(Code::NoSuchStore, message).with_help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_deleted_only_where_an_address_names_one_store() {
        let document = |account: &str| {
            let (version, kind) = ("cloudflare.project-planton.org/v1", "CloudflareKvNamespace");
            let spec = format!("{{ account_id: {}, namespace_name: shop }}", account.repeat(32));
            format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{ name: shop }}\nspec: {spec}\n---\n")
        };
        let said = |accounts: &[&str], address: &str| -> Vec<String> {
            let text = accounts.iter().map(|account| document(account)).collect();
            let source = Source { name: "a.yaml".into(), text };
            let desired = kinds::read(&[source], &ReadOptions::default()).desired;
            let options = Options { delete_data: vec![address.into()], ..Options::default() };
            unknown_stores(&desired, &options).into_iter().map(|finding| finding.message).collect()
        };
        assert_eq!(said(&["a"], "kv:shop"), Vec::<String>::new());
        assert_eq!(said(&["a"], "kv:other"), ["`kv:other` names no store and no Worker of these manifests"]);
        let unclear = "`kv:shop` stands for several resources of this run, in different accounts";
        assert_eq!(said(&["a", "b"], "kv:shop"), [unclear]);
        for accounts in [&["a"][..], &["a", "b"]] {
            assert_eq!(said(accounts, &format!("kv:account/{}/shop", "a".repeat(32))), Vec::<String>::new());
        }
    }
}
