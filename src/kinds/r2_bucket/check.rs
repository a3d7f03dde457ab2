//! What a document of a bucket must keep to beyond its shape.

use super::spec::{CustomDomain, LifecycleRule, Spec};
use super::wanted::{self, LOCATIONS};
use crate::binding::Input;
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::referring::ZONE_OF_BUCKET;
use crate::manifest::schema::Items;
use crate::manifest::{Path, Reading, bucket_name, host_name, zone_or_reference};

const METHODS: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "HEAD"];

/// Tells what is wrong; gives the zone of the custom domain.
pub(super) fn check(spec: &Spec, path: &Path, reading: &mut Reading<'_, '_>) -> Option<Input> {
    if let Some(name) = &spec.bucket_name
        && let Err(finding) = bucket_name(name)
    {
        reading.tell(&path.key("bucket_name"), Diagnostic { code: Code::StoreName, ..finding });
    }
    if spec.location.as_ref().is_some_and(|word| wanted::location(word).is_none()) {
        let finding = Diagnostic::error(Code::InvalidValue, "not a location of R2");
        let known = LOCATIONS.map(|word| format!("`{word}`")).join(", ");
        reading.tell(&path.key("location"), finding.with_help(format!("use one of {known}, or a number from 0 to 6")));
    }
    if spec.versioning_enabled == Some(true) {
        let finding = Diagnostic::error(Code::InvalidValue, "R2 keeps no versions of objects");
        let help = "leave `versioning_enabled` out; put what must stay under keys of their own";
        reading.tell(&path.key("versioning_enabled"), finding.with_help(help));
    }
    let custom = spec.custom_domain.as_ref();
    let zone = custom.and_then(|custom| check_domain(custom, &path.key("custom_domain"), reading));
    for (index, rule) in spec.cors.iter().flat_map(Items::each) {
        let path = path.key("cors").index(index).key("methods");
        for (index, method) in rule.methods.iter().flat_map(Items::each) {
            if !METHODS.contains(&method.as_str()) {
                let finding = Diagnostic::error(Code::InvalidValue, "not a method of CORS rules");
                reading.tell(&path.index(index), finding.with_help(format!("use {}", METHODS.join(", "))));
            }
        }
    }
    for (index, rule) in spec.lifecycle.iter().flat_map(Items::each) {
        let LifecycleRule { delete_after_days, abort_uploads_after_days, infrequent_access_after_days, .. } = rule;
        if [delete_after_days, abort_uploads_after_days, infrequent_access_after_days].into_iter().all(Option::is_none)
        {
            let finding = Diagnostic::error(Code::MissingKey, "the rule says nothing that happens");
            let help = "add `delete_after_days`, `abort_uploads_after_days` or `infrequent_access_after_days`";
            reading.tell(&path.key("lifecycle").index(index), finding.with_help(help));
        }
    }
    zone
}

fn check_domain(custom: &CustomDomain, path: &Path, reading: &mut Reading<'_, '_>) -> Option<Input> {
    if let Some(domain) = custom.domain.as_deref().filter(|domain| !domain.is_empty())
        && let Err(finding) = host_name(domain)
    {
        reading.tell(&path.key("domain"), finding);
    }
    let of_zone = path.key("zone_id");
    let zone = match custom.zone_id.as_ref().map(|given| zone_or_reference(given, &ZONE_OF_BUCKET, &of_zone)) {
        Some(Ok(zone)) => zone,
        Some(Err((path, finding))) => {
            reading.tell(&path, finding);
            return None;
        }
        None => None,
    };
    if custom.enabled != Some(true) {
        // A host that leads nowhere needs no zone.
        return zone.filter(|zone| matches!(zone, Input::Value(_)));
    }
    if custom.domain.as_deref().unwrap_or_default().is_empty() {
        reading.tell(&path.key("domain"), Diagnostic::error(Code::MissingKey, "the custom domain names no host"));
    }
    if zone.is_none() {
        let finding = Diagnostic::error(Code::MissingKey, "the custom domain names no zone");
        reading.tell(&of_zone, finding.with_help("add the zone id of the host, or `{value_from: {name: ZONE}}`"));
    }
    zone
}
