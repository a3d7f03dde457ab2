/** One account and one zone of it, asked directly: what comes back is told, not judged. */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { AwsClient } from "aws4fetch";

const CLOUDFLARE = "https://api.cloudflare.com/client/v4";
const TRIES = 4;
const PATIENCE = 10;

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {boolean} ok
 * @property {number} [code] of the first error
 * @property {number[]} chain codes behind it
 * @property {any} result
 * @property {Headers} headers
 */

/** The zone by its name. @throws where there is not exactly one */
export async function findZone({ baseUrl = CLOUDFLARE, token, zone, accountId }) {
  const account = accountId ? `&account.id=${accountId}` : "";
  const { ok, result, code } = await send(baseUrl, token, "GET", `/zones?name=${encodeURIComponent(zone)}${account}`);
  if (!ok) throw new Error(`the zones can't be listed (code ${code}): the token needs Zone Read`);
  if (result.length === 1) return result[0];
  throw new Error(
    result.length === 0
      ? `the zone ${zone} is not visible to this token: it needs Zone Read on it`
      : `${result.length} zones are named ${zone}: set CLOUDFLARE_ACCOUNT_ID`,
  );
}

/** @param {{ baseUrl?: string, s3Endpoint?: string, token: string, zone: object, accountId: string, pauseMs: number }} given */
export function createAccount({ baseUrl = CLOUDFLARE, s3Endpoint, token, zone, accountId, pauseMs }) {
  const call = (method, path, body) => send(baseUrl, token, method, path, body);
  const inAccount = (path) => `/accounts/${accountId}${path}`;
  const inZone = (path) => `/zones/${zone.id}${path}`;
  const s3Url = s3Endpoint ?? `https://${accountId}.r2.cloudflarestorage.com`;

  return {
    id: accountId,
    zone,
    baseUrl,
    token,
    s3Url,
    call,
    inAccount,
    inZone,
    /** For what settles late; nothing is known about how late. */
    settle: () => sleep(pauseMs),
    /** For what a new Worker refuses at first: asked until it is accepted, or for the last time. */
    async eventually(ask) {
      for (let attempt = 1; ; attempt += 1) {
        const answer = await ask();
        if (answer.ok || attempt === PATIENCE) return answer;
        await sleep(pauseMs);
      }
    },
    script: (name, path = "") => inAccount(`/workers/scripts/${name}${path}`),
    records: async () => expect(await call("GET", inZone("/dns_records?per_page=5000")), "DNS Read"),
    routes: async () => expect(await call("GET", inZone("/workers/routes")), "Workers Routes Read"),
    hasR2: async () => (await call("GET", inAccount("/r2/buckets"))).ok,
    /** S3 keys of the token itself. */
    s3: async (changes = {}) => {
      const keys = { accessKeyId: await tokenId(call, inAccount), secretAccessKey: sha256(token), ...changes };
      return new AwsClient({ ...keys, region: "auto", service: "s3", retries: 0 });
    },
  };
}

/** The token's id, from whichever of both endpoints knows it. */
async function tokenId(call, inAccount) {
  for (const path of ["/user/tokens/verify", inAccount("/tokens/verify")]) {
    const { ok, result } = await call("GET", path);
    if (ok) return result.id;
  }
  throw new Error("the token is not verified by either endpoint");
}

/** A body is JSON, a form, or `{ text, contentType }` as it stands. @returns {Promise<Answer>} */
async function send(baseUrl, token, method, path, body) {
  const headers = { authorization: `Bearer ${token}`, "user-agent": "cfworker-deploy-verify-account" };
  const isForm = body instanceof FormData;
  const payload = isForm || body === undefined ? body : body.contentType ? body.text : JSON.stringify(body);
  if (payload && !isForm) headers["content-type"] = body.contentType ?? "application/json";
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(baseUrl + path, { method, headers, body: payload });
    const isBusy = response.status === 429 || response.status >= 502;
    if (!isBusy || attempt === TRIES) return answerOf(response);
    await response.body?.cancel();
    await sleep(1000 * (Number(response.headers.get("retry-after")) || 2 ** attempt));
  }
}

async function answerOf(response) {
  const text = await response.text();
  const { success, errors, result, result_info: info } = parse(text) ?? { success: response.ok };
  const [first] = errors ?? [];
  return {
    status: response.status,
    ok: response.ok && success !== false,
    code: first?.code,
    chain: (first?.error_chain ?? []).map(({ code }) => code),
    result,
    info,
    headers: response.headers,
  };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function expect({ ok, result, code }, permission) {
  if (ok) return result;
  throw new Error(`the zone can't be looked at (code ${code}): the token needs ${permission}`);
}

function sha256(text) {
  return createHash("sha256").update(text).digest("hex");
}
