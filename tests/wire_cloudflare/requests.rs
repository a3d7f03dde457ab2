//! What is sent, request by request.

use std::collections::BTreeSet;

use cfworker_deploy::cloudflare::dns_records::{RecordBody, RecordFilter};
use cfworker_deploy::cloudflare::scripts::ScriptSettings;
use cfworker_deploy::cloudflare::subdomain::ScriptSubdomain;
use cfworker_deploy::cloudflare::{
    Read, accounts, deployments, dns_records, kv, routes, scripts, secrets, subdomain, tokens, versions, workers, zones,
};
use cfworker_deploy::http::Repeat;
use serde_json::{Value, json};

use crate::{A, asked, request, sent};

#[test]
fn reads_go_where_the_reference_says() {
    let (account_id, script, zone_id) = ("acc", "my-script", "zone");
    for (seen, wanted) in [
        (asked(tokens::of_user()), "GET user/tokens/verify".to_owned()),
        (asked(tokens::of_account(account_id)), "GET accounts/acc/tokens/verify".into()),
        (asked(accounts::list()), "GET accounts?page=1&per_page=50".into()),
        (asked(zones::read(zone_id)), "GET zones/zone".into()),
        (
            asked(zones::named("example.com", account_id)),
            "GET zones?name=example.com&account.id=acc&page=1&per_page=50".into(),
        ),
        (
            asked(dns_records::list(zone_id, RecordFilter::CommentPrefix("cfwd1-00"))),
            "GET zones/zone/dns_records?comment.startswith=cfwd1-00&page=1&per_page=100".into(),
        ),
        (asked(routes::list(zone_id)), "GET zones/zone/workers/routes".into()),
        (asked(scripts::list(account_id)), "GET accounts/acc/workers/scripts".into()),
        (asked(scripts::settings(account_id, script)), format!("GET {A}/settings")),
        (asked(versions::list(account_id, script)), format!("GET {A}/versions?deployable=true")),
        (asked(versions::read(account_id, script, "v-1")), format!("GET {A}/versions/v-1")),
        (asked(deployments::list(account_id, script)), format!("GET {A}/deployments")),
        (asked(workers::read(account_id, script)), "GET accounts/acc/workers/workers/my-script".into()),
        (asked(secrets::list(account_id, script)), format!("GET {A}/secrets")),
        (asked(subdomain::of_script(account_id, script)), format!("GET {A}/subdomain")),
        (asked(subdomain::of_account(account_id)), "GET accounts/acc/workers/subdomain".into()),
        (asked(kv::list(account_id)), "GET accounts/acc/storage/kv/namespaces?page=1&per_page=100".into()),
    ] {
        assert_eq!(seen, wanted);
    }
}

#[test]
fn writes_send_exactly_this() {
    let (account_id, script, zone_id) = ("acc", "my-script", "zone");
    let record = RecordBody {
        record_type: Some("A".into()),
        name: Some("a.example".into()),
        content: Some("100.0.0.1".into()),
        ttl: Some(1),
        proxied: Some(true),
        comment: Some("mark".into()),
    };
    let whole = json!({ "type": "A", "name": "a.example", "content": "100.0.0.1", "ttl": 1, "proxied": true, "comment": "mark" });
    let part = RecordBody { proxied: Some(true), ..RecordBody::default() };
    let tags = ScriptSettings { tags: Some(vec!["x".into()]), ..ScriptSettings::default() };
    let switches = ScriptSubdomain { enabled: false, previews_enabled: true };
    let route = json!({ "pattern": "a.example/*", "script": "s" });
    let names = ["A".to_owned(), "B".to_owned()];
    let remove_secrets = secrets::remove(account_id, script, names.iter());
    for (seen, wanted, body, repeat) in [
        (
            sent(&dns_records::create(zone_id, &record)),
            "POST zones/zone/dns_records".to_owned(),
            whole,
            Repeat::LookFirst,
        ),
        (
            sent(&dns_records::patch(zone_id, "r", &part)),
            "PATCH zones/zone/dns_records/r".into(),
            json!({ "proxied": true }),
            Repeat::Safe,
        ),
        (sent(&dns_records::delete(zone_id, "r")), "DELETE zones/zone/dns_records/r".into(), Value::Null, Repeat::Safe),
        (
            sent(&routes::create(zone_id, "a.example/*", "s")),
            "POST zones/zone/workers/routes".into(),
            route.clone(),
            Repeat::LookFirst,
        ),
        (
            sent(&routes::put(zone_id, "r", "a.example/*", "s")),
            "PUT zones/zone/workers/routes/r".into(),
            route,
            Repeat::Safe,
        ),
        (sent(&routes::delete(zone_id, "r")), "DELETE zones/zone/workers/routes/r".into(), Value::Null, Repeat::Safe),
        (
            sent(&scripts::patch_settings(account_id, script, &tags)),
            format!("PATCH {A}/script-settings"),
            json!({ "tags": ["x"] }),
            Repeat::Safe,
        ),
        (sent(&scripts::delete(account_id, script)), format!("DELETE {A}"), Value::Null, Repeat::Safe),
        (
            sent(&subdomain::write(account_id, script, switches)),
            format!("POST {A}/subdomain"),
            json!({ "enabled": false, "previews_enabled": true }),
            Repeat::Safe,
        ),
        (
            sent(&remove_secrets),
            format!("PATCH {A}/secrets-bulk"),
            json!({ "secrets": { "A": null, "B": null } }),
            Repeat::Safe,
        ),
    ] {
        assert_eq!(seen, (wanted, body, repeat));
    }
    let request = request(&remove_secrets);
    assert_eq!(request.body.map(|(kind, _)| kind).as_deref(), Some("application/merge-patch+json"));
}

#[test]
fn reads_are_equal_when_they_ask_the_same() {
    let named = |name: &str| Read::from(dns_records::list("z", RecordFilter::Name(name)));
    let reads = BTreeSet::from([
        scripts::list("a").into(),
        scripts::list("b").into(),
        scripts::list("a").into(),
        named("a.example"),
        named("b.example"),
        named("a.example"),
        dns_records::list("z", RecordFilter::CommentPrefix("a.example")).into(),
    ]);
    assert_eq!(reads.len(), 5);
    assert_eq!((named("a").zone(), named("a").account()), (Some("z"), None));
    assert_eq!(Read::from(scripts::list("a")).account(), Some("a"));
    assert_eq!(Read::from(tokens::of_user()).account(), None);
}
