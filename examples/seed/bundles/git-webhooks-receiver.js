// Takes a webhook and says where it would be sent.
export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname === "/health") return new Response("ok\n");
    const event = request.headers.get("x-github-event") ?? "none";
    return Response.json({ event, address: env.TEMPORAL_ADDRESS, namespace: env.TEMPORAL_NAMESPACE });
  },
};
