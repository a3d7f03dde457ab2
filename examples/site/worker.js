export default {
  async fetch(request, env) {
    const page = await env.ASSETS.fetch(new URL("/about", request.url));
    return Response.json({ asked: new URL(request.url).pathname, about: (await page.text()).trim() });
  },
};
