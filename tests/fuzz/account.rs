//! A whole account that answers as it likes. The first line is the call; then, for each answer, a line
//! `=== METHOD END-OF-PATH STATUS`, headers, an empty line, the body. What is not there is not found; writes are taken.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use cfworker_deploy::apply::Event;
use cfworker_deploy::engine::{self, Credentials, Io, Options, R2Credentials};
use cfworker_deploy::error::Error;
use cfworker_deploy::manifest::Source;
use cfworker_deploy::secret::Secret;
use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use super::answers::{self, reply, split_at};
use super::driver::Target;
use super::shown;
use super::wire::{Reply, Script, Seen, VirtualClock, json as answer_json, ok};

pub const TARGET: Target = Target { name: "account", beside: None, check, structured, words: &WORDS };

const MANIFEST: &str = include_str!("account.yaml");

const WORDS: [&str; 48] = [
    "apply",
    "plan",
    "destroy",
    "doctor",
    "outputs",
    "=== GET /workers/scripts 200\n\n",
    "=== GET /settings 200\n\n",
    "=== GET /deployments 200\n\n",
    "=== GET /versions 200\n\n",
    "=== GET /dns_records 200\n\n",
    "=== GET /workers/routes 200\n\n",
    "=== GET /subdomain 200\n\n",
    "=== GET /namespaces 200\n\n",
    "200",
    "404",
    "403",
    "429",
    "500",
    "\"result\"",
    "\"success\"",
    "\"id\"",
    "\"tags\"",
    "\"cfwd1-0f8e1d1d2ad1aa6b\"",
    "\"bindings\"",
    "\"annotations\"",
    "\"workers/tag\"",
    "\"workers/triggered_by\"",
    "\"secret\"",
    "\"versions\"",
    "\"percentage\"",
    "\"script\"",
    "\"pattern\"",
    "\"shop.example.com/*\"",
    "\"shop.example.com\"",
    "\"comment\"",
    "\"proxied\"",
    "\"type\"",
    "\"AAAA\"",
    "\"content\"",
    "\"shop\"",
    "\"has_assets\"",
    "\"read_only\"",
    "true",
    "false",
    "null",
    "[]",
    "{}",
    "\"\\u001b[2J\\u202e\"",
];

fn check(input: &[u8]) {
    let (verb, rest) = split_at(input, b"\n");
    let sections = Rc::new(sections(rest));
    match verb {
        b"plan" => drop(plans(&sections)),
        b"apply" => applies(&sections),
        b"destroy" => {
            drop(Run::new(&sections).call(|run| async move {
                engine::destroy(&run.sources, &run.credentials, &run.options, &run.io).await
            }))
        }
        b"doctor" => {
            let (answer, run) = Run::new(&sections)
                .call(|run| async move { engine::doctor(&run.sources, &run.credentials, &run.options, &run.io).await });
            if let Ok(checkup) = answer {
                shown::hides(&checkup.to_string());
            }
            assert_eq!(run.writes(), 0);
        }
        _ => {
            let (_, run) = Run::new(&sections).call(|run| async move {
                engine::outputs(&run.sources, &run.credentials, &run.options, &run.io).await
            });
            assert_eq!(run.writes(), 0);
        }
    }
}

/// Planning is pure: the same answers, the same plan; it writes nothing.
fn plans(sections: &Rc<Vec<Section>>) -> Option<Value> {
    let plan = || {
        let (answer, run) = Run::new(sections)
            .call(|run| async move { engine::plan(&run.sources, Some(&run.credentials), &run.options, &run.io).await });
        assert_eq!(run.writes(), 0);
        answer.ok()
    };
    let first = plan();
    assert_eq!(plan(), first);
    if let Some(plan) = &first {
        shown::hides(&plan.to_string());
    }
    first
}

/// A plan with an error or a conflict writes nothing at all.
fn applies(sections: &Rc<Vec<Section>>) {
    let plan = plans(sections);
    let (_, run) = Run::new(sections)
        .call(|run| async move { engine::apply(&run.sources, &run.credentials, &run.options, &run.io).await });
    let is_sound = plan.is_some_and(|plan| plan["exitCode"] == json!(0));
    assert!(is_sound || run.writes() == 0, "{} writes of a plan that can't be", run.writes());
}

struct Section {
    method: String,
    path: String,
    reply: Reply,
}

fn sections(rest: &[u8]) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut rest = rest;
    while let Some(start) = rest.strip_prefix(b"=== ") {
        let (section, after) = split_at(start, b"\n=== ");
        rest = if after.is_empty() { &[] } else { &start[section.len() + 1..] };
        let (head, body) = split_at(section, b"\n");
        let head = String::from_utf8_lossy(head).into_owned();
        let mut words = head.split(' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        let (method, path, status) = (word(), word(), word());
        sections.push(Section { method, path, reply: reply(&status, body) });
    }
    sections
}

