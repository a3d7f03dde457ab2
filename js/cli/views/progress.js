/** The progress of an apply: a line for each thing that ended, and on a terminal also what runs right now. */

import { plain } from "../../render/paint.js";

const TICK_MS = 250;
const TOLD_AGAIN_MS = 60_000;
const KIND_WIDTH = 7;
const ADDRESS_WIDTH = 48;
const VERBS = { create: "created", update: "updated", replace: "replaced", delete: "deleted", adopt: "adopted" };

/** @param {import("../output.js").Output} output */
export function createProgress(output) {
  const { animated, width, paint } = output.terminal;
  const actions = new Map();
  const running = new Map();
  const reasons = new Map();
  let drawn = 0;
  let ticking;
  let kindWidth = KIND_WIDTH;

  const on = {
    change({ address, action }) {
      actions.set(address, action);
      kindWidth = Math.max(kindWidth, partsOf(plain(address))[0].length);
    },
    start: ({ address }) => running.set(address, { since: Date.now() }),
    done({ address, ms }) {
      running.delete(address);
      line(row(paint.green("ok  "), address, VERBS[actions.get(address)] ?? "", ms));
    },
    wait({ address, why, seconds }) {
      const waiting = running.get(address);
      if (waiting) waiting.note = `${why}, ${rounded(seconds)} s`;
      // Looking again and again for the same reason is told once a minute.
      const last = reasons.get(address);
      const now = Date.now();
      if (last?.why === why && now - last.at < TOLD_AGAIN_MS) return;
      reasons.set(address, { why, at: now });
      line(row(paint.yellow("wait"), address, `${why}, again in ${rounded(seconds)} s`));
    },
    failed({ address, code }) {
      running.delete(address);
      line(row(paint.red("fail"), address, code));
    },
  };

  /** A line that stays, above those that run. */
  function line(text) {
    erase();
    output.block(text);
    draw();
  }

  function draw() {
    if (!animated || running.size === 0) return stopTicking();
    const now = Date.now();
    const rows = [...running].map(([address, { since, note }]) => row("... ", address, note ?? "", now - since));
    output.block(rows.map((text) => `${text.slice(0, width - 1)}\n`).join(""));
    drawn = rows.length;
    ticking ??= setInterval(redraw, TICK_MS);
  }

  function redraw() {
    erase();
    draw();
  }

  function erase() {
    if (drawn === 0) return;
    output.erase(drawn);
    drawn = 0;
  }

  function stopTicking() {
    clearInterval(ticking);
    ticking = undefined;
  }

  /** `  ok    route    api.example.com/* created              0.3 s` */
  function row(state, address, note, ms) {
    const [kind, key] = partsOf(plain(address));
    const text = [key, plain(note ?? "")].filter(Boolean).join(" ");
    const time = ms === undefined ? "" : `${(ms / 1000).toFixed(1)} s`.padStart(8);
    return `  ${state}  ${kind.padEnd(kindWidth)}  ${text.padEnd(ADDRESS_WIDTH)} ${time}`.trimEnd();
  }

  return {
    event(told) {
      on[told.type]?.(told);
      if (told.type === "start") redraw();
    },
    line,
    stop() {
      erase();
      running.clear();
      stopTicking();
    },
  };
}

/** Below ten seconds a tenth counts. */
const rounded = (seconds) => (seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds));

/** An address has a kind before its first colon; a URL that is waited for is none, nor is a request that belongs to none. */
function partsOf(address) {
  const [, method, url] = /^([A-Z]+) (.+)$/.exec(address) ?? [];
  if (method) return [method, url];
  if (/^https?:\/\//.test(address)) return ["live", address];
  const colon = address.indexOf(":");
  return [address.slice(0, colon), address.slice(colon + 1)];
}
