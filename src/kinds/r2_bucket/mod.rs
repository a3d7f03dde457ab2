//! `CloudflareR2Bucket`: a bucket, who may read it, and what becomes of its objects.
//!
//! <https://developers.cloudflare.com/r2/buckets/>

mod check;
mod domains;
mod spec;
mod wanted;
mod words;

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::store::{self, Store, text};
use crate::cloudflare::permissions::{Grant, R2};
use crate::cloudflare::{Call, Family, Look, ReadOf, r2_buckets};
use crate::diagnostic::{Code, Diagnostic};
use crate::http::Method;
use crate::manifest::{DocumentKind, Lowered, Moved, Reading, json_schema};
use crate::model::{Address, Field, Kind};
use crate::resource::{DesiredStore, LiveStore};

use domains::{is_enabled, live_domain};
pub(super) use spec::Spec;

/// Its word under `kind`.
pub(super) const NAME: &str = "CloudflareR2Bucket";

/// What Cloudflare says of a bucket that is to be deleted and has objects, and the way out.
const NOT_EMPTY: (i64, &str) = (10008, "delete the objects first, in the dashboard or with a client of S3");

/// The output that is the address of its custom domain.
const CUSTOM_DOMAIN_URL: &str = "custom_domain_url";

/// An R2 bucket.
pub(super) struct R2Bucket;

impl DocumentKind for R2Bucket {
    fn name(&self) -> &'static str {
        NAME
    }

    fn shape(&self) -> &'static Value {
        json_schema::shape(NAME)
    }

    fn moved(&self) -> &'static [Moved] {
        &[("spec", "name", Some("bucket_name"), "use `bucket_name`")]
    }

    fn read(&self, reading: &mut Reading<'_, '_>) -> Lowered {
        store::read(self, reading, |spec: &Spec, _, path, reading| {
            let zone = check::check(spec, path, reading);
            wanted::wanted(spec, zone)
        })
    }
}

fn jurisdiction(wanted: &Value) -> Option<&str> {
    text(wanted, "jurisdiction")
}

fn live_rules(live: &LiveStore, which: &str) -> Value {
    let rules = live.settings.get(which).and_then(|answer| answer.get("rules")).cloned().unwrap_or_else(|| json!([]));
    wanted::plain(&rules)
}

impl Store for R2Bucket {
    fn address(&self, name: &str) -> Address {
        Address::new(Kind::Bucket, name)
    }

