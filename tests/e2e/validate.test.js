/** Bad manifests: all findings at once, each at its place; hostile ones refused by name. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { validate } from "../../pkg/js/entrypoints/node.js";
import { startCli } from "../cli/deploying.js";
import { FILES, TEXTS } from "./hostile.js";

const SPEC = fileURLToPath(new URL("../specs/manifest/ten-mistakes/worker.yaml", import.meta.url));
/** Each mistake: line, column, what stands there, and the code that names it. */
const MISTAKES = [
  [7, 15, '"YOUR_ACCOUNT_ID"', "CFD0116"],
  [8, 3, "compat_date:", "CFD0102"],
  [10, 11, "Git Webhooks", "CFD0117"],
  [11, 5, "bundle:", "CFD0104"],
  [14, 14, "yes", "CFD0103"],
  [16, 15, "git-webhooks.plantom.live", "CFD0107"],
  [17, 20, "git-webhooks.planton.live/*/hook", "CFD0126"],
  [18, 23, "2024-02-30", "CFD0120"],
  [21, 19, "1000", "CFD0108"],
  [24, 7, "TOKEN:", "CFD0122"],
];

const folder = mkdtempSync(join(tmpdir(), "cfworker-deploy-validate-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What the command line says about a file; it needs no account, no network, no secret. */
function cli(name, bytes, ...flags) {
  writeFileSync(join(folder, name), bytes);
  return startCli(folder, ["validate", name, ...flags]).ended;
}

const placesOf = (findings) => findings.map(({ line, column, code }) => [line, column, code]);

describe("a manifest with ten different mistakes", () => {
  const text = readFileSync(SPEC, "utf8");
  const expected = MISTAKES.map(([line, column, , code]) => [line, column, code]);

  test("each place is where the mistake stands", () => {
    const lines = text.split("\n");
    for (const [line, column, shown] of MISTAKES) {
      assert.ok(lines[line - 1].slice(column - 1).startsWith(shown), `${line}:${column}`);
    }
    assert.equal(new Set(MISTAKES.map(([, , , code]) => code)).size, 10);
  });

  test("the JavaScript call finds ten, and never throws", async () => {
    const { ok, diagnostics } = await validate(text);
    assert.equal(ok, false);
    assert.deepEqual(placesOf(diagnostics), expected);
  });

  test("the command line shows ten at their lines and exits with 65", async () => {
    const { exit, stdout, stderr } = await cli("worker.yaml", text);
    assert.deepEqual([exit, stdout], [65, ""]);
    const shown = [...stderr.matchAll(/^error\[(CFD\d{4})\]: .+\n +--> worker\.yaml:(\d+):(\d+)\n/gm)];
    assert.deepEqual(
      shown.map(([, code, line, column]) => [Number(line), Number(column), code]),
      expected,
    );
    assert.match(stderr, /\n10 errors\. Nothing was sent to Cloudflare\.\n$/);
  });

  test("for programs they are ten events, then the result", async () => {
    const { exit, stdout, stderr } = await cli("worker.yaml", text, "--json");
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual([exit, stderr, events.length], [65, "", 12]);
    assert.deepEqual(placesOf(events.slice(1, -1)), expected);
    for (const event of events.slice(1, -1)) assert.deepEqual([event.type, event.file], ["diagnostic", "worker.yaml"]);
    assert.deepEqual([events[0].type, events.at(-1).type, events.at(-1).exit], ["version", "result", 65]);
  });
});

/** The verdict of one text; `npm run bench` tells how long they take. */
async function judge(name, expected, validated) {
  const { ok, diagnostics } = await validated();
  const codes = diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
  const told = `${name}: ${JSON.stringify(diagnostics[0])}`;
  assert.equal(ok, expected === undefined, told);
  if (expected) assert.ok(codes.includes(expected), told);
}

describe("odd and hostile texts in Node", () => {
  for (const [name, [text, code]] of Object.entries(TEXTS)) {
    test(name, () => judge(name, code, () => validate(text)));
  }
});

test("the same verdicts in workerd", async () => {
  const worker = await startWorker();
  try {
    const validated = async (text) => {
      const answer = await worker.dispatchFetch("http://x/", { method: "POST", body: JSON.stringify(text) });
      return answer.json();
    };
    await validated("");
    for (const [name, [text, code]] of Object.entries(TEXTS)) await judge(name, code, () => validated(text));
  } finally {
    await worker.dispose();
  }
});

describe("files through the command line", () => {
  const some = ["byte order mark", "CRLF line ends", "a NUL", "a YAML bomb", "200 KB of [", "2 MB of text"];
  const files = { ...FILES, ...Object.fromEntries(some.map((name) => [name, TEXTS[name]])) };
  for (const [name, [bytes, code]] of Object.entries(files)) {
    test(name, async () => {
      const { exit, stderr } = await cli("odd.yaml", bytes);
      assert.equal(exit, code ? 65 : 0, stderr);
      if (code) assert.match(stderr, new RegExp(`^error\\[${code}\\]: `));
      assert.ok(stderr.length < 2000, "the hostile text is not poured over the terminal");
    });
  }
});

/** The engine as it is installed, in workerd; without `npm test` as it was built. */
async function startWorker() {
  const outdir = join(folder, "worker");
  const contents = `import { validate } from "cfworker-deploy";
    export default { fetch: async (request) => Response.json(await validate(await request.json())) };`;
  const built = fileURLToPath(new URL("../../pkg/js/entrypoints/workerd.js", import.meta.url));
  await build({
    stdin: { contents, resolveDir: process.env.PACKAGED_PROJECT ?? folder, sourcefile: "index.js" },
    ...(process.env.PACKAGED_PROJECT ? {} : { alias: { "cfworker-deploy": built } }),
    outdir,
    entryNames: "index",
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
    logLevel: "warning",
  });
  return new Miniflare({
    scriptPath: join(outdir, "index.js"),
    modules: true,
    modulesRoot: outdir,
    modulesRules: [{ type: "CompiledWasm", include: ["**/*.wasm"] }],
    compatibilityDate: "2026-07-01",
  });
}
