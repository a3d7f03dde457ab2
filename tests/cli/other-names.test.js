/** Variables by names that are not read, and values in quotes: pointed out by name, never used, never shown. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { credentialsFrom } from "../../js/cli/environment.js";
import { environmentFindings, OTHER_NAMES } from "../../js/cli/other-names.js";
import { CANARIES } from "../canaries/index.js";
import { createSite, PLAIN, startCli } from "./deploying.js";
import { directoryWith } from "./harness.js";

const token = CANARIES.token ?? CANARIES.secret;
const told = (env) => environmentFindings(env).map(({ message, help }) => `${message}: ${help.split(";")[0]}`);

test("a variable by a name of another tool is pointed out with the name to set instead", () => {
  for (const [name, instead] of [
    ["CF_API_TOKEN", "CLOUDFLARE_API_TOKEN"],
    ["TF_VAR_cloudflare_api_token", "CLOUDFLARE_API_TOKEN"],
    ["CF_API_KEY", "CLOUDFLARE_API_KEY"],
    ["CF_EMAIL", "CLOUDFLARE_EMAIL"],
    ["CF_ACCOUNT_ID", "CLOUDFLARE_ACCOUNT_ID"],
    ["CF_API_BASE_URL", "CLOUDFLARE_API_BASE_URL"],
    ["RCLONE_CONFIG_R2_ACCESS_KEY_ID", "R2_ACCESS_KEY_ID"],
    ["RCLONE_S3_SECRET_ACCESS_KEY", "R2_SECRET_ACCESS_KEY"],
    ["CLOUDFLARE_R2_SECRET_ACCESS_KEY", "R2_SECRET_ACCESS_KEY"],
    ["AWS_S3_ENDPOINT", "R2_ENDPOINT"],
    ["AWS_ENDPOINT_URL", "R2_ENDPOINT"],
  ]) {
    assert.deepEqual(told({ [name]: token }), [`\`${name}\` is set, and is not read: set ${instead} instead`]);
    assert.deepEqual(credentialsFrom({ [name]: token }), {}, `${name} is used`);
  }
});

test("a name of another tool beside ours is nobody's mistake", () => {
  for (const { enough, names } of OTHER_NAMES) {
    const others = Object.fromEntries(names.filter((name) => typeof name === "string").map((name) => [name, "x"]));
    for (const name of enough) assert.deepEqual(told({ ...others, [name]: "y" }), [], name);
  }
  assert.deepEqual(told({ CF_API_TOKEN: "" }), []);
});

test("quotes around a value are pointed out by the variable's name", () => {
  for (const name of [
    "CLOUDFLARE_API_TOKEN",
    "CLOUDFLARE_API_KEY",
    "CLOUDFLARE_ACCOUNT_ID",
    "R2_SECRET_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "R2_ENDPOINT",
    "CFWORKER_FINGERPRINT_KEY",
  ]) {
    for (const value of [`"${token}"`, `'${token}'`, ` “${token}” \n`, `"${token}`]) {
      const expected = `the value of \`${name}\` stands in quotes, which are no part of it: set ${name} without them`;
      assert.deepEqual(told({ [name]: value }), [expected]);
    }
    assert.deepEqual(told({ [name]: token }), []);
  }
});

test("every command that asks Cloudflare says it beside its refusal, and doctor as well", async () => {
  const directory = await directoryWith({ "worker.yaml": `${PLAIN}  account_id: ${"0".repeat(32)}\n` });
  for (const verb of ["plan", "apply", "destroy", "outputs", "doctor"]) {
    const { exit, stderr } = await startCli(directory, [verb, "worker.yaml"], { env: { CF_API_TOKEN: token } }).ended;
    assert.equal(exit, 4, stderr);
    assert.match(stderr, /warning\[CFD0415\]: `CF_API_TOKEN` is set, and is not read/);
    assert.match(stderr, /set CLOUDFLARE_API_TOKEN instead/);
    assert.match(stderr, /error\[CFD0403\]: no credentials were given/);
  }
  const env = { CLOUDFLARE_API_TOKEN: `"${token}"` };
  const quoted = await startCli(directory, ["plan", "worker.yaml"], { env }).ended;
  assert.equal(quoted.exit, 4);
  assert.match(quoted.stderr, /warning\[CFD0416\]: the value of `CLOUDFLARE_API_TOKEN` stands in quotes/);
});

test("doctor --json lists it among its checks; --local and --offline look at no such variable", async () => {
  const site = await createSite();
  try {
    const { apiUrl, s3Url, accountId, s3, token: given } = site.cloudflare;
    const env = {
      CLOUDFLARE_API_TOKEN: given,
      CLOUDFLARE_API_BASE_URL: apiUrl,
      CF_ACCOUNT_ID: accountId,
      R2_ENDPOINT: s3Url,
      R2_ACCESS_KEY_ID: s3.accessKeyId,
      R2_SECRET_ACCESS_KEY: s3.secretAccessKey,
    };
    const more = ["--set", `spec.account_id=${accountId}`];
    const { stdout } = await site.start(["doctor", "worker.yaml", "--json", ...more], { env }).ended;
    const [check] = JSON.parse(stdout).checks;
    assert.deepEqual([check.name, check.ok, check.code], ["environment", true, "CFD0415"]);
    assert.match(`${check.detail} ${check.help}`, /`CF_ACCOUNT_ID`.*CLOUDFLARE_ACCOUNT_ID/);
    for (const flag of ["--local", "--offline"]) {
      const { stderr } = await site.start(["plan", "worker.yaml", flag, ...more], { env }).ended;
      assert.doesNotMatch(stderr, /CFD0415/);
    }
  } finally {
    await site.close();
  }
});
