//! What is deployed, as outputs tell it.

use cfworker_deploy::diagnostic::Code;
use cfworker_deploy::engine;
use cfworker_deploy::model::{Identity, marks};

use serde_json::Value;

use crate::wire::calls::{call, empty};
use crate::{ACCOUNT, deployed};

#[test]
fn outputs_are_of_what_is_deployed() {
    let identity = Identity { account: ACCOUNT.into(), org: "acme".into(), env: "test".into(), name: "shop".into() };
    let hash = marks::hash("shop.example.com/*");
    let tags = format!("\"cfwd1-{}\",\"cfwd1-in-1111111111111111111111111111111a-{hash}\"", identity.id());
    let route = "[{\"id\":\"r\",\"pattern\":\"shop.example.com/*\",\"script\":\"shop\"}]";
    let of = |tags: &str, routes: &str| {
        let mut run = call(deployed(tags.to_owned(), routes.to_owned()));
        run.manifest.push_str("  workers_dev: true\n");
        run.outputs().expect("outputs").workers
    };
    let there = &of(&tags, route)["shop"];
    assert_eq!(
        (&there.route_urls[..], &there.urls[..]),
        (&["shop.example.com/*".into()][..], &["https://shop.example.com/".into()][..])
    );
    // The route was deleted by hand, or leads to another Worker.
    assert_eq!(of(&tags, "[]")["shop"].route_urls, [""; 0]);
    assert_eq!(of(&tags, &route.replace("\"shop\"", "\"other\""))["shop"].urls, [""; 0]);
    // Somebody else's Worker of that name.
    assert!(of("", route).is_empty());
}

#[test]
fn looking_and_removing_need_no_values_of_variables() {
    let mut run = call(empty);
    run.manifest.push_str("  env: { variables: { GREETING: $variables-group/texts/greeting } }\n");
    assert_eq!(run.failed_plan().code, Code::MissingVariable);
    assert!(run.outputs().expect("outputs").workers.is_empty());
    let (sources, io) = run.given();
    let destroyed = run.clock.run(engine::destroy(&sources, &run.credentials, &run.options, &io));
    assert!(destroyed.is_ok(), "{destroyed:?}");
}
