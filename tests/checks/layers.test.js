import assert from "node:assert/strict";
import { test } from "node:test";
import { checking } from "./on-sources.js";

const check = checking("layers");

const crossed = {
  "a plain import": { "plan/mod.rs": "use crate::http::Request;" },
  "a name in a group": { "plan/step.rs": "use crate::{model::Address, cloudflare::{dns, routes}};" },
  "a path in code": { "apply/mod.rs": "fn a() { crate::manifest::read(); }" },
  "super from a module": { "plan/mod.rs": "use super::r2::sign;" },
  "super twice from a file below": { "manifest/lower.rs": "use super::super::refresh::read;" },
  "the border": { "plan/text.rs": "use crate::wasm::Host;" },
  "a crate out of its place": { "r2/sign.rs": "use js_sys::Date;" },
  "a kind that the planner names": { "plan/order.rs": "fn a(kind: Kind) { kind == Kind::Route; }" },
  "a resource that whoever sends names": { "apply/call.rs": 'fn a() { Address::script("shop"); }' },
  "an endpoint family that whoever sends names": {
    "apply/call.rs": "use crate::cloudflare::{Api, routes};\nfn a() { routes::list(); }",
    "cloudflare/mod.rs": "pub mod routes;",
  },
  "a write that is sent beside the one place for it": { "apply/import.rs": "api.carry(client, &call);" },
  "a second way to send a write": { "apply/call.rs": "api.carry(client, &call);\napi.carry(client, &other);" },
  "a read that goes out beside the rounds": { "apply/beside.rs": "run.api.hear(client, read)" },
  "a request that goes out by itself": { "apply/procedure.rs": "client.exchange(&request, &judge);" },
  "a request that is no value": { "kinds/store.rs": "let request = Request::new(Method::Put, url);" },
  "a kind that whoever reads names": { "refresh/rounds.rs": "fn a(kind: Kind) { kind == Kind::Script; }" },
  "what a kind wants, in whoever reads": { "refresh/known.rs": "use crate::resource::DesiredManifest;" },
  "an endpoint family that whoever reads names": {
    "refresh/mod.rs": "use crate::cloudflare::{Read, scripts};\nfn a() { scripts::list(account); }",
    "cloudflare/mod.rs": "pub mod scripts;",
  },
  "a kind that another one names": {
    "kinds/worker/record.rs": "use crate::kinds::queue::NAME;",
    "kinds/list.rs": "use super::queue::Queue;\nuse super::store::Store;",
    "kinds/queue.rs": "use super::store::Store;",
  },
  "a folder nobody planned": { "helpers/mod.rs": "" },
};
for (const [name, sources] of Object.entries(crossed)) {
  test(`layers: ${name} is found`, () => {
    const { status, stderr } = check(sources);
    assert.equal(status, 1);
    assert.match(stderr, /layers: 1 findings/);
  });
}

const fine = {
  "a row above": { "apply/mod.rs": "use crate::{http::Transport, plan::{Step, http}};" },
  "the order of all kinds": { "plan/order.rs": "fn a() { Kind::ALL.iter(); }" },
  "the one place that sends a write": {
    "apply/call.rs": "api.carry(client, call, &late)\n#[cfg(test)]\nmod tests { fn a() { api.carry(); } }",
  },
  "the one place that makes rounds of reads": { "refresh/rounds.rs": "api.hear(client, read)" },
  "its own files": { "plan/mod.rs": "use crate::plan::step;", "plan/step.rs": "use super::digest;" },
  "a comment": { "plan/mod.rs": "//! not like crate::http\n// nor wasm_bindgen" },
  "the edge": { "http/fetch.rs": "use gloo_net::http::Request;", "wasm/mod.rs": "use crate::http;" },
};
for (const [name, sources] of Object.entries(fine)) {
  test(`layers: ${name} is fine`, () => assert.deepEqual(check(sources).status, 0));
}
