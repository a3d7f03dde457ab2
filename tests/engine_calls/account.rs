//! What is said of an account, a zone, credentials or an address of the API that are not as they should be.

use cfworker_deploy::diagnostic::Code;
use cfworker_deploy::error::Exit;
use cfworker_deploy::secret::Secret;

use crate::wire::calls::{Call, MANIFEST, ZONE, call, empty};
use crate::wire::{Seen, ok, refused};
use crate::{ACCOUNT, at, codes};

#[test]
fn an_unknown_account_is_one_finding_on_its_field() {
    for answer in [
        refused(404, 7003, "Could not route to /accounts/0123, perhaps your object identifier is invalid?"),
        refused(403, 9109, "Invalid account identifier"),
    ] {
        let rule = move |seen: &Seen| if seen.url.contains("/accounts/") { answer.clone() } else { empty(seen) };
        let mut run = call(rule);
        let error = run.failed_plan();
        assert_eq!((error.exit_code, codes(&error.diagnostics)), (Exit::Failed, vec![Code::AccountNotFound]));
        assert_eq!(at(&error.diagnostics[0]), (Some("spec.account_id"), Some(5)));
        assert!(error.message.contains(ACCOUNT), "{}", error.message);
        run.manifest = MANIFEST.replace(&format!("  account_id: {ACCOUNT}\n"), "");
        run.credentials.account_id = Some(ACCOUNT.into());
        assert_eq!(at(&run.failed_plan().diagnostics[0]), (None, None));
        assert_eq!(run.failed_checks(), ["account"]);
    }
}

#[test]
fn an_unknown_zone_is_one_finding_on_its_field() {
    let run = call(|seen| match seen.url.contains("/zones/") {
        true => refused(404, 7003, "Could not route to /zones/1, perhaps your object identifier is invalid?"),
        false => empty(seen),
    });
    let error = run.failed_plan();
    assert_eq!((error.exit_code, codes(&error.diagnostics)), (Exit::Failed, vec![Code::ZoneIdNotFound]));
    assert_eq!(at(&error.diagnostics[0]), (Some("spec.dns.zone_id"), Some(10)));
    assert_eq!(run.failed_checks(), ["zone 1111111111111111111111111111111a"]);
}

#[test]
fn a_refused_account_is_one_finding_a_group() {
    let error = call(|seen| match seen.url.contains("/accounts/") {
        true => refused(403, 10000, "Authentication error"),
        false => empty(seen),
    })
    .failed_plan();
    assert_eq!((error.exit_code, codes(&error.diagnostics)), (Exit::Permission, vec![Code::PermissionMissing]));
    assert_eq!(at(&error.diagnostics[0]), (Some("spec.account_id"), Some(5)));
}

#[test]
fn a_hostname_in_no_zone_may_be_a_matter_of_permission() {
    let by_name = |zones: &'static str| {
        let mut run = call(move |seen| if seen.url.contains("/zones?") { ok(zones) } else { empty(seen) });
        run.manifest = MANIFEST.replace("    zone_id: 1111111111111111111111111111111a\n", "");
        run.failed_plan()
    };
    let error = by_name("[]");
    assert_eq!((error.code, error.exit_code), (Code::ZoneNotFound, Exit::Permission));
    assert_eq!(at(&error.diagnostics[0]), (Some("spec.dns.hostname"), Some(10)));
    let help = error.help.expect("help");
    assert!(help.contains("which no read can prove: ") && help.contains("Zone Read"), "{help}");
    assert!(help.contains("permissionGroupKeys=") && !help.contains("for certain"), "{help}");
    let elsewhere = by_name("[{\"id\":\"2\",\"name\":\"example.com\",\"account\":{\"id\":\"other\"}}]");
    assert_eq!(
        (elsewhere.code, elsewhere.exit_code, elsewhere.help),
        (Code::ZoneNotFound, Exit::Failed, elsewhere.diagnostics[0].help.clone())
    );
}

#[test]
fn a_wrong_key_is_told_as_a_key() {
    let mut run = call(|_| refused(403, 9103, "Unknown X-Auth-Key or X-Auth-Email"));
    run.credentials.api_token = None;
    run.credentials.api_key = Some(Secret::new("canary-api-key"));
    run.credentials.email = Some("someone@example.com".into());
    let error = run.failed_plan();
    assert_eq!((error.code, error.exit_code), (Code::CredentialsRefused, Exit::Permission));
    let help = error.diagnostics[0].help.clone().expect("help");
    assert!(help.contains("CLOUDFLARE_API_KEY") && !help.contains("TOKEN"), "{help}");
    let checkup = run.doctor();
    assert_eq!((checkup.ok, checkup.exit_code), (false, Exit::Permission));
    assert_eq!((checkup.checks[0].name.as_str(), checkup.checks[0].ok), ("credentials", false));
}

