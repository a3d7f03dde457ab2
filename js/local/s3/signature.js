/**
 * AWS Signature Version 4, verified: the request is signed again with the secret we know, and the two signatures
 * must be equal. The signing itself is aws4fetch's; we only say what was on the wire.
 * https://developers.cloudflare.com/r2/api/s3/tokens/
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import { canonicalHeaders, canonicalPath, canonicalQuery, queryPairs, splitOnce } from "./canonical.js";
import { S3Error } from "./errors.js";

const ALGORITHM = "AWS4-HMAC-SHA256";
const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
const REGIONS = ["auto", "us-east-1", ""];
const SKEW_MS = 15 * 60 * 1000;
const WEEK_SECONDS = 604_800;

/**
 * @typedef {object} WireRequest
 * @property {string} method
 * @property {string} target request target as received: path, and query if any
 * @property {Record<string, string>} headers lower-case, repeated ones joined by a comma
 * @property {Buffer} [body] or `readBody`
 * @property {() => Promise<Buffer>} [readBody] called once the signature is right
 *
 * @typedef {object} Key
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string} [sessionToken] set for temporary credentials
 */

/**
 * Checks who signed the request, and that nothing was changed since.
 * @template {Key} K
 * @param {WireRequest} request
 * @param {(accessKeyId: string, sessionToken: string | undefined) => K | undefined} findKey
 * @param {number} now milliseconds
 * @returns {Promise<{ key: K, checkBody: (body: Buffer) => void }>} the key that signed, and what it says of the body
 * @throws {S3Error}
 */
export async function verify(request, findKey, now) {
  const claim = readClaim(request);
  checkScope(claim);
  checkTime(claim, now);
  checkSignedHeaders(claim, request);
  const key = findKey(claim.accessKeyId, claim.sessionToken);
  if (!key) throw new S3Error("Unauthorized");
  if ((key.sessionToken ?? undefined) !== claim.sessionToken) throw new S3Error("Unauthorized");
  const expected = await sign(claim, request, key);
  if (!equal(expected, claim.signature)) throw new S3Error("SignatureDoesNotMatch");
  checkPayloadKind(claim);
  return { key, checkBody: (body) => checkPayload(claim, body) };
}

/** What the request says about its own signature, from the header or from the query. */
function readClaim(request) {
  const query = queryPairs(request.target);
  const parameter = (name) => query.find(([key]) => key.toLowerCase() === name)?.[1];
  const inQuery = parameter("x-amz-algorithm") !== undefined || parameter("x-amz-signature") !== undefined;
  if (inQuery && request.headers.authorization) {
    throw new S3Error("InvalidArgument", "Only one auth mechanism allowed");
  }
  if (inQuery) return presignedClaim(request, parameter);
  if (request.headers.authorization) return headerClaim(request);
  throw new S3Error("AccessDenied", "Anonymous access is not allowed: the request carries no signature.");
}

