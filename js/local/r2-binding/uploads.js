/** Uploads in parts of a bucket binding. Kept in memory: one that was not completed ends with the process. */
import { createHash, randomBytes } from "node:crypto";
import { BindingError } from "./errors.js";
import { headersOf, metadataOf } from "./objects.js";

/** All parts but the last one are at least so large. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

export class Uploads {
  #uploads = new Map();

  /** @returns {string} the upload's id */
  create(bucket, { object: key, httpFields, customFields }) {
    const uploadId = randomBytes(32).toString("base64url");
    const about = { headers: headersOf(httpFields), metadata: metadataOf(customFields) };
    this.#uploads.set(uploadId, { bucket, key, about, parts: new Map() });
    return uploadId;
  }

  /** @returns {string} the part's etag */
  addPart(bucket, { object: key, uploadId, partNumber }, content) {
    const etag = createHash("md5").update(content).digest("hex");
    this.#find(bucket, key, uploadId).parts.set(partNumber, { etag, content });
    return etag;
  }

  /** @returns {{ content: Buffer, about: object }} what `ObjectStore.put` takes */
  complete(bucket, { object: key, uploadId, parts: named }) {
    const { parts, about } = this.#find(bucket, key, uploadId);
    const chosen = [...named].sort((left, right) => left.part - right.part).map((one) => partOf(parts, one));
    if (chosen.slice(0, -1).some(({ content }) => content.length < MIN_PART_BYTES)) {
      throw new BindingError("EntityTooSmall");
    }
    this.#uploads.delete(uploadId);
    const digest = createHash("md5");
    for (const { etag } of chosen) digest.update(etag, "hex");
    const content = Buffer.concat(chosen.map((part) => part.content));
    return { content, about: { ...about, etag: `${digest.digest("hex")}-${chosen.length}` } };
  }

  abort(bucket, { object: key, uploadId }) {
    this.#find(bucket, key, uploadId);
    this.#uploads.delete(uploadId);
  }

  #find(bucket, key, uploadId) {
    const upload = this.#uploads.get(uploadId);
    if (upload?.bucket === bucket && upload.key === key) return upload;
    throw new BindingError("NoSuchUpload");
  }
}

function partOf(parts, { part: number, etag }) {
  const part = parts.get(number);
  if (part?.etag === etag) return part;
  throw new BindingError("InvalidPart");
}
