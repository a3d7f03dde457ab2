import { withAssets } from "../assets.js";
import { withMigrations } from "../migrations.js";
import { readCredentials, readOptions, readSources } from "../session.js";
import { MANIFESTS } from "./manifests.js";

const BAD_MANIFEST = 65;

/** `validate MANIFEST…`: all findings, offline. */
export const validate = {
  name: "validate",
  summary: "check manifests, offline",
  operands: MANIFESTS,
  examples: ["cfworker-deploy validate worker.yaml", "cfworker-deploy validate workers/*.yaml --json"],
  async run({ context, view, operands, flags }) {
    const { sources, overlays } = await readSources(context, operands[0], flags, view.talk);
    const { creds } = await readCredentials(context, flags);
    const said = { ...(await readOptions(context, flags, creds)), ...overlays };
    const api = await context.loadApi();
    const options = await withAssets(context, api, sources, await withMigrations(context, api, sources, said));
    view.attach(api, sources);
    const { ok, diagnostics, manifests = [] } = await api.validate(sources, options);
    await view.diagnostics(diagnostics);
    if (ok) view.talk(`${manifests.length} ${manifests.length === 1 ? "manifest is" : "manifests are"} valid`);
    else for (const line of ["", `${countErrors(diagnostics)}. Nothing was sent to Cloudflare.`]) view.talk(line);
    return view.end({ exit: ok ? 0 : BAD_MANIFEST });
  },
};

function countErrors(diagnostics) {
  const count = diagnostics.filter(({ severity }) => severity === "error").length;
  return `${count} ${count === 1 ? "error" : "errors"}`;
}
