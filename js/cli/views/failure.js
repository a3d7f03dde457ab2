/** Whatever was thrown, as the facts that both views tell. */

import { DeployError, ENGINE_CODE } from "../../errors.js";
import { isSystemError, reasonOf } from "../system.js";

/** Code of what the system of this machine refused. */
const SYSTEM_CODE = "CFD0004";

/**
 * @param {unknown} error
 * @param {number} [interrupted] 130 or 143
 * @returns {DeployError} with the exit code that this process ends with
 */
export function failureOf(error, interrupted) {
  const failure = error instanceof DeployError ? error : isSystemError(error) ? refused(error) : unexpected(error);
  // The engine only knows that it was told to stop, not by which signal.
  if (interrupted !== undefined && failure.exitCode === 130) failure.exitCode = interrupted;
  return failure;
}

/** A folder that is read-only, a full disk: whoever runs this can mend it, and no defect of ours is in it. */
function refused(error) {
  const what = error.path ?? (error.address && `${error.address}:${error.port ?? ""}`);
  const message = `${error.syscall ?? "a call"}${what === undefined ? "" : ` \`${what}\``}: ${reasonOf(error)}`;
  return new DeployError({ code: SYSTEM_CODE, exitCode: 1, message: `the system refused to ${message}`, cause: error });
}

function unexpected(error) {
  const cause = error instanceof Error ? error : new Error(String(error));
  return new DeployError({
    code: ENGINE_CODE,
    exitCode: 1,
    message: `cfworker-deploy failed: ${cause.message}`,
    help: "this is a defect of cfworker-deploy",
    cause,
  });
}
