//! The Worker itself.

use std::collections::BTreeSet;

use serde_json::Value;

use super::classes;
use super::context::Context;
use super::migrations;
use super::ownership::{ScriptOwner, author_of_deployment, author_of_live, live_facts, script_owner};
use super::rollout::{self, Asked};
use super::script_fields::{ASSETS, fields, path_of};
use super::script_plan::{Changes, ScriptPlan};
use super::secrets;
use super::settings;
use super::subject::Subject;
use super::workflows;
use super::writes::Upload;
use crate::binding::{Binding, secret_text};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Address;
use crate::model::is_code_binding;
use crate::model::marks::{self, AssetsMark, BundleMark, Inventory, ScriptMarks, VersionMark};
use crate::plan::{Claim, Left, Owner, Permit, Reason, Sketch};
use crate::resource::script::PINNED_COMPATIBILITY_DATE;
use crate::resource::{DesiredAssets, DesiredManifest, Drift, KnownAssets, LiveBinding, LiveScript, code_digest};

pub(super) fn plan(context: &Context<'_>) -> ScriptPlan {
    let DesiredManifest { identity, script, .. } = context.desired;
    let address = Address::script(&script.name).of_account(&identity.account);
    let owner = script_owner(&context.desired.identity, context.live.script.as_ref());
    let live_marks = context.live.script.as_ref().map(|live| ScriptMarks::parse(&live.tags)).unwrap_or_default();
    let mut plan = ScriptPlan {
        sketch: Sketch { owner: whose(context, &owner), ..Sketch::wanted(address, needs(context)) },
        upload: None,
        settings: Changes::new(),
        rollout: None,
        workers_dev: None,
        marks: wanted_marks(context, &live_marks),
        live_marks,
        kept: Vec::new(),
        subject: subject(context, matches!(owner, ScriptOwner::Absent)),
        known: Inventory::new(),
        removes_secrets: false,
        tags: None,
    };
    upload(context, &mut plan, &owner);
    settings::plan(context, &mut plan, &owner);
    plan
}

/// The Worker, for those who write it and look at it. `is_new`: an upload of this run creates it.
pub(super) fn subject(context: &Context<'_>, is_new: bool) -> Subject {
    let live = context.live.script.as_ref();
    Subject {
        account: context.desired.identity.account.clone(),
        script: context.desired.script.name.clone(),
        deployment: live.and_then(|live| live.deployment.as_ref()).map(|deployment| deployment.id.clone()),
        is_new,
    }
}

fn needs(context: &Context<'_>) -> Vec<Address> {
    let own = Address::script(&context.desired.script.name);
    let mut needs: BTreeSet<Address> = context.desired.script.needs().filter(|need| **need != own).cloned().collect();
    needs.extend(workflows::of_others(context));
    needs.extend(classes::heirs(context));
    needs.into_iter().collect()
}

/// Marks of the manifest: its identity alone, names that it sets, its bundle.
fn wanted_marks(context: &Context<'_>, live: &ScriptMarks) -> ScriptMarks {
    let bundle = context.live.bundle.as_ref();
    let assets = context.desired.script.assets.as_ref().map(|_| ASSETS);
    let names = context.desired.script.bindings.iter().map(Binding::name).chain(assets);
    let settings = context.desired.script.settings.marked();
    ScriptMarks {
        ids: BTreeSet::from([context.desired.identity.id()]),
        inventory: live.inventory.clone(),
        bundle: bundle.and_then(|facts| BundleMark::of(&facts.etag, &facts.sha256)),
        assets: context.desired.script.assets.as_ref().and_then(assets_mark),
        names: names.map(marks::hash).chain(settings.iter().map(|name| marks::hash(name))).collect(),
        ..ScriptMarks::default()
    }
}

/// Files in a directory are read each time: whoever calls has them at hand.
fn assets_mark(assets: &DesiredAssets) -> Option<AssetsMark> {
    let KnownAssets { source, digest } = assets.known.as_ref()?;
    Some(AssetsMark { source: source.clone()?, digest: digest.clone() })
}

/// Whose it is, as the planner sees it: the manifest may say that what others did is overwritten.
fn whose(context: &Context<'_>, owner: &ScriptOwner) -> Owner {
    if *owner == ScriptOwner::Absent {
        return Owner::Absent;
    }
    // A rollout of ours goes on; what else a percentage can't do is told where it is planned.
    let goes_on = context.options.percentage.is_some();
    if goes_on && context.live.script.as_ref().and_then(rollout::split_of_ours).is_some() && !is_others(owner) {
        return Owner::Ours(None);
    }
    let name = &context.desired.script.name;
    let Some(claim) = context.live.script.as_ref().and_then(|live| claim(context, name, live)) else {
        return Owner::Ours(None);
    };
    let overwrites = context.desired.drift == Drift::Overwrite;
    let allowed = overwrites && claim.reason == Reason::ChangedOutside;
    Owner::Claimed(Claim { allowed, ..claim })
}

/// Whether the Worker is somebody else's, whatever gets its requests.
fn is_others(owner: &ScriptOwner) -> bool {
    matches!(owner, ScriptOwner::Foreign(_) | ScriptOwner::Other(_))
}

