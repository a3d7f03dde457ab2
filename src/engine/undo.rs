//! What takes an apply back, as far as one command can: as data, since only the caller knows how it is spelt.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::manifest;
use crate::model::{Address, Field, Kind};
use crate::plan::{Action, Change, Plan};
use crate::resource::{DesiredRecord, DesiredState};

/// What takes an apply back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Undo {
    /// Which call it is.
    pub command: UndoCommand,
    /// Pairs of path and value for the option `set`, in the order of the changes.
    pub set: Vec<(String, String)>,
    /// The version that `rollback` goes back to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// SHA-256 of the bundle that was live, which the manifest has to name again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
    /// What stays: what was adopted or taken and does not come back so, with what it was; and stores that were made.
    pub leaves: Vec<Stays>,
}

/// The call that takes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UndoCommand {
    /// With the settings from before.
    #[default]
    Apply,
    /// Everything was new.
    Destroy,
    /// With the version from before.
    Rollback,
}

/// Something that the command does not put back.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "LeftByUndo")]
pub struct Stays {
    /// Of what.
    pub address: Address,
    /// Which part of it, when not all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What it was.
    pub was: Value,
}

/// Nothing where no command takes back all that is ours to take back.
pub(super) fn undo(plan: &Plan, desired: &DesiredState) -> Option<Undo> {
    let mut changes = plan.changes.iter().filter(|change| change.action != Action::NoOp).peekable();
    changes.peek()?;
    if let Some(version) = version_before(plan) {
        return Some(Undo { command: UndoCommand::Rollback, to: Some(version), ..Undo::default() });
    }
    let mut undo = Undo::default();
    if is_all_new(plan) {
        let made = plan.changes.iter().map(|change| &change.address).filter(|address| is_store(address, desired));
        undo.leaves = made.map(|address| Stays { address: address.clone(), path: None, was: Value::Null }).collect();
        let goes = undo.leaves.len() < plan.changes.len();
        return goes.then_some(Undo { command: UndoCommand::Destroy, ..undo });
    }
    let [_] = desired.manifests.as_slice() else { return None };
    changes.try_for_each(|change| undo.add(change, desired))?;
    (!undo.set.is_empty() || undo.bundle.is_some()).then_some(undo)
}

/// The version that got all requests before, where the plan is that another one gets them.
fn version_before(plan: &Plan) -> Option<String> {
    let [change] = plan.changes.as_slice() else { return None };
    let old = |path: &str| change.fields.iter().find(|field| field.path == path).map(|field| &field.old);
    let id = old("version_id")?.as_str()?;
    Some(old("version").and_then(Value::as_u64).map_or_else(|| id.to_owned(), |number| number.to_string()))
}

/// What stood before must outlive the undo. A destroy also removes what carries this identity and is not in the manifest
/// any more, such as the Worker under its earlier name: a plan names all that beside its changes.
fn is_all_new(plan: &Plan) -> bool {
    let beside = plan.orphans.len() + plan.kept.len() + plan.unmanaged.len();
    beside == 0 && plan.changes.iter().all(|change| change.action == Action::Create)
}

/// A destroy leaves stores, with what is in them.
fn is_store(address: &Address, desired: &DesiredState) -> bool {
    desired.stores.iter().any(|store| (store.address.kind, &store.address.key) == (address.kind, &address.key))
}

impl Undo {
    /// Nothing when the change can't be taken back.
    fn add(&mut self, change: &Change, desired: &DesiredState) -> Option<()> {
        match (change.kind, change.action) {
            (Kind::Script, Action::Update) => change.fields.iter().try_for_each(|field| self.add_setting(field)),
            (Kind::Record, Action::Update) => self.add_record(change, desired),
            (Kind::Record, Action::Adopt) => {
                self.add_record(change, desired)?;
                let comment = change.fields.iter().find(|field| field.path == "comment");
                self.leaves.extend(comment.map(|field| Stays {
                    address: change.address.clone(),
                    path: Some(field.path.clone()),
                    was: field.old.clone(),
                }));
                Some(())
            }
            (_, Action::Adopt) => {
                let was = change.before.clone().unwrap_or_default();
                self.leaves.push(Stays { address: change.address.clone(), path: None, was });
                Some(())
            }
            _ => None,
        }
    }

    /// A variable, or the bundle: what a secret was, nobody can say.
    fn add_setting(&mut self, field: &Field) -> Option<()> {
        if field.path == "bundle" {
            self.bundle = Some(field.old.get("sha256")?.as_str()?.to_owned());
            return Some(());
        }
        // A variable that was not there can't be taken away by a value.
        let (path, old, _) = (field.setting.as_ref()?, field.old.as_str()?, field.new.as_str()?);
        manifest::is_settable(path, old).then(|| self.set.push((path.clone(), old.to_owned())))
    }

