//! What resources are called in a run: by the short form of their address where one resource has it, and with the account
//! or the zone where several do. Everybody gets the same string: the plan, its events, the way out of its findings.

use std::collections::{BTreeMap, BTreeSet};

use super::PlanOptions;
use super::sketch::{Sketches, Wish};
use crate::diagnostic::{Code, Diagnostic, plain};
use crate::model::{Address, Scope};

/// The addresses of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names {
    /// Short form → all resources that have it.
    all: BTreeMap<Address, BTreeSet<Address>>,
    /// Index of a document and short form → the resource that is meant there.
    own: BTreeMap<(usize, Address), Address>,
    /// Accounts of the documents.
    accounts: BTreeMap<usize, String>,
}

impl Names {
    /// Goes through all documents.
    pub(super) fn of(documents: &[Sketches]) -> Self {
        let mut names = Self::default();
        for document in documents {
            names.accounts.insert(document.manifest, document.planned.account.clone());
            for sketch in &document.resources {
                names.add(document.manifest, &sketch.address, sketch.wish == Wish::Keep);
            }
            for left in document.kept.iter().chain(&document.orphans).chain(&document.unmanaged) {
                names.add(document.manifest, &left.address, false);
            }
        }
        names
    }

    /// Of several with one short form in a document, the one that is to be there is meant.
    fn add(&mut self, document: usize, address: &Address, is_wanted: bool) {
        let Some(whole) = self.whole(document, address) else { return };
        let short = whole.short();
        self.all.entry(short.clone()).or_default().insert(whole.clone());
        let own = self.own.entry((document, short)).or_insert_with(|| whole.clone());
        if is_wanted {
            *own = whole;
        }
    }

    /// With its account or zone, as far as they are known.
    fn whole(&self, document: usize, address: &Address) -> Option<Address> {
        if address.scope.is_some() {
            return Some(address.clone());
        }
        if let Some(own) = self.own.get(&(document, address.clone())) {
            return Some(own.clone());
        }
        let account = self.accounts.get(&document).filter(|_| !address.kind.is_of_zone())?;
        Some(address.clone().of_account(account))
    }

    /// What a resource is called that a document names.
    pub fn told(&self, document: usize, address: &Address) -> Address {
        let short = address.short();
        let is_one = self.all.get(&short).is_none_or(|all| all.len() < 2);
        if is_one { short } else { self.whole(document, address).unwrap_or(short) }
    }

    /// Calls all resources of all documents by their names.
    pub(super) fn tell(&self, documents: &mut [Sketches]) {
        for document in documents {
            let told = |address: &mut Address| *address = self.told(document.manifest, address);
            told(&mut document.planned.address);
            for sketch in &mut document.resources {
                told(&mut sketch.address);
                sketch.needs.iter_mut().chain(&mut sketch.gives_up).chain(&mut sketch.loses).for_each(told);
                sketch.diagnostics.iter_mut().for_each(|finding| finding.rename(&told));
            }
            let left = document.kept.iter_mut().chain(&mut document.orphans).chain(&mut document.unmanaged);
            left.for_each(|left| told(&mut left.address));
            let findings = document.before.iter_mut().chain(&mut document.after);
            findings.for_each(|finding| finding.rename(&told));
        }
    }

    /// The options with every address in the form in which the run tells it.
    pub(super) fn options(&self, options: &PlanOptions) -> PlanOptions {
        let long = |typed: &String| {
            let short = self.all.iter().find(|(_, all)| all.iter().any(|whole| whole.to_string() == *typed));
            match short {
                Some((short, all)) if all.len() == 1 => short.to_string(),
                Some(_) | None => typed.clone(),
            }
        };
        let each = |list: &[String]| list.iter().map(long).collect();
        let PlanOptions { adopt, take, delete_data, prune, offline, percentage, guarded } = options;
        let (prune, offline, percentage, guarded) = (*prune, *offline, *percentage, *guarded);
        PlanOptions {
            adopt: each(adopt),
            take: each(take),
            delete_data: each(delete_data),
            prune,
            offline,
            percentage,
            guarded,
        }
    }

    /// What `apply` needs of it: nothing where no address stands for several resources.
    pub(super) fn where_needed(self) -> Self {
        if self.all.values().any(|all| all.len() > 1) { self } else { Self::default() }
    }

    /// Addresses that name several resources of the run: which one is meant can't be known.
    pub(super) fn unclear(&self, options: &PlanOptions) -> Vec<Diagnostic> {
        let typed: BTreeSet<&String> = options.adopt.iter().chain(&options.take).collect();
        let several = self.all.iter().filter(|(_, all)| all.len() > 1);
        let unclear = several.filter(|(short, _)| typed.contains(&short.to_string()));
        unclear.map(|(short, all)| unclear_address(&short.to_string(), all)).collect()
    }
}

