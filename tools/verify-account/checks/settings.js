/** What belongs to a Worker and not to a version: tags, logs, its address, when it is first seen. */

/** @type {import("../index.js").Check[]} */
export const settings = [
  {
    id: "first-put",
    asks: "is a new Worker seen at once by settings, subdomain and routes?",
    async run({ account, scratch, note }) {
      const worker = scratch.worker();
      const { ok, code } = await worker.call("PUT", "?bindings_inherit=strict", worker.form());
      if (!ok) return `refused with ${code}`;
      const reads = await Promise.all([
        worker.call("GET", "/settings"),
        worker.call("GET", "/subdomain"),
        scratch.route(`${scratch.run}.${account.zone.name}/*`, worker.name),
      ]);
      note(reads.map((answer) => `${answer.status}/${answer.code ?? "ok"}`).join(", "));
      await account.settle();
      return reads.every((answer) => answer.ok) ? "at once" : "late";
    },
    readings: {
      "at once": { fit: "handled", means: "nothing has to be tried again" },
      late: { fit: "handled", means: "tried again in the run that made the Worker" },
    },
  },
  {
    id: "new-subdomain",
    asks: "does a Worker made by an upload start without a workers.dev address?",
    async run({ account, scratch }) {
      const worker = scratch.worker();
      await worker.start();
      const { ok, result, code } = await account.eventually(() => worker.call("GET", "/subdomain"));
      if (!ok) return `refused with ${code}`;
      return result.enabled || result.previews_enabled ? "with one" : "without";
    },
    readings: {
      without: { fit: "relied", means: "an omitted `workers_dev` stays off" },
      "with one": { fit: "broken", means: "a new Worker would be public unasked" },
    },
  },
  {
    id: "tags-kept",
    asks: "does an upload without tags keep them?",
    async run({ scratch }) {
      const worker = scratch.worker();
      await worker.start({ tags: TAGS });
      await worker.put();
      return compare(await worker.settings());
    },
    readings: {
      unchanged: { fit: "relied", means: "another tool's upload leaves the mark of a Worker" },
      lost: { fit: "broken", means: "another tool's upload would remove the mark" },
      changed: { fit: "broken", means: "marks would be damaged" },
    },
  },
  {
    id: "tags-after-secret",
    asks: "does a secret edit keep the tags?",
    async run({ scratch }) {
      const worker = scratch.worker();
      await worker.start({ tags: TAGS });
      await worker.secret("EDITED");
      return compare(await worker.settings());
    },
    readings: {
      unchanged: { fit: "relied", means: "a secret edit leaves the mark of a Worker" },
      lost: { fit: "broken", means: "a secret edit would remove the mark" },
      changed: { fit: "broken", means: "marks would be damaged" },
    },
  },
  {
    id: "tags-without-version",
    asks: "do tags change without a new version?",
    async run({ account, scratch }) {
      const worker = scratch.worker();
      await worker.start();
      const before = await worker.versions();
      await worker.call("PATCH", "/script-settings", { tags: TAGS });
      await account.settle();
      const { length } = await worker.versions();
      if (compare(await worker.settings()) !== "unchanged") return "not changed";
      return length === before.length ? "no version" : "a version";
    },
    readings: {
      "no version": { fit: "relied", means: "the inventory changes without touching what is live" },
      "a version": { fit: "broken", means: "a change of the inventory would unmark the live version" },
      "not changed": { fit: "broken", means: "the inventory can't be changed without an upload" },
    },
  },
  {
    id: "absent-settings",
    asks: "does an upload without observability and logpush reset them?",
    async run({ scratch, note }) {
      const worker = scratch.worker();
      await worker.start({ observability: { enabled: true, head_sampling_rate: 0.5 } });
      await worker.put();
      const { observability } = await worker.settings();
      note(`observability ${JSON.stringify(observability)}`);
      return observability?.enabled ? "kept" : "reset";
    },
    readings: {
      kept: { fit: "handled", means: "they are sent again all the same" },
      reset: { fit: "handled", means: "they are sent again so that they survive" },
    },
  },
];

const TAGS = ["cfwd1-0123456789abcdef", `cfwd1-in-${"0".repeat(32)}-01234567.89abcdef`, "team:Ärzte = ours; x/y"];

function compare({ tags }) {
  if (!tags?.length) return "lost";
  return JSON.stringify(tags.toSorted()) === JSON.stringify(TAGS.toSorted()) ? "unchanged" : "changed";
}
