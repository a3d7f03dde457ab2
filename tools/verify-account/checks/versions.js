/** Versions and deployments: where the mark stands, what is live. */
import { LATENESS, lateness } from "../lateness.js";

const MARK = `cfwd1:c${"A".repeat(22)}:s${"B".repeat(22)}:k0123`;
const MARKED = { annotations: { "workers/tag": MARK, "workers/message": "scratch" } };

/** @type {import("../index.js").Check[]} */
export const versions = [
  {
    id: "mark-in-list",
    asks: "does versions?deployable=true show the annotations of an upload?",
    async run({ scratch }) {
      const worker = await uploaded(scratch);
      const [listed] = await worker.versions();
      if (tagOf(listed) === MARK) return "in the list";
      const { result } = await worker.call("GET", `/versions/${listed.id}`);
      return tagOf(result) === MARK ? "by id alone" : "nowhere";
    },
    readings: {
      "in the list": { fit: "relied", means: "an unchanged Worker is known in one round" },
      "by id alone": { fit: "handled", means: "one more read" },
      nowhere: { fit: "broken", means: "every run would deploy again" },
    },
  },
  {
    id: "mark-whole",
    asks: "does a tag of 100 bytes come back whole?",
    run: async ({ scratch }) => lengthOfTag(scratch, 100),
    readings: {
      100: { fit: "relied", means: "the mark fits" },
      refused: { fit: "broken", means: "the mark may not fit" },
    },
  },
  {
    id: "mark-too-long",
    asks: "what becomes of a tag of 101 bytes?",
    run: async ({ scratch }) => lengthOfTag(scratch, 101),
    readings: {
      refused: { fit: "handled", means: "ours is never that long" },
      100: { fit: "handled", means: "it is cut; ours is never that long" },
      101: { fit: "handled", means: "the limit is higher than we think" },
    },
  },
  {
    id: "upload-is-live",
    asks: "is an upload live at once, as the version that its answer names?",
    async run({ scratch }) {
      const worker = scratch.worker();
      await worker.start();
      const { result } = await worker.put(MARKED);
      const { versions: shares } = await worker.live();
      if (shares.length !== 1) return "not live";
      const said = (result.deployment_id ?? "").replaceAll("-", "");
      return said === shares[0].version_id.replaceAll("-", "") ? "live and named" : "live, not named";
    },
    readings: {
      "live and named": { fit: "relied", means: "a race with another deployer is seen" },
      "live, not named": { fit: "handled", means: "a race is seen by the next plan alone" },
      "not live": { fit: "broken", means: "a deployment would have to follow" },
    },
  },
  {
    id: "first-upload-times",
    asks: "does the answer to a first upload tell the same time twice, and that to a second one two times?",
    async run({ scratch }) {
      const worker = scratch.worker();
      const times = [await worker.put(), await worker.put()].map(({ result }) => [
        result.created_on,
        result.modified_on,
      ]);
      if (times.flat().some((time) => !time)) return "no times";
      const [first, second] = times.map(([created, modified]) => created === modified);
      if (second) return "the same for both";
      return first ? "once, then two" : "two for both";
    },
    readings: {
      "once, then two": { fit: "relied", means: "two first deploys at once are seen without a request of its own" },
      "two for both": { fit: "handled", means: "a first deploy looks at its deployments: one more request" },
      "no times": { fit: "handled", means: "of two first deploys at once, only later looks tell" },
      "the same for both": { fit: "handled", means: "of two first deploys at once, only later looks tell" },
    },
  },
  {
    id: "settings-speak-of",
    asks: "of which version do settings speak when the newest is not live?",
    async run({ scratch }) {
      const worker = scratch.worker();
      await worker.start({ bindings: [variable("live")] });
      await worker.version({ bindings: [variable("newest")] });
      const { WHICH } = await worker.bindings();
      return WHICH?.text ?? "neither";
    },
    readings: {
      newest: { fit: "handled", means: "the proof comes from deployments and versions" },
      live: { fit: "handled", means: "the proof comes from deployments and versions" },
    },
  },
  {
    id: "worker-without-version",
    asks: "what do settings, deployments and versions of a Worker answer that nothing was uploaded to?",
    async run({ account, scratch, note }) {
      const worker = scratch.worker();
      const made = await account.call("POST", account.inAccount("/workers/workers"), { name: worker.name });
      note(`made: ${made.status}/${made.code ?? "ok"}`);
      if (!made.ok) return "can't be made";
      await account.settle();
      const settings = await worker.call("GET", "/settings");
      const deployments = await worker.call("GET", "/deployments");
      const versions = await worker.call("GET", "/versions?deployable=true");
      const lists = [seenOf(deployments, "deployments"), seenOf(versions, "items")];
      const about = settings.ok ? "there" : String(settings.code);
      note(`settings ${about}, deployments ${lists[0]}, versions ${lists[1]}`);
      const isEmpty = lists.every((seen) => ["none", "10222", "10007"].includes(seen));
      return isEmpty ? about : "with a version";
    },
    readings: {
      10222: { fit: "relied", means: "the first upload makes it, and nothing of others is lost" },
      10007: { fit: "handled", means: "it is made as one that is not there" },
      there: { fit: "handled", means: "it counts as somebody else's, until it is adopted" },
      "can't be made": { fit: "handled", means: "then nobody meets one" },
      "with a version": { fit: "broken", means: "a Worker that somebody made would be taken for an upload" },
    },
  },
  {
    id: "lists-after-upload",
    asks: "do settings, deployments and versions show a first upload at once?",
    async run({ account, scratch, note }) {
      const worker = scratch.worker();
      const { ok } = await worker.put();
      if (!ok) return "refused";
      const isShown = async () => {
        const settings = await worker.call("GET", "/settings");
        const deployments = await worker.call("GET", "/deployments");
        const versions = await worker.call("GET", "/versions?deployable=true");
        return settings.ok && seenOf(deployments, "deployments") === "some" && seenOf(versions, "items") === "some";
      };
      return lateness(account, isShown, note);
    },
    readings: LATENESS,
  },
  {
    id: "rollback-keeps-mark",
    asks: "does a rollback onto a marked version show its mark again?",
    async run({ account, scratch }) {
      const worker = await uploaded(scratch);
      await worker.put();
      const [, marked] = await worker.versions();
      await worker.deploy([marked.id, 100]);
      await account.settle();
      const { versions: shares } = await worker.live();
      const live = (await worker.versions()).find(({ id }) => id === shares[0].version_id);
      return tagOf(live) === MARK ? "shown" : "not shown";
    },
    readings: {
      shown: { fit: "relied", means: "a rollback onto ours is known as ours" },
      "not shown": { fit: "handled", means: "a rollback looks like somebody's deployment" },
    },
  },
  {
    id: "split-is-shown",
    asks: "is a gradual deployment shown as two versions, and ended by an upload?",
    async run({ account, scratch }) {
      const worker = await uploaded(scratch);
      await worker.version();
      const [newer, older] = await worker.versions();
      const { ok, code } = await worker.deploy([newer.id, 10], [older.id, 90]);
      if (!ok) return `refused with ${code}`;
      await account.settle();
      if ((await worker.live()).versions.length !== 2) return "not shown";
      await worker.put();
      return (await worker.live()).versions.length === 1 ? "shown and ended" : "shown, goes on";
    },
    readings: {
      "shown and ended": { fit: "relied", means: "a split is seen and taken over only when asked" },
      "shown, goes on": { fit: "broken", means: "taking over needs a deployment of its own" },
      "not shown": { fit: "broken", means: "a split would be overwritten unseen" },
    },
  },
];

/** What a list of a Worker says: `some`, `none`, or the code of its refusal. */
function seenOf({ ok, code, result }, member) {
  if (!ok) return String(code);
  return (result?.[member] ?? []).length > 0 ? "some" : "none";
}

async function uploaded(scratch) {
  const worker = scratch.worker();
  await worker.start(MARKED);
  return worker;
}

async function lengthOfTag(scratch, bytes) {
  const worker = scratch.worker();
  await worker.start();
  const { ok } = await worker.put({ annotations: { "workers/tag": "t".repeat(bytes) } });
  if (!ok) return "refused";
  const [{ id }] = await worker.versions();
  const { result } = await worker.call("GET", `/versions/${id}`);
  return String(tagOf(result)?.length ?? 0);
}

const variable = (text) => ({ type: "plain_text", name: "WHICH", text });

const tagOf = (version) => version?.annotations?.["workers/tag"];
