/** The server that the probe's requests go to: /fast answers at once, /slow after 100 ms. */
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

export async function startServer() {
  const server = createServer(async (request, response) => {
    if (request.url === "/slow") await pause(100);
    request.resume();
    response.end(`answer to ${request.method}`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}
