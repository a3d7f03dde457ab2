/** Texts that the package carries beside the engine: the schema for editors, and what the codes mean. */

/** Modules that the build makes from JSON, loaded when somebody asks: a run that deploys never does. */
export const TEXTS = {
  schema: async () => (await import("../texts/schema.js")).default,
  codes: async () => (await import("../texts/codes.js")).default,
};

/** What `explain CODE` says, in whatever case the code is given; undefined for one that does not exist. */
export function explanation(codes, given) {
  const code = typeof given === "string" ? given.toUpperCase() : "";
  if (!Object.hasOwn(codes, code)) return undefined;
  return `${code}: ${codes[code].title}\n\n${codes[code].explanation}\n`;
}
