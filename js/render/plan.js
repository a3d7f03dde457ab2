/** A plan as text: every line reads without colour, the important one comes last. */

import { createPaint, plain, styleOf, widthOf } from "./paint.js";
import { CHANGE, countsOf, left, MANIFEST, reasonOf, shortAccount, signOf, twiceOf } from "./plan-parts.js";
import { flag, list, number, object, or, read, text } from "./shape.js";

/** What the text needs of a plan; any plan JSON of format 1 will do. */
const shape = object({
  offline: or(flag, false),
  destroys: or(flag, false),
  fingerprint: or(text, ""),
  manifests: list(object(MANIFEST)),
  changes: list(object(CHANGE)),
  kept: or(list(left), []),
  orphans: or(list(left), []),
  unmanaged: or(list(left), []),
  exposes: or(list(text), []),
  expires: or(list(text), []),
  reverts: or(list(text), []),
  loses: or(list(text), []),
  summary: or(object({ reads: or(number, 0), writes: or(number, 0) }), { reads: 0, writes: 0 }),
  exitCode: or(number, 0),
});

/** Hashes of the routes that are changes of their own, which tell a reader nothing. */
const UNTOLD_FIELD = "inventory";

const INDENT = " ".repeat(13);
const SIGN_WIDTH = 8;
const KIND_WIDTH = 6;

/**
 * Renders a plan. What is no plan gives nothing.
 *
 * @param {unknown} given
 * @param {unknown} [style]
 * @returns {string}
 */
export function renderPlan(given, style) {
  const plan = read(shape, given);
  if (!plan) return "";
  const { color, width } = styleOf(style);
  const paint = createPaint(color);
  const kindWidth = Math.max(KIND_WIDTH, ...plan.changes.map(({ kind }) => widthOf(plain(kind))));
  const changes = plan.changes.map((change) => changeText(change, { paint, width, kindWidth }));
  const body = [...changes, ...leftLines(plan, paint)];
  return [
    ...plan.manifests.map((manifest) => `${plain(headline(manifest))}\n`),
    ...(body.length === 0 ? [] : ["\n", ...body]),
    closing(plan),
  ].join("");
}

function headline({ account, address, script, zone }) {
  // A Worker goes by its name alone, also in plans that were saved when there was no other kind.
  const name = script ?? address ?? "";
  return `${name}  (account ${shortAccount(account)}${zone === undefined ? "" : `, zone ${zone}`})`;
}

function changeText(change, { paint, width, kindWidth }) {
  const { address, kind, action, fields } = change;
  const [sign, color] = signOf(change);
  const key = address.slice(kind.length + 1);
  const lines = [`  ${paint[color](sign.padEnd(SIGN_WIDTH))}  ${padded(plain(kind), kindWidth)}  ${plain(key)}`];
  const notes = [reasonOf(change), twiceOf(change)].filter((note) => note !== undefined);
  lines.push(...notes.map((note) => INDENT + paint.dim(plain(note))));
  const told = action === "no-op" ? [] : fields.filter(({ path }) => path !== UNTOLD_FIELD);
  return `${lines.concat(told.flatMap((field) => fieldLines(field, width))).join("\n")}\n`;
}

function fieldLines(given, width) {
  const field = given.path === "bundle" ? { ...given, old: codeText(given.old), new: codeText(given.new) } : given;
  const path = plain(field.path);
  const room = Math.max(width - 15 - widthOf(path), 24);
  const value = lineOf(field, room);
  return value === undefined ? pairLines(path, field, width) : [`${INDENT}${path}  ${plain(value)}`];
}

/** Where code lies, or what is known of it, with enough of its digest to compare by eye. */
function codeText(code) {
  if (typeof code !== "object" || code === null) return code;
  const { bucket, key, sha256, version } = code;
  if (version !== undefined) return `code of version ${version}`;
  const digest = typeof sha256 === "string" ? `sha256 ${sha256.slice(0, 12)}` : undefined;
  if (key === undefined) return digest ?? null;
  return `r2://${bucket}/${key}${digest === undefined ? "" : ` (${digest})`}`;
}

/** The value as it stands on one line; undefined where that needs two. */
function lineOf({ old, new: next, secret, later }, room) {
  if (secret) return next === null ? "(secret) -> (removed)" : "(secret)";
  if (later) return `${shown(old, 0, Math.max(room - 24, 0))} -> (known after create)`;
  if (old === null) return shown(next, 0, room);
  if (next === null) return `${shown(old, 0, Math.max(room - 13, 0))} -> (removed)`;
  const whole = `${shown(old)} -> ${shown(next)}`;
  return widthOf(whole) > room ? undefined : whole;
}

