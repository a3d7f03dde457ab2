import { resolve } from "node:path";
import { usageError } from "../../errors.js";
import { bundleTarget, pointFile } from "../bundle.js";
import { openBundle } from "../bundle-file.js";
import { formatHint } from "../format-hint.js";
import { requireReplaceable } from "../replace-file.js";
import { openSession } from "../session.js";

/** What a key of JavaScript ends with. */
const SCRIPT = /\.[cm]?js$/i;

/** `publish FILE r2://BUCKET/KEY`: a signed PUT that never replaces an object unasked; a directory goes as a tar. */
export const publish = {
  name: "publish",
  summary: "put a bundle into R2",
  operands: [
    ["<file>", "the bundle, or a directory of modules; - is standard input"],
    ["<target>", "r2://BUCKET/KEY; a KEY ending in / gets the version"],
  ],
  examples: [
    "cfworker-deploy publish dist/index.js r2://bundles/hello/",
    "cfworker-deploy publish dist/index.js r2://bundles/hello/ --version v42",
    "cfworker-deploy publish dist r2://bundles/hello/",
    "cfworker-deploy publish app.js r2://bundles/hello/ --manifest worker.yaml",
  ],
  changes: true,
  async run(run) {
    const { context, view, flags, operands } = run;
    const [file, url] = operands;
    const target = targetOf(url, flags);
    const bundle = await openBundle(context, file);
    const session = await openSession(run, flags.manifest ? [flags.manifest] : []);
    const { api, creds, options, host } = session;
    const entry =
      flags.manifest && (await bundleTarget(session, "--manifest", ({ bucket }) => bucket === target.bucket));
    if (entry) await requireReplaceable(resolve(context.cwd, entry.file), entry.file);
    const where = { ...target, accountId: entry?.account, jurisdiction: entry?.jurisdiction };
    const published = await api.publish(bundle, where, creds, { ...host, timeoutMs: options.timeoutMs });
    if (entry) await pointFile(context, session, entry, published);
    // Migrations are published likewise.
    const hint = SCRIPT.test(published.key) ? await formatHint(bundle, entry) : undefined;
    const address = `r2://${published.bucket}/${published.key}`;
    view.data(address, { type: "published", ...published });
    view.data(`sha256 ${published.sha256}`);
    if (published.existed) view.talk("the same bytes were already there");
    if (hint) view.talk(hint);
    if (entry) view.talk(`\`${entry.file}\` now names \`${published.key}\``);
    return view.end({ exit: 0, done: published.existed ? [] : [address] });
  },
};

/** Verbatim after the bucket: no decoding, no query. */
function targetOf(url, { version, overwrite }) {
  const [, bucket, key] = /^r2:\/\/([^/]+)\/(.+)$/su.exec(url) ?? [];
  if (!key) throw usageError(`\`${url}\` is no target`, "write it as r2://BUCKET/KEY");
  if (version !== undefined && !key.endsWith("/")) {
    throw usageError(
      "`--version` goes with a KEY that ends in `/`",
      `r2://${bucket}/${key}/, or leave \`--version\` out`,
    );
  }
  return { bucket, key, version, overwrite };
}
