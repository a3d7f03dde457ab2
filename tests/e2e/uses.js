/**
 * For each type of binding that runs in Local Cloudflare: how a Worker uses it, and what it answers then. A new type is one
 * entry here; one without a local runtime needs none, since it answers why it can't.
 */

/** A picture of one pixel. */
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const MAIL =
  "From: shop@example.com\\r\\nTo: a@example.com\\r\\nMessage-ID: <1@example.com>\\r\\nSubject: order\\r\\n\\r\\nready\\r\\n";

/** type → [what the Worker does with the binding `it`, what it answers] */
export const USES = {
  analytics_engine: ["it.writeDataPoint({ blobs: ['a'] }) ?? 'written'", "written"],
  d1: ["it.prepare('SELECT 1 + 1 AS two').first('two')", 2],
  durable_object_namespace: [
    "it.get(it.idFromName('hall')).fetch('https://room/').then((answer) => answer.text())",
    "1",
  ],
  images: [
    `it.info(new Blob([Uint8Array.from(atob('${PNG}'), (one) => one.charCodeAt(0))]).stream()).then(({ format }) => format)`,
    "image/png",
  ],
  json: ["it", ["a", { B: null }]],
  kv_namespace: ["it.put('key', 'kept').then(() => it.get('key'))", "kept"],
  queue: ["it.send({ order: 1 }).then(() => 'sent')", "sent"],
  r2_bucket: ["it.put('key', 'kept').then(() => it.get('key')).then((object) => object.text())", "kept"],
  // Whenever a new period begins, a limit of two is reached by five.
  ratelimit: [
    "Promise.all([1, 2, 3, 4, 5].map(() => it.limit({ key: 'a' }))).then((all) => all.every(({ success }) => success))",
    false,
  ],
  send_email: [`it.send(new EmailMessage("shop@example.com", "a@example.com", "${MAIL}")).then(() => 'sent')`, "sent"],
  service: ["it.fetch('https://api/').then((answer) => answer.text())", "from the api"],
  version_metadata: ["it.id.length", 36],
  worker_loader: [
    `it.get('one', () => ({ compatibilityDate: '2026-01-01', mainModule: 'i.js',
      modules: { 'i.js': "export default { fetch: () => new Response('loaded') }" } }))
      .getEntrypoint().fetch('https://loaded/').then((answer) => answer.text())`,
    "loaded",
  ],
  workflow: ["it.create({ id: 'one' }).then(({ id }) => id)", "one"],
};

/** A Worker whose answer at `/TYPE` is what came of using the binding of that type, which is called as the type. */
export const USER = `import { EmailMessage } from "cloudflare:email";
const uses = {
${Object.entries(USES)
  .map(([type, [use]]) => `  ${type}: (it) => ${use},`)
  .join("\n")}
};
export default {
  async fetch(request, env) {
    const type = new URL(request.url).pathname.slice(1);
    const use = uses[type] ?? ((it) => it.used());
    try {
      return Response.json({ answer: await use(env[type]) });
    } catch ({ message }) {
      return Response.json({ message });
    }
  },
};
`;
