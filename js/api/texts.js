/** Texts that the package carries beside the engine. */

/** Modules that the build makes from JSON, loaded when somebody asks: a run that deploys never does. */
export const TEXTS = {
  schema: async () => (await import("../texts/schema.js")).default,
};
