// Keeps what was PUT, gives it back on GET.
export default {
  async fetch(request, env) {
    const key = new URL(request.url).pathname;
    if (request.method === "PUT") {
      await env.CACHE.put(key, await request.text());
      return new Response(null, { status: 204 });
    }
    const value = await env.CACHE.get(key);
    return value === null ? new Response("not cached\n", { status: 404 }) : new Response(value);
  },
};
