/** Records: what marks them, how they are found, which codes refuse them. */
import { LATENESS, lateness } from "../lateness.js";

/** @type {import("../index.js").Check[]} */
export const dns = [
  {
    id: "record-comment",
    asks: "does a comment of 100 characters come back unchanged?",
    async run({ scratch }) {
      const comment = `cfwd1-0123456789abcdef ${"c".repeat(77)}`;
      const { ok, result } = await scratch.record({ comment });
      if (!ok) return "refused";
      return result.comment === comment ? "unchanged" : "changed";
    },
    readings: {
      unchanged: { fit: "relied", means: "the mark of a record holds" },
      changed: { fit: "broken", means: "the mark of a record would be damaged" },
      refused: { fit: "broken", means: "a marked record can't be created" },
    },
  },
  {
    id: "record-long-comment",
    asks: "is a comment of 101 characters refused?",
    async run({ scratch, note }) {
      const { ok, status, code, chain } = await scratch.record({ comment: "c".repeat(101) });
      note(`${status}/${[code, ...chain].join("/")}`);
      return ok ? "stored" : "refused";
    },
    readings: {
      refused: { fit: "handled", means: "ours are cut at 100" },
      stored: { fit: "handled", means: "a paid plan; ours are cut at 100 all the same" },
    },
  },
  {
    id: "record-found-by-comment",
    asks: "does the filter comment.startswith find a record?",
    async run({ account, scratch }) {
      const comment = `cfwd1-${scratch.run}`;
      await scratch.record({ comment });
      await account.settle();
      return found(account, "comment.startswith", comment.toUpperCase());
    },
    readings: {
      "that one": { fit: "relied", means: "orphaned records are found, in any case" },
      none: { fit: "broken", means: "orphaned records would be missed" },
      others: { fit: "broken", means: "the filter is not followed" },
    },
  },
  {
    id: "records-after-write",
    asks: "does the list of records show one that was just made at once?",
    async run({ account, scratch, note }) {
      const { result } = await scratch.record({});
      return lateness(account, async () => (await idsOf(account, result.name)).includes(result.id), note);
    },
    readings: LATENESS,
  },
  {
    id: "records-after-deletion",
    asks: "does the list of records leave one out at once that was just deleted?",
    async run({ account, scratch, note }) {
      const { result } = await scratch.record({});
      await lateness(
        account,
        async () => (await idsOf(account, result.name)).includes(result.id),
        () => {},
      );
      await account.call("DELETE", account.inZone(`/dns_records/${result.id}`));
      return lateness(account, async () => !(await idsOf(account, result.name)).includes(result.id), note);
    },
    readings: LATENESS,
  },
  {
    id: "record-found-by-name",
    asks: "does the filter name.exact find a record, and no other?",
    async run({ account, scratch }) {
      const { result } = await scratch.record({});
      await scratch.record({ name: `x.${result.name}` });
      await account.settle();
      return found(account, "name.exact", result.name);
    },
    readings: {
      "that one": { fit: "relied", means: "one read finds the host's records" },
      none: { fit: "broken", means: "a record that is there would be created again" },
      others: { fit: "broken", means: "the filter is not followed" },
    },
  },
  {
    id: "record-international",
    asks: "how does the name of a record with an umlaut come back?",
    async run({ account, scratch }) {
      const plain = await scratch.record({});
      const [label, ...zone] = plain.result.name.split(".");
      const { ok, result } = await scratch.record({ name: [`b\u00fccher-${label}`, ...zone].join(".") });
      if (!ok) return "refused";
      const read = await account.call("GET", account.inZone(`/dns_records/${result.id}`));
      return read.result.name.startsWith("xn--") ? "A-labels" : "Unicode";
    },
    readings: {
      "A-labels": { fit: "handled", means: "as it was asked for" },
      Unicode: { fit: "handled", means: "names are compared as A-labels" },
      refused: { fit: "handled", means: "names are sent as A-labels" },
    },
  },
  {
    id: "record-proxied",
    asks: "how does a proxied record with automatic TTL come back?",
    async run({ scratch, note }) {
      const { result } = await scratch.record({ type: "AAAA", content: "100::" });
      note(`content ${result.content}, ttl ${result.ttl}, comment ${JSON.stringify(result.comment ?? null)}`);
      return result.proxied && result.ttl === 1 && result.content === "100::" ? "as sent" : "changed";
    },
    readings: {
      "as sent": { fit: "relied", means: "an unchanged record makes no difference" },
      changed: { fit: "broken", means: "every run would find a difference" },
    },
  },
  {
    id: "record-duplicate",
    asks: "which code has an identical record?",
    async run({ scratch, note }) {
      await scratch.record({});
      const { ok, status, code, chain } = await scratch.record({ comment: "another comment" });
      note(`${status}/${[code, ...chain].join("/")}`);
      return ok ? "accepted" : String(code);
    },
    readings: {
      81058: { fit: "handled", means: "after a lost answer the zone is asked first" },
      81057: { fit: "handled", means: "the older code" },
      accepted: { fit: "broken", means: "a repeated create would make a second record" },
    },
  },
  {
    id: "record-invalid",
    asks: "how is a record with a bad content refused?",
    async run({ scratch, note }) {
      const { ok, status, code, chain } = await scratch.record({ content: "no-address" });
      note(`${status}/${[code, ...chain].join("/")}`);
      if (ok) return "accepted";
      if (code === 1004) return "chained";
      return code >= 9000 && code <= 9999 ? "direct" : String(code);
    },
    readings: {
      direct: { fit: "handled", means: "its own code" },
      chained: { fit: "handled", means: "code 1004 with the reason in its chain" },
    },
  },
];

/** Ids of the records that the list tells for a name. */
async function idsOf(account, name) {
  const { result } = await account.call(
    "GET",
    account.inZone(`/dns_records?${new URLSearchParams({ "name.exact": name })}`),
  );
  return result.map(({ id }) => id);
}

async function found(account, filter, value) {
  const query = new URLSearchParams({ [filter]: value });
  const { result } = await account.call("GET", account.inZone(`/dns_records?${query}`));
  if (result.length === 0) return "none";
  return result.length === 1 ? "that one" : "others";
}
