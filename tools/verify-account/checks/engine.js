/** The whole: our own deployment of a scratch Worker, looked at from outside and taken back. */

/** @type {import("../index.js").Check[]} */
export const engine = [
  {
    id: "deploy-settles",
    asks: "after our own apply, is our plan all no-op, with a record, a route, a variable and a secret?",
    needs: "r2",
    run: deployed(async ({ deploying, note }) => settled(await deploying.plan(), note)),
    readings: {
      settled: { fit: "relied", means: "what we write reads back as what we want" },
      moves: { fit: "broken", means: "every run would deploy again; see what the plan names" },
    },
  },
  {
    id: "deploy-and-secret-edit",
    asks: "after a secret edit from outside, is our plan still all no-op?",
    needs: "r2",
    run: deployed(async ({ account, deploying, note }) => {
      await editFromOutside(account, deploying.name);
      return settled(await deploying.plan(), note);
    }),
    readings: {
      settled: { fit: "relied", means: "somebody's secret is harmless" },
      moves: { fit: "broken", means: "somebody's secret would stop the next run" },
    },
  },
  {
    id: "deploy-keeps-secrets",
    asks: "does a changed deployment keep a secret that somebody set, and remove one of ours that left the manifest?",
    needs: "r2",
    run: deployed(async ({ account, deploying, note }) => {
      await editFromOutside(account, deploying.name);
      await deploying.apply({ variables: { TEXT: "changed" } });
      await account.settle();
      const { result } = await account.call("GET", account.script(deploying.name, "/secrets"));
      const names = result.map(({ name }) => name);
      note(`secrets afterwards: ${names.join(", ") || "none"}`);
      if (!names.includes("THEIRS")) return "theirs lost";
      return names.includes("OURS") ? "ours stays" : "as meant";
    }),
    readings: {
      "as meant": { fit: "relied", means: "ownership of single secrets holds" },
      "theirs lost": { fit: "broken", means: "a deployment would destroy other people's secrets" },
      "ours stays": { fit: "broken", means: "a removed secret would live on" },
    },
  },
  {
    id: "destroy-is-whole",
    asks: "does our destroy leave nothing?",
    needs: "r2",
    run: deployed(async ({ account, deploying, note }) => {
      await deploying.destroy();
      await account.settle();
      const { status } = await account.call("GET", account.script(deploying.name, "/settings"));
      const records = (await account.records()).filter(({ name }) => name === deploying.hostname);
      const routes = (await account.routes()).filter(({ pattern }) => pattern.startsWith(deploying.hostname));
      note(`Worker ${status}, ${records.length} records, ${routes.length} routes`);
      return status === 404 && records.length + routes.length === 0 ? "nothing" : "something";
    }),
    readings: {
      nothing: { fit: "relied", means: "destroy is whole" },
      something: { fit: "broken", means: "destroy leaves something behind" },
    },
  },
];

async function editFromOutside(account, script) {
  const edit = { type: "secret_text", name: "THEIRS", text: "scratch" };
  const { ok, code } = await account.call("PUT", account.script(script, "/secrets"), edit);
  if (!ok) throw new Error(`the secret edit was refused (code ${code})`);
  await account.settle();
}

const FIRST = { variables: { TEXT: "scratch" }, secrets: { OURS: "${OURS}" } };

/** Gives a question a Worker that our engine has deployed. */
function deployed(run) {
  return async ({ account, scratch, note }) => {
    const deploying = await createDeploying(account, scratch);
    await deploying.apply(FIRST);
    await account.settle();
    await account.eventually(() => account.call("GET", account.script(deploying.name, "/settings")));
    return run({ account, deploying, note });
  };
}

/** The calls of the built package for one scratch manifest. */
async function createDeploying(account, scratch) {
  const calls = await import("../../../pkg/js/entrypoints/node.js");
  const bucket = await scratch.bucket();
  const name = scratch.name();
  const hostname = `${name}.${account.zone.name}`;
  const key = "index.js";
  const creds = {
    apiToken: account.token,
    accountId: account.id,
    baseUrl: account.baseUrl,
    r2: { endpoint: account.s3Url },
    secrets: { OURS: "scratch" },
  };
  let env = FIRST;
  const manifest = () => ({
    apiVersion: "cloudflare.project-planton.org/v1",
    kind: "CloudflareWorker",
    metadata: { name, org: "cfworker-deploy", env: "verify-account" },
    spec: {
      account_id: account.id,
      worker_name: name,
      script_bundle: { bucket: bucket.name, path: key },
      dns: { enabled: true, zone_id: account.zone.id, hostname },
      env,
    },
  });
  keepDeployed(account, scratch, { name, hostname });
  bucket.willHold(key);
  const code = Buffer.from("export default { fetch: () => new Response('scratch') };\n");
  await calls.publish(code, { bucket: bucket.name, key, accountId: account.id }, creds);
  return {
    name,
    hostname,
    async apply(next) {
      env = next;
      return calls.apply(manifest(), creds);
    },
    plan: () => calls.plan(manifest(), creds),
    destroy: () => calls.destroy(manifest(), creds, { allowDeletes: true }),
  };
}

/** Should our own destroy fail: removed by name, one by one. */
function keepDeployed(account, scratch, { name, hostname }) {
  const every = async (items, path) => {
    const answers = await Promise.all(items.map(({ id }) => account.call("DELETE", account.inZone(`${path}/${id}`))));
    return answers.every(({ ok, status }) => ok || status === 404);
  };
  scratch.keep(`Worker ${name}`, async () => {
    const { ok, status } = await account.call("DELETE", account.script(name));
    return ok || status === 404;
  });
  scratch.keep(`record ${hostname}`, async () =>
    every(
      (await account.records()).filter((record) => record.name === hostname),
      "/dns_records",
    ),
  );
  scratch.keep(`routes of ${hostname}`, async () =>
    every(
      (await account.routes()).filter(({ pattern }) => pattern === `${hostname}/*`),
      "/workers/routes",
    ),
  );
}

function settled({ exitCode, changes, diagnostics }, note) {
  const moving = changes.filter(({ action }) => action !== "no-op");
  for (const { address, action, reason } of moving) note(`${action} ${address}: ${reason}`);
  for (const { severity, code, message } of diagnostics) if (severity === "error") note(`${code}: ${message}`);
  return moving.length === 0 && !exitCode ? "settled" : "moves";
}
