/** Looks through all that a call of the package gives to its caller: events, result, error. */
import { assertClean } from "./index.js";

/**
 * @param {(manifest: any, creds: any, options?: object) => Promise<any>} call of the package
 * @returns the same call
 */
export function watched(call) {
  return async (manifest, creds, options) => {
    const tell = options?.onEvent;
    const onEvent = (event) => {
      assertClean(event, "an event");
      tell?.(event);
    };
    try {
      const result = await call(manifest, creds, { ...options, onEvent });
      assertClean(result, "a result");
      return result;
    } catch (error) {
      assertClean(textOf(error), "an error");
      throw error;
    }
  };
}

/** Everything that a program could print of an error. */
function textOf(error) {
  const parts = [];
  for (let each = error; each instanceof Error; each = each.cause) {
    parts.push(each.message, each.stack, JSON.stringify(each), JSON.stringify(Object.getOwnPropertyDescriptors(each)));
  }
  return [...parts, String(error), JSON.stringify(error?.cause)].join("\n");
}
