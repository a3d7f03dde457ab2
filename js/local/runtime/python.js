/** Python Workers: accepted as Cloudflare accepts them, and answered in words, since workerd gets Python's own runtime from the network. */

const WORDS = "Local Cloudflare does not run Python Workers: this one is kept, and runs on Cloudflare";

/** @param {{ modules: { name: string, type: string }[], mainModule?: string }} version */
export function isPython({ modules, mainModule }) {
  return modules.some(({ name, type }) => name === mainModule && type === "python");
}

/** What starts in its place. */
export const STAND_IN = `export default { fetch: () => new Response(${JSON.stringify(`${WORDS}\n`)}, { status: 501 }) };`;

/** What the check of its start says. */
export const PYTHON_VERDICT = {
  ok: true,
  startupTimeMs: 1,
  handlers: ["fetch"],
  namedHandlers: [],
  messages: [WORDS],
};