/// The finding about a short form that several resources have.
pub fn unclear_address<'a>(typed: &str, all: impl IntoIterator<Item = &'a Address>) -> Diagnostic {
    let all: BTreeSet<&Address> = all.into_iter().collect();
    let zones = all.iter().any(|address| matches!(address.scope, Some(Scope::Zone(_))));
    let wide = if zones { "zones" } else { "accounts" };
    let message = format!("`{}` stands for several resources of this run, in different {wide}", plain(typed, 200));
    let all: Vec<String> = all.into_iter().map(|address| format!("`{address}`")).collect();
    Diagnostic::error(Code::UnclearAddress, message).with_help(format!("say which: {}", all.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::WayOut;
    use crate::plan::{Left, PlannedManifest, Reason, Sketch};

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    fn document(manifest: usize, account: &str, sketches: Vec<Sketch>) -> Sketches {
        let planned = PlannedManifest {
            id: String::new(),
            label: String::new(),
            account: account.into(),
            address: Address::script("api"),
            script: None,
            zone: None,
            bundle: None,
        };
        Sketches { resources: sketches, ..Sketches::new(manifest, planned) }
    }

    fn script() -> Sketch {
        Sketch::wanted(Address::script("api"), Vec::new())
    }

    fn told(mut documents: Vec<Sketches>) -> (Names, Vec<String>) {
        let names = Names::of(&documents);
        names.tell(&mut documents);
        let sketches = documents.iter().flat_map(|document| &document.resources);
        (names, sketches.map(|sketch| sketch.address.to_string()).collect())
    }

    #[test]
    fn what_one_resource_has_stays_short() {
        let (_, addresses) = told(vec![
            document(0, A, vec![script(), Sketch::wanted(Address::record("a.example.com").of_zone(A), Vec::new())]),
            document(1, B, vec![Sketch::wanted(Address::script("other"), vec![Address::script("other")])]),
        ]);
        assert_eq!(addresses, ["script:api", "record:a.example.com", "script:other"]);
    }

    #[test]
    fn the_same_name_in_two_accounts_is_told_with_the_account_everywhere() {
        let mut route = Sketch::wanted(Address::route("a/*").of_zone(A), vec![Address::script("api")]);
        let mut finding = Diagnostic::error(Code::TakenRoute, "taken").about(Address::script("api"));
        finding.resolve = WayOut::taking(&Address::script("api"));
        route.diagnostics.push(finding);
        let mut documents = vec![document(0, A, vec![script(), route]), document(1, B, vec![script()])];
        documents.iter_mut().for_each(|document| {
            document.kept.push(Left { address: Address::script("api"), path: None, reason: Reason::NotInManifest });
        });
        let names = Names::of(&documents);
        names.tell(&mut documents);
        let own = format!("script:account/{A}/api");
        let [first, second] = documents.as_slice() else { panic!("two documents") };
        let [sketch, route] = first.resources.as_slice() else { panic!("two resources") };
        let finding = route.diagnostics.first().expect("a finding");
        let everywhere = [
            Some(&first.planned.address),
            Some(&sketch.address),
            route.needs.first(),
            finding.address(),
            finding.resolve.take.first(),
            first.kept.first().map(|left| &left.address),
        ];
        assert_eq!(everywhere.map(|address| address.map(ToString::to_string)), [(); 6].map(|()| Some(own.clone())));
        assert_eq!(second.planned.address.to_string(), format!("script:account/{B}/api"));
        assert_eq!(route.address.to_string(), "route:a/*");
        assert_eq!(names.told(1, &Address::script("api")), second.planned.address);
    }

    #[test]
    fn a_host_that_moves_to_another_zone_is_told_with_each_zone() {
        let record = |zone: &str| Address::record("a.example.com").of_zone(zone);
        let wanted = Sketch::wanted(record(B), Vec::new());
        let gone = Sketch { wish: Wish::Remove(Reason::LeftManifest), ..Sketch::wanted(record(A), Vec::new()) };
        let route = Sketch::wanted(Address::route("a/*").of_zone(B), vec![Address::record("a.example.com")]);
        let mut documents = vec![document(0, A, vec![gone, wanted, route])];
        Names::of(&documents).tell(&mut documents);
        let resources = documents.iter().flat_map(|document| &document.resources);
        let resources: Vec<_> = resources.map(|sketch| (sketch.address.to_string(), sketch.needs.clone())).collect();
        let of = |zone: &str| format!("record:zone/{zone}/a.example.com");
        // The route waits for the record that is to be there.
        assert_eq!(resources, [(of(A), vec![]), (of(B), vec![]), ("route:a/*".to_owned(), vec![record(B)])]);
    }

    #[test]
    fn options_name_a_resource_by_either_form_and_a_short_form_of_several_is_refused() {
        let options = |typed: &str| PlanOptions { take: vec![typed.into()], ..PlanOptions::default() };
        let long = format!("script:account/{A}/api");
        let (one, _) = told(vec![document(0, A, vec![script()])]);
        assert_eq!(one.options(&options(&long)).take, ["script:api"]);
        assert_eq!(one.unclear(&options("script:api")), []);
        let (two, _) = told(vec![document(0, A, vec![script()]), document(1, B, vec![script()])]);
        assert_eq!(two.options(&options(&long)).take, [long.as_str()]);
        assert_eq!(two.unclear(&options(&long)), []);
        let unclear = two.unclear(&options("script:api"));
        let [finding] = unclear.as_slice() else { panic!("{unclear:?}") };
        let help = format!("say which: `{long}`, `script:account/{B}/api`");
        assert_eq!((finding.code, finding.help.as_deref()), (Code::UnclearAddress, Some(help.as_str())));
    }
}
