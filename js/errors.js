/** Code of a call that names an option, a credential or an argument that does not exist. */
export const USAGE_CODE = "CFD0001";

/** Code of a failure of the engine itself. */
export const ENGINE_CODE = "CFD0901";

/**
 * Why a call failed, what it did and what it did not.
 *
 * Every failure that a caller can meet is one of these; only a manifest that is no data at all (a cycle, a
 * function) is a `TypeError`.
 *
 * @example
 * try {
 *   await apply(manifest, creds);
 * } catch (error) {
 *   if (error instanceof DeployError && error.exitCode === 3) console.log("done so far:", error.done);
 *   throw error;
 * }
 */
export class DeployError extends Error {
  /**
   * @param {object} data
   * @param {string} data.code stable code, such as `CFD0502`; `explain(code)` tells more
   * @param {string} data.message what was tried and what was said
   * @param {number} [data.exitCode] exit code of the command line for this failure, 1 unless told
   * @param {string} [data.help] the way out
   * @param {import("./index.js").Diagnostic[]} [data.diagnostics] all findings, the cause among them
   * @param {string[]} [data.done] addresses whose change took effect
   * @param {string[]} [data.notDone] addresses whose change did not happen
   * @param {string[]} [data.unknown] addresses whose change may have taken effect: the answer was lost
   * @param {boolean} [data.sent] whether any request went out
   * @param {import("./index.js").WayOut} [data.resolve] options that would let the same call go on
   * @param {unknown} [data.cause] what the other side said, without secrets
   */
  constructor({
    code,
    message,
    exitCode = 1,
    help,
    cause,
    diagnostics = [],
    sent = false,
    resolve = {},
    ...addresses
  }) {
    const { done = [], notDone = [], unknown = [] } = addresses;
    super(message, cause === undefined ? undefined : { cause });
    this.name = "DeployError";
    this.code = code;
    this.exitCode = exitCode;
    this.help = help;
    this.diagnostics = diagnostics;
    this.done = done;
    this.notDone = notDone;
    this.unknown = unknown;
    this.sent = sent;
    this.resolve = resolve;
  }
}

/**
 * A call that can't be understood: exit code 64.
 *
 * @param {string} message
 * @param {string} [help]
 * @returns {DeployError}
 */
export function usageError(message, help) {
  return new DeployError({ code: USAGE_CODE, exitCode: 64, message, help });
}
