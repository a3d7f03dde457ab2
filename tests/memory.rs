//! How much memory a run takes for its bundles, in allocated bytes: one copy of one bundle, for one document and for
//! twenty. What JavaScript holds beside it is measured by `npm run bench -- memory`.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expects by stopping")]

mod wire;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use cfworker_deploy::engine::{self, Credentials, Io, Options, R2Credentials};
use cfworker_deploy::http::{Body, LocalFuture, Method, Request, Response, Transport, TransportError};
use cfworker_deploy::manifest::Source;
use cfworker_deploy::secret::Secret;
use wire::VirtualClock;

thread_local! {
    /// Bytes that this thread holds, and the most that it held: other tests run beside this one.
    static HELD: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

struct Counting;

#[expect(unsafe_code, reason = "an allocator is unsafe to write; this one counts and hands on")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn count(bytes: isize) {
    let _ = HELD.try_with(|held| {
        let (now, most) = held.get();
        held.set((now + bytes, most.max(now + bytes)));
    });
}

/// An account that is empty, beside bundles of one size. It keeps nothing that it is sent.
struct Account {
    size: usize,
    sent: RefCell<Vec<(&'static str, String)>>,
}

impl Transport for Account {
    fn send<'a>(&'a self, request: &'a Request) -> LocalFuture<'a, Result<Response, TransportError>> {
        let path = request.url.split('?').next().unwrap_or_default();
        self.sent.borrow_mut().push((request.method.as_str(), path.to_owned()));
        let of_account = |status, text: &str| Reply { status, size: text.len(), text: text.to_owned() };
        let reply = match request.method {
            Method::Get if path.ends_with(".js") => Reply { status: 200, size: self.size, text: String::new() },
            Method::Get if path.ends_with("/workers/scripts") => of_account(200, r#"{"success":true,"result":[]}"#),
            Method::Get => of_account(404, r#"{"success":false,"errors":[{"code":10007,"message":"absent"}]}"#),
            _ => of_account(200, r#"{"success":true,"result":{"id":"w"}}"#),
        };
        Box::pin(async move { Ok(reply.response()) })
    }
}

/// An answer; without a text so many blanks.
struct Reply {
    status: u16,
    size: usize,
    text: String,
}

impl Reply {
    fn response(self) -> Response {
        let headers = vec![("etag".into(), "\"e\"".into()), ("content-length".into(), self.size.to_string())];
        Response { status: self.status, headers, body: Box::new(self) }
    }
}

impl Body for Reply {
    fn read(self: Box<Self>, _limit: usize) -> LocalFuture<'static, Result<Vec<u8>, TransportError>> {
        Box::pin(async move { Ok(if self.text.is_empty() { vec![b' '; self.size] } else { self.text.into_bytes() }) })
    }

    fn cancel(self: Box<Self>) {}
}

struct Measured {
    /// Of the whole run.
    bytes: usize,
    uploads: usize,
    downloads: usize,
}

/// Deploys so many new Workers, each with a bundle of this size.
fn deploy(documents: usize, size: usize) -> Measured {
    let document = |index: usize| {
        format!(
            "apiVersion: cloudflare.project-planton.org/v1\nkind: CloudflareWorker\n\
             metadata: {{ name: w{index}, org: acme, env: test }}\n\
             spec: {{ account_id: 0123456789abcdef0123456789abcdef, worker_name: w{index}, \
             script_bundle: {{ bucket: bundles, path: w{index}.js }} }}\n"
        )
    };
    let text = (0..documents).map(document).collect::<Vec<_>>().join("---\n");
    let credentials = Credentials {
        api_token: Some(Secret::new("canary-token")),
        base_url: Some("https://api.example/client/v4".into()),
        r2: Some(R2Credentials {
            access_key_id: Some("id".into()),
            secret_access_key: Some(Secret::new("canary-key")),
            session_token: None,
            endpoint: Some("https://s3.example".into()),
        }),
        ..Credentials::default()
    };
    let clock = VirtualClock::new();
    let account = Rc::new(Account { size, sent: RefCell::default() });
    let io = Io { transport: account.clone(), clock: clock.clone(), signal: None, events: Rc::new(|_| {}) };
    let sources = [Source { name: "worker.yaml".into(), text }];
    let (before, _) = HELD.get();
    HELD.set((before, before));
    let result = clock.run(engine::apply(&sources, &credentials, &Options::default(), &io));
    let (_, most) = HELD.get();
    assert_eq!(result.expect("applied").done.len(), documents);
    let sent = account.sent.borrow();
    let counted = |method, end| sent.iter().filter(|(each, path)| *each == method && path.ends_with(end)).count();
    let uploads = sent.iter().filter(|(method, _)| *method == "PUT").count();
    Measured { bytes: (most - before) as usize, uploads, downloads: counted("GET", ".js") }
}

const LARGE: usize = 6_000_000;

#[test]
fn one_document_holds_its_bundle_once() {
    let Measured { bytes, uploads, downloads } = deploy(1, LARGE);
    assert!((LARGE..LARGE * 5 / 4).contains(&bytes), "{bytes} bytes for a bundle of {LARGE}");
    assert_eq!((uploads, downloads), (1, 1));
}

#[test]
fn twenty_documents_hold_one_large_bundle_at_a_time() {
    let Measured { bytes, uploads, downloads } = deploy(20, LARGE);
    assert!((LARGE..LARGE * 5 / 4).contains(&bytes), "{bytes} bytes for bundles of {LARGE}");
    // Sixteen are let go unread, all are read for the plan, and again for their upload.
    assert_eq!(uploads, 20);
    assert_eq!(downloads, 20 + 16 + 20);
}

#[test]
fn small_bundles_are_held_together_up_to_five_megabytes() {
    let small = 1_000_000;
    let Measured { bytes, uploads, .. } = deploy(20, small);
    assert!((5 * small..11 * small).contains(&bytes), "{bytes} bytes for bundles of {small}");
    assert_eq!(uploads, 20);
}
