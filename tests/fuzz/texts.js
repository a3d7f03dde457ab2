/** Plans, check-ups and errors of any shape, as people see them: they are shown or left out, and nothing in them is obeyed. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createApi } from "../../js/index.js";
import { createRandom, document, mutant } from "./random.js";

const CORPUS = new URL("../corpora/plans/", import.meta.url);
const TEXTS = [
  "script:a",
  "k\u009b:a",
  "\u001b[2J",
  "\u202ea",
  "\ud83d",
  "\u{1f600}\u2028",
  'a"\\\n'.repeat(30),
  "x".repeat(300),
  "",
  "CFD0501",
];
const ACTIONS = ["create", "update", "replace", "delete", "adopt", "no-op", "other"];
const KEYS = [
  "fingerprint",
  "manifests",
  "changes",
  "summary",
  "checks",
  "diagnostics",
  "exitCode",
  "old",
  "new",
  "__proto__",
  "toJSON",
];
const QUOTED = [...KEYS, ...TEXTS]
  .map((word) => JSON.stringify(word))
  .concat("null", "[]", "{}", "-1", "1e999", "true");
const WIDTHS = [80, 0, 7, Number.MAX_SAFE_INTEGER];
/** Without an engine, whose drawings are tried by `drawings.rs`. */
const api = createApi({ call: async (_name, _sources, findings) => ({ ok: findings.map(() => "a finding\n") }) });

/** @returns {Promise<boolean>} whether anything was shown */
async function check(value, size) {
  let isShown = false;
  for (const picture of await Promise.all([api.renderPlanMermaid(value), api.renderPlanSvg(value)])) {
    assert.doesNotMatch(picture, /[^\P{Cc}\n]|\p{Cs}/u);
    assert.ok(picture.length <= size * 30 + 4000, `${picture.length} characters of a picture of ${size}`);
  }
  for (const width of WIDTHS) {
    const style = { color: false, width };
    const texts = [api.renderPlan(value, style), api.renderCheckup(value, style), api.renderHistory(value, style)];
    const findings = [api.renderError([], value, style), api.renderDiagnostics([], value, style)];
    for (const text of await Promise.all([...texts, ...findings])) {
      assert.doesNotMatch(text, /[^\P{Cc}\n]|\p{Cs}/u);
      assert.ok(text.length <= size * 12 + 1000, `${text.length} characters of ${size}`);
      isShown ||= text !== "";
    }
  }
  return isShown;
}

/**
 * Tries the corpus, then so many random values of each seed.
 * @returns {Promise<{ shown: number }>} how many were shown
 * @throws {Error} with the value
 */
export async function tryTexts({ cases, seeds }) {
  const corpus = readdirSync(CORPUS).map((name) => readFileSync(new URL(name, CORPUS), "utf8"));
  let shown = 0;
  const attempt = async (text) => {
    const value = jsonOf(text);
    try {
      if (await check(value, text.length)) shown += 1;
    } catch (cause) {
      throw new Error(`texts: ${cause.message}\n--- it belongs to tests/corpora/plans:\n${text}`, { cause });
    }
  };
  for (const text of corpus) await attempt(text);
  for (const seed of seeds) {
    const random = createRandom(seed);
    for (let index = 0; index < cases / seeds.length; index += 1) await attempt(inputOf(random, corpus));
  }
  return { shown };
}

function inputOf(random, corpus) {
  const structured = () => JSON.stringify(random.pick([planOf, planOf, checkupOf, historyOf, errorOf])(random));
  switch (random.below(5)) {
    case 0:
      return JSON.stringify(document(random, [...KEYS, ...TEXTS]));
    case 1:
      return mutant(random, corpus, QUOTED);
    case 2:
      return mutant(random, [structured()], QUOTED);
    default:
      return structured();
  }
}

const some = (random, make) => Array.from({ length: random.below(4) }, () => make(random));
const text = (random) => random.pick(TEXTS);
const maybe = (random) => (random.below(2) === 0 ? text(random) : null);
const flag = (random) => random.below(2) === 0;

function planOf(random) {
  const value = () => (flag(random) ? text(random) : document(random, TEXTS, 2));
  const field = () => ({ path: text(random), old: value(), new: value(), secret: flag(random), later: flag(random) });
  const manifest = () => ({ account: text(random), script: text(random), zone: maybe(random) });
  const left = () => ({ address: text(random), path: maybe(random), reason: text(random) });
  const change = () => {
    const [address, kind, why, reason, from] = [text(random), text(random), maybe(random), text(random), maybe(random)];
    return {
      address,
      kind,
      action: random.pick(ACTIONS),
      why,
      reason,
      from,
      permit: maybe(random),
      fields: some(random, field),
    };
  };
  const lists = { kept: some(random, left), orphans: some(random, left), unmanaged: some(random, left) };
  return { fingerprint: text(random), manifests: some(random, manifest), changes: some(random, change), ...lists };
}

function historyOf(random) {
  const made = () => ({
    createdOn: text(random),
    author: text(random),
    source: text(random),
    percent: random.below(101),
  });
  const version = () => ({
    ...made(),
    id: text(random),
    number: random.below(9),
    message: maybe(random),
    ours: flag(random),
    deployments: some(random, () => ({ ...made(), message: maybe(random) })),
  });
  const worker = () => ({
    account: text(random),
    script: text(random),
    ours: flag(random),
    versions: some(random, version),
  });
  return { workers: Object.fromEntries(some(random, () => [text(random), worker()])) };
}

function checkupOf(random) {
  const check = () => ({ name: text(random), ok: flag(random), detail: text(random), help: maybe(random) });
  const lists = { checks: some(random, check), missing: some(random, text), unproven: some(random, text) };
  return { ...lists, link: text(random), exitCode: random.below(6) };
}

function errorOf(random) {
  const finding = () => {
    const line = random.below(2000);
    const place = { file: text(random), line, column: 1, endLine: line, endColumn: 3 };
    const severity = random.pick(["error", "warning", "note"]);
    return { severity, code: "CFD0501", message: text(random), help: maybe(random), ...(flag(random) ? place : {}) };
  };
  const lists = { done: some(random, text), notDone: some(random, text), unknown: some(random, text) };
  const exitCode = random.pick([0, 1, 3, 65, 130]);
  const facts = { code: text(random), message: text(random), help: maybe(random), exitCode };
  return { ...facts, ...lists, diagnostics: some(random, finding) };
}

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
