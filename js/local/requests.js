/** The request log: what reached Local Cloudflare, when it ended, and in how many rounds. */

const SECRET_HEADERS = ["authorization", "x-auth-key", "x-amz-security-token", "cookie", "set-cookie"];
const SECRET_PARAMETERS = /^(x-amz-(signature|security-token|credential))$/i;
const SECRET_FIELDS = ["text", "key_base64", "key_jwk", "value"];
const REDACTED = "***";
/** Of the newest requests; a server that runs for weeks must not fill the memory with its log. */
const MOST_REQUESTS = 10_000;
/** Longer JSON is not kept: of it the size alone is told. */
const MOST_JSON_BYTES = 32 * 1024;
/** Of a form: describing it copies it. */
const MOST_FORM_BYTES = 100 * 1024 * 1024;

/**
 * @typedef {object} LoggedRequest
 * @property {number} id
 * @property {"api" | "s3" | "data"} surface
 * @property {string} method
 * @property {string} path
 * @property {Record<string, string>} query
 * @property {Record<string, string>} headers signatures and credentials redacted
 * @property {object} [json] body of a JSON request to the API, secret values redacted; left out when it is long
 * @property {number} [size] bytes of the body, once it was read
 * @property {{ name: string, filename?: string, type: string, size: number, json?: object }[]} [multipart]
 * @property {number | null} status null: no answer was sent
 * @property {string} [fault] the fault that hit it
 * @property {number} startedAt milliseconds of `performance.now()`, when the head had arrived
 * @property {number | null} endedAt last byte sent, or client gone; null while it runs
 * @property {boolean} aborted the connection ended before the answer did
 */

/** The newest requests, in the order of their arrival. */
export class RequestLog {
  #requests = [];
  #nextId = 1;
  #most;

  constructor(most = MOST_REQUESTS) {
    this.#most = most;
  }

  /** @returns {LoggedRequest} to be ended by `end` */
  start(surface, method, target, headers) {
    const { path, query } = readTarget(target);
    const request = {
      id: this.#nextId++,
      surface,
      method,
      path,
      query: redactQuery(query),
      headers: redactHeaders(headers),
      status: null,
      startedAt: performance.now(),
      endedAt: null,
      aborted: false,
    };
    this.#requests.push(request);
    if (this.#requests.length > this.#most) this.#requests.shift();
    return request;
  }

  /** @param {LoggedRequest} request */
  end(request, { aborted }) {
    if (request.endedAt !== null) return;
    request.endedAt = performance.now();
    request.aborted = aborted;
  }

  /** @returns {LoggedRequest[]} */
  all() {
    return [...this.#requests];
  }

  clear() {
    this.#requests = [];
  }

  /** Rounds of the requests to API and S3; requests to Workers are not the deployer's. */
  rounds() {
    return roundsOf(this.#requests.filter(({ surface }) => surface !== "data"));
  }
}

/**
 * Length of the longest chain in which each request started after the one before it had ended:
 * `round(b) = 1 + max(round(a))` over all `a` that ended before `b` started. Requests that a fault hit are left out,
 * for their retries take their place.
 * @param {LoggedRequest[]} requests
 * @returns {{ count: number, rounds: LoggedRequest[][] }}
 */
export function roundsOf(requests) {
  const counted = requests.filter(({ fault }) => !fault).sort((left, right) => left.startedAt - right.startedAt);
  const roundOf = new Map();
  for (const request of counted) {
    const before = counted.filter(({ endedAt }) => endedAt !== null && endedAt < request.startedAt);
    roundOf.set(request, 1 + Math.max(0, ...before.map((earlier) => roundOf.get(earlier) ?? 0)));
  }
  const count = Math.max(0, ...roundOf.values());
  const rounds = Array.from({ length: count }, (_, index) =>
    counted.filter((request) => roundOf.get(request) === index + 1),
  );
  return { count, rounds };
}

/** Adds what the body says: names and sizes of multipart parts, JSON without its secrets. */
export async function describeBody(request, headers, body) {
  const type = headers["content-type"] ?? "";
  request.size = body.length;
  if (request.surface !== "api" || body.length === 0) return;
  if (/^multipart\/form-data/i.test(type) && body.length <= MOST_FORM_BYTES)
    request.multipart = await describeParts(type, body);
  if (/json/i.test(type)) request.json = readJson(body);
}

async function describeParts(type, body) {
  try {
    const form = await new Response(body, { headers: { "content-type": type } }).formData();
    return await Promise.all([...form].map(([name, value]) => describePart(name, value)));
  } catch {
    return [];
  }
}

async function describePart(name, value) {
  if (typeof value === "string") {
    return { name, type: "text/plain", size: Buffer.byteLength(value), json: readJson(Buffer.from(value)) };
  }
  const part = { name, filename: value.name, type: value.type, size: value.size };
  return name === "metadata" || /json/.test(value.type)
    ? { ...part, json: readJson(Buffer.from(await value.arrayBuffer())) }
    : part;
}

function readJson(bytes) {
  if (bytes.length > MOST_JSON_BYTES) return undefined;
  try {
    return redactSecrets(JSON.parse(bytes.toString("utf8")));
  } catch {
    return undefined;
  }
}

/** Secret bindings and bodies of the secrets endpoints, wherever they stand. */
function redactSecrets(value) {
  if (Array.isArray(value)) return value.map(redactSecrets);
  if (value === null || typeof value !== "object") return value;
  const secret = /^secret_/.test(value.type ?? "");
  const entries = Object.entries(value).map(([key, field]) => {
    return [key, secret && SECRET_FIELDS.includes(key) ? REDACTED : redactSecrets(field)];
  });
  return Object.fromEntries(entries);
}

function redactHeaders(headers) {
  const entries = Object.entries(headers).map(([name, value]) => {
    return [name, SECRET_HEADERS.includes(name) ? REDACTED : value];
  });
  return Object.fromEntries(entries);
}

function redactQuery(query) {
  return Object.fromEntries([...query].map(([key, value]) => [key, SECRET_PARAMETERS.test(key) ? REDACTED : value]));
}

function readTarget(target) {
  const at = target.indexOf("?");
  if (at === -1) return { path: target, query: new URLSearchParams() };
  return { path: target.slice(0, at), query: new URLSearchParams(target.slice(at + 1)) };
}