#[test]
fn an_unknown_account_has_no_zones_either() {
    let mut run = call(|seen| match seen.url.contains("/accounts/") {
        true => refused(404, 7003, "Could not route to /accounts/0123, perhaps your object identifier is invalid?"),
        false if seen.url.contains("/zones?") => ok("[]"),
        false => empty(seen),
    });
    run.manifest = MANIFEST.replace("    zone_id: 1111111111111111111111111111111a\n", "");
    let error = run.failed_plan();
    assert_eq!((error.exit_code, codes(&error.diagnostics)), (Exit::Failed, vec![Code::AccountNotFound]));
    assert_eq!(run.failed_checks(), ["account"]);
}

#[test]
fn doctor_tells_a_zone_that_requests_do_not_pass() {
    let of = |more: &'static str| {
        let zone = ZONE.replace("\"status\"", &format!("{more},\"status\""));
        let run = call(move |seen| {
            if seen.url.contains("/zones/") && !seen.url.contains("/dns") && !seen.url.contains("/workers") {
                ok(&zone)
            } else {
                empty(seen)
            }
        });
        let checks = run.doctor().checks;
        checks.into_iter().find(|check| check.name.starts_with("zone ")).map(|check| (check.ok, check.detail))
    };
    let (paused_ok, paused) = of("\"paused\":true").expect("a check");
    assert!(paused_ok && paused.contains("paused: its records answer without Cloudflare"), "{paused}");
    let (partial_ok, partial) = of("\"type\":\"partial\"").expect("a check");
    assert!(partial_ok && partial.contains("partial: its names are served elsewhere"), "{partial}");
}

#[test]
fn a_token_that_nobody_knows_is_told_as_one_and_not_as_a_missing_permission() {
    let unknown = |seen: &Seen| match seen.url.contains("/tokens/verify") {
        true => refused(401, 1000, "Invalid API Token"),
        false if seen.url.starts_with("https://api.") => refused(403, 10000, "Authentication error"),
        false => empty(seen),
    };
    let failures = |run: &Call| {
        let (outputs, destroyed) = (run.outputs(), run.destroy());
        [run.failed_plan(), outputs.expect_err("a failure"), destroyed.expect_err("a failure")]
    };
    for error in failures(&call(unknown)) {
        assert_eq!((error.code, error.exit_code), (Code::CredentialsRefused, Exit::Permission), "{error:?}");
        assert_eq!(codes(&error.diagnostics), [Code::CredentialsRefused]);
    }
    let malformed = refused(400, 6003, "Invalid request headers");
    for error in failures(&call(move |_| malformed.clone())) {
        assert_eq!((error.code, error.exit_code), (Code::CredentialsRefused, Exit::Permission), "{error:?}");
    }
    let poor = |seen: &Seen| match seen.url.contains("/dns_records") {
        true => refused(403, 10000, "Authentication error"),
        false => empty(seen),
    };
    for error in failures(&call(poor)) {
        assert_eq!(error.code, Code::PermissionMissing);
    }
}

#[test]
fn an_api_address_without_its_path_and_one_far_from_r2_are_told_before_or_beside_what_they_cause() {
    let mut run = call(|seen| panic!("{} is sent", seen.url));
    run.credentials.base_url = Some("https://api.cloudflare.com".into());
    assert_eq!(run.failed_plan().code, Code::BaseUrlPath);
    let mut run = call(|_| refused(404, 7003, "Could not route to /zones"));
    run.credentials.base_url = Some("https://api.example".into());
    let error = run.failed_plan();
    assert_eq!(error.code, Code::AnswerMalformed);
    assert!(error.message.contains("does not end with `/client/v4`"), "{}", error.message);
    let mut run = call(empty);
    run.credentials.base_url = Some("http://127.0.0.1:1/client/v4".into());
    run.credentials.r2 = None;
    assert_eq!(codes(&run.failed_plan().diagnostics), [Code::R2ElsewhereThanApi]);
    assert!(run.script.seen.borrow().iter().all(|seen| !seen.url.contains("cloudflarestorage")));
}