    fn noun(&self) -> &'static str {
        "R2 bucket"
    }

    fn grant(&self) -> Grant {
        R2
    }

    fn look(&self, account: &str, name: &str) -> Look {
        Look::Alone(r2_buckets::read(account, name, None, &[]))
    }

    fn look_for_output(&self, account: &str, name: &str, output: &str) -> Look {
        match output {
            CUSTOM_DOMAIN_URL => Look::Alone(r2_buckets::read(account, name, None, &["domains", "custom"])),
            _ => self.look(account, name),
        }
    }

    /// Of several hosts none is *the* one.
    fn output_elsewhere(&self, store: &DesiredStore, output: &str, found: &Value) -> Option<Value> {
        if output != CUSTOM_DOMAIN_URL {
            return self.outputs(store, &self.live(found)?).remove(output);
        }
        let domains = found.get("domains")?.as_array()?.iter();
        let mut open = domains.filter(|domain| is_enabled(Some(domain)));
        match (open.next(), open.next()) {
            (Some(domain), None) => Some(json!(format!("https://{}", text(domain, "domain")?))),
            _ => None,
        }
    }

    fn look_for(&self, store: &DesiredStore) -> Look {
        Look::Alone(read_below(store, &[]))
    }

    fn details(&self, store: &DesiredStore, _found: Option<&LiveStore>) -> Vec<(&'static str, ReadOf<Value>)> {
        let all = [
            ("managed", "managed", &["domains", "managed"][..]),
            ("domain", "custom", &["domains", "custom"]),
            ("cors", "cors", &["cors"]),
            ("lifecycle", "lifecycle", &["lifecycle"]),
        ];
        // Where a document does not say whether everybody can read the objects, whoever wrote it is told if they can.
        let is_open = |stated: &str| matches!(stated, "managed" | "domain");
        let asked = all.into_iter().filter(|(stated, ..)| is_open(stated) || store.wanted.get(*stated).is_some());
        asked.map(|(_, name, below)| (name, read_below(store, below))).collect()
    }

    fn live(&self, entry: &Value) -> Option<LiveStore> {
        let id = text(entry, "name")?.to_owned();
        Some(LiveStore { id, settings: json!({ "location": entry.get("location") }), used_by: None })
    }

    fn findings(&self, wanted: &DesiredStore, live: &LiveStore) -> Vec<Diagnostic> {
        let (Some(wanted_location), Some(location)) =
            (text(&wanted.wanted, "location"), text(&live.settings, "location"))
        else {
            return Vec::new();
        };
        if wanted_location.eq_ignore_ascii_case(location) {
            return Vec::new();
        }
        let message = format!("the bucket `{}` is kept in {location}: a bucket is never moved", wanted.address.key);
        let help = "correct `location`, or copy the objects into a bucket with another name";
        vec![Diagnostic::warning(Code::NoEffect, message).with_help(help).about(wanted.address.clone())]
    }

    fn differs(&self, wanted: &DesiredStore, live: &LiveStore) -> Vec<Field> {
        let mut fields = Vec::new();
        let stated = &wanted.wanted;
        if let Some(public) = stated.get("managed") {
            let old = live.settings.pointer("/managed/enabled").cloned().unwrap_or(Value::Bool(false));
            Field::push(&mut fields, "public_access", old, public.clone());
        }
        if let Some(domain) = stated.get("domain") {
            let path = format!("custom_domain.{}", text(domain, "domain").unwrap_or_default());
            Field::push(&mut fields, &path, is_enabled(live_domain(stated, live)), is_enabled(Some(domain)));
        }
        for which in ["cors", "lifecycle"] {
            if let Some(rules) = stated.get(which) {
                let old = words::in_words(which, &live_rules(live, which));
                Field::push(&mut fields, which, old, words::in_words(which, rules));
            }
        }
        fields
    }

    fn still_open(&self, wanted: &DesiredStore, live: &LiveStore) -> Vec<String> {
        let others = domains::open_besides(&wanted.wanted, live);
        let hosts = others.into_iter().map(|host| format!("custom_domain.{host}"));
        let is_managed = wanted.wanted.get("managed").is_none() && is_enabled(live.settings.get("managed"));
        is_managed.then(|| "public_access".to_owned()).into_iter().chain(hosts).collect()
    }

    fn created(&self, wanted: &DesiredStore) -> Vec<Field> {
        let mut fields = vec![Field::new("bucket_name", Value::Null, wanted.address.key.as_str())];
        for name in ["location", "jurisdiction"] {
            if let Some(value) = wanted.wanted.get(name) {
                fields.push(Field::new(name, Value::Null, value.clone()));
            }
        }
        fields.extend(self.differs(wanted, &LiveStore::default()));
        // A new bucket has a rule of Cloudflare's own, which a list without rules takes away.
        let no_rules = wanted.wanted.get("lifecycle").filter(|rules| **rules == json!([]));
        fields.extend(no_rules.map(|rules| Field::new("lifecycle", Value::Null, rules.clone())));
        fields
    }

    fn create(&self, wanted: &DesiredStore) -> Call {
        let mut body = Map::from_iter([("name".to_owned(), json!(wanted.address.key))]);
        if let Some(location) = text(&wanted.wanted, "location") {
            body.insert("locationHint".into(), location.to_ascii_lowercase().into());
        }
        let path = ["accounts", wanted.identity.account.as_str(), "r2", "buckets"];
        Call {
            body: Value::Object(body),
            makes: vec![("bucket_name", "/name")],
            look: Some(Rc::new(self.look_for(wanted))),
            ..call(Method::Post, &path, &wanted.wanted)
        }
    }

    fn change(&self, wanted: &DesiredStore, live: &LiveStore, fields: &[Field]) -> Vec<Call> {
        let account = wanted.identity.account.as_str();
        let of_bucket = ["accounts", account, "r2", "buckets", wanted.address.key.as_str()];
        let send = |method: Method, below: &[&str], body: Value| {
            let path: Vec<&str> = of_bucket.iter().chain(below).copied().collect();
            Call { body, ..call(method, &path, &wanted.wanted) }
        };
        let change = |field: &Field| match field.path.as_str() {
            "public_access" => send(Method::Put, &["domains", "managed"], json!({ "enabled": field.new })),
            "cors" => send(Method::Put, &["cors"], json!({ "rules": wanted.wanted.get("cors") })),
            "lifecycle" => {
                let rules = wanted.wanted.get("lifecycle").map(named);
                send(Method::Put, &["lifecycle"], json!({ "rules": rules }))
            }
            _ => {
                let domain = wanted.wanted.get("domain").cloned().unwrap_or_default();
                let name = text(&domain, "domain").unwrap_or_default();
                let path = ["domains", "custom", name];
                match live_domain(&wanted.wanted, live) {
                    Some(_) => send(Method::Put, &path, json!({ "enabled": field.new })),
                    None => Call {
                        late: wanted.late(wanted::ZONE_ID).map(|made| ("/zoneId", made.clone())).into_iter().collect(),
                        look: Some(Rc::new(Look::Alone(read_below(wanted, &path)))),
                        ..send(Method::Post, &["domains", "custom"], domain.clone())
                    },
                }
            }
        };
        fields
            .iter()
            .filter(|field| !matches!(field.path.as_str(), "bucket_name" | "location" | "jurisdiction"))
            .map(change)
            .collect()
    }

    fn exposes(&self, fields: &[Field]) -> bool {
        let opens = |field: &&Field| field.path == "public_access" || field.path.starts_with("custom_domain.");
        fields.iter().filter(opens).any(|field| field.new == Value::Bool(true))
    }

    /// A rule that deletes by age, where it was not there before.
    fn expires(&self, fields: &[Field]) -> bool {
        let deletes = |rules: &Value| -> Vec<Value> {
            let rules = rules.as_array().into_iter().flatten();
            rules.filter(|rule| words::deletes(rule)).cloned().collect()
        };
        let is_new = |field: &Field| {
            let before = deletes(&field.old);
            deletes(&field.new).iter().any(|rule| !before.contains(rule))
        };
        fields.iter().any(|field| field.path == "lifecycle" && is_new(field))
    }

    fn delete(&self, wanted: &DesiredStore, live: &LiveStore) -> Call {
        let path = ["accounts", wanted.identity.account.as_str(), "r2", "buckets", live.id.as_str()];
        Call { help: Some(NOT_EMPTY), ..call(Method::Delete, &path, &wanted.wanted) }
    }

    /// The name is the id, and all else follows from the document.
    fn known_outputs(&self, wanted: &DesiredStore) -> BTreeMap<String, Value> {
        self.outputs(wanted, &LiveStore { id: wanted.address.key.clone(), ..LiveStore::default() })
    }

    fn id_output(&self) -> &'static str {
        "bucket_name"
    }

    fn outputs(&self, wanted: &DesiredStore, live: &LiveStore) -> BTreeMap<String, Value> {
        let account = &wanted.identity.account;
        let place = jurisdiction(&wanted.wanted).map(|place| format!(".{place}")).unwrap_or_default();
        let url = format!("https://{account}{place}.r2.cloudflarestorage.com/{}", live.id);
        let mut outputs =
            BTreeMap::from([("bucket_name".to_owned(), json!(live.id)), ("bucket_url".to_owned(), json!(url))]);
        let domain = wanted.wanted.get("domain").filter(|domain| is_enabled(Some(domain)));
        if let Some(domain) = domain.and_then(|domain| text(domain, "domain")) {
            outputs.insert(CUSTOM_DOMAIN_URL.into(), json!(format!("https://{domain}")));
        }
        outputs
    }
}

