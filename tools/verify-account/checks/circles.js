/** Workers that are bound to each other: which order Cloudflare asks for, and how one of them lets go of the other. */

const MARK = "scratch";
const to = (worker) => ({ type: "service", name: "OTHER", service: worker.name });
const KEPT = { type: "plain_text", name: "KEPT", text: "scratch" };

/** @type {import("../index.js").Check[]} */
export const circles = [
  {
    id: "bound-to-none",
    asks: "is a Worker refused that is bound to one which is not there?",
    async run({ scratch }) {
      const worker = scratch.worker();
      await worker.start();
      const { ok, code } = await worker.put({ bindings: [to({ name: scratch.name() })] });
      if (ok) return "taken";
      return [10143, 10144].includes(code) ? "refused" : `refused with ${code}`;
    },
    readings: {
      refused: { fit: "relied", means: "one of two new Workers that are bound to each other is uploaded twice" },
      taken: { fit: "handled", means: "the first of the two uploads would not be needed" },
    },
  },
  {
    id: "bound-to-each-other",
    asks: "does a Worker let go of another one by its settings, so that both can be deleted?",
    async run({ account, scratch, note }) {
      const [one, other] = [scratch.worker(), scratch.worker()];
      await one.start();
      await other.start({ bindings: [to(one)] });
      await one.put({ bindings: [to(other), KEPT] });
      try {
        const early = await other.call("DELETE", "");
        note(`deletion while bound: ${early.status}/${early.code ?? "ok"}`);
        if (early.ok) return "deleted while bound";
        const { ok, code } = await one.call("PATCH", "/settings", settingsOf([{ type: "inherit", name: KEPT.name }]));
        if (!ok) return `settings refused with ${code}`;
        await account.settle();
        const names = Object.keys(await one.bindings());
        if (names.join() !== KEPT.name) return "other bindings than asked for";
        const [{ id }] = await one.versions();
        const version = await one.call("GET", `/versions/${id}`);
        if (version.result?.annotations?.["workers/tag"] !== MARK) return "without the mark";
        const late = await other.call("DELETE", "");
        return late.ok ? "lets go" : `not deleted: ${late.code}`;
      } finally {
        await one.put();
      }
    },
    readings: {
      "lets go": { fit: "relied", means: "`destroy` deletes Workers that are bound to each other" },
      "deleted while bound": { fit: "handled", means: "`destroy` would not have to take the binding out" },
      "other bindings than asked for": { fit: "broken", means: "a `destroy` that is cut short would lose bindings" },
      "without the mark": { fit: "broken", means: "a `destroy` that is cut short would find a change of others" },
    },
  },
];

function settingsOf(bindings) {
  const form = new FormData();
  const settings = { bindings, annotations: { "workers/tag": MARK } };
  form.append("settings", new Blob([JSON.stringify(settings)], { type: "application/json" }));
  return form;
}
