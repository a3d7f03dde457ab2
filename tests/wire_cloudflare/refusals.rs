//! What refusals mean.

use cfworker_deploy::cloudflare::dns_records::RecordBody;
use cfworker_deploy::cloudflare::{Call, FromResult, ReadOf, dns_records, kv, routes, scripts, zones};
use cfworker_deploy::http::{Again, CallError, Meaning};

use crate::api;
use crate::wire::{Reply, bench, json as reply, ok, refused, with_header};

fn refusal(call: &Call, answer: Reply) -> (Meaning, Again) {
    let bench = bench(vec![answer], |_| panic!("one request too many"));
    meaning(&bench.clock.run(api().carry(&bench.client, call, &|_| None)).expect_err("an error"))
}

fn refused_read<T: FromResult + std::fmt::Debug>(read: &ReadOf<T>, answer: Reply) -> (Meaning, Again) {
    let bench = bench(vec![answer], |_| panic!("one request too many"));
    meaning(&bench.clock.run(api().read(&bench.client, read)).expect_err("an error"))
}

fn meaning(error: &CallError) -> (Meaning, Again) {
    error.refusal().map(|refusal| (refusal.meaning, refusal.again)).unwrap_or_else(|| panic!("no refusal: {error}"))
}

/// Family by an endpoint of it, status, code, text → meaning, whether to ask again.
#[test]
fn refusals_mean_what_the_reference_says() {
    let (account_id, script, zone_id) = ("acc", "s", "z");
    let workers = |reply| refusal(&scripts::delete(account_id, script), reply);
    let routes = |reply| refusal(&routes::create(zone_id, "p", script), reply);
    let record = RecordBody::default();
    let dns = |reply| refusal(&dns_records::create(zone_id, &record), reply);
    let kv = |reply| refused_read(&kv::list(account_id), reply);
    let zones = |reply| refused_read(&zones::read(zone_id), reply);
    for (index, (seen, meaning)) in [
        (workers(refused(404, 10007, "not found")), Meaning::Absent),
        (workers(refused(404, 10222, "no versions")), Meaning::Absent),
        (workers(refused(404, 10090, "service_not_found")), Meaning::Absent),
        (workers(refused(409, 10215, "latest not deployed")), Meaning::Conflict),
        (workers(refused(400, 10064, "in use")), Meaning::Conflict),
        (workers(refused(400, 10021, "Uncaught SyntaxError")), Meaning::Invalid),
        (workers(refused(400, 10041, "no such namespace")), Meaning::MissingTarget),
        (workers(refused(403, 10037, "too many")), Meaning::Quota),
        (workers(refused(403, 10000, "Authentication error")), Meaning::Permission),
        (workers(refused(401, 10000, "Authentication error")), Meaning::Permission),
        (workers(refused(401, 1000, "Invalid API Token")), Meaning::Credentials),
        (workers(refused(403, 9109, "Invalid access token")), Meaning::Credentials),
        (workers(refused(400, 9106, "Missing headers")), Meaning::Credentials),
        (workers(refused(400, 6003, "Invalid request headers")), Meaning::Credentials),
        (workers(refused(404, 0, "not found")), Meaning::Other),
        (workers(refused(404, 7003, "Could not route to")), Meaning::UnknownId),
        (workers(refused(403, 0, "You have exceeded the limit of 10 tags per Worker. Remove")), Meaning::Invalid),
        (workers(refused(403, 9109, "Invalid account identifier")), Meaning::UnknownId),
        (routes(refused(409, 10020, "duplicate_route")), Meaning::Conflict),
        (routes(refused(400, 10019, "does not exist")), Meaning::MissingTarget),
        (routes(refused(400, 10022, "invalid pattern")), Meaning::Invalid),
        (routes(refused(404, 10009, "not found")), Meaning::Absent),
        (dns(refused(400, 81053, "exists")), Meaning::Conflict),
        (dns(refused(400, 81058, "identical")), Meaning::Conflict),
        (dns(refused(404, 81044, "not found")), Meaning::Absent),
        (dns(refused(400, 9005, "must be a valid IPv4")), Meaning::Invalid),
        (kv(refused(404, 10013, "namespace not found")), Meaning::Absent),
        (kv(refused(400, 10014, "title exists")), Meaning::Conflict),
        (zones(refused(403, 9109, "Invalid zone identifier")), Meaning::Absent),
        (zones(refused(404, 7003, "Could not route to")), Meaning::Absent),
        (zones(refused(403, 9109, "Unauthorized to access requested resource")), Meaning::Permission),
        (
            zones(refused(403, 0, "Actor requires permission 'com.cloudflare.api.account.zone.list'")),
            Meaning::Permission,
        ),
        (zones(refused(418, 0, "teapot")), Meaning::Other),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(seen, (meaning, Again::Never), "row {index}");
    }
    let busy = || refused(409, 10035, "multiple attempts");
    let bench = bench(vec![busy(), busy()], |_| ok("null"));
    let delete = scripts::delete(account_id, script);
    bench.clock.run(api().carry(&bench.client, &delete, &|_| None)).expect("done at last");
}

#[test]
fn a_page_in_place_of_an_answer_is_told_with_its_title_and_ray_and_never_as_a_missing_permission() {
    let waf = "<!DOCTYPE html><html><HEAD><Title lang=en>Attention Required! | Cloudflare &amp; more</title>";
    let told = [
        (reply(403, waf), "`Attention Required! | Cloudflare & more`"),
        (with_header(reply(403, waf), "cf-mitigated", "challenge"), "asks for a challenge"),
        (reply(401, "Proxy authentication needed"), "`Proxy authentication needed`"),
        (reply(403, "{\"message\":\"Forbidden\"}"), "Forbidden"),
        (reply(403, "{\"success\":false,\"errors\":[]}"), "status 403"),
        (reply(403, ""), "the answer is empty"),
        (reply(404, "<html><title>Not Found</title></html>"), "`Not Found`"),
    ];
    for (answer, words) in told {
        let bench = bench(vec![with_header(answer, "cf-ray", "ray-7")], |_| panic!("one request too many"));
        let error = bench.clock.run(api().read(&bench.client, &zones::read("z"))).expect_err("an error");
        let finding = error.diagnostic();
        assert_eq!((finding.code.as_str(), finding.permission.as_deref()), ("CFD0606", None), "{error}");
        assert!(error.to_string().contains(words) && error.to_string().contains("ray-"), "{error}");
    }
}

#[test]
fn the_real_cause_of_a_dns_error_is_told() {
    let body = r#"{"success":false,"errors":[{"code":1004,"message":"DNS Validation Error","error_chain":
        [{"code":9300,"message":"DNS record has 1 tags, exceeding the quota of 0."}]}],"result":null}"#;
    let record = RecordBody::default();
    let bench = bench(vec![reply(400, body)], |_| panic!("one request too many"));
    let create = dns_records::create("z", &record);
    let error = bench.clock.run(api().carry(&bench.client, &create, &|_| None)).expect_err("an error");
    assert_eq!((error.code(), error.meaning()), (Some(9300), Some(Meaning::Quota)));
    assert!(error.to_string().contains("exceeding the quota"), "{error}");
}
