import { writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { usageError } from "../../errors.js";
import { readCredentials, readOptions, readSources } from "../session.js";
import { reasonOf } from "../system.js";

const BAD_MANIFEST = 65;

/** `import wrangler.jsonc`: a manifest of each environment, beside the configuration. */
export const importing = {
  name: "import",
  summary: "write a wrangler.jsonc or wrangler.toml as manifests",
  operands: [["<configuration...>", "wrangler.jsonc, wrangler.json or wrangler.toml"]],
  examples: ["cfworker-deploy import wrangler.jsonc", "cfworker-deploy import wrangler.jsonc --env production"],
  async run({ context, view, operands, flags }) {
    const { sources, overlays } = await readSources(context, operands[0], flags, view.talk);
    const { creds } = await readCredentials(context, flags);
    const options = { ...(await readOptions(context, flags, creds)), ...overlays };
    const api = await context.loadApi();
    view.attach(api, sources);
    const { ok, manifests, diagnostics } = await api.importManifests(sources, options);
    await view.diagnostics(diagnostics);
    if (!ok) {
      view.talk("Nothing was written.");
      return view.end({ exit: BAD_MANIFEST });
    }
    for (const { file, environment, text } of manifests) {
      const name = join(dirname(file), environment === undefined ? "worker.yaml" : `worker.${environment}.yaml`);
      await writeNew(context, name, text);
      view.data(name, { type: "imported", file: name, ...(environment !== undefined && { environment }) });
    }
    return view.end({ exit: 0 });
  },
};

/**
 * Writes a file that is not there yet.
 *
 * @param {import("../process.js").Context} context
 * @param {string} name
 * @param {string} text
 * @throws {import("../../errors.js").DeployError} 64 when it is there, or can't be written
 */
export async function writeNew({ cwd }, name, text) {
  try {
    await writeFile(resolve(cwd, name), text, { flag: "wx" });
  } catch (error) {
    if (error.code === "EEXIST") throw usageError(`\`${name}\` is there already, and stays`, "move it away first");
    throw usageError(`cannot write \`${name}\`: ${reasonOf(error)}`);
  }
}
