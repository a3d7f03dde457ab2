// Writes all notes into one file of the bucket whenever the queue says that there is a new one.
export default {
  async fetch(_request, env) {
    const file = await env.FILES.head("notes.txt");
    return new Response(file ? `${file.size} bytes written` : "nothing written yet");
  },
  async queue(batch, env) {
    const notes = await (await env.SITE.fetch("https://site/notes")).json();
    await env.FILES.put("notes.txt", notes.map((note) => `${note}\n`).join(""));
    batch.ackAll();
  },
};
