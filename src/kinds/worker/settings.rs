//! Settings of a Worker beside its code: those of versions go up with an upload, the others change without one.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::context::Context;
use super::ownership::ScriptOwner;
use super::script_plan::ScriptPlan;
use super::tag_list::same;
use crate::model::Field;
use crate::model::marks::ScriptMarks;
use crate::plan::{Left, Owner, Reason};
use crate::resource::WorkersDev;
use crate::resource::script::CONTAINERS;
use crate::setting::table::{self, Mark};
use crate::setting::{Of, Row, Setting, is_met, mark, merged, part_mark, service_of, tag_mark};

/// Fills in what changes of them.
pub(super) fn plan(context: &Context<'_>, plan: &mut ScriptPlan, owner: &ScriptOwner) {
    for row in table::rows() {
        match row.of {
            Of::Worker => of_worker(context, plan, &row, owner),
            Of::Version => of_version(context, plan, &row),
        }
    }
    keep_containers(context, plan);
    let tags_change = tags_field(context, &plan.live_marks);
    let changes_tags = tags_change.is_some();
    plan.sketch.fields.extend(tags_change);
    let live = context.live.script.as_ref();
    let old = live.and_then(|live| live.workers_dev);
    if let Some(wanted) = context.desired.script.workers_dev.filter(|wanted| old.unwrap_or(WorkersDev::OFF) != *wanted)
    {
        plan.sketch.fields.push(Field::new("workers_dev", json!(old), json!(wanted)));
        plan.workers_dev = Some(wanted);
    }
    let changed = !plan.settings.is_empty() || plan.workers_dev.is_some() || changes_tags;
    if changed && matches!(plan.sketch.owner, Owner::Ours(None)) {
        plan.sketch.owner = Owner::Ours(Some(Reason::SettingsChanged));
    }
}

/// What the manifest says of a setting, by default that logs are on for a Worker that is made.
fn stated(context: &Context<'_>, row: &Row, owner: &ScriptOwner) -> Option<Value> {
    let is_new = row.setting == Setting::Observability && matches!(owner, ScriptOwner::Absent);
    let on = is_new.then(|| json!({ "enabled": true }));
    context.desired.script.settings.value(row.setting).or(on)
}

fn live_value(context: &Context<'_>, row: &Row) -> Value {
    context.live.script.as_ref().map(|live| live.setting(row.setting)).unwrap_or_default()
}

/// A setting that no version has: it is compared with what is live.
fn of_worker(context: &Context<'_>, plan: &mut ScriptPlan, row: &Row, owner: &ScriptOwner) {
    let stated = stated(context, row, owner);
    let live = live_value(context, row);
    let (left, target) = match row.mark {
        Mark::Nothing | Mark::Whole => whole(row, stated.as_ref(), &live, &plan.live_marks),
        Mark::Members(_) => by_members(row, stated.as_ref(), &live, &plan.live_marks),
        Mark::Entries => by_entries(row, stated.as_ref(), &live, &plan.live_marks),
    };
    keep_foreign_entries(plan, row, stated.as_ref(), &live);
    let Some(target) = target else {
        keep(plan, row, &live);
        return;
    };
    // Entries of others are part of what a list comes to; members of others are not looked at.
    let wanted = if row.mark == Mark::Entries { Some(&target) } else { stated.as_ref() };
    if !left && wanted.is_none_or(|wanted| is_met(row, wanted, &live)) {
        return;
    }
    let (old, new) = if left { (live, target.clone()) } else { shown(row, stated.as_ref(), live, &target) };
    plan.sketch.fields.push(Field::new(row.word, old, new));
    match &mut plan.upload {
        Some(upload) if row.setting == Setting::Observability => upload.observability = Some(target),
        Some(upload) => drop(upload.settings.insert(row.word.to_owned(), target)),
        None => drop(plan.settings.insert(row.word.to_owned(), target)),
    }
}

/// Whether something that we set is left over, and what the setting comes to; nothing where it stays as it is.
type Decided = (bool, Option<Value>);

fn whole(row: &Row, stated: Option<&Value>, live: &Value, marks: &ScriptMarks) -> Decided {
    let unset: Value = serde_json::from_str(row.unset).unwrap_or_default();
    let is_left = stated.is_none() && marks.set(&mark(row)) && !is_met(row, &unset, live);
    (is_left, stated.cloned().or_else(|| is_left.then_some(unset)))
}

/// Members that are not stated stay, but for those that we set.
fn by_members(row: &Row, stated: Option<&Value>, live: &Value, marks: &ScriptMarks) -> Decided {
    let mut kept = live.clone();
    let mut is_left = false;
    if let Some(members) = kept.as_object_mut() {
        members.retain(|name, _| {
            let goes = marks.set(&part_mark(row, name)) && stated.is_none_or(|stated| stated.get(name).is_none());
            is_left |= goes;
            !goes
        });
    }
    let Some(stated) = stated else { return (is_left, is_left.then_some(kept)) };
    // What is switched off is off altogether.
    let is_on = stated.get("enabled").and_then(Value::as_bool) == Some(true);
    (is_left, Some(if is_on { merged(&kept, stated) } else { stated.clone() }))
}

