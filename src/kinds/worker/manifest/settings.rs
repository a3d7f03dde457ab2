//! What the settings of a manifest come to.

use serde_json::{Map, Value, json};

use super::generations::spec_path;
use super::spec::Spec;
use super::spec::settings::Observability;
use crate::binding::Input;
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::names;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::reference::{self, Text};
use crate::manifest::referring::{Field, STREAMED_TO, TAILED_BY};
use crate::manifest::schema::TextOrFrom;
use crate::manifest::text_or_from::{self, Fault, Said};
use crate::setting::{DesiredSettings, Setting, Tail, table};

/// What is stated; nothing where something can't be read.
pub(super) fn lower(spec: &Spec) -> Option<DesiredSettings> {
    let mut settings = DesiredSettings {
        tags: spec.tags.as_ref().map(|tags| tags.each().map(|(_, tag)| tag.clone()).collect()),
        ..DesiredSettings::default()
    };
    for setting in table::ALL {
        match said(setting, spec)? {
            Stated::Nothing => {}
            Stated::Value(value) => {
                settings.values.insert(setting, value);
            }
            Stated::Tails(tails) => {
                settings.tails.insert(setting, tails);
            }
        }
    }
    Some(settings)
}

enum Stated {
    Nothing,
    Value(Value),
    Tails(Vec<Tail>),
}

/// What the manifest says of a setting. The compiler asks for the arm of a new one.
fn said(setting: Setting, spec: &Spec) -> Option<Stated> {
    let value = match setting {
        Setting::CacheOptions => spec.cache_options.as_ref().map(|stated| json!(stated)),
        Setting::Limits => spec.limits.as_ref().map(|stated| json!(stated)),
        Setting::Logpush => spec.logpush.map(Value::from),
        Setting::Observability => spec.observability.as_ref().map(|stated| match stated {
            Observability::Switch(enabled) => json!({ "enabled": enabled }),
            Observability::Settings(settings) => json!(settings),
        }),
        Setting::Placement => spec.placement.as_ref().map(|stated| json!(stated)),
        Setting::StreamingTailConsumers => return tails(setting, &streamed_to(spec)),
        Setting::TailConsumers => return tails(setting, &tailed_by(spec)),
    };
    Some(value.map_or(Stated::Nothing, Stated::Value))
}

/// An entry that names a Worker: where it stands, the name, and what else it says.
pub(super) type Entry<'a> = (Path, Option<&'a TextOrFrom>, Map<String, Value>);

pub(super) fn tailed_by(spec: &Spec) -> Option<Vec<Entry<'_>>> {
    let entries = spec.tail_consumers.as_ref()?.each().map(|(index, entry)| {
        let given = [("environment", &entry.environment), ("namespace", &entry.namespace)];
        let given = given.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text.clone()?.into())));
        (path(Setting::TailConsumers, index), entry.service.as_ref(), given.collect())
    });
    Some(entries.collect())
}

pub(super) fn streamed_to(spec: &Spec) -> Option<Vec<Entry<'_>>> {
    let entries = spec.streaming_tail_consumers.as_ref()?.each();
    let setting = Setting::StreamingTailConsumers;
    Some(entries.map(|(index, entry)| (path(setting, index), entry.service.as_ref(), Map::new())).collect())
}

fn path(setting: Setting, index: usize) -> Path {
    spec_path().key(setting.row().word).index(index)
}

fn tails(setting: Setting, entries: &Option<Vec<Entry<'_>>>) -> Option<Stated> {
    let Some(entries) = entries else { return Some(Stated::Nothing) };
    let tails = entries.iter().map(|(path, service, more)| {
        let named = named(setting, (*service)?, &path.key("service")).ok()??;
        Some(Tail { service: named.into(), more: more.clone() })
    });
    tails.collect::<Option<Vec<_>>>().map(Stated::Tails)
}

/// The Worker that an entry names; nothing where it is empty.
///
/// # Errors
/// A finding for what names no Worker.
pub(super) fn named(setting: Setting, given: &TextOrFrom, path: &Path) -> Result<Option<Input>, Fault> {
    let field: &Field = if setting == Setting::StreamingTailConsumers { &STREAMED_TO } else { &TAILED_BY };
    let (path, text) = match text_or_from::read(given, field, path)? {
        Said::Reference(reference) => return Ok(Some(Input::Reference(reference))),
        Said::Text(_, "") => return Ok(None),
        Said::Text(path, text) => (path, text),
    };
    let named = match reference::read(text) {
        Ok(Text::Field { kind, name, field_path }) => {
            let reference = reference::to(field.name, field.takes, (Some(kind), &name, &field_path), &path);
            reference.map(Input::Reference).map_err(|(_, finding)| finding)
        }
        Ok(Text::Plain) => names::script_name(text).map(Input::Value),
        Ok(Text::Variable(_) | Text::Secret(_)) => {
            let finding = Diagnostic::error(Code::Reference, format!("{} is not replaced here", quote(text)));
            Err(finding.with_help("variables and secrets stand under `env`; name the Worker"))
        }
        Err(finding) => Err(finding),
    };
    named.map(Some).map_err(|finding| (path, finding))
}
