// A guest book for each room: every room is an object with a database of its own.
import { DurableObject } from "cloudflare:workers";

export class Room extends DurableObject {
  constructor(context, env) {
    super(context, env);
    context.storage.sql.exec("CREATE TABLE IF NOT EXISTS guests (name TEXT NOT NULL)");
  }

  enter(name) {
    this.ctx.storage.sql.exec("INSERT INTO guests VALUES (?)", name);
    return this.guests();
  }

  guests() {
    return this.ctx.storage.sql
      .exec("SELECT name FROM guests ORDER BY rowid")
      .toArray()
      .map(({ name }) => name);
  }
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const room = env.ROOMS.getByName(pathname);
    const guests = request.method === "POST" ? await room.enter(await request.text()) : await room.guests();
    return Response.json({ room: pathname, guests });
  },
};
