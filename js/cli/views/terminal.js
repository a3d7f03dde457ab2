/** What a stream can show, and whether somebody is there to answer. */

import { createPaint } from "../../render/paint.js";

/** Width of what is no terminal: fixed, so that logs compare well. */
const PLAIN_WIDTH = 80;

/**
 * @typedef {object} Terminal
 * @property {boolean} color
 * @property {boolean} animated lines may be rewritten
 * @property {number} width
 * @property {ReturnType<typeof createPaint>} paint
 */

/**
 * @param {NodeJS.WriteStream} stream
 * @param {Record<string, string | undefined>} env
 * @returns {Terminal}
 */
export function terminalOf(stream, env) {
  const isTerminal = stream.isTTY === true;
  const color = hasColor(isTerminal, env);
  const animated = isTerminal && env.TERM !== "dumb" && !isSet(env.CI);
  return { color, animated, width: (isTerminal && stream.columns) || PLAIN_WIDTH, paint: createPaint(color) };
}

/** Whether a question would reach somebody. */
export function canAsk({ stdin, stderr, env }) {
  return stdin.isTTY === true && stderr.isTTY === true && !isSet(env.CI);
}

/** https://no-color.org wins over https://force-color.org, which wins over what the stream is. */
function hasColor(isTerminal, env) {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return isTerminal && env.TERM !== "dumb";
}

const isSet = (value) => Boolean(value) && value !== "0" && value !== "false";
