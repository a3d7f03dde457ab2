/** The one failure that calls are rejected with. */

import type { Failure } from "./answers.js";

/**
 * Why a call failed, what it did and what it did not.
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
  constructor(
    data: Partial<Omit<Failure, "code" | "exitCode" | "help">> & {
      code: string;
      message: string;
      exitCode?: number;
      help?: string | undefined;
      cause?: unknown;
    },
  );
  readonly name: "DeployError";
  /** Stable; `explain(code)` tells more. */
  code: string;
  /** Of the command line for this failure. 3: something was written and not all is done; running again is safe. */
  exitCode: number;
  /** The way out. */
  help: string | undefined;
  /** All findings, the cause among them. */
  diagnostics: Failure["diagnostics"];
  /** Addresses whose change took effect. */
  done: Failure["done"];
  /** Addresses whose change did not happen. */
  notDone: Failure["notDone"];
  /** Whether any request went out. */
  sent: Failure["sent"];
  /** Options that would let the same call go on; empty where none would. */
  resolve: NonNullable<Failure["resolve"]>;
  /** Addresses whose change may have taken effect: the answer was lost. */
  unknown: Failure["unknown"];
}
