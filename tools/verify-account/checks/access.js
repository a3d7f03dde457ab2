/** Credentials, unknown ids, what every answer carries. */

const RANDOM_ID = "0123456789abcdef0123456789abcdef";

/** @type {import("../index.js").Check[]} */
export const access = [
  {
    id: "token-id",
    asks: "does a verification of the token say its id, of which S3 keys are derived?",
    async run({ account, note }) {
      const user = await account.call("GET", "/user/tokens/verify");
      const own = await account.call("GET", account.inAccount("/tokens/verify"));
      note(`user ${user.status}/${user.code ?? "ok"}, account ${own.status}/${own.code ?? "ok"}`);
      if (user.ok && user.result.id) return "user";
      return own.ok && own.result.id ? "account" : "neither";
    },
    readings: {
      user: { fit: "relied", means: "a token of a user; both are asked together" },
      account: { fit: "relied", means: "a token of the account; both are asked together" },
      neither: { fit: "broken", means: "S3 keys can't be derived" },
    },
  },
  {
    id: "api-date",
    asks: "do answers of the API carry a date, for the clock to be checked?",
    run: async ({ account }) => dateOf(await account.call("GET", account.inZone("/workers/routes"))),
    readings: {
      "a date": { fit: "relied", means: "`doctor` tells a wrong clock" },
      "no date": { fit: "handled", means: "`doctor` can't tell a wrong clock" },
    },
  },
  {
    id: "rate-headers",
    asks: "do answers say how much of the quota is left?",
    async run({ account, note }) {
      const { headers } = await account.call("GET", account.inZone("/workers/routes"));
      note(`Ratelimit: ${headers.get("ratelimit")}; Ratelimit-Policy: ${headers.get("ratelimit-policy")}`);
      return /r=\d+/.test(headers.get("ratelimit") ?? "") ? "said" : "not said";
    },
    readings: {
      said: { fit: "relied", means: "requests slow down before the quota is used up" },
      "not said": { fit: "handled", means: "only a 429 slows requests down" },
    },
  },
  {
    id: "zone-unknown",
    asks: "which code has a zone that is not there?",
    async run({ account, note }) {
      const { status, code } = await account.call("GET", `/zones/${RANDOM_ID}`);
      note(`${status}/${code}`);
      return String(code);
    },
    readings: {
      9109: { fit: "handled", means: "told as no permission or no such zone" },
      7003: { fit: "handled", means: "told as no such zone" },
    },
  },
  {
    id: "path-unknown",
    asks: "with which status is a path refused that is not there?",
    async run({ account, note }) {
      const { status, code, chain } = await account.call("GET", "/zones/no-id/dns_records");
      note(`${status}/${[code, ...chain].join("/")}`);
      return `${status}/${code}`;
    },
    readings: {
      "404/7003": { fit: "handled", means: "told as nothing that is there" },
      "400/7003": { fit: "handled", means: "told as nothing that is there: the code decides" },
    },
  },
  {
    id: "account-unknown",
    asks: "which code has an account that is not ours?",
    async run({ account, note }) {
      const { status, code } = await account.call("GET", `/accounts/${RANDOM_ID}/workers/scripts`);
      note(`${status}/${code}`);
      return String(code);
    },
    readings: {
      7003: { fit: "handled", means: "told as no such account" },
      10000: { fit: "handled", means: "told as a missing permission" },
      9109: { fit: "handled", means: "told as a missing permission" },
    },
  },
];

export function dateOf({ headers }) {
  return Number.isNaN(Date.parse(headers.get("date") ?? "")) ? "no date" : "a date";
}