/// The bucket that a document describes, or what lies below it.
fn read_below(store: &DesiredStore, below: &[&str]) -> ReadOf<Value> {
    r2_buckets::read(&store.identity.account, &store.address.key, jurisdiction(&store.wanted), below)
}

/// Rules with a name each, which Cloudflare wants.
fn named(rules: &Value) -> Value {
    let rules = rules.as_array().into_iter().flatten().enumerate().map(|(index, rule)| {
        let mut rule = rule.clone();
        if let Some(members) = rule.as_object_mut() {
            members.insert("id".into(), format!("rule {}", index + 1).into());
            members.entry("conditions").or_insert_with(|| json!({}));
        }
        rule
    });
    Value::Array(rules.collect())
}

fn call(method: Method, path: &[&str], wanted: &Value) -> Call {
    let place = jurisdiction(wanted).map(|place| (r2_buckets::JURISDICTION, place.to_owned()));
    Call { headers: place.into_iter().collect(), ..Call::new((Family::R2, R2), method, path) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binding::{Input, Referred};
    use crate::model::{Identity, Output};
    use crate::resource::StoreInput;

    #[test]
    fn a_custom_domain_in_a_zone_that_the_run_makes_is_attached_with_the_id_that_was_made() {
        let identity = Identity { account: "a".into(), org: String::new(), env: String::new(), name: "media".into() };
        let zone = Output { account: "a".into(), of: Address::kv("example.com"), name: "zone_id".into() };
        let given = Referred { value: Input::Late(zone.clone()), of: Some(zone.of.clone()) };
        let bucket = DesiredStore {
            document: 0,
            kind: NAME,
            identity,
            address: R2Bucket.address("media"),
            wanted: json!({ "domain": { "domain": "media.example.com", "zoneId": null, "enabled": true } }),
            inputs: vec![StoreInput { at: wanted::ZONE_ID, given }],
        };
        let fields = R2Bucket.created(&bucket);
        let calls = R2Bucket.change(&bucket, &LiveStore::default(), &fields);
        let late: Vec<_> = calls.iter().flat_map(|call| &call.late).collect();
        assert_eq!(late, [&("/zoneId", zone)]);
    }
}
