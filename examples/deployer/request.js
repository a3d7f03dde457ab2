// What a caller sends, read strictly: what is not understood is never ignored.

/** A call that this deployer does not take; `details` go into the answer beside the message. */
export class Refusal extends Error {
  constructor(status, message, details = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

const isText = (value) => typeof value === "string";
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const yesOrNo = { test: (value) => typeof value === "boolean", is: "true or false" };
const texts = { test: (value) => isObject(value) && Object.values(value).every(isText), is: "an object of texts" };

/**
 * The options that a caller may set. Endpoints and credentials are the deployer's own; `adopt` and `take` are not there
 * because what belongs to others stays theirs.
 */
const OPTIONS = {
  expect: { test: isText, is: "a text" },
  prune: yesOrNo,
  allowDeletes: yesOrNo,
  values: texts,
  outputs: { test: (value) => isObject(value) && Object.values(value).every(isObject), is: "an object of objects" },
};

/** @returns {Promise<{ manifest: string, options: object }>} @throws {Refusal} 400 */
export async function readCall(request) {
  const body = await request.json().catch(() => undefined);
  if (!isObject(body)) throw new Refusal(400, "the body is not a JSON object");
  const { manifest, options = {}, ...more } = body;
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) throw new Refusal(400, `\`${unknown}\` is not known beside \`manifest\` and \`options\``);
  if (!isText(manifest)) throw new Refusal(400, "`manifest` is not a text");
  if (!isObject(options)) throw new Refusal(400, "`options` is not an object");
  for (const [name, value] of Object.entries(options)) checkOption(name, value);
  return { manifest, options };
}

function checkOption(name, value) {
  const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
  if (!option) throw new Refusal(400, `there is no option \`${name}\`; there are: ${Object.keys(OPTIONS).join(", ")}`);
  if (!option.test(value)) throw new Refusal(400, `option \`${name}\` is not ${option.is}`);
}
