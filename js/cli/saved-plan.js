/** `--plan FILE` and `--expect`: applying only what was looked at. */

import { usageError } from "../errors.js";
import { readJson } from "./session.js";

const CONFLICT = 5;

/** Code of a plan that is not the approved one. */
export const PLAN_MOVED = "CFD0511";

/**
 * @param {import("./process.js").Context} context
 * @param {{ plan?: string, expect?: string }} flags
 * @returns {Promise<{ expect?: string, plan?: object }>}
 */
export async function expectedOf(context, { plan: path, expect }) {
  if (!path) return { expect };
  const plan = await readJson(context, path);
  if (!isPlan(plan)) {
    throw usageError(`\`${path}\` is no saved plan`, "save one: cfworker-deploy plan MANIFEST --out FILE");
  }
  if (expect && expect !== plan.fingerprint)
    throw usageError("`--expect` is not the fingerprint of the plan in `--plan`");
  return { plan, expect: plan.fingerprint };
}

/** As far as it is looked at here; the engine compares the fingerprint. */
function isPlan(plan) {
  const isChange = (change) => typeof change?.address === "string";
  return typeof plan?.fingerprint === "string" && Array.isArray(plan.changes) && plan.changes.every(isChange);
}

/**
 * Adds to a refusal what is different by now; any other failure stays as it is. No flag lets a run go on that is bound
 * to another plan: that one has to be looked at.
 *
 * @param {import("./session.js").Session} session
 * @param {{ plan?: object, expect?: string }} approved
 * @param {unknown} error
 */
export async function movedSince(session, { plan: saved, expect }, error) {
  const finding = expect && error?.diagnostics?.find(({ code }) => code === PLAN_MOVED);
  if (finding) Object.assign(error, { resolve: {}, help: finding.help });
  const moved = saved && error?.exitCode === CONFLICT && error.done.length === 0 && (await movedNow(session, saved));
  if (moved) error.help = `moved since the plan was saved: ${moved.join(", ")}`;
  return error;
}

async function movedNow({ api, sources, creds, options, host }, saved) {
  const now = await api.plan(sources, creds, { ...options, ...host, onEvent: undefined });
  return now.fingerprint === saved.fingerprint ? undefined : movedAddresses(saved.changes, now.changes);
}

function movedAddresses(before, after) {
  const old = changesByAddress(before);
  const next = changesByAddress(after);
  const addresses = [...new Set([...old.keys(), ...next.keys()])];
  return addresses.filter((address) => old.get(address) !== next.get(address));
}

/** Reasons are for people; two plans that differ only there are the same. */
function changesByAddress(changes) {
  return new Map(changes.map(({ reason, why, ...change }) => [change.address, JSON.stringify(change)]));
}
