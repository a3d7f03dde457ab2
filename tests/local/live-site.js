/** Workers behind hosts of a Local Cloudflare, deployed in few words. */
import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { startLocalCloudflare } from "../canaries/local.js";

/** @param {object} [options] of `startLocalCloudflare` */
export async function startSite(options) {
  const local = await startLocalCloudflare(options);
  const zone = local.zones[0];
  const send = async (method, path, body, headers = {}) => {
    const sent = { authorization: `Bearer ${local.token}`, ...headers };
    const answer = await fetch(local.apiUrl + path, { method, headers: sent, body });
    return { status: answer.status, ...(await answer.json()) };
  };

  return {
    local,
    send,
    hostOf: (name) => `${name}.${zone.name}`,

    /** Uploads; the host `name.example.com` leads to it. `source`: of a module Worker */
    async deploy(name, source, { bindings = [], flags = [], limits, ...more } = {}) {
      const metadata = { main_module: "i.js", compatibility_date: "2026-01-01", compatibility_flags: flags, bindings };
      const form = new FormData();
      form.set("metadata", JSON.stringify({ ...metadata, limits, ...more }));
      form.set("i.js", new File([source], "i.js", { type: "application/javascript+module" }));
      const answer = await send("PUT", `/accounts/${local.accountId}/workers/scripts/${name}`, form);
      if (answer.success) publish(local, zone, name);
      return answer;
    },

    /** A Worker without code. */
    async deployAssets(name, metadata) {
      const form = new FormData();
      form.set("metadata", JSON.stringify(metadata));
      const answer = await send("PUT", `/accounts/${local.accountId}/workers/scripts/${name}`, form);
      if (answer.success) publish(local, zone, name);
      return answer;
    },

    /** Sends over one connection; resolves at the head. `body`: Buffer, or a function that writes */
    visit(name, { path = "/", method = "GET", headers = {}, body } = {}) {
      const host = name.includes(".") ? name : `${name}.${zone.name}`;
      const options = {
        host: "127.0.0.1",
        port: local.port,
        path,
        method,
        headers: { host, ...headers },
        agent: false,
      };
      const outgoing = request(options);
      const answer = new Promise((resolve, reject) => {
        outgoing.on("response", (incoming) => resolve(answerOf(incoming, outgoing)));
        outgoing.on("upgrade", (incoming, socket, head) => resolve({ status: incoming.statusCode, socket, head }));
        outgoing.on("error", reject);
      });
      if (typeof body === "function") body(outgoing);
      else outgoing.end(body);
      return answer;
    },

    close: () => local.close(),
  };
}

/** Waits for a condition, for a while. */
export async function until(condition, what, timeoutMs = 30_000) {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`never: ${what}`);
    await sleep(10);
  }
}

function publish({ state, runtime }, zone, name) {
  const host = `${name}.${zone.name}`;
  const records = state.records.get(zone.id);
  if (!records.some((record) => record.name === host)) {
    records.push({ type: "A", name: host, content: "192.0.2.1", proxied: true });
    state.routes.get(zone.id).push({ id: host, pattern: `${host}/*`, script: name });
  }
  runtime.changed();
}

function answerOf(incoming, outgoing) {
  const { statusCode: status, headers } = incoming;
  return {
    status,
    headers,
    body: incoming,
    text: async () => (await buffer(incoming)).toString(),
    leave: () => outgoing.destroy(),
  };
}
