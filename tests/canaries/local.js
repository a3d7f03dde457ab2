/** Local Cloudflare whose first token is a canary. What it logs and what its account shows is looked through. */
import { startLocalCloudflare as start } from "../../js/local/index.js";
import { assertClean, CANARIES, noteUse } from "./index.js";

/** @type {typeof start} */
export async function startLocalCloudflare(options = {}) {
  const local = await start({ token: CANARIES.apiToken, ...options });
  const { requests, close } = local;
  const clear = requests.clear.bind(requests);
  requests.clear = () => {
    lookThrough(requests);
    clear();
  };
  local.close = async () => {
    lookThrough(requests);
    lookAt(local.state);
    await close();
  };
  return local;
}

/** The request log says of credentials that they were there, never what they are. */
function lookThrough(requests) {
  const all = requests.all();
  assertClean(all, "the request log of Local Cloudflare");
  noteUse("apiToken", all.filter(({ headers }) => headers.authorization).length);
  noteUse("s3Secret", all.filter(({ query }) => query["X-Amz-Signature"]).length);
}

/** Marks, comments and everything else that the account shows to those who may read. */
function lookAt({ scripts, records, routes, kv, zones }) {
  const bindings = [...scripts.values()].flatMap(({ versions }) => versions.flatMap((version) => version.bindings));
  for (const name of ["secret", "otherSecret"]) {
    noteUse(name, bindings.filter(({ type, text }) => type === "secret_text" && text === CANARIES[name]).length);
  }
  const shown = [...scripts.values()].map((script) => ({ ...script, versions: script.versions.map(shownVersion) }));
  const rest = [records, routes, zones].map((map) => [...map]);
  const titles = [...kv.values()].map(({ title }) => title);
  assertClean([shown, ...rest, titles], "what the account shows");
}

function shownVersion({ modules, bindings, ...version }) {
  return {
    ...version,
    bindings: bindings.map(({ text, ...open }) => (open.type === "secret_text" ? open : { text, ...open })),
  };
}
