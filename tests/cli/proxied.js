/** A Cloudflare that only a proxy reaches: TLS in front of a Local Cloudflare, under names that nobody else resolves. */

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createProxyServer, request } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";

const pem = (name) => new URL(`tls/${name}`, import.meta.url);

/** The authority to trust, as `NODE_EXTRA_CA_CERTS` names it. */
export const AUTHORITY = fileURLToPath(pem("authority.pem"));
export const API = "https://api.proxied.test/client/v4";
export const S3 = "https://s3.proxied.test";

/**
 * @param {{ apiUrl: string, s3Url: string }} cloudflare
 * @returns {Promise<{ url: string, tunnels: string[], authorizations: (string | undefined)[], close: () => void }>}
 *   address of the proxy, and which tunnels it was asked for
 */
export async function startProxy({ apiUrl, s3Url }) {
  const targets = { "api.proxied.test": new URL(apiUrl).origin, "s3.proxied.test": s3Url };
  const keys = { key: readFileSync(pem("server.key")), cert: readFileSync(pem("server.pem")) };
  const tls = createTlsServer(keys, (incoming, answer) => forward(incoming, answer, targets[incoming.headers.host]));
  const tunnels = [];
  const authorizations = [];
  const sockets = new Set();
  const proxy = createProxyServer();
  proxy.on("connect", (asked, socket) => {
    tunnels.push(asked.url);
    authorizations.push(asked.headers["proxy-authorization"]);
    const through = connect(tls.address().port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      socket.pipe(through).pipe(socket);
    });
    for (const end of [socket, through]) sockets.add(end.on("error", () => {}));
  });
  for (const server of [tls, proxy]) await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${proxy.address().port}`,
    tunnels,
    authorizations,
    close() {
      for (const socket of sockets) socket.destroy();
      for (const server of [tls, proxy]) server.close();
    },
  };
}

function forward(incoming, answer, target) {
  const { method, url, headers } = incoming;
  // A Local Cloudflare tells its API from the sites by the host; what R2 signs is the host that was asked.
  const host = headers.host.startsWith("api.") ? new URL(target).host : headers.host;
  const outgoing = request(`${target}${url}`, { method, headers: { ...headers, host } }, (response) => {
    answer.writeHead(response.statusCode, response.headers);
    response.pipe(answer);
  });
  outgoing.on("error", () => answer.destroy());
  incoming.pipe(outgoing);
}