/** Both values on lines of their own, each cut around the first place where they differ. */
function pairLines(path, { old, new: next }, width) {
  const [one, other] = [unitsOf(old).units, unitsOf(next).units];
  const differs = one.findIndex((unit, index) => unit !== other[index]);
  const same = differs === -1 ? one.length : differs;
  const room = Math.max(width - 18, 24);
  const line = (value) => `${INDENT}  ${plain(shown(value, same, room))}`;
  return [`${INDENT}${path}`, `${line(old)} ->`, line(next)];
}

/** A value in at most `room` characters, with what stands at `at`; what is cut is told by its length. */
function shown(value, at = 0, room = Number.POSITIVE_INFINITY) {
  const { quote, units } = unitsOf(value);
  const widths = units.map(widthOf);
  if (widths.reduce((sum, width) => sum + width, 2 * quote.length) <= room) return quote + units.join("") + quote;
  const note = ` (${units.length} characters)`;
  const [start, end] = windowOf(widths, at, Math.max(room - note.length - 2 * quote.length - 2, 1));
  const part = units.slice(start, end).join("");
  return `${quote}${start > 0 ? "…" : ""}${part}${end < units.length ? "…" : ""}${quote}${note}`;
}

/** What is shown of pieces: a third of the room for what stands before, so that one sees where it is. */
function windowOf(widths, at, room) {
  let start = Math.min(at, widths.length);
  let end = start;
  let used = 0;
  const back = (limit) => {
    for (; start > 0 && used + widths[start - 1] <= limit; start -= 1) used += widths[start - 1];
  };
  back(Math.floor(room / 3));
  for (; end < widths.length && used + widths[end] <= room; end += 1) used += widths[end];
  back(room);
  return [start, end];
}

/** A value as the pieces that it may be cut between, and the quotes around them: a text is not cut inside an escape. */
function unitsOf(value) {
  if (value === null) return { quote: "", units: Array.from("(absent)") };
  if (typeof value !== "string") return { quote: "", units: Array.from(jsonText(value)) };
  return { quote: '"', units: Array.from(value, (character) => JSON.stringify(character).slice(1, -1)) };
}

/** The same text for the same value, in whatever order its keys came. */
function jsonText(value) {
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((key) => `${JSON.stringify(key)}:${jsonText(value[key])}`).join(",")}}`;
}

function leftLines({ kept, orphans, unmanaged, exposes, expires, reverts, loses }, paint) {
  const opened = exposes.map((address) => `  opens      ${plain(address)} to everybody\n`);
  const aging = expires.map((address) => `  expires    ${plain(address)}: its objects will be deleted by age\n`);
  const back = reverts.map((address) => `  goes back  ${plain(address)} to an earlier version\n`);
  const lost = loses.map((address) => `  loses      ${plain(address)}, with all data in it\n`);
  return [...opened, ...aging, ...back, ...lost, ...restLines({ kept, orphans, unmanaged }, paint)];
}

function restLines({ kept, orphans, unmanaged }, paint) {
  const lists = Object.entries({ kept, orphan: orphans, unmanaged });
  return lists.flatMap(([word, list]) =>
    list.map(({ address, path, why, reason }) => {
      const told = why === "holds-data" ? "holds data; only `--delete-data` with this address deletes it" : reason;
      const line = `${word.padEnd(9)}  ${address}${path === undefined ? "" : ` ${path}`}: ${told}`;
      return `  ${paint.dim(plain(line))}\n`;
    }),
  );
}

function closing({ changes, offline, destroys, summary, exitCode, kept: stays, orphans, fingerprint }) {
  const counts = countsOf(changes);
  if (counts === undefined) {
    const reads = offline ? "" : `   ${counted(summary.reads, "read")}, 0 writes.`;
    return `\n${nothing({ destroys, exitCode, stays, orphans })}${reads}\n`;
  }
  const kept = orphans.length > 0 ? `, ${orphans.length} orphaned and kept without \`--prune\`` : "";
  const requests = offline
    ? "Offline: planned against an empty account."
    : `${counted(summary.reads, "read")}, ${counted(summary.writes, "write")}.`;
  return `\n${counts}${kept}.   ${requests}\nPlan ${plain(fingerprint)}\n`;
}

/** Why nothing is planned. */
function nothing({ destroys, exitCode, stays, orphans }) {
  // With an error nobody knows whether everything is as it should be.
  if (exitCode !== 0) return "Nothing is planned: there are errors.";
  if (destroys && stays.length > 0) return "Nothing to delete: what is there of these manifests is kept.";
  if (destroys) return "Nothing to delete: nothing of these manifests is deployed.";
  if (orphans.length === 0) return "Nothing to do: everything is as the manifest says.";
  const kept = orphans.length === 1 ? "1 thing that left it is" : `${orphans.length} things that left it are`;
  return `No changes: all that the manifest says is there, and ${kept} kept; \`--prune\` deletes what left.`;
}

const counted = (count, word) => `${count} ${count === 1 ? word : `${word}s`}`;

const padded = (text, width) => text + " ".repeat(Math.max(width - widthOf(text), 0));
