/** Asks an account every question in turn, with scratch resources that are gone at the end. */
import { createAccount, findZone } from "./account.js";
import { access } from "./checks/access.js";
import { circles } from "./checks/circles.js";
import { dns } from "./checks/dns.js";
import { engine } from "./checks/engine.js";
import { r2 } from "./checks/r2.js";
import { routing } from "./checks/routing.js";
import { secrets } from "./checks/secrets.js";
import { settings } from "./checks/settings.js";
import { stores } from "./checks/stores.js";
import { versions } from "./checks/versions.js";
import { createScratch, PREFIX } from "./scratch.js";

export { reportOf } from "./report.js";

/** In this order: what needs least comes first. */
export const CHECKS = [access, dns, settings, secrets, versions, circles, routing, r2, stores, engine].flat();

/**
 * A question, and what each possible answer means.
 *
 * @typedef {object} Check
 * @property {string} id
 * @property {string} asks
 * @property {"r2"} [needs] what the account must have
 * @property {(tools: Tools) => Promise<string>} run resolves to the name of a reading, or to something unforeseen
 * @property {Record<string, { fit: Fit, means: string }>} readings
 *
 * `relied`: the engine relies on it. `handled`: it may be either way. `broken`: the engine would have to change.
 * @typedef {"relied" | "handled" | "broken"} Fit
 *
 * @typedef {{ account: ReturnType<typeof createAccount>, scratch: ReturnType<typeof createScratch>,
 *   note: (text: string) => void }} Tools `note` adds what was seen to the report
 */

/**
 * @param {object} options
 * @param {string} options.token
 * @param {string} options.zone its name
 * @param {string} [options.accountId] that of the zone
 * @param {string} [options.baseUrl]
 * @param {string} [options.s3Endpoint]
 * @param {boolean} [options.allowUsedZone] go on where others have records or routes
 * @param {AbortSignal} [options.signal] stops before the next question; what was made is removed all the same
 * @param {(line: string) => void} [options.say]
 * @param {number} [options.pauseMs] wait after each write, for what settles late
 * @returns {Promise<import("./report.js").Result>}
 */
export async function verifyAccount(options) {
  const { say = () => {}, signal, allowUsedZone = false, pauseMs = 1000 } = options;
  const zone = await findZone(options);
  const account = createAccount({ ...options, zone, accountId: options.accountId ?? zone.account.id, pauseMs });
  await refuseUsedZone(account, zone.name, allowUsedZone);
  const scratch = createScratch(account);
  const started = new Date();
  const answers = [];
  const hasR2 = await account.hasR2();
  try {
    for (const check of CHECKS) {
      if (signal?.aborted) break;
      say(`${check.id}: ${check.asks}`);
      const answer = await ask(check, { account, scratch, hasR2 });
      say(`  ${answer.seen}`);
      answers.push(answer);
    }
  } finally {
    await scratch.clear();
  }
  return { started, zone, accountId: account.id, token: options.token, answers, leftBehind: scratch.leftBehind() };
}

async function ask(check, { account, scratch, hasR2 }) {
  const { id, asks, readings } = check;
  if (check.needs === "r2" && !hasR2) return { id, asks, seen: "not asked: no R2 for this token", fit: "open" };
  const notes = [];
  try {
    const seen = await check.run({ account, scratch, note: (text) => notes.push(text) });
    const { fit = "unforeseen", means = "no reading that we know" } = readings[seen] ?? {};
    return { id, asks, seen, fit, means, notes };
  } catch (error) {
    return {
      id,
      asks,
      seen: `failed: ${error.message}`,
      fit: "unforeseen",
      means: "the question was not answered",
      notes,
    };
  } finally {
    await scratch.clear();
  }
}

/** Scratch names can't meet anybody else's; a zone that is in use is nevertheless the wrong one. */
async function refuseUsedZone(account, name, allowUsedZone) {
  const [records, routes] = await Promise.all([account.records(), account.routes()]);
  const foreign = [
    ...records.filter((record) => !record.name.startsWith(PREFIX)).map((record) => `${record.type} ${record.name}`),
    ...routes.filter(({ pattern }) => !pattern.startsWith(PREFIX)).map(({ pattern }) => `route ${pattern}`),
  ];
  if (foreign.length === 0 || allowUsedZone) return;
  const shown = foreign.slice(0, 3).join(", ") + (foreign.length > 3 ? ", …" : "");
  throw new Error(
    `the zone ${name} is in use (${shown}): take one without records and routes, or add --allow-used-zone; ` +
      `only resources whose names start with ${PREFIX} are created and removed`,
  );
}
