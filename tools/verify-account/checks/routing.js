/** Routes, and deletions of Workers that something leads to. */
import { LATENESS, lateness } from "../lateness.js";

/** @type {import("../index.js").Check[]} */
export const routing = [
  {
    id: "route-answer",
    asks: "what does the creation of a route answer?",
    async run({ account, scratch }) {
      const { answer } = await routed(account, scratch);
      return answer.result.pattern ? "the route" : "its id alone";
    },
    readings: {
      "the route": { fit: "handled", means: "only the id is read" },
      "its id alone": { fit: "handled", means: "only the id is read" },
    },
  },
  {
    id: "routes-after-write",
    asks: "does the list of routes show one that was just made at once?",
    async run({ account, scratch, note }) {
      const { id, routes } = await madeRoute(account, scratch);
      return lateness(account, async () => (await routes()).includes(id), note);
    },
    readings: LATENESS,
  },
  {
    id: "routes-after-deletion",
    asks: "does the list of routes leave one out at once that was just deleted?",
    async run({ account, scratch, note }) {
      const { id, routes } = await madeRoute(account, scratch);
      await lateness(
        account,
        async () => (await routes()).includes(id),
        () => {},
      );
      await account.call("DELETE", account.inZone(`/workers/routes/${id}`));
      return lateness(account, async () => !(await routes()).includes(id), note);
    },
    readings: LATENESS,
  },
  {
    id: "route-duplicate",
    asks: "which code has a pattern that is taken?",
    async run({ account, scratch, note }) {
      const { worker, pattern } = await routed(account, scratch);
      const { ok, status, code } = await scratch.route(pattern, worker.name);
      note(`${status}/${code ?? "ok"}`);
      return ok ? "accepted" : String(code);
    },
    readings: {
      10020: { fit: "relied", means: "after a lost answer the zone is asked first" },
      accepted: { fit: "broken", means: "a repeated create would make a second route" },
    },
  },
  {
    id: "route-without-worker",
    asks: "which code has a route to a Worker that is not there?",
    async run({ account, scratch, note }) {
      const pattern = `${scratch.run}.${account.zone.name}/*`;
      const { ok, status, code } = await scratch.route(pattern, `${scratch.run}-missing`);
      note(`${status}/${code ?? "ok"}`);
      return ok ? "accepted" : String(code);
    },
    readings: {
      10019: { fit: "relied", means: "tried again where the Worker was only just made" },
      accepted: { fit: "handled", means: "routes may come first" },
    },
  },
  {
    id: "route-of-deleted-worker",
    asks: "does a route go with its Worker?",
    async run({ account, scratch }) {
      const { worker, pattern } = await routed(account, scratch);
      await worker.call("DELETE", "");
      await account.settle();
      const route = (await account.routes()).find((one) => one.pattern === pattern);
      if (!route) return "goes along";
      return route.script ? "stays" : "stays, without a script";
    },
    readings: {
      "goes along": { fit: "handled", means: "routes are deleted first all the same" },
      stays: { fit: "handled", means: "routes are deleted first" },
      "stays, without a script": { fit: "handled", means: "routes are deleted first" },
    },
  },
  {
    id: "delete-referenced",
    asks: "is the deletion of a Worker refused that another one binds?",
    async run({ account, scratch, note }) {
      const bound = scratch.worker();
      await bound.start();
      const binding = scratch.worker();
      await binding.start({ bindings: [{ type: "service", name: "OTHER", service: bound.name }] });
      await account.settle();
      const { ok, status, code } = await bound.call("DELETE", "");
      note(`${status}/${code ?? "ok"}`);
      return ok ? "goes through" : String(code);
    },
    readings: {
      10142: { fit: "handled", means: "`destroy` says who binds it" },
      "goes through": { fit: "handled", means: "the other Worker keeps a binding that leads nowhere" },
    },
  },
  {
    id: "domain-of-another-worker",
    asks: "does one PUT move a custom domain to another Worker?",
    async run({ account, scratch, note }) {
      const [first, second] = [scratch.worker(), scratch.worker()];
      for (const worker of [first, second]) await worker.start();
      const hostname = `${scratch.run}-domain.${account.zone.name}`;
      const made = await account.eventually(() => scratch.domain(hostname, first.name));
      if (!made.ok) throw new Error(`the custom domain was refused (code ${made.code})`);
      await account.settle();
      const { ok, status, code } = await scratch.domain(hostname, second.name);
      note(`${status}/${code ?? "ok"}`);
      return ok ? "moves" : String(code);
    },
    readings: {
      moves: { fit: "handled", means: "the host changes hands without a gap" },
      100116: { fit: "handled", means: "it is deleted and made again: the host does not answer in between" },
    },
  },
  {
    id: "delete-absent",
    asks: "which code has the deletion of a Worker that is not there?",
    async run({ account, scratch, note }) {
      const { ok, status, code } = await account.call("DELETE", account.script(`${scratch.run}-missing`));
      note(`${status}/${code ?? "ok"}`);
      return ok ? "accepted" : String(code);
    },
    readings: {
      10007: { fit: "relied", means: "gone already is as good" },
      10090: { fit: "handled", means: "gone already is as good" },
      accepted: { fit: "handled", means: "gone already is as good" },
    },
  },
];

/** A route that was made this moment, and the ids that the list tells. */
async function madeRoute(account, scratch) {
  const worker = scratch.worker();
  await worker.start();
  const pattern = `${scratch.run}.${account.zone.name}/*`;
  const { ok, code, result } = await account.eventually(() => scratch.route(pattern, worker.name));
  if (!ok) throw new Error(`the route was refused (code ${code})`);
  return { id: result.id, routes: async () => (await account.routes()).map((route) => route.id) };
}

async function routed(account, scratch) {
  const worker = scratch.worker();
  await worker.start();
  const pattern = `${scratch.run}.${account.zone.name}/*`;
  const answer = await account.eventually(() => scratch.route(pattern, worker.name));
  if (!answer.ok) throw new Error(`the route was refused (code ${answer.code})`);
  await account.settle();
  return { worker, pattern, answer };
}