/// Entries of others stay.
fn by_entries(row: &Row, stated: Option<&Value>, live: &Value, marks: &ScriptMarks) -> Decided {
    let wanted: Vec<Value> = stated.and_then(Value::as_array).cloned().unwrap_or_default();
    let there = || live.as_array().into_iter().flatten();
    let is_wanted = |entry: &Value| wanted.iter().any(|wanted| is_same_entry(wanted, entry));
    let is_ours = |entry: &Value| service_of(entry).is_some_and(|of| marks.set(&part_mark(row, of)));
    let is_left = there().any(|entry| is_ours(entry) && !is_wanted(entry));
    if stated.is_none() && !is_left {
        return (false, None);
    }
    let foreign = there().filter(|entry| !is_ours(entry) && !is_wanted(entry)).cloned();
    let all: Vec<Value> = foreign.chain(wanted.iter().cloned()).collect();
    (is_left, Some(Value::Array(all)))
}

fn is_same_entry(one: &Value, other: &Value) -> bool {
    service_of(one) == service_of(other) && one.get("namespace") == other.get("namespace")
}

/// What a plan shows of a change: of a mapping that is set member by member the members that the manifest says, and beside
/// them those that were there from the beginning.
fn shown(row: &Row, stated: Option<&Value>, live: Value, target: &Value) -> (Value, Value) {
    let (Mark::Members(always), Some(stated)) = (row.mark, stated) else { return (live, target.clone()) };
    let old = match live {
        Value::Object(mut members) => {
            members.retain(|name, _| always.contains(&name.as_str()) || stated.get(name).is_some());
            Value::Object(members)
        }
        other => other,
    };
    (old, stated.clone())
}

/// A setting of versions: the digest tells whether it is live; here it only goes up, or not.
fn of_version(context: &Context<'_>, plan: &mut ScriptPlan, row: &Row) {
    let stated = context.desired.script.settings.value(row.setting);
    let live = live_value(context, row);
    let is_left = plan.live_marks.set(&mark(row));
    let Some(upload) = &mut plan.upload else { return };
    if stated.is_some() || is_left {
        upload.carried.remove(row.word);
    }
    match stated {
        Some(wanted) => {
            if wanted != live {
                plan.sketch.fields.push(Field::new(row.word, live, wanted.clone()));
            }
            upload.settings.extend(sent(row, wanted).map(|value| (row.word.to_owned(), value)));
        }
        None if is_left && !live.is_null() => plan.sketch.fields.push(Field::new(row.word, live, Value::Null)),
        None if is_left => {}
        None => keep(plan, row, &live),
    }
}

/// As an upload wants it; what says that nothing is set is left out.
fn sent(row: &Row, wanted: Value) -> Option<Value> {
    let is_off = row.setting == Setting::Placement && wanted.get("mode").and_then(Value::as_str) == Some("off");
    let is_empty = wanted.as_object().is_some_and(Map::is_empty);
    (!is_off && !is_empty).then_some(wanted)
}

/// A setting of others that goes up again as it is. Logs are on in every Worker that we make: they are not told.
fn keep(plan: &mut ScriptPlan, row: &Row, live: &Value) {
    let is_told = !live.is_null() && *live != Value::Bool(false) && row.setting != Setting::Observability;
    if is_told && plan.upload.is_some() {
        left(plan, row.word.to_owned());
    }
}

/// Workers that others let have the traces: beside those of the manifest they stay.
fn keep_foreign_entries(plan: &mut ScriptPlan, row: &Row, stated: Option<&Value>, live: &Value) {
    let (Mark::Entries, Some(wanted)) = (row.mark, stated.and_then(Value::as_array)) else { return };
    let foreign =
        live.as_array().into_iter().flatten().filter(|entry| !wanted.iter().any(|it| is_same_entry(it, entry)));
    let names: Vec<String> = foreign.filter_map(service_of).map(str::to_owned).collect();
    for name in names.iter().filter(|name| !plan.live_marks.set(&part_mark(row, name))).collect::<Vec<_>>() {
        left(plan, format!("{}.{name}", row.word));
    }
}

/// Containers are no affair of a manifest: an upload carries them over.
fn keep_containers(context: &Context<'_>, plan: &mut ScriptPlan) {
    let is_there = context.live.script.as_ref().is_some_and(|live| live.carried.contains_key(CONTAINERS));
    if is_there && plan.upload.is_some() {
        left(plan, CONTAINERS.to_owned());
    }
}

fn left(plan: &mut ScriptPlan, path: String) {
    let address = plan.sketch.address.clone();
    plan.kept.push(Left { address, path: Some(path), reason: Reason::NotInManifest });
}

/// Tags of the Worker as the manifest wants them: those of others stay, those that we set and it no longer states go.
pub(super) fn tags(context: &Context<'_>, live: &[String], marks: &ScriptMarks) -> Vec<String> {
    let wanted: BTreeSet<&String> = context.desired.script.settings.tags.iter().flatten().collect();
    let stays = |tag: &&String| wanted.contains(tag) || !marks.set(&tag_mark(tag));
    let mut all: Vec<String> = live.iter().filter(stays).cloned().collect();
    let new: Vec<String> = wanted.into_iter().filter(|tag| !all.contains(tag)).cloned().collect();
    all.extend(new);
    all
}

/// Those tags as a field of the Worker, where they change.
fn tags_field(context: &Context<'_>, marks: &ScriptMarks) -> Option<Field> {
    let live = context.live.script.as_ref().map(|live| live.tags.clone()).unwrap_or_default();
    let new = tags(context, &live, marks);
    let is_the_users = |tag: &&String| marks.set(&tag_mark(tag)) || !live.contains(tag);
    let old: Vec<&String> = live.iter().filter(|tag| marks.set(&tag_mark(tag))).collect();
    (!same(&live, &new))
        .then(|| Field::new("tags", json!(old), json!(new.iter().filter(is_the_users).collect::<Vec<_>>())))
}
