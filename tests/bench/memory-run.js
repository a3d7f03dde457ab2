/** One run of bench/memory.js, the same in all runtimes. */

/** Documents that name the same bundle, each for a Worker of its own. */
export function manifestsOf({ documents, accountId }) {
  return Array.from({ length: documents }, (_, index) => ({
    apiVersion: "cloudflare.project-planton.org/v1",
    kind: "CloudflareWorker",
    metadata: { name: `w${index}`, org: "acme", env: "bench" },
    spec: { account_id: accountId, worker_name: `w${index}`, script_bundle: { bucket: "bundles", path: "large.js" } },
  }));
}

export async function deploy(apply, run) {
  const { apiToken, baseUrl, r2 } = run;
  const { done } = await apply(manifestsOf(run), { apiToken, baseUrl, r2 }, {});
  if (done.length !== run.documents) throw new Error(`${done.length} of ${run.documents} documents were applied`);
}

export async function publishFile(publish, bundle, { apiToken, baseUrl, r2, accountId }) {
  const { bytes } = await publish(bundle, { bucket: "bundles", key: "new.js", accountId }, { apiToken, baseUrl, r2 });
  if (bytes !== bundle.size) throw new Error(`${bytes} bytes of ${bundle.size} were published`);
}
