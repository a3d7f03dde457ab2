/**
 * R2's buckets and objects in memory: what `state.objects` is.
 * https://developers.cloudflare.com/r2/objects/
 */
import { createHash, randomBytes } from "node:crypto";

/**
 * @typedef {object} StoredObject
 * @property {string} key
 * @property {Buffer} content
 * @property {string} etag hex MD5 of the content, unquoted; of an upload in parts: MD5 of their MD5s, and their number
 * @property {string} version another one for each write
 * @property {Record<string, string>} checksums hex, by name of the algorithm, as given on upload
 * @property {number} lastModified milliseconds, whole seconds (HTTP dates hold no more)
 * @property {Record<string, string>} headers content-type and its kin, as given on upload
 * @property {Record<string, string>} metadata `x-amz-meta-*` without the prefix
 * @property {string} [storageClass] as the v4 API names it
 */

/** As the v4 API names them → as S3 does. */
export const STORAGE_CLASSES = { __proto__: null, Standard: "STANDARD", InfrequentAccess: "STANDARD_IA" };

/** Under which key a bucket is kept: a name may be there once in each jurisdiction, and S3 sees the default one alone. */
export const bucketKey = (name, jurisdiction = "default") =>
  jurisdiction === "default" ? name : `${jurisdiction}/${name}`;

/**
 * @typedef {object} Bucket
 * @property {string} key see `bucketKey`
 * @property {string} name
 * @property {string} jurisdiction
 * @property {string} id of its host on r2.dev
 * @property {number} createdOn
 * @property {string} location in upper case
 * @property {keyof typeof STORAGE_CLASSES} storageClass of objects that name none
 * @property {boolean} managed whether its host on r2.dev serves it
 * @property {object[]} domains custom ones
 * @property {object[]} [cors] rules
 * @property {object[]} [lifecycle] rules
 * @property {Map<string, StoredObject>} objects
 */

/** Buckets by key; keys of objects are compared as UTF-8 bytes, as S3 lists them. */
export class ObjectStore {
  /** @type {Map<string, Bucket>} */
  buckets = new Map();

  /** Makes the bucket; returns false when it is there already. @param {string} key @param {Partial<Bucket>} [about] */
  createBucket(key, now = Date.now(), about = {}) {
    if (this.buckets.has(key)) return false;
    const [name, jurisdiction = "default"] = key.split("/").reverse();
    const empty = { location: "WEUR", storageClass: "Standard", managed: false, domains: [], objects: new Map() };
    const id = randomBytes(16).toString("hex");
    this.buckets.set(key, { key, name, jurisdiction, id, createdOn: now, ...empty, ...about });
    return true;
  }

  hasBucket(key) {
    return this.buckets.has(key);
  }

  /** @returns {StoredObject | undefined} */
  get(bucket, key) {
    return this.buckets.get(bucket)?.objects.get(key);
  }

  /** Stores the object in a bucket that exists. @returns {StoredObject} */
  put(
    bucket,
    key,
    content,
    { headers = {}, metadata = {}, checksums = {}, storageClass, etag, now = Date.now() } = {},
  ) {
    const { objects, storageClass: usual } = this.buckets.get(bucket);
    const object = {
      key,
      content,
      etag: etag ?? createHash("md5").update(content).digest("hex"),
      version: randomBytes(16).toString("hex"),
      checksums,
      lastModified: Math.floor(now / 1000) * 1000,
      headers,
      metadata,
      storageClass: storageClass ?? usual,
    };
    objects.set(key, object);
    return object;
  }

  delete(bucket, key) {
    return this.buckets.get(bucket)?.objects.delete(key) ?? false;
  }

  /**
   * One page of keys.
   * @param {string} bucket
   * @param {{ prefix?: string, delimiter?: string, after?: string, limit?: number }} options `after`: start behind this key or common prefix
   * @returns {{ objects: StoredObject[], prefixes: string[], next: string | null }} `next`: the `after` of the next page
   */
  list(bucket, { prefix = "", delimiter = "", after = "", limit = 1000 } = {}) {
    const page = { objects: [], prefixes: [], next: null };
    if (limit === 0) return page;
    let last = after;
    for (const key of this.#sortedKeys(bucket)) {
      if (!key.startsWith(prefix) || !isAfter(key, last)) continue;
      const group = commonPrefix(key, prefix, delimiter);
      if (group !== null && (group === last || page.prefixes.at(-1) === group)) continue;
      if (page.objects.length + page.prefixes.length === limit) {
        page.next = last;
        return page;
      }
      if (group === null) page.objects.push(this.get(bucket, key));
      else page.prefixes.push(group);
      last = group ?? key;
    }
    return page;
  }

  #sortedKeys(bucket) {
    return [...this.buckets.get(bucket).objects.keys()].sort(compareBytes);
  }
}

function compareBytes(left, right) {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function isAfter(key, last) {
  return last === "" || compareBytes(key, last) > 0;
}

/** The part of the key up to the delimiter behind the prefix, or null when it has none. */
function commonPrefix(key, prefix, delimiter) {
  if (!delimiter) return null;
  const end = key.indexOf(delimiter, prefix.length);
  return end === -1 ? null : key.slice(0, end + delimiter.length);
}
