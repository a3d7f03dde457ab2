/** Stored objects in the words of a bucket binding. */

/** Field of `httpMetadata` → header. */
const HTTP_FIELDS = {
  contentType: "content-type",
  contentLanguage: "content-language",
  contentDisposition: "content-disposition",
  contentEncoding: "content-encoding",
  cacheControl: "cache-control",
};
const CHECKSUM_KEYS = { sha1: 1, sha256: 2, sha384: 3, sha512: 4 };
const MD5 = /^[0-9a-f]{32}$/;

/**
 * @param {import("../s3/objects.js").StoredObject} object
 * @param {{ offset: number, length: number }} [range]
 */
export function described(object, range = { offset: 0, length: object.content.length }) {
  const { key, content, etag, version = etag, lastModified, headers, metadata, checksums = {} } = object;
  const given = Object.entries(CHECKSUM_KEYS).map(([name, place]) => [place, checksums[name]]);
  return {
    name: key,
    version,
    size: content.length,
    etag,
    uploaded: lastModified,
    httpFields: httpFieldsOf(headers),
    customFields: Object.entries(metadata).map(([k, v]) => ({ k, v })),
    range,
    checksums: { 0: MD5.test(etag) ? etag : undefined, ...Object.fromEntries(given) },
  };
}

/** Header → value, from the fields that a `put` names. */
export function headersOf(httpFields = {}) {
  const named = Object.entries(HTTP_FIELDS).filter(([field]) => httpFields[field] !== undefined);
  const headers = Object.fromEntries(named.map(([field, header]) => [header, httpFields[field]]));
  if (httpFields.cacheExpiry === undefined) return headers;
  return { ...headers, expires: new Date(Number(httpFields.cacheExpiry)).toUTCString() };
}

/** Name → value, from the list that a `put` sends. */
export function metadataOf(customFields = []) {
  return Object.fromEntries(customFields.map(({ k, v }) => [k, v]));
}

function httpFieldsOf(headers) {
  const kept = Object.entries(HTTP_FIELDS).filter(([, header]) => headers[header] !== undefined);
  const fields = Object.fromEntries(kept.map(([field, header]) => [field, headers[header]]));
  const expires = Date.parse(headers.expires ?? "");
  return Number.isNaN(expires) ? fields : { ...fields, cacheExpiry: expires };
}
