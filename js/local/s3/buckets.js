/** Operations on buckets: list, head, create, delete, list their objects, delete several objects. */
import { escapeXml, S3Error, xmlResponse } from "./errors.js";
import { STORAGE_CLASSES } from "./objects.js";

const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
const MAX_KEYS = 1000;

/** ListBuckets. https://developers.cloudflare.com/r2/api/s3/api/ */
export function listBuckets({ method }, objects) {
  if (method !== "GET") throw new S3Error("MethodNotAllowed");
  const buckets = [...objects.buckets.values()]
    .filter(({ jurisdiction }) => jurisdiction === "default")
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  const items = buckets.map(
    ({ name, createdOn }) => `<Bucket>${element("CreationDate", iso(createdOn))}${element("Name", name)}</Bucket>`,
  );
  return xmlResponse(
    200,
    `<ListAllMyBucketsResult ${NAMESPACE}><Buckets>${items.join("")}</Buckets></ListAllMyBucketsResult>`,
  );
}

/** Whatever is asked of a bucket as a whole. */
export function bucketOperation(call, objects) {
  const { method, bucket, query } = call;
  if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket)) throw new S3Error("InvalidBucketName");
  if (method === "PUT") return createBucket(call, objects);
  if (!objects.hasBucket(bucket)) throw new S3Error("NoSuchBucket");
  if (method === "HEAD") return { status: 200 };
  if (method === "DELETE") return deleteBucket(call, objects);
  if (method === "GET")
    return query.get("list-type") === "2" ? listObjectsV2(call, objects) : listObjects(call, objects);
  if (method === "POST" && query.has("delete")) return deleteObjects(call, objects);
  throw new S3Error("MethodNotAllowed");
}

/** What R2 says to a bucket that is there already is not confirmed. */
function createBucket({ bucket, now, switches }, objects) {
  const isNew = objects.createBucket(bucket, now);
  if (!isNew && switches.ownBucketAgain !== "created") throw new S3Error(switches.ownBucketAgain);
  return { status: 200, headers: { location: `/${bucket}` } };
}

function deleteBucket({ bucket, removeBucket }, objects) {
  if (objects.buckets.get(bucket).objects.size > 0) throw new S3Error("BucketNotEmpty");
  removeBucket(bucket);
  return { status: 204 };
}

function listObjectsV2(call, objects) {
  const { query } = call;
  const token = query.get("continuation-token");
  const after = token === null ? (query.get("start-after") ?? "") : readToken(token);
  const page = objects.list(call.bucket, pageOptions(call, after));
  const count = page.objects.length + page.prefixes.length;
  const head = [
    element("KeyCount", count),
    token === null ? "" : element("ContinuationToken", token),
    page.next === null ? "" : element("NextContinuationToken", Buffer.from(page.next).toString("base64url")),
    query.has("start-after") ? element("StartAfter", encoded(call, query.get("start-after"))) : "",
  ];
  return listing(call, page, head.join(""));
}

function listObjects(call, objects) {
  const marker = call.query.get("marker") ?? "";
  const page = objects.list(call.bucket, pageOptions(call, marker));
  const next = page.next === null ? "" : element("NextMarker", encoded(call, page.next));
  return listing(call, page, element("Marker", encoded(call, marker)) + next);
}

function pageOptions({ query }, after) {
  const asked = query.get("max-keys") ?? String(MAX_KEYS);
  if (!/^\d+$/.test(asked)) throw new S3Error("InvalidArgument", "max-keys must be an integer of 0 or more");
  const limit = Math.min(Number(asked), MAX_KEYS);
  return { prefix: query.get("prefix") ?? "", delimiter: query.get("delimiter") ?? "", after, limit };
}

function listing(call, page, head) {
  const { query, bucket } = call;
  const contents = page.objects.map((object) => {
    const fields = [
      element("Key", encoded(call, object.key)),
      element("Size", object.content.length),
      element("LastModified", iso(object.lastModified)),
      element("ETag", `"${object.etag}"`),
      element("StorageClass", STORAGE_CLASSES[object.storageClass ?? "Standard"]),
    ];
    return `<Contents>${fields.join("")}</Contents>`;
  });
  const prefixes = page.prefixes.map(
    (prefix) => `<CommonPrefixes>${element("Prefix", encoded(call, prefix))}</CommonPrefixes>`,
  );
  const about = [
    element("Name", bucket),
    element("Prefix", encoded(call, query.get("prefix") ?? "")),
    query.has("delimiter") ? element("Delimiter", encoded(call, query.get("delimiter"))) : "",
    query.has("encoding-type") ? element("EncodingType", "url") : "",
    element("MaxKeys", pageOptions(call, "").limit),
    element("IsTruncated", page.next !== null),
  ];
  const body = [...about, head, ...contents, ...prefixes].join("");
  return xmlResponse(200, `<ListBucketResult ${NAMESPACE}>${body}</ListBucketResult>`);
}

/** DeleteObjects; keys that are not there count as deleted. */
function deleteObjects({ bucket, body }, objects) {
  const keys = [...body.toString("utf8").matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => unescapeXml(key));
  if (keys.length === 0 || keys.length > MAX_KEYS) throw new S3Error("MalformedXML");
  for (const key of keys) objects.delete(bucket, key);
  const quiet = /<Quiet>true<\/Quiet>/.test(body.toString("utf8"));
  const deleted = quiet ? [] : keys.map((key) => `<Deleted>${element("Key", key)}</Deleted>`);
  return xmlResponse(200, `<DeleteResult ${NAMESPACE}>${deleted.join("")}</DeleteResult>`);
}

function readToken(token) {
  if (!/^[A-Za-z0-9_-]+$/.test(token)) throw new S3Error("InvalidArgument", "Invalid continuation token");
  return Buffer.from(token, "base64url").toString("utf8");
}

function encoded({ query }, text) {
  return query.get("encoding-type") === "url" ? encodeURIComponent(text).replaceAll("%2F", "/") : text;
}

function element(name, value) {
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

function unescapeXml(text) {
  const entities = { __proto__: null, amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name) return entities[name] ?? whole;
    return String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal));
  });
}

function iso(time) {
  return new Date(time).toISOString();
}
