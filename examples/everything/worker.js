// Answers with a word from each thing that it is bound to. `POST /orders` makes an order, which goes through all of them.
import { DurableObject } from "cloudflare:workers";

export class Visits extends DurableObject {
  async next() {
    const count = ((await this.ctx.storage.get("count")) ?? 0) + 1;
    await this.ctx.storage.put("count", count);
    return count;
  }
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/orders" && request.method === "POST") return order(request, env);
    const { success } = await env.LIMIT.limit({ key: pathname });
    const greeting = await env.ASSETS.fetch("https://assets/greeting.txt");
    return Response.json({
      host: new URL(request.url).hostname,
      kv: await env.CLOCK.get("last"),
      r2: (await env.RECEIPTS.list()).objects.map(({ key }) => key),
      d1: await env.ORDERS.prepare("SELECT count(*) AS count FROM orders").first("count"),
      queue: await env.ORDERS.prepare("SELECT count(*) AS count FROM orders WHERE sent").first("count"),
      durable_object: await env.VISITS.getByName("all").next(),
      service: await (await env.HELPER.fetch("https://helper/")).text(),
      assets: (await greeting.text()).trim(),
      rate_limit: success ? "not reached" : "reached",
    });
  },
  async scheduled({ cron }, env) {
    await env.CLOCK.put("last", cron);
  },
  async queue(batch, env) {
    for (const { body } of batch.messages)
      await env.ORDERS.prepare("UPDATE orders SET sent = 1 WHERE id = ?").bind(body.id).run();
  },
};

async function order(request, env) {
  const text = await request.text();
  const { id } = await env.ORDERS.prepare("INSERT INTO orders (text) VALUES (?) RETURNING id").bind(text).first();
  await env.RECEIPTS.put(`${id}.txt`, text);
  await env.LETTERS.send({ id });
  return new Response(`order ${id}\n`, { status: 201 });
}
