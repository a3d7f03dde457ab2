/** The commands, in the order of the help text. */

import { apply } from "./apply.js";
import { destroy } from "./destroy.js";
import { doctor } from "./doctor.js";
import { drift } from "./drift.js";
import { explain } from "./explain.js";
import { history } from "./history.js";
import { importing } from "./import.js";
import { init } from "./init.js";
import { local } from "./local.js";
import { outputs } from "./outputs.js";
import { plan } from "./plan.js";
import { promote } from "./promote.js";
import { publish } from "./publish.js";
import { rollback } from "./rollback.js";
import { schema } from "./schema.js";
import { validate } from "./validate.js";

/**
 * @typedef {object} CommandDefinition
 * @property {string} name
 * @property {string} [alias] another word for it
 * @property {boolean} [deletes] it is suggested to nobody who mistyped
 * @property {string} summary a few words, without a full stop
 * @property {[string, string][]} operands as commander writes them, with their help
 * @property {string[]} examples
 * @property {boolean} [events] false: `--json` prints one JSON value instead of events
 * @property {boolean} [changes] its runs write to the account, and their exit code speaks of that alone
 * @property {boolean} [reports] its runs are told in `GITHUB_STEP_SUMMARY`
 * @property {(run: { context: import("../process.js").Context, view: import("../views/index.js").View,
 *   operands: any[], flags: any, report: import("../step-summary.js").Report }) => Promise<number>} run answers the exit code
 */

/** @type {CommandDefinition[]} */
export const COMMANDS = [
  apply,
  plan,
  validate,
  destroy,
  history,
  rollback,
  promote,
  outputs,
  drift,
  doctor,
  publish,
  importing,
  init,
  schema,
  explain,
  local,
];

/** What runs when the first word is a file. */
export const DEFAULT_COMMAND = "apply";
