/** Refusals of a bucket binding, as the Worker meets them: `put: message (code)`. */

/** name → [HTTP status, R2's code, message] https://developers.cloudflare.com/r2/api/error-codes/ */
const REFUSALS = {
  InternalError: [500, 10001, "We encountered an internal error. Please try again."],
  NoSuchBucket: [404, 10006, "The specified bucket does not exist."],
  NoSuchKey: [404, 10007, "The specified key does not exist."],
  EntityTooSmall: [400, 10011, "Your proposed upload is smaller than the minimum allowed object size."],
  MetadataTooLarge: [400, 10012, "Your metadata headers exceed the maximum allowed metadata size."],
  InvalidObjectName: [400, 10020, "The specified object name is not valid."],
  InvalidMaxKeys: [400, 10022, "MaxKeys params must be positive integer <= 1000."],
  NoSuchUpload: [400, 10024, "The specified multipart upload does not exist."],
  InvalidPart: [400, 10025, "One or more of the specified parts could not be found."],
  InvalidArgument: [400, 10029, "Metadata missing or invalid"],
  PreconditionFailed: [412, 10031, "At least one of the pre-conditions you specified did not hold."],
  BadDigest: [400, 10037, "The checksum you specified did not match what we received."],
  InvalidRange: [416, 10039, "The requested range is not satisfiable"],
  EntityTooLarge: [400, 100100, "Your proposed upload exceeds the maximum allowed object size."],
};

export class BindingError extends Error {
  /**
   * @param {keyof typeof REFUSALS} name
   * @param {import("../s3/objects.js").StoredObject} [object] told with the refusal: a conditional read gives it without body
   */
  constructor(name, object) {
    const [status, code, message] = REFUSALS[name];
    super(message);
    this.status = status;
    this.code = code;
    this.object = object;
  }
}
