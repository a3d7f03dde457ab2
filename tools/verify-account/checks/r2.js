/** R2's S3 interface with the keys that are derived from the API token. */
import { dateOf } from "./access.js";

const KEY = "scratch/ä b+c.js";
const HOUR_MS = 3_600_000;

/** @type {import("../index.js").Check[]} */
export const r2 = [
  {
    id: "s3-derived-keys",
    asks: "do S3 keys that are derived from the token read what they write, with our metadata?",
    run: inBucket(async ({ send, note }) => {
      const put = await send("PUT", KEY, { body: "one", headers: { "x-amz-meta-sha256": "aa" } });
      const get = await send("GET", KEY);
      note(`PUT ${await seen(put)}, GET ${get.status}`);
      if (!put.ok || !get.ok) return "refused";
      return (await get.text()) === "one" && get.headers.get("x-amz-meta-sha256") === "aa" ? "read" : "changed";
    }),
    readings: {
      read: { fit: "relied", means: "one API token is enough" },
      refused: { fit: "broken", means: "S3 keys have to be given; or the token lacks Workers R2 Storage Write" },
      changed: { fit: "broken", means: "bundles would be damaged" },
    },
  },
  {
    id: "s3-etag",
    asks: "is the ETag the same for the same bytes, and another one for others?",
    run: inBucket(async ({ send }) => {
      const etags = [];
      for (const body of ["one", "two", "one"]) etags.push((await send("PUT", KEY, { body })).headers.get("etag"));
      const [first, second, third] = etags;
      if (!first || first === second) return "no proof";
      return first === third ? "of the bytes" : "of the write";
    }),
    readings: {
      "of the bytes": { fit: "relied", means: "an unchanged bundle is not read" },
      "of the write": { fit: "handled", means: "a bundle that was written again is read again" },
      "no proof": { fit: "broken", means: "a changed bundle would be missed" },
    },
  },
  {
    id: "s3-create-only",
    asks: "does If-None-Match: * refuse to overwrite?",
    run: inBucket(async ({ send }) => {
      await send("PUT", KEY, { body: "one" });
      const again = await send("PUT", KEY, { body: "two", headers: { "if-none-match": "*" } });
      return again.ok ? "overwritten" : String(again.status);
    }),
    readings: {
      412: { fit: "relied", means: "`publish` never overwrites" },
      overwritten: { fit: "broken", means: "`publish` would overwrite" },
    },
  },
  {
    id: "s3-missing",
    asks: "are a missing key and a missing bucket told apart?",
    run: inBucket(async ({ send, sendTo, note }) => {
      const codes = [await seen(await send("GET", "missing")), await seen(await sendTo("cfwd-verify-missing", "x"))];
      note(codes.join(", "));
      return codes.join(", ") === "404/NoSuchKey, 404/NoSuchBucket" ? "told apart" : "not as known";
    }),
    readings: { "told apart": { fit: "relied", means: "two errors, each with its own way out" } },
  },
  {
    id: "s3-unknown-id",
    asks: "how are keys refused whose id is not known?",
    run: inBucket(async ({ sendAs }) => seen(await sendAs({ accessKeyId: "0123456789abcdef0123456789abcdef" }))),
    readings: {
      "401/Unauthorized": { fit: "handled", means: "told as wrong keys" },
      "403/InvalidAccessKeyId": { fit: "handled", means: "told as wrong keys" },
    },
  },
  {
    id: "s3-wrong-secret",
    asks: "how is a wrong secret refused?",
    run: inBucket(async ({ sendAs }) => seen(await sendAs({ secretAccessKey: "0".repeat(64) }))),
    readings: { "403/SignatureDoesNotMatch": { fit: "relied", means: "told as wrong keys" } },
  },
  {
    id: "s3-late-clock",
    asks: "how is a request refused that a clock signed which is an hour late?",
    run: inBucket(({ presigned }) => presigned(-HOUR_MS)),
    readings: CLOCK_READINGS(),
  },
  {
    id: "s3-early-clock",
    asks: "how is one refused whose clock is an hour early?",
    run: inBucket(({ presigned }) => presigned(HOUR_MS)),
    readings: CLOCK_READINGS(),
  },
  {
    id: "s3-date",
    asks: "do refusals carry a date, for the clock to be corrected?",
    run: inBucket(async ({ sendAs }) => dateOf(await sendAs({ secretAccessKey: "0".repeat(64) }))),
    readings: {
      "a date": { fit: "relied", means: "a wrong clock is corrected by itself" },
      "no date": { fit: "broken", means: "a wrong clock is not noticed" },
    },
  },
  {
    id: "s3-own-bucket-again",
    asks: "what does creating a bucket answer that is one's own already?",
    run: inBucket(async ({ bucket, sendTo }) => seen(await sendTo(bucket.name, "", { method: "PUT" }))),
    readings: {
      "409/BucketAlreadyOwnedByYou": { fit: "handled", means: "rclone, with its defaults, goes on" },
      accepted: { fit: "handled", means: "rclone, with its defaults, goes on" },
      "409/BucketConflict": { fit: "handled", means: "rclone needs no_check_bucket" },
    },
  },
  {
    id: "s3-private-acl",
    asks: "is x-amz-acl: private taken, which old clients send by default?",
    run: inBucket(async ({ send }) =>
      seen(await send("PUT", KEY, { body: "one", headers: { "x-amz-acl": "private" } })),
    ),
    readings: {
      accepted: { fit: "handled", means: "rclone 1.60 works with its defaults" },
      "501/NotImplemented": { fit: "handled", means: "rclone 1.60 needs another way to upload" },
    },
  },
].map((check) => ({ ...check, needs: "r2" }));

function CLOCK_READINGS() {
  const means = "signed once more with the other side's time";
  return {
    "400/ExpiredRequest": { fit: "handled", means },
    "403/ExpiredRequest": { fit: "handled", means },
    "403/RequestTimeTooSkewed": { fit: "handled", means },
    "403/SignatureDoesNotMatch": { fit: "handled", means },
    "403/AccessDenied": { fit: "handled", means },
    accepted: { fit: "handled", means: "nothing to correct" },
  };
}

/** Gives a question a bucket of its own, and requests to it. */
function inBucket(run) {
  return async ({ account, scratch, note }) => {
    const bucket = await scratch.bucket();
    const aws = await account.s3();
    const urlOf = (name, key) => `${account.s3Url}/${name}/${key.split("/").map(encodeURIComponent).join("/")}`;
    const send = (method, key, init = {}) => {
      if (method === "PUT") bucket.willHold(key);
      return aws.fetch(urlOf(bucket.name, key), { method, ...init });
    };
    return run({
      note,
      send,
      bucket,
      sendTo: (name, key, init = {}) => aws.fetch(urlOf(name, key), init),
      sendAs: async (keys) => (await account.s3(keys)).fetch(urlOf(bucket.name, "x")),
      async presigned(offsetMs) {
        await send("PUT", KEY, { body: "one" });
        const datetime = new Date(Date.now() + offsetMs).toISOString().replace(/[:-]|\.\d{3}/g, "");
        const url = `${urlOf(bucket.name, KEY)}?X-Amz-Expires=600`;
        const { url: signed } = await aws.sign(url, { aws: { signQuery: true, datetime } });
        return seen(await fetch(signed));
      },
    });
  };
}

async function seen(response) {
  if (response.ok) return "accepted";
  const [, code = "no code"] = /<Code>(\w+)<\/Code>/.exec(await response.text()) ?? [];
  return `${response.status}/${code}`;
}
