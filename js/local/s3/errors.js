/**
 * The refusals of R2's S3 endpoint.
 * https://developers.cloudflare.com/r2/api/error-codes/
 */

/** S3 code -> [HTTP status, message]. */
const REFUSALS = {
  AccessDenied: [403, "Access Denied."],
  AuthorizationHeaderMalformed: [400, "The authorization header you provided is malformed."],
  AuthorizationQueryParametersError: [400, "The authorization query parameters you provided are malformed."],
  BadDigest: [400, "The Content-MD5 you specified did not match what we received."],
  BucketAlreadyOwnedByYou: [409, "The bucket you tried to create already exists, and you own it."],
  BucketConflict: [409, "The bucket you tried to create already exists, and you own it."],
  BucketNotEmpty: [409, "The bucket you tried to delete is not empty."],
  EntityTooLarge: [400, "Your proposed upload exceeds the maximum allowed object size."],
  ExpiredRequest: [400, "Request has expired."],
  InternalError: [500, "We encountered an internal error. Please try again."],
  InvalidAccessKeyId: [403, "The access key ID you provided does not exist in our records."],
  InvalidArgument: [400, "Invalid argument."],
  InvalidBucketName: [400, "The specified bucket name is not valid."],
  InvalidDigest: [400, "The Content-MD5 you specified is not valid."],
  InvalidObjectName: [400, "The specified object name is not valid."],
  InvalidRange: [416, "The requested range is not satisfiable."],
  InvalidRegionName: [400, "The region name is not valid."],
  InvalidRequest: [400, "Invalid request."],
  MalformedXML: [400, "The XML you provided was not well-formed."],
  MetadataTooLarge: [400, "Your metadata headers exceed the maximum allowed metadata size."],
  MethodNotAllowed: [405, "The specified method is not allowed against this resource."],
  MissingContentLength: [411, "You must provide the Content-Length HTTP header."],
  NoSuchBucket: [404, "The specified bucket does not exist."],
  NoSuchKey: [404, "The specified key does not exist."],
  NotImplemented: [501, "This operation is not implemented."],
  PreconditionFailed: [412, "At least one of the pre-conditions you specified did not hold."],
  RequestTimeTooSkewed: [403, "The difference between the request time and the server's time is too large."],
  ServiceUnavailable: [503, "Please reduce your request rate."],
  SignatureDoesNotMatch: [
    403,
    "The request signature we calculated does not match the signature you provided. Check your secret access key and signing method.",
  ],
  TooManyRequests: [429, "Reduce your concurrent request rate for the same object."],
  Unauthorized: [401, "Unauthorized"],
  XAmzContentSHA256Mismatch: [400, "The provided 'x-amz-content-sha256' header does not match what was computed."],
};

/** A refusal by S3 code; the message defaults to the code's usual one. */
export class S3Error extends Error {
  /** @param {keyof typeof REFUSALS} code @param {string} [message] */
  constructor(code, message) {
    const [status, usual] = REFUSALS[code];
    super(message ?? usual);
    this.code = code;
    this.status = status;
  }

  /** The answer as it goes over the wire. */
  toResponse() {
    return xmlResponse(
      this.status,
      `<Error><Code>${this.code}</Code><Message>${escapeXml(this.message)}</Message></Error>`,
    );
  }
}

/** @param {number} status @param {string} xml without the declaration */
export function xmlResponse(status, xml) {
  return {
    status,
    headers: { "content-type": "application/xml" },
    body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${xml}`),
  };
}

/** @param {string} text */
export function escapeXml(text) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
