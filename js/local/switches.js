/**
 * Readings of Cloudflare's behaviour that nobody could confirm, one switch each. The first value is the default. Tests
 * run both readings, so that a deployer depends on neither.
 */

/** name → { values: what may be set (a function checks open ranges), meaning } */
export const SWITCHES = {
  __proto__: null,
  secretsWithoutKeep: {
    values: ["keep", "drop"],
    meaning: "an upload without keep_bindings keeps the secrets of the version before, or drops them",
  },
  keepBindingsEmptyDrops: {
    values: [true, false],
    meaning: "keep_bindings: [] drops secrets, or counts as absent",
  },
  absentSettingsOnPut: {
    values: ["reset", "keep"],
    meaning: "PUT without observability, logpush, tail_consumers resets them, or keeps them; tags are always kept",
  },
  routeAnswer: {
    values: ["full", "id"],
    meaning: "writes of a route answer with the whole route, or with its id alone",
  },
  lateVisibility: {
    values: isCount,
    default: 0,
    meaning:
      "after a script's first PUT, so many calls each of subdomain, route and settings answer as if it were not there",
  },
  lateStores: {
    values: isCount,
    default: 0,
    meaning: "after a KV namespace, a queue or a database was made, so many lists and uploads do not know it yet",
  },
  hostnames: {
    values: ["a-labels", "unicode"],
    meaning: "answers write international hosts as A-labels, or in Unicode",
  },
  duplicateRecordCode: {
    values: [81058, 81057],
    meaning: "code for an identical DNS record",
  },
  dnsValidation: {
    values: ["direct", "chained"],
    meaning: "a bad record answers with its 9xxx code, or with 1004 and that code in error_chain",
  },
  versionAnnotationsInList: {
    values: [true, false],
    meaning: "items of the versions list carry annotations, or not",
  },
  settingsSpeaksOf: {
    values: ["newest", "live"],
    meaning: "GET settings describes the newest version, or the live one",
  },
  firstUploadTimes: {
    values: ["one", "two"],
    meaning: "the answer to a script's first PUT gives the same time as created_on and modified_on, or two times",
  },
  longTag: {
    values: ["refuse", "cut"],
    meaning: "workers/tag over 100 bytes is refused with 10021, or cut",
  },
  secretEditTag: {
    values: ["drop", "carry"],
    meaning: "the version that an edit of secrets makes starts without workers/tag, or carries the one before on",
  },
  routesOfDeletedScript: {
    values: ["delete", "keep"],
    meaning: "the routes of a script go with it, or stay and lead to nothing",
  },
  notRouted: {
    values: [404, 400],
    meaning: "a path that is not there answers 7003 with 404, or with 400 and 7000 beside it",
  },
  zoneUnknown: {
    values: [9109, 7003],
    meaning: "code of GET /zones/{id} for an unknown zone",
  },
  accountUnknown: {
    values: [7003, 10000],
    meaning: "an account that is not ours answers 404/7003, or 403/10000",
  },
  domainOfAnotherWorker: {
    values: ["move", "refuse"],
    meaning: "a PUT of a custom domain that another Worker has moves it, or is refused with 100116",
  },
  referencedDelete: {
    values: ["refuse", "allow"],
    meaning: "deleting a script that another one binds answers 10142 without force, or goes through",
  },
  ownBucketAgain: {
    values: ["BucketAlreadyOwnedByYou", "BucketConflict", "created"],
    meaning: "creating a bucket of one's own once more over S3 answers 409 with one of two codes, or 200",
  },
  privateAcl: {
    values: ["ignore", "refuse"],
    meaning: "x-amz-acl: private over S3 is taken, for everything is private anyway, or refused as any other ACL",
  },
  unknownKeys: {
    values: ["Unauthorized", "InvalidAccessKeyId"],
    meaning: "S3 keys of an unknown id are refused with 401/Unauthorized, or with 403/InvalidAccessKeyId",
  },
  expiredRequest: {
    values: [400, 403],
    meaning: "a presigned request whose time is over is refused with 400/ExpiredRequest, or with 403",
  },
  assetsPerBucket: {
    values: isCount,
    default: 1000,
    meaning: "so many files, and at least one, stand in a bucket of those that an upload of assets must send",
  },
  importPolls: {
    values: isCount,
    default: 0,
    meaning: "so many answers about an import into D1 say that it is still running",
  },
  rateLimit: {
    values: ["report", "enforce"],
    meaning: "requests over the quota are only counted in the headers, or answered with 429 and code 971",
  },
  rateQuota: {
    values: isCount,
    default: 1200,
    meaning: "requests a token may send in five minutes",
  },
  workersPerAccount: {
    values: isCount,
    default: 500,
    meaning: "one more script answers 10037",
  },
};

/**
 * @param {Record<string, unknown>} chosen
 * @returns {Record<string, any>} every switch with its value
 * @throws {Error} for an unknown name or value
 */
export function readSwitches(chosen = {}) {
  for (const [name, value] of Object.entries(chosen)) {
    const known = SWITCHES[name];
    if (!known) throw new Error(`unknown switch \`${name}\`; there are: ${Object.keys(SWITCHES).join(", ")}`);
    const allowed = typeof known.values === "function" ? known.values(value) : known.values.includes(value);
    if (!allowed) throw new Error(`switch \`${name}\` cannot be \`${value}\``);
  }
  const defaults = Object.entries(SWITCHES).map(([name, known]) => [name, known.default ?? known.values[0]]);
  return { ...Object.fromEntries(defaults), ...chosen };
}

function isCount(value) {
  return Number.isInteger(value) && value >= 0;
}
