/** What becomes of secrets when a Worker is uploaded again. */

const KEEP = ["secret_text", "secret_key"];

/** @type {import("../index.js").Check[]} */
export const secrets = [
  {
    id: "keep-listed",
    asks: "does keep_bindings with both secret types keep a secret that the upload does not name?",
    run: afterUpload({ keep_bindings: KEEP }),
    readings: {
      kept: { fit: "relied", means: "secrets set elsewhere survive a deployment" },
      dropped: { fit: "broken", means: "only `inherit` would keep them" },
    },
  },
  {
    id: "keep-absent",
    asks: "does an upload without keep_bindings keep it?",
    run: afterUpload({}),
    readings: {
      kept: { fit: "handled", means: "keep_bindings is sent all the same" },
      dropped: { fit: "handled", means: "keep_bindings is sent" },
    },
  },
  {
    id: "keep-empty",
    asks: "does keep_bindings: [] drop it?",
    run: afterUpload({ keep_bindings: [] }),
    readings: {
      kept: { fit: "handled", means: "what should go is removed by name afterwards" },
      dropped: { fit: "handled", means: "what should go is gone; the look afterwards finds nothing" },
    },
  },
  {
    id: "inherit-strict",
    asks: "does an inherited binding carry a secret over, without its value and beside keep_bindings: []?",
    run: afterUpload({ keep_bindings: [], bindings: [{ type: "inherit", name: "KEPT" }] }),
    readings: {
      kept: { fit: "relied", means: "single secrets are kept by name" },
      dropped: { fit: "broken", means: "a removal would take other people's secrets along" },
    },
  },
  {
    id: "inherit-missing",
    asks: "is an upload refused that inherits what is not there?",
    async run({ scratch, note }) {
      const worker = scratch.worker();
      await worker.start();
      const { ok, status, code } = await worker.put({ bindings: [{ type: "inherit", name: "MISSING" }] });
      note(`${status}/${code ?? "ok"}`);
      return ok ? "accepted" : String(code);
    },
    readings: {
      10057: { fit: "relied", means: "a secret that went meanwhile stops the run" },
      accepted: { fit: "broken", means: "a secret could get lost unseen" },
    },
  },
  {
    id: "variable-over-secret",
    asks: "does a variable replace a kept secret of the same name?",
    async run(tools) {
      const variable = { type: "plain_text", name: "KEPT", text: "a variable" };
      const { answer, after } = await uploadOver(tools, { keep_bindings: KEEP, bindings: [variable] });
      if (!answer.ok) return `refused with ${answer.code}`;
      return after.KEPT?.type ?? "nothing";
    },
    readings: {
      plain_text: { fit: "relied", means: "a secret can become a variable in one upload" },
      secret_text: { fit: "broken", means: "the secret would stay in front of the variable" },
      "refused with 10053": { fit: "broken", means: "the secret would have to be removed first" },
    },
  },
  {
    id: "removal-by-name",
    asks: "does a null in secrets-bulk remove a secret, and put that live?",
    async run({ account, scratch }) {
      const worker = await withSecret(scratch);
      await worker.call("PATCH", "/secrets-bulk", patch({ KEPT: null }));
      await account.settle();
      const [newest] = await worker.versions();
      const { versions } = await worker.live();
      if ("KEPT" in (await worker.bindings())) return "still there";
      return versions[0].version_id === newest.id ? "removed" : "removed, not live";
    },
    readings: {
      removed: { fit: "relied", means: "a secret that left the manifest goes" },
      "removed, not live": { fit: "broken", means: "a deployment would have to follow" },
      "still there": { fit: "broken", means: "secrets can't be removed this way" },
    },
  },
  {
    id: "removal-of-nothing",
    asks: "is the removal of a secret refused that is not there?",
    async run({ scratch, note }) {
      const worker = await withSecret(scratch);
      const { ok, status, code } = await worker.call("PATCH", "/secrets-bulk", patch({ MISSING: null }));
      note(`${status}/${code ?? "ok"}`);
      return ok ? "accepted" : String(code);
    },
    readings: {
      10056: { fit: "handled", means: "the set is read again" },
      accepted: { fit: "handled", means: "nothing more to do" },
    },
  },
  {
    id: "edit-is-told",
    asks: "what does a version say that a secret edit made?",
    async run({ scratch }) {
      const newest = await editedVersion(scratch);
      return newest.annotations?.["workers/triggered_by"] ?? "nothing";
    },
    readings: {
      secret: { fit: "relied", means: "a secret edit is told from a deployment" },
      nothing: { fit: "broken", means: "a secret edit would look like somebody's deployment" },
    },
  },
  {
    id: "edit-and-mark",
    asks: "does a version that a secret edit made carry the mark of the one before?",
    async run({ scratch }) {
      const newest = await editedVersion(scratch);
      return newest.annotations?.["workers/tag"] === MARK ? "carried" : "without";
    },
    readings: {
      without: { fit: "handled", means: "the version before it is looked at" },
      carried: { fit: "handled", means: "such a mark proves nothing and is not believed" },
    },
  },
  {
    id: "edit-beside-undeployed",
    asks: "is a secret edit refused while the newest version is not live?",
    async run({ scratch, note }) {
      const worker = await withSecret(scratch);
      await worker.version({ keep_bindings: KEEP });
      const { ok, status, code } = await worker.secret("EDITED");
      note(`${status}/${code ?? "ok"}`);
      return ok ? "accepted" : String(code);
    },
    readings: {
      10215: { fit: "relied", means: "an undeployed upload is never put live by a secret" },
      accepted: { fit: "handled", means: "a secret edit may put an undeployed upload live" },
    },
  },
];

const MARK = `cfwd1:c${"A".repeat(22)}:s${"B".repeat(22)}:k0123`;

const patch = (secrets) => ({ contentType: "application/merge-patch+json", text: JSON.stringify({ secrets }) });

async function withSecret(scratch, metadata = {}) {
  const worker = scratch.worker();
  await worker.start({ bindings: [{ type: "secret_text", name: "KEPT", text: "scratch" }], ...metadata });
  return worker;
}

async function uploadOver({ scratch }, metadata) {
  const worker = await withSecret(scratch);
  const answer = await worker.put(metadata);
  return { answer, after: await worker.bindings() };
}

function afterUpload(metadata) {
  return async (tools) => {
    const { answer, after } = await uploadOver(tools, metadata);
    if (!answer.ok) return `refused with ${answer.code}`;
    return after.KEPT?.type === "secret_text" ? "kept" : "dropped";
  };
}

async function editedVersion(scratch) {
  const worker = await withSecret(scratch, { annotations: { "workers/tag": MARK } });
  const { ok, code } = await worker.secret("EDITED");
  if (!ok) throw new Error(`the secret edit was refused (code ${code})`);
  const [newest] = await worker.versions();
  const { result } = await worker.call("GET", `/versions/${newest.id}`);
  return result;
}