/// A Worker that is there and not ours, or not only ours.
pub(super) fn claim(context: &Context<'_>, name: &str, live: &LiveScript) -> Option<Claim> {
    let other = "deploy under another script name";
    let (code, permit, reason, from, message, keep) = match script_owner(&context.desired.identity, Some(live)) {
        ScriptOwner::Absent | ScriptOwner::Clean { .. } => return None,
        ScriptOwner::Foreign(who) => {
            let message = format!("the Worker `{name}` exists and is not ours: {who}");
            (Code::ForeignScript, Permit::Adopt, Reason::NotMarked, who, message, other)
        }
        ScriptOwner::Other(id) => {
            let who = context.labels.owner(&id);
            let message = format!("the Worker `{name}` belongs to {who}");
            (Code::OtherIdentityScript, Permit::Take, Reason::OtherIdentity, who, message, other)
        }
        ScriptOwner::Outside(_) if rollout::split_of_ours(live).is_some() => {
            let shares = rollout::split_of_ours(live).map(|split| split.told()).unwrap_or_default();
            let message = format!("a rollout of `{name}` is under way: {shares}");
            let who = author_of_deployment(live);
            (Code::RolloutUnderWay, Permit::Take, Reason::RolloutUnderWay, who, message, rollout::ENDS_IT)
        }
        ScriptOwner::Outside(who) => {
            let message = format!("the live Worker `{name}` was changed outside: {who}");
            let keep = "bring that change into the bundle and the manifest first";
            (Code::ChangedOutside, Permit::Take, Reason::ChangedOutside, who, message, keep)
        }
    };
    let loses = Some(format!("what is live: {}", author_of_live(live)));
    Some(Claim {
        code,
        permit: Some(permit),
        reason,
        from,
        message,
        keep: keep.into(),
        loses,
        before: live_facts(live),
        equal: false,
        allowed: false,
    })
}

/// Decides whether code, bindings or secrets have to go up.
fn upload(context: &Context<'_>, plan: &mut ScriptPlan, owner: &ScriptOwner) {
    let desired = &context.desired.script;
    let live = context.live.script.as_ref();
    let date = desired
        .compatibility_date
        .clone()
        .or_else(|| live.and_then(|live| live.compatibility_date.clone()))
        .unwrap_or_else(|| PINNED_COMPATIBILITY_DATE.to_owned());
    let sha256 = context.live.bundle.as_ref().map(|facts| facts.sha256.clone()).unwrap_or_default();
    let code = code_digest(&sha256, desired, &date);
    let classes = migrations::plan(context);
    let migrates = classes.migrations.is_some();
    let is_asked = migrates || live.is_some_and(LiveScript::is_split) || !is_unchanged(context, plan, owner, &code);
    if context.options.percentage.is_some_and(|percentage| percentage <= 0.0) {
        // The tags tell the bundle of what gets requests.
        plan.marks.bundle.clone_from(&plan.live_marks.bundle);
    }
    if let Some(percentage) = context.options.percentage.filter(|_| is_asked)
        && roll_out(plan, rollout::asked(context, owner, (percentage, &code), migrates))
    {
        return;
    }
    if let ScriptOwner::Clean { mark, secrets_proven } = owner {
        let reason = reason_to_upload(context, &plan.live_marks, mark, *secrets_proven, &code);
        let due = classes.migrations.is_some().then_some(Reason::ClassesMigrated);
        let Some(reason) = reason.or(due) else {
            // What can't be migrated is told, although nothing else is to do; what `exports` says is done.
            let told = classes.diagnostics.into_iter().filter(|_| desired.classes.exports.is_none());
            plan.sketch.diagnostics.extend(told);
            return;
        };
        plan.sketch.owner = Owner::Ours(Some(reason));
    }
    plan.sketch.diagnostics.extend(secrets::other_key(context, owner));
    let (secrets, key) = secrets::digest_and_key(context, owner);
    let mark = VersionMark { code, secrets, key };
    let (inherit, remove_secrets) = carried_bindings(context, plan);
    let fields = fields(context, (owner, &plan.sketch.owner), &plan.live_marks, (&date, &sha256));
    plan.sketch.fields.extend(fields);
    plan.sketch.fields.extend(classes.fields);
    plan.sketch.diagnostics.extend(classes.diagnostics);
    plan.sketch.loses = classes.deleted;
    plan.kept.extend(classes::kept(context, &plan.sketch.address));
    plan.upload = Some(Upload {
        creates: matches!(owner, ScriptOwner::Absent),
        bindings: context.set_bindings(),
        inherit,
        remove_secrets,
        main_module: desired.main_module.clone(),
        compatibility_date: date,
        compatibility_flags: desired.compatibility_flags.clone(),
        observability: None,
        settings: Changes::new(),
        carried: live.map(|live| live.carried.clone()).unwrap_or_default(),
        keep_assets: desired.assets.is_none() && has_assets_of_others(context, &plan.live_marks),
        assets: desired.assets.clone(),
        migrations: classes.migrations,
        exports: desired.classes.exports.clone().map(Value::Object),
        tags: Vec::new(),
        mark,
        sha256: sha256.clone(),
        message: match &*desired.bundle {
            Some(bundle) => format!("{bundle} sha256 {}", short(&sha256)),
            None => "static assets alone".into(),
        },
    });
}

