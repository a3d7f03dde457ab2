// Takes notes and shows them. What is written goes into D1, and a message about it into the queue.
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") {
      const text = await request.text();
      await env.DB.prepare("INSERT INTO notes (text, written_at) VALUES (?, ?)")
        .bind(text, new Date().toISOString())
        .run();
      await env.EXPORTS.send({ text });
      return new Response("written\n", { status: 201 });
    }
    const { results } = await env.DB.prepare("SELECT text FROM notes ORDER BY id").all();
    const notes = results.map(({ text }) => text);
    // The other Worker asks for these, over its own binding to this one.
    if (pathname === "/notes") return Response.json(notes);
    const visits = Number((await env.VISITS.get("count")) ?? 0) + 1;
    await env.VISITS.put("count", String(visits));
    const exporter = await (await env.EXPORTER.fetch("https://exporter/")).text();
    return Response.json({ notes, visits, exporter, file: `${env.FILES_URL}/notes.txt` });
  },
};