function headerClaim({ headers }) {
  const [algorithm, rest = ""] = splitOnce(headers.authorization, " ");
  if (algorithm !== ALGORITHM) throw new S3Error("InvalidArgument", "Unsupported Authorization Type");
  const fields = Object.fromEntries(rest.split(",").map((field) => splitOnce(field.trim(), "=")));
  if (!fields.Credential || !fields.SignedHeaders || !fields.Signature) {
    throw new S3Error("AuthorizationHeaderMalformed");
  }
  const payload = headers["x-amz-content-sha256"];
  if (payload === undefined) {
    throw new S3Error("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  }
  return {
    presigned: false,
    ...readCredential(fields.Credential),
    signedHeaders: fields.SignedHeaders.split(";"),
    signature: fields.Signature,
    datetime: headers["x-amz-date"] ?? "",
    sessionToken: headers["x-amz-security-token"],
    payload,
  };
}

function presignedClaim({ headers }, parameter) {
  const needed = ["algorithm", "credential", "date", "expires", "signedheaders", "signature"];
  const missing = needed.find((name) => !parameter(`x-amz-${name}`));
  if (missing) throw new S3Error("AuthorizationQueryParametersError", `Missing query parameter: X-Amz-${missing}`);
  if (parameter("x-amz-algorithm") !== ALGORITHM) throw new S3Error("AuthorizationQueryParametersError");
  return {
    presigned: true,
    ...readCredential(parameter("x-amz-credential")),
    signedHeaders: parameter("x-amz-signedheaders").split(";"),
    signature: parameter("x-amz-signature"),
    datetime: parameter("x-amz-date"),
    expires: parameter("x-amz-expires"),
    sessionToken: parameter("x-amz-security-token"),
    payload: parameter("x-amz-content-sha256") ?? headers["x-amz-content-sha256"] ?? UNSIGNED_PAYLOAD,
  };
}

function readCredential(credential) {
  const parts = credential.split("/");
  if (parts.length !== 5) throw new S3Error("AuthorizationHeaderMalformed", "Malformed Credential");
  const [accessKeyId, date, region, service, terminator] = parts;
  return { accessKeyId, date, region, service, terminator };
}

function checkScope({ accessKeyId, region, service, terminator }) {
  if (accessKeyId.length !== 32) {
    throw new S3Error("InvalidArgument", `Credential access key has length ${accessKeyId.length}, should be 32`);
  }
  if (!REGIONS.includes(region)) {
    throw new S3Error("InvalidRegionName", `The region name '${region}' is not valid. Must be 'auto'`);
  }
  if (service !== "s3" || terminator !== "aws4_request") {
    throw new S3Error("AuthorizationHeaderMalformed", "Credential must be scoped to service 's3' and 'aws4_request'");
  }
}

function checkTime({ presigned, datetime, date, expires }, now) {
  const signedAt = parseDatetime(datetime);
  if (Number.isNaN(signedAt)) throw new S3Error("AccessDenied", "X-Amz-Date must be formatted as yyyymmddThhmmssZ");
  if (datetime.slice(0, 8) !== date) {
    throw new S3Error("SignatureDoesNotMatch", "Date in Credential scope does not match YYYYMMDD of X-Amz-Date");
  }
  if (!presigned) {
    if (Math.abs(now - signedAt) > SKEW_MS) throw new S3Error("RequestTimeTooSkewed");
    return;
  }
  const seconds = /^\d+$/.test(expires) ? Number(expires) : Number.NaN;
  if (!(seconds >= 1 && seconds <= WEEK_SECONDS)) {
    throw new S3Error("AuthorizationQueryParametersError", "X-Amz-Expires must be between 1 and 604800 seconds");
  }
  if (signedAt - now > SKEW_MS) throw new S3Error("RequestTimeTooSkewed");
  if (now > signedAt + seconds * 1000) throw new S3Error("ExpiredRequest");
}

/** Every `x-amz-*` header takes part, or someone could add one to a signed request. */
function checkSignedHeaders({ signedHeaders }, { headers }) {
  if (!signedHeaders.includes("host")) throw new S3Error("SignatureDoesNotMatch", "SignedHeaders must contain host");
  const unsigned = Object.keys(headers).find((name) => name.startsWith("x-amz-") && !signedHeaders.includes(name));
  if (unsigned) throw new S3Error("AccessDenied", `There were headers present that were not signed: ${unsigned}`);
}

/**
 * The signature that this key gives to this request. The signer's fields are set from the wire, because its own
 * reading goes through `URL`, which drops dot segments and can't say which headers were signed.
 */
async function sign(claim, { method, target, headers }, { accessKeyId, secretAccessKey }) {
  const signer = new AwsV4Signer({
    method,
    url: "http://signer.invalid/",
    headers: { "x-amz-content-sha256": claim.payload },
    accessKeyId,
    secretAccessKey,
    service: "s3",
    region: "auto",
    datetime: claim.datetime,
  });
  signer.region = claim.region;
  signer.credentialString = `${claim.date}/${claim.region}/s3/aws4_request`;
  signer.encodedPath = canonicalPath(target);
  signer.encodedSearch = canonicalQuery(target, claim.presigned);
  signer.signedHeaders = claim.signedHeaders.join(";");
  signer.canonicalHeaders = canonicalHeaders(claim.signedHeaders, headers);
  return signer.signature();
}

function checkPayloadKind({ payload }) {
  if (payload === UNSIGNED_PAYLOAD) return;
  if (payload.startsWith("STREAMING-")) {
    throw new S3Error("NotImplemented", `Payload signing ${payload} is not implemented`);
  }
  if (!/^[0-9a-f]{64}$/i.test(payload)) {
    throw new S3Error("InvalidArgument", "x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a valid sha256 value");
  }
}

function checkPayload({ payload }, body) {
  if (payload === UNSIGNED_PAYLOAD) return;
  const actual = createHash("sha256").update(body).digest("hex");
  if (actual !== payload.toLowerCase()) throw new S3Error("XAmzContentSHA256Mismatch");
}

function parseDatetime(text) {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return Number.NaN;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function equal(left, right) {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
