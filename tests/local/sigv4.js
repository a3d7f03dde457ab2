/**
 * A second, independent signer (node:crypto only): the verifier re-signs with aws4fetch, so signatures made by aws4fetch
 * alone would prove little. Checked against a vector of AWS's documentation in `s3.test.js`.
 */
import { createHash, createHmac } from "node:crypto";

const sha256 = (data) => createHash("sha256").update(data).digest("hex");
const hmac = (key, data) => createHmac("sha256", key).update(data).digest();
/** Percent-encoding as signatures want it. */
export const encode = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const stamp = (date) => date.toISOString().replace(/[-:]|\.\d{3}/g, "");

function signature({ method, path, query, headers, payload, datetime, region, secretAccessKey }) {
  const names = Object.keys(headers).sort();
  const canonical = [
    method,
    path,
    Object.keys(query)
      .sort()
      .map((name) => `${encode(name)}=${encode(query[name])}`)
      .join("&"),
    ...names.map((name) => `${name}:${headers[name]}`),
    "",
    names.join(";"),
    payload,
  ].join("\n");
  const scope = `${datetime.slice(0, 8)}/${region}/s3/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", datetime, scope, sha256(canonical)].join("\n");
  const key = [datetime.slice(0, 8), region, "s3", "aws4_request"].reduce(hmac, `AWS4${secretAccessKey}`);
  return { signedHeaders: names.join(";"), scope, value: hmac(key, toSign).toString("hex") };
}

/** Headers of a request signed in its `Authorization` header. `path` is percent-encoded already. */
export function signHeaders({
  method = "GET",
  host,
  path,
  query = {},
  headers = {},
  body = "",
  keys,
  region = "auto",
  date = new Date(),
}) {
  const datetime = stamp(date);
  const payload = headers["x-amz-content-sha256"] ?? sha256(body);
  const token = keys.sessionToken ? { "x-amz-security-token": keys.sessionToken } : {};
  const signed = { ...headers, ...token, host, "x-amz-content-sha256": payload, "x-amz-date": datetime };
  const { signedHeaders, scope, value } = signature({
    method,
    path,
    query,
    headers: signed,
    payload,
    datetime,
    region,
    ...keys,
  });
  const authorization = `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${value}`;
  return { ...signed, authorization };
}

/** Path and query of a presigned request; only `host` is signed, as rusty-s3 does. */
export function presign({
  method = "GET",
  host,
  path,
  query = {},
  keys,
  region = "auto",
  date = new Date(),
  expires = 300,
}) {
  const datetime = stamp(date);
  const all = {
    ...query,
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `${keys.accessKeyId}/${datetime.slice(0, 8)}/${region}/s3/aws4_request`,
    "X-Amz-Date": datetime,
    "X-Amz-Expires": String(expires),
    "X-Amz-SignedHeaders": "host",
    ...(keys.sessionToken && { "X-Amz-Security-Token": keys.sessionToken }),
  };
  const { value } = signature({
    method,
    path,
    query: all,
    headers: { host },
    payload: "UNSIGNED-PAYLOAD",
    datetime,
    region,
    ...keys,
  });
  const text = Object.entries(all)
    .map(([name, one]) => `${encode(name)}=${encode(one)}`)
    .join("&");
  return `${path}?${text}&X-Amz-Signature=${value}`;
}
