/** An alchemy program: a Worker with a namespace, a variable, a secret and a route. alchemy.test.js runs it. */
import alchemy from "alchemy";
import { KVNamespace, Worker } from "alchemy/cloudflare";

const { CLOUDFLARE_API_BASE_URL, CLOUDFLARE_API_TOKEN, CLOUDFLARE_ACCOUNT_ID, ENTRYPOINT, GREETING, PHASE, ZONE_ID } =
  process.env;
const at = {
  baseUrl: CLOUDFLARE_API_BASE_URL,
  apiToken: alchemy.secret(CLOUDFLARE_API_TOKEN),
  accountId: CLOUDFLARE_ACCOUNT_ID,
};

const app = await alchemy("shop", { stage: "test", phase: PHASE, password: "for its state", noTrack: true });
const counts = await KVNamespace("counts", { title: "alchemy-counts", ...at });
await Worker("shop", {
  name: "shop",
  entrypoint: ENTRYPOINT,
  noBundle: true,
  compatibilityDate: "2026-07-01",
  url: false,
  bindings: { GREETING, TOKEN: alchemy.secret("only the Worker knows this"), COUNTS: counts },
  routes: [{ pattern: "shop.example.com/*", zoneId: ZONE_ID }],
  ...at,
});
await app.finalize();