    /// Type and content; a record that passed the Worker by is not put back to that.
    fn add_record(&mut self, change: &Change, desired: &DesiredState) -> Option<()> {
        // One block says what the records of all hosts hold: it can't put back that of one among several.
        let [host] = desired.manifests.first()?.routing.as_slice() else { return None };
        let DesiredRecord::Managed(wanted) = &host.record else { return None };
        let old = |path: &str, wanted: &str| {
            let field = change.fields.iter().find(|field| field.path == path);
            field.map_or_else(|| json!(wanted), |field| field.old.clone())
        };
        let was_proxied = change.fields.iter().all(|field| field.path != "proxied");
        let record = json!({ "type": old("type", &wanted.record_type), "content": old("content", &wanted.content) });
        was_proxied.then(|| self.set.push(("spec.dns.record".into(), record.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::read;
    use crate::manifest::{ReadOptions, Source};
    use crate::plan::Reason;

    const MANIFEST: &str = "apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: { name: shop, org: acme, env: test }
spec:
  account_id: 0123456789abcdef0123456789abcdef
  worker_name: shop
  script_bundle: { bucket: bundles, path: shop.js }
  dns: { enabled: true, zone_id: 1111111111111111111111111111111a, hostname: shop.example.com }
";

    fn desired() -> DesiredState {
        read(&[Source { name: "a".into(), text: MANIFEST.into() }], &ReadOptions::default()).desired
    }

    fn change(address: Address, action: Action, fields: Vec<Field>) -> Change {
        Change {
            kind: address.kind,
            address,
            action,
            from: None,
            permit: None,
            before: None,
            reason: Reason::Differs,
            needs: Vec::new(),
            first_without: Vec::new(),
            fields,
        }
    }

    fn variable(name: &str, old: impl Into<Value>, new: impl Into<Value>) -> Field {
        let setting = Some(format!("spec.env.variables.{name}"));
        Field { setting, ..Field::new(format!("variables.{name}"), old, new) }
    }

    fn script(action: Action, fields: Vec<Field>) -> Change {
        change(Address::script("shop"), action, fields)
    }

    fn record(action: Action, fields: Vec<Field>) -> Change {
        change(Address::record("shop.example.com"), action, fields)
    }

    fn of(changes: Vec<Change>) -> Option<Undo> {
        undo(&Plan { changes, ..Plan::default() }, &desired())
    }

    #[test]
    fn what_was_all_new_is_destroyed() {
        let created = || script(Action::Create, Vec::new());
        assert_eq!(of(vec![created()]).map(|undo| undo.command), Some(UndoCommand::Destroy));
        assert_eq!(of(vec![created(), record(Action::NoOp, Vec::new())]), None);
        assert_eq!(of(Vec::new()), None);
    }

    #[test]
    fn stores_that_were_made_stay_and_are_named() {
        let store = "---\napiVersion: cloudflare.project-planton.org/v1\nkind: CloudflareKvNamespace\n\
            metadata: { name: visits }\n\
            spec: { account_id: 0123456789abcdef0123456789abcdef, namespace_name: shop visits }\n";
        let text = format!("{MANIFEST}{store}");
        let desired = read(&[Source { name: "a".into(), text }], &ReadOptions::default()).desired;
        let address = Address::kv("shop visits");
        let made = || change(address.clone(), Action::Create, Vec::new());
        let of = |changes| undo(&Plan { changes, ..Plan::default() }, &desired);
        let both = of(vec![made(), script(Action::Create, Vec::new())]).expect("an undo");
        assert_eq!(both.command, UndoCommand::Destroy);
        assert_eq!(both.leaves, [Stays { address: address.clone(), path: None, was: Value::Null }]);
        assert_eq!(of(vec![made()]), None, "a destroy would do nothing");
    }

    #[test]
    fn variables_and_the_bundle_are_said_again() {
        let bundle = Field::new("bundle", json!({ "sha256": "ab" }), json!({ "sha256": "cd" }));
        let undo = of(vec![script(Action::Update, vec![bundle, variable("TEXT", "a", "b")])]).expect("an undo");
        assert_eq!((undo.bundle.as_deref(), undo.leaves.len()), (Some("ab"), 0));
        assert_eq!(undo.set, [("spec.env.variables.TEXT".to_owned(), "a".to_owned())]);
    }

    #[test]
    fn a_record_that_was_adopted_gets_its_content_back_and_not_its_comment() {
        let fields =
            vec![Field::new("content", "192.0.2.1", "100.0.0.1"), Field::new("comment", "our site", "cfwd1-x")];
        let undo = of(vec![record(Action::Adopt, fields)]).expect("an undo");
        let content = r#"{"content":"192.0.2.1","type":"A"}"#;
        assert_eq!(undo.set, [("spec.dns.record".to_owned(), content.to_owned())]);
        let address = Address::record("shop.example.com");
        assert_eq!(undo.leaves, [Stays { address, path: Some("comment".into()), was: json!("our site") }]);
    }

    #[test]
    fn going_to_another_version_is_taken_back_by_going_to_the_one_before() {
        let of_version = |number: Value| {
            let fields = vec![Field::new("version", number, 1), Field::new("version_id", "18f9-a", "18f9-b")];
            of(vec![script(Action::Update, fields)]).map(|undo| (undo.command, undo.to))
        };
        assert_eq!(of_version(json!(2)), Some((UndoCommand::Rollback, Some("2".into()))));
        assert_eq!(of_version(Value::Null), Some((UndoCommand::Rollback, Some("18f9-a".into()))));
    }

    #[test]
    fn nothing_is_offered_where_no_command_brings_all_of_ours_back() {
        let secret = Field::secret("secrets.KEY", true);
        for changes in [
            vec![script(Action::Update, vec![variable("NEW", Value::Null, "x")])],
            vec![script(Action::Update, vec![variable("GONE", "x", Value::Null)])],
            vec![script(Action::Update, vec![variable("TEXT", "$secrets-group/a/b", "x")])],
            vec![script(Action::Update, vec![Field::new("variables.A.B", "a", "b")])],
            vec![script(Action::Update, vec![variable("TEXT", "a", "b"), secret])],
            vec![script(Action::Update, Vec::new())],
            vec![script(Action::Update, vec![Field::new("bundle", json!({ "version": 1 }), Value::Null)])],
            vec![script(Action::Adopt, Vec::new())],
            vec![record(Action::Update, vec![Field::new("proxied", false, true)])],
            vec![
                script(Action::Update, vec![variable("TEXT", "a", "b")]),
                change(Address::route("a/*"), Action::Delete, Vec::new()),
            ],
        ] {
            assert_eq!(of(changes.clone()), None, "{changes:?}");
        }
    }
}
