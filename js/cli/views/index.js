import { withCommands } from "./commands.js";
import { createEventView } from "./events.js";
import { createTextView } from "./text.js";

/**
 * How a command talks: to people, or as NDJSON to programs. Commands compute, views print.
 *
 * @typedef {object} View
 * @property {(api: object, sources: { name: string, text: string }[]) => void} attach from here on it can render
 * @property {(event: object) => void} event of the engine
 * @property {(list: object[]) => Promise<void>} diagnostics
 * @property {(plan: object, isData: boolean) => Promise<void>} plan
 * @property {(checkup: object) => Promise<void>} [checkup] only for people: programs get the value
 * @property {(history: object) => Promise<void>} [history] likewise
 * @property {(question: string, plan: object) => Promise<boolean>} ask somebody at the terminal, who sees the plan
 * @property {(line: string) => void} talk a line for people
 * @property {(block: string) => void} text lines of our own that were asked for
 * @property {(value: unknown) => void} json a value that was asked for
 * @property {(line: string, event?: object) => void} data a line of what was asked for, as an event where it is NDJSON
 * @property {(facts: { exit: number, outputs?: object, done?: string[] }) => Promise<number>} end
 * @property {(error: unknown, interrupted?: number, goOn?: string) => Promise<number>} failure tells it, with the
 *   command that goes on, and answers the exit code
 * @property {() => void} stopping an interruption was heard
 */

/**
 * @param {import("../process.js").Context} context
 * @param {{ json: boolean, local?: boolean }} how
 * @returns {View}
 */
export function createView(context, { json, local }) {
  const view = json ? createEventView(context) : createTextView(context);
  return withCommands(view, { local });
}
