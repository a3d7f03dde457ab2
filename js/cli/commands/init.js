import { writeNew } from "./import.js";

const MANIFEST = "worker.yaml";

/** Where editors find the schema: the package carries it. */
const SCHEMA = "# yaml-language-server: $schema=node_modules/cfworker-deploy/schema.json";

/** A name that a script may have, of the folder's. */
const FALLBACK = "my-worker";

/** `init`: a commented manifest to begin with. */
export const init = {
  name: "init",
  summary: "write a commented manifest to begin with",
  operands: [["[file]", `where (default ${MANIFEST})`]],
  examples: ["cfworker-deploy init", "cfworker-deploy init workers/shop.yaml"],
  async run({ context, view, operands }) {
    const [file = MANIFEST] = operands;
    await writeNew(context, file, beginning(nameOf(context.cwd)));
    view.data(file, { type: "written", file });
    view.talk(`Look through \`${file}\`, then: cfworker-deploy apply ${file} --bundle FILE`);
    return view.end({ exit: 0 });
  },
};

/** @param {string} folder */
export function nameOf(folder) {
  const last = folder.split(/[\\/]/).at(-1) ?? "";
  const name = last.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return name.replaceAll(/^-+|-+$/g, "").slice(0, 63) || FALLBACK;
}

/** @param {string} name of the script */
export function beginning(name) {
  return `${SCHEMA}
apiVersion: cloudflare.planton.dev/v1
kind: CloudflareWorker
metadata:
  # With \`org\` and \`env\`, where you have several, this is what the Worker is known by, however its script is called.
  name: ${name}
spec:
  # Absent: CLOUDFLARE_ACCOUNT_ID, or the only account that the token sees.
  # account_id: 0123456789abcdef0123456789abcdef
  script:
    name: ${name}
    # Where the code lies in R2. \`apply --bundle FILE\` puts it there and writes its path here.
    bundle: {bucket: bundles, path: ${name}/index.js}
  # The runtime's behaviour of this day. Absent: the live one stays.
  # compatibility_date: "2026-11-01"
  # env:
  #   variables: {GREETING: hello}
  #   secrets: {API_KEY: "\${API_KEY}"} # from the environment or --secrets-file
  # kv_bindings: [{name: CACHE, namespace_id: 0123456789abcdef0123456789abcdef}]
  # bindings: [{name: FILES, type: r2_bucket, bucket_name: files}]
  dns:
    # true: a DNS record and a route for the host.
    enabled: false
    hostname: ${name}.example.com
    # A proxied address that leads nowhere: whatever no route takes is answered by nobody.
    record: {type: AAAA, content: "100::"}
  # Whether NAME.SUBDOMAIN.workers.dev answers. Absent: left as it is.
  workers_dev: true
`;
}