/// Notes what a percentage comes to; whether that is all that happens to code and shares.
fn roll_out(plan: &mut ScriptPlan, asked: Asked) -> bool {
    let (rollout, field, uploads) = match asked {
        Asked::Refused(finding) => {
            plan.sketch.diagnostics.push(finding.about(plan.sketch.address.clone()));
            return true;
        }
        Asked::Whole => return false,
        Asked::Nothing => return true,
        Asked::Moves(rollout, field) => (rollout, field, false),
        Asked::Uploads(rollout, field) => (rollout, field, true),
    };
    // What somebody has to allow stays as it is.
    if let Owner::Ours(reason) = &mut plan.sketch.owner {
        *reason = Some(Reason::RolledOut);
    }
    plan.rollout = Some(rollout);
    plan.sketch.fields.push(field);
    !uploads
}

/// Whether what gets all requests is what the manifest wants.
fn is_unchanged(context: &Context<'_>, plan: &ScriptPlan, owner: &ScriptOwner, code: &str) -> bool {
    let ScriptOwner::Clean { mark, secrets_proven } = owner else { return false };
    reason_to_upload(context, &plan.live_marks, mark, *secrets_proven, code).is_none()
}

/// Whether it has static assets that no manifest of ours has set: they are carried over.
fn has_assets_of_others(context: &Context<'_>, live: &ScriptMarks) -> bool {
    context.live.script.as_ref().is_some_and(|script| script.has_assets) && !live.set(ASSETS)
}

/// Why a clean Worker needs an upload, if it does.
fn reason_to_upload(
    context: &Context<'_>,
    live_marks: &ScriptMarks,
    mark: &VersionMark,
    secrets_proven: bool,
    code: &str,
) -> Option<Reason> {
    if mark.is_unfinished() {
        return Some(Reason::Unfinished);
    }
    if mark.code != code {
        return Some(Reason::CodeOrConfiguration);
    }
    if !context.live.content.is_empty() {
        return Some(Reason::ContentDiffers);
    }
    let live = context.live.script.as_ref()?;
    // What is bound is what the version's mark says.
    if live.is_from_lists {
        return secrets::reason_to_write(context, mark, secrets_proven);
    }
    let is_secret =
        |name: &str| live.bindings.iter().any(|binding| binding.name == name && binding.type_name == secret_text::TYPE);
    let wanted: Vec<&str> = context.secret_names().collect();
    if wanted.iter().any(|name| !is_secret(name)) {
        return Some(Reason::SecretMissing);
    }
    let ours_left = |binding: &&LiveBinding| {
        binding.type_name == secret_text::TYPE
            && live_marks.set(&binding.name)
            && !wanted.contains(&binding.name.as_str())
    };
    if live.bindings.iter().any(|binding| ours_left(&binding)) {
        return Some(Reason::SecretLeft);
    }
    secrets::reason_to_write(context, mark, secrets_proven)
}

/// Live bindings that the manifest does not name: ours go, other people's are carried over.
fn carried_bindings(context: &Context<'_>, plan: &mut ScriptPlan) -> (Vec<String>, Vec<String>) {
    let Some(live) = &context.live.script else { return (Vec::new(), Vec::new()) };
    let named = |name: &str| context.desired.script.bindings.iter().any(|binding| binding.name() == name);
    let (mut inherit, mut remove) = (Vec::new(), Vec::new());
    // Those that stand for parts of the live code go with it; the new code brings its own.
    let of_code = |binding: &LiveBinding| is_code_binding(&binding.type_name);
    for binding in live.bindings.iter().filter(|binding| !named(&binding.name) && !of_code(binding)) {
        if !plan.live_marks.set(&binding.name) {
            plan.kept.push(Left {
                address: plan.sketch.address.clone(),
                path: Some(path_of(&binding.type_name, &binding.name)),
                reason: Reason::NotInManifest,
            });
            inherit.push(binding.name.clone());
        } else if binding.type_name == secret_text::TYPE {
            remove.push(binding.name.clone());
        }
    }
    inherit.extend(context.secret_names().filter(|name| context.keeps_secret(name)).map(str::to_owned));
    let carries_secret =
        live.bindings.iter().any(|binding| binding.type_name == secret_text::TYPE && inherit.contains(&binding.name));
    if carries_secret && context.newest_is_not_live() {
        plan.sketch.diagnostics.push(
            Diagnostic::error(
                Code::SecretWouldBeLost,
                format!(
                    "`{}` has an undeployed version, so a secret whose value is not given can't be carried over",
                    context.desired.script.name
                ),
            )
            .with_help(
                "deploy or delete the waiting version, or name the secret under `env.secrets` and give its value",
            )
            .about(plan.sketch.address.clone()),
        );
    }
    (inherit, remove)
}

/// Enough of a digest to compare by eye.
fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}
