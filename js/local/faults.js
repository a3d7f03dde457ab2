/**
 * Faults on purpose: `--fault "METHOD PATH:KIND[:WHEN]"`, e.g. `PUT *\/workers/scripts/*:lost:1`.
 *
 * - METHOD: a method, several joined by `|`, or `*`
 * - PATH: glob over the request's path (without query); `*` is any run of characters, `/` included
 * - KIND: one of `KINDS`; `429+SECONDS` adds a `Retry-After`, `stale+SECONDS` says how old
 * - WHEN: which of the requests that match: `2` the second, `2-4`, `3+` from the third on; left out: every one
 *
 * The first fault that matches and is due hits the request; API and S3 alike, never the data plane.
 */

/** What happens to the request. "done" = the effect took place, although the client is not told. */
export const KINDS = {
  __proto__: null,
  refuse: "connection closed before the request is read; not done",
  reset: "connection reset after the request was read; not done",
  lost: "done, then the connection is reset without an answer",
  double: "done twice, as by a proxy that retries; the second answer is sent",
  timeout: "never answered; not done",
  truncate: "done; the answer breaks off in the middle of its body",
  html: "502 with an HTML page, as from Cloudflare's edge; not done",
  429: "too many requests; not done",
  500: "internal error; not done",
  503: "unavailable; not done",
  403: "refused as if a permission were missing; not done",
  stale:
    "a read of records, routes, custom domains, schedules, namespaces, queues or databases answers as they were 30 seconds ago; anything else is done",
};

/** How old a stale answer is, unless the fault says so. */
const STALE_SECONDS = 30;

/** A fault that does not read as one; its message is for people. */
export class FaultError extends Error {
  name = "FaultError";

  constructor(spec, problem) {
    super(`fault \`${spec}\`${problem}`);
  }
}

/**
 * @typedef {object} Fault
 * @property {string} spec as written
 * @property {string} kind
 * @property {number} [retryAfterSeconds]
 * @property {number} [staleMs] how old the answer is
 */

/**
 * @param {string} spec
 * @returns {Fault & { methods: string[] | null, path: RegExp, first: number, last: number, seen: number }}
 * @throws {FaultError}
 */
export function parseFault(spec) {
  const match = /^(\S+)\s+(\S+?):([a-z]+|\d{3})(?:\+(\d{1,6}))?(?::(\d+)(?:-(\d+)|(\+))?)?$/.exec(spec.trim());
  if (!match) throw new FaultError(spec, " does not read as `METHOD PATH:KIND[:WHEN]`");
  const [, method, path, kind, seconds, first, last, open] = match;
  if (!(kind in KINDS)) {
    throw new FaultError(spec, `: unknown kind \`${kind}\`, known are ${Object.keys(KINDS).join(", ")}`);
  }
  if (seconds && !["429", "stale"].includes(kind)) {
    throw new FaultError(spec, ": only `429` and `stale` take a number of seconds");
  }
  if (first === "0") throw new FaultError(spec, ": requests are counted from 1");
  const from = first ? Number(first) : 1;
  return {
    spec,
    kind,
    retryAfterSeconds: kind === "429" && seconds ? Number(seconds) : undefined,
    staleMs: kind === "stale" ? Number(seconds ?? STALE_SECONDS) * 1000 : undefined,
    methods: method === "*" ? null : method.toUpperCase().split("|"),
    path: globToRegExp(path),
    first: from,
    last: !first || open ? Number.POSITIVE_INFINITY : Number(last ?? from),
    seen: 0,
  };
}

/** The faults of one Local Cloudflare, with their counters. */
export class Faults {
  #faults = [];

  /** @param {string[]} specs */
  constructor(specs = []) {
    this.set(specs);
  }

  /** Replaces all faults; counting starts anew. @param {string[]} specs */
  set(specs) {
    this.#faults = specs.map(parseFault);
  }

  /** Whether any request could be hit like that. */
  has(kind) {
    return this.#faults.some((fault) => fault.kind === kind);
  }

  /** The fault that hits this request, if any; counts the request. @returns {Fault | null} */
  take(method, path) {
    const matching = this.#faults.filter(
      (fault) => (!fault.methods || fault.methods.includes(method)) && fault.path.test(path),
    );
    for (const fault of matching) fault.seen += 1;
    return matching.find(({ seen, first, last }) => seen >= first && seen <= last) ?? null;
  }
}

function globToRegExp(glob) {
  const literal = glob.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`);
}

const API_FAILURES = {
  __proto__: null,
  403: [10000, "Authentication error"],
  429: [971, "Please wait and consider throttling your request speed"],
  500: [10013, "An unknown error has occurred. If this error persists, please contact Cloudflare Support"],
  503: [10013, "Service temporarily unavailable"],
};
const S3_FAILURES = { 403: "AccessDenied", 429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable" };

/**
 * The answer of a fault that answers without doing anything; null for the kinds that go on or stay silent.
 * @param {"api" | "s3"} surface
 */
export function faultResponse({ kind, retryAfterSeconds }, surface) {
  if (kind === "html") return htmlPage();
  if (!(kind in API_FAILURES)) return null;
  const status = Number(kind);
  const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  if (surface === "s3") {
    const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${S3_FAILURES[kind]}</Code><Message>injected fault</Message></Error>`;
    return { status, headers: { "content-type": "application/xml", ...headers }, body };
  }
  const [code, message] = API_FAILURES[kind];
  const body = JSON.stringify({ success: false, errors: [{ code, message }], messages: [], result: null });
  return { status, headers: { "content-type": "application/json", ...headers }, body };
}

function htmlPage() {
  const body =
    "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n";
  return { status: 502, headers: { "content-type": "text/html; charset=UTF-8" }, body };
}
