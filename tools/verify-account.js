/**
 * `npm run verify-account -- --zone NAME`: asks a real account what nobody could confirm about Cloudflare's API, and
 * prints a report. Needs a scratch zone; docs/verify-account.md says how. Not part of the package.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { buildPackage } from "./build/index.js";
import { reportOf, verifyAccount } from "./verify-account/index.js";

const USAGE = `npm run --silent verify-account -- --zone NAME [--allow-used-zone] [--out FILE]
  CLOUDFLARE_API_TOKEN   a token for the account of this zone, see docs/verify-account.md
  CLOUDFLARE_ACCOUNT_ID  only where the zone does not say it`;

const OPTIONS = { zone: { type: "string" }, "allow-used-zone": { type: "boolean" }, out: { type: "string" } };

process.exitCode = await main();

async function main() {
  const flags = readFlags();
  const { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_ACCOUNT_ID: accountId } = process.env;
  if (!flags?.zone || !token) {
    process.stderr.write(`${USAGE}\n`);
    return 64;
  }
  await buildPackage();
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  try {
    const result = await verifyAccount({
      token,
      accountId,
      baseUrl: process.env.CLOUDFLARE_API_BASE_URL,
      s3Endpoint: process.env.R2_ENDPOINT,
      zone: flags.zone,
      allowUsedZone: flags["allow-used-zone"],
      signal: stop.signal,
      say: (line) => process.stderr.write(`${line}\n`),
    });
    const report = reportOf(result);
    if (flags.out) writeFileSync(flags.out, report);
    else process.stdout.write(report);
    return isAsKnown(result) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

function isAsKnown({ answers, leftBehind }) {
  return leftBehind.length === 0 && answers.every(({ fit }) => !["broken", "unforeseen"].includes(fit));
}

function readFlags() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return undefined;
  }
}
