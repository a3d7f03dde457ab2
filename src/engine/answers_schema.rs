//! `schema/answers.schema.json`: what the calls answer and tell, from the types that are serialised. `npm run docs` makes
//! the types of TypeScript of it; `UPDATE_DOCS=1` writes it.

use std::path::Path;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use super::{
    ApplyResult, BundleTarget, Checkup, HistoryResult, Imported, OutputsResult, PlanResult, Published, Validation,
};
use crate::apply::Event;
use crate::error::Error;

/// Whatever crosses the border to JavaScript, with all that it is made of.
fn answers() -> Value {
    let mut generator = SchemaSettings::draft07().for_serialize().into_generator();
    for answer in [
        of::<Validation>,
        of::<PlanResult>,
        of::<ApplyResult>,
        of::<OutputsResult>,
        of::<HistoryResult>,
        of::<Checkup>,
        of::<Published>,
        of::<BundleTarget>,
        of::<Imported>,
        of::<Event>,
        of::<Error>,
    ] {
        answer(&mut generator);
    }
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Answers of cfworker-deploy",
        "description": "What the calls answer, the events of a run, and what a failure tells.",
        "definitions": generator.take_definitions(true),
    })
}

fn of<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test that writes and reads what the work tree keeps")]
fn the_schema_of_answers_is_what_the_types_say() {
    let text = format!("{:#}\n", answers());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/answers.schema.json");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &text).expect("written");
    }
    assert!(std::fs::read_to_string(file).expect("a file") == text, "npm run docs");
}
