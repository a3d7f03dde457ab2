//! Classes of Durable Objects: what the manifest says became of them, and those that the account has.
//!
//! <https://developers.cloudflare.com/durable-objects/reference/durable-objects-migrations/>

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One step of `migrations`, as an upload sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MigrationStep {
    /// What it is called: the account keeps the tag of the last step that was carried out.
    #[serde(skip)]
    pub tag: String,
    /// Classes that come to be, with storage of the earlier kind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub new_classes: Vec<String>,
    /// Classes that come to be, with storage in SQLite.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub new_sqlite_classes: Vec<String>,
    /// Classes that get another name and keep their objects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub renamed_classes: Vec<RenamedClass>,
    /// Classes that go with all their objects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deleted_classes: Vec<String>,
    /// Classes of other Workers that come over with their objects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transferred_classes: Vec<TransferredClass>,
}

/// See [`MigrationStep::renamed_classes`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RenamedClass {
    /// Its name until then.
    pub from: String,
    /// Its name from then on.
    pub to: String,
}

/// See [`MigrationStep::transferred_classes`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TransferredClass {
    /// Its name in the other Worker.
    pub from: String,
    /// The other Worker.
    pub from_script: String,
    /// Its name here.
    pub to: String,
}

/// What the manifest says of the Worker's own classes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DesiredClasses {
    /// `migrations`: all steps there were, in their order. Absent: the classes stay as they are.
    pub migrations: Option<Vec<MigrationStep>>,
    /// `exports`: each class, as an upload sends it. Absent: likewise.
    pub exports: Option<Map<String, Value>>,
}

/// What is wrong with a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misstep<'a> {
    /// A class would come to be, or get the name of one, that is there.
    Taken(&'a str),
    /// A class would go or get another name that is not there.
    Missing(&'a str),
}

/// A class, as steps leave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassState {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a class comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was there, under this name.
    Live(String),
    /// A step makes it; whether its storage is SQLite.
    Made(bool),
    /// It was one of another Worker: script and name.
    Transferred(String, String),
}

/// What steps do to classes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved<'a> {
    /// The classes after them.
    pub classes: Vec<ClassState>,
    /// Classes that are deleted, by the names that they have before all steps.
    pub deleted: Vec<String>,
    /// What can't be done.
    pub missteps: Vec<Misstep<'a>>,
}

impl<'a> Moved<'a> {
    /// Classes that are there before any step.
    pub fn from(live: impl IntoIterator<Item = String>) -> Self {
        let state = |name: String| ClassState { origin: Origin::Live(name.clone()), name };
        Self { classes: live.into_iter().map(state).collect(), ..Self::default() }
    }

    /// After one more step.
    #[must_use]
    pub fn step(mut self, step: &'a MigrationStep) -> Self {
        for name in &step.deleted_classes {
            match self.take(name) {
                Some(ClassState { origin: Origin::Live(name), .. }) => self.deleted.push(name),
                Some(ClassState { origin: Origin::Transferred(..), name }) => self.deleted.push(name),
                Some(ClassState { origin: Origin::Made(_), .. }) => {}
                None => self.missteps.push(Misstep::Missing(name)),
            }
        }
        for RenamedClass { from, to } in &step.renamed_classes {
            match self.take(from) {
                Some(class) => self.add(to, class.origin),
                None => self.missteps.push(Misstep::Missing(from)),
            }
        }
        for TransferredClass { from, from_script, to } in &step.transferred_classes {
            self.add(to, Origin::Transferred(from_script.clone(), from.clone()));
        }
        step.new_classes.iter().for_each(|name| self.add(name, Origin::Made(false)));
        step.new_sqlite_classes.iter().for_each(|name| self.add(name, Origin::Made(true)));
        self
    }

    /// Whether it has a class of that name.
    pub fn has(&self, name: &str) -> bool {
        self.classes.iter().any(|class| class.name == name)
    }

    fn take(&mut self, name: &str) -> Option<ClassState> {
        let place = self.classes.iter().position(|class| class.name == name)?;
        Some(self.classes.remove(place))
    }

    fn add(&mut self, name: &'a str, origin: Origin) {
        if self.has(name) {
            self.missteps.push(Misstep::Taken(name));
        } else {
            self.classes.push(ClassState { name: name.to_owned(), origin });
        }
    }
}

/// A class as the account has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveClass {
    /// Its name.
    pub name: String,
    /// Its storage is SQLite; absent where the account does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sqlite: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(change: impl FnOnce(&mut MigrationStep)) -> MigrationStep {
        let mut step = MigrationStep::default();
        change(&mut step);
        step
    }

    #[test]
    fn a_class_that_was_renamed_before_it_is_deleted_is_lost_under_the_name_that_it_has_now() {
        let renamed = RenamedClass { from: "Room".into(), to: "Hall".into() };
        let renames = step(|step| step.renamed_classes.push(renamed));
        let deletes = step(|step| step.deleted_classes.push("Hall".into()));
        let moved = Moved::from(["Room".to_owned()]).step(&renames).step(&deletes);
        assert_eq!((moved.deleted, moved.classes, moved.missteps), (vec!["Room".to_owned()], vec![], vec![]));
    }

    #[test]
    fn a_class_that_steps_make_and_delete_again_never_held_anything() {
        let makes = step(|step| step.new_sqlite_classes.push("Room".into()));
        let deletes = step(|step| step.deleted_classes.push("Room".into()));
        assert_eq!(Moved::from([]).step(&makes).step(&deletes), Moved::default());
    }

    #[test]
    fn a_class_can_not_come_to_be_twice_or_go_before_it_is_there() {
        let makes = step(|step| step.new_sqlite_classes.push("Room".into()));
        let deletes = step(|step| step.deleted_classes.push("Hall".into()));
        let moved = Moved::from(["Room".to_owned()]).step(&makes).step(&deletes);
        assert_eq!(moved.missteps, [Misstep::Taken("Room"), Misstep::Missing("Hall")]);
    }
}
