// Greets, counts visits in KV, and proves that it holds its secret without showing it.
export default {
  async fetch(request, env) {
    const visits = Number((await env.VISITS.get("count")) ?? 0) + 1;
    await env.VISITS.put("count", String(visits));
    return Response.json({
      greeting: `${env.GREETING} from ${new URL(request.url).hostname}`,
      visits,
      secret: env.API_KEY ? `set, ${env.API_KEY.length} characters` : "missing",
    });
  },
};
