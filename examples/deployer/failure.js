// What a caller is told of a failure.

/** Deletions that the caller did not agree to. */
const NEEDS_CONSENT = "CFD0510";
/** By the exit code that the command line would have; anything else is not the caller's doing. */
const STATUS = { 5: 409, 64: 400, 65: 422 };

/** Status of an answer about a `DeployError`. */
export function statusOf({ code, exitCode }) {
  return code === NEEDS_CONSENT ? 409 : (STATUS[exitCode] ?? 502);
}
