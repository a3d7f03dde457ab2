/**
 * `node tools/recordings.js [FOLDER]`: writes down which members, of which types, recorded answers of Cloudflare's API
 * have. The recordings themselves stay where they are; the table holds no value and no text of them.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { load } from "js-yaml";
import { membersOf } from "../tests/wire/members.js";
import { ROOT } from "./paths.js";

/** Where recordings are, beside the repository. */
export const RECORDINGS = join(ROOT, "..", "shared", "recordings");
/** The table. */
export const TABLE = join(ROOT, "tests", "wire", "recorded-members.json");

/** What stands behind these segments of a path names a thing. */
const NAMED = {
  accounts: "accountId",
  zones: "zoneId",
  queues: "queueId",
  scripts: "scriptName",
  buckets: "bucketName",
};

/** @returns {{ endpoint: string, answer: object }[] | undefined} undefined where there are no recordings */
export function readRecordings(folder = RECORDINGS) {
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return files.toSorted().flatMap((name) => {
    const { interactions } = load(readFileSync(join(folder, name), "utf8"));
    return interactions.map(({ request, response }) => ({
      endpoint: `${request.method} ${patternOf(new URL(request.url).pathname)}`,
      answer: JSON.parse(response.body),
    }));
  });
}

/** @returns {Record<string, Record<string, string>>} endpoint → members of its answers */
export function tableOf(recordings) {
  const endpoints = [...new Set(recordings.map(({ endpoint }) => endpoint))].toSorted();
  const answersOf = (wanted) => recordings.filter(({ endpoint }) => endpoint === wanted).map(({ answer }) => answer);
  return Object.fromEntries(endpoints.map((endpoint) => [endpoint, membersOf(answersOf(endpoint))]));
}

function patternOf(path) {
  const pattern = [];
  for (const segment of path.replace("/client/v4/", "").split("/")) {
    const name = NAMED[pattern.at(-1)];
    pattern.push(name ? `{${name}}` : segment);
  }
  return `/${pattern.join("/")}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const recordings = readRecordings(process.argv[2]);
  if (!recordings) throw new Error("there are no recordings");
  writeFileSync(TABLE, `${JSON.stringify(tableOf(recordings), null, 2)}\n`);
}
