/** Whatever was thrown, as the facts that both views tell. */

import { DeployError, ENGINE_CODE } from "../../errors.js";

/**
 * @param {unknown} error
 * @param {number} [interrupted] 130 or 143
 * @returns {DeployError} with the exit code that this process ends with
 */
export function failureOf(error, interrupted) {
  const failure = error instanceof DeployError ? error : unexpected(error);
  // The engine only knows that it was told to stop, not by which signal.
  if (interrupted !== undefined && failure.exitCode === 130) failure.exitCode = interrupted;
  return failure;
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
