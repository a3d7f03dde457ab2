// Shows the variables that a gateway would use.
export default {
  fetch: (request, env) =>
    Response.json({ version: env.API_VERSION, limit: Number(env.RATE_LIMIT), path: new URL(request.url).pathname }),
};