fn replied(sections: &[Section], seen: &Seen) -> Reply {
    let path = seen.url.split('?').next().unwrap_or_default();
    let fitting = sections.iter().filter(|section| section.method == seen.method && path.ends_with(&section.path));
    match fitting.max_by_key(|section| section.path.len()) {
        Some(section) => section.reply.clone(),
        None if matches!(seen.method, "GET" | "HEAD") => {
            answer_json(404, r#"{"success":false,"errors":[{"code":10007,"message":"not there"}],"result":null}"#)
        }
        None => ok(r#"{"id":"shop","type":"A","name":"shop.example.com","pattern":"shop.example.com/*"}"#),
    }
}

/// One call of the engine, with all that it is given.
struct Run {
    clock: Rc<VirtualClock>,
    script: Rc<Script>,
    events: Rc<RefCell<Vec<Event>>>,
    given: Rc<Given>,
}

struct Given {
    sources: Vec<Source>,
    credentials: Credentials,
    options: Options,
    io: Io,
}

impl Run {
    fn new(sections: &Rc<Vec<Section>>) -> Self {
        let clock = VirtualClock::new();
        let sections = Rc::clone(sections);
        let script = Script::new(&clock, Vec::new(), move |seen| replied(&sections, seen));
        let events: Rc<RefCell<Vec<Event>>> = Rc::default();
        let sink = Rc::clone(&events);
        let io = Io {
            transport: script.clone(),
            clock: clock.clone(),
            signal: None,
            events: Rc::new(move |event| sink.borrow_mut().push(event)),
        };
        let sources = vec![Source { name: "a.yaml".into(), text: MANIFEST.into() }];
        // How often a request is tried again is another target's subject.
        let timeout_ms = Some(5_000.0);
        let options = Options { allow_deletes: true, prune: true, timeout_ms, ..Options::default() };
        let given = Rc::new(Given { sources, credentials: credentials(), options, io });
        Self { clock, script, events, given }
    }

    /// Runs to the end, and checks what holds for every call.
    fn call<T: Serialize, F: Future<Output = Result<T, Error>>>(
        self,
        work: impl FnOnce(Rc<Given>) -> F,
    ) -> (Result<Value, ()>, Self) {
        let answer = self.clock.run(work(Rc::clone(&self.given)));
        assert!(self.script.count() <= 1_000, "{} requests", self.script.count());
        assert!(self.clock.elapsed() <= 10_000.0, "{} ms", self.clock.elapsed());
        for event in self.events.borrow().iter() {
            shown::hides(&serde_json::to_string(event).expect("JSON"));
        }
        match answer {
            Ok(value) => {
                let value = serde_json::to_value(value).expect("JSON");
                shown::hides(&value.to_string());
                (Ok(value), self)
            }
            Err(error) => {
                shown::checked_error(&self.given.sources, &error);
                (Err(()), self)
            }
        }
    }

    fn writes(&self) -> usize {
        self.script.seen.borrow().iter().filter(|seen| !matches!(seen.method, "GET" | "HEAD")).count()
    }
}

fn credentials() -> Credentials {
    Credentials {
        api_token: Some(Secret::new(shown::TOKEN)),
        base_url: Some("https://api.example/client/v4".into()),
        r2: Some(R2Credentials {
            access_key_id: Some("id".into()),
            secret_access_key: Some(Secret::new(shown::SECRET_KEY)),
            session_token: None,
            endpoint: Some("https://s3.example".into()),
        }),
        secrets: [("KEY".to_owned(), Secret::new(shown::SECRET))].into(),
        ..Credentials::default()
    }
}

fn structured() -> BoxedStrategy<Vec<u8>> {
    let verb = proptest::sample::select(&["apply", "plan", "destroy", "doctor", "outputs"][..]);
    let path = proptest::sample::select(
        &[
            "/workers/scripts",
            "/shop/settings",
            "/shop/deployments",
            "/shop/versions",
            "/dns_records",
            "/workers/routes",
            "/shop/subdomain",
            "/workers/subdomain",
            "/namespaces",
            "/tokens/verify",
            "/18f97339-c287-4872-9bdd-e2135c07ec12",
            "/zones/11111111111111111111111111111111",
        ][..],
    );
    let status = prop_oneof![6 => Just(200), 1 => proptest::sample::select(&[204, 400, 403, 404, 429, 500][..])];
    let section = (path, status, answers::answer(), any::<bool>()).prop_map(|(path, status, result, is_list)| {
        let result = if is_list { json!([result]) } else { result };
        format!("=== GET {path} {status}\n\n{}", json!({ "success": true, "errors": [], "result": result }))
    });
    let bundle = "=== GET /shop.js 200\netag: \"e1\"\n\nexport default {}";
    (verb, proptest::collection::vec(section, 0..6))
        .prop_map(move |(verb, sections)| format!("{verb}\n{}\n{bundle}", sections.join("\n")).into_bytes())
        .boxed()
}
