/**
 * What Cloudflare's API has at paths that are served for other methods: not served here, so that it is 7003 as any other
 * endpoint that is not there. Whatever else is asked with a wrong method is 405.
 */
const ACCOUNT = "/accounts/{accountId}";
const WORKER = `${ACCOUNT}/workers/workers/{worker}`;

/** [method, path] */
export const UNSERVED = [
  ["PUT", ACCOUNT],
  ["DELETE", ACCOUNT],
  ["POST", "/accounts"],
  ["PATCH", "/user"],
  ["PUT", WORKER],
  ["PATCH", WORKER],
  ["DELETE", WORKER],
  ["POST", `${WORKER}/versions`],
  ["DELETE", `${WORKER}/versions/{versionRef}`],
];
