/** Findings as people see them, through the built package: its engine gives the lines. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { renderDiagnostics as render, renderError, validate } from "../../pkg/js/entrypoints/node.js";
import { createRandom } from "../fuzz/random.js";

const SPECS = fileURLToPath(new URL("../specs/manifest/", import.meta.url));
/** A secret that must not show. */
const SECRET = "canary-5f3a9c";

const MANIFEST = `apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: {name: app}
spec:
  account_id: 074755a78d8e8f77c119a90a125e8a06
  script:
    name: app
    bundle: {bucket: code, path: 'app/v1.js'}
  env:
    variables:
      TEXT: |
        several
        lines
    secrets:
      API_KEY: ${SECRET}
`;

describe("tests/specs/manifest", () => {
  const folders = readdirSync(SPECS).filter((name) => existsSync(join(SPECS, name, "rendered.txt")));
  for (const name of folders) {
    test(name, async () => {
      const folder = join(SPECS, name);
      const sources = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
      const manifest = sources.sort().map((file) => ({ name: file, text: readFileSync(join(folder, file), "utf8") }));
      const options = join(folder, "options.json");
      const given = existsSync(options) ? JSON.parse(readFileSync(options, "utf8")) : {};
      const { diagnostics } = await validate(manifest, given);
      const actual = await render(manifest, diagnostics);
      if (process.env.UPDATE_SPECS) writeFileSync(join(folder, "rendered.txt"), actual);
      else assert.equal(actual, readFileSync(join(folder, "rendered.txt"), "utf8"));
    });
  }
});

const finding = (fields = {}) => ({ severity: "error", code: "CFD0102", message: "it is wrong", ...fields });
const at = (file, line, column, endColumn = column + 1) => ({ file, line, column, endLine: line, endColumn });

test("a finding without a place has no line, and one without its source only says where", async () => {
  const list = [finding({ help: "mend it" }), finding(at("other.yaml", 12, 3)), finding(at("manifest", 99, 1))];
  assert.equal(
    await render("a: b", list),
    `error[CFD0102]: it is wrong
 |
 = help: mend it

error[CFD0102]: it is wrong
--> other.yaml:12:3

error[CFD0102]: it is wrong
--> manifest:99:1
`,
  );
  assert.equal(await render([], list.slice(1, 2)), "error[CFD0102]: it is wrong\n--> other.yaml:12:3\n");
});

test("both places of a duplicate are drawn at once", async () => {
  const text = "a: 1\nb: 2\nb2: 3\nb3: 4\na: 3\n";
  const { diagnostics } = await validate([{ name: "w.yaml", text }]);
  const twice = diagnostics.filter(({ related }) => related);
  assert.deepEqual(twice[0].related, [{ ...at("w.yaml", 1, 1), label: "first given here" }]);
  assert.equal(
    await render([{ name: "w.yaml", text }], twice),
    `error[CFD0105]: the key \`a\` is given twice
 --> w.yaml:5:1
  |
1 | a: 1
  | - first given here
...
5 | a: 3
  | ^
  |
  = help: remove one of them
`,
  );
});

test("places that are far apart, in other files or not at hand are all told", async () => {
  const related = [
    { ...at("a.yaml", 500, 1), label: "far" },
    { ...at("b.yaml", 1, 1), label: "elsewhere" },
    { ...at("c.yaml", 7, 8), label: "unseen" },
  ];
  const sources = [
    { name: "a.yaml", text: "x: 1\n".repeat(600) },
    { name: "b.yaml", text: "y: 2\n" },
  ];
  assert.equal(
    await render(sources, [finding({ ...at("a.yaml", 1, 1), related })]),
    `error[CFD0102]: it is wrong
   --> a.yaml:1:1
    |
  1 | x: 1
    | ^
    |
   ::: a.yaml:500:1
    |
500 | x: 1
    | - far
    |
   ::: b.yaml:1:1
    |
  1 | y: 2
    | - elsewhere
   ::: c.yaml:7:8
    = note: unseen
`,
  );
});

test("the place is true where something before it is masked", async () => {
  const text = `secrets: {A: ${SECRET}, B: x} # c\n`;
  const placed = finding(at("manifest", 1, 11));
  const manifest = `spec:\n  env:\n    ${text}`;
  const [column, line] = [manifest.split("\n")[2].indexOf("# c") + 1, 3];
  const rendered = await render(manifest, [{ ...placed, line, endLine: line, column, endColumn: column + 3 }]);
  assert.equal(
    rendered,
    `error[CFD0102]: it is wrong
  |
3 |     secrets: {A: ***, B: ***} # c
  |                               ^^^
 ::: manifest:3:${column}
`,
  );
});

test("lines beside a mark keep their secrets", async () => {
  const manifest = `spec:\n  env:\n    secrets:\n      A: ${SECRET}\n      B: x\n`;
  const related = [{ ...at("manifest", 3, 5), label: "here" }];
  const rendered = await render(manifest, [finding({ ...at("manifest", 5, 7), related })]);
  assert.match(rendered, /^4 \| {7}A: \*\*\*$/m);
  assert.ok(!rendered.includes(SECRET));
});

test("colour is beside the text", async () => {
  const list = ["error", "warning", "note"].map((severity) =>
    finding({ severity, ...at("manifest", 1, 4), help: "b" }),
  );
  const plainText = await render("a: b", list);
  const colored = await render("a: b", list, { color: true, width: 80 });
  assert.equal(stripVTControlCharacters(colored), plainText);
  for (const code of [91, 33, 92]) {
    assert.ok(colored.includes(`\u001b[${code}m^\u001b[0m`), colored);
  }
  // Only what is asked for, whatever the environment says.
  const program = `import { renderDiagnostics } from "./pkg/js/entrypoints/node.js";
    process.stdout.write(await renderDiagnostics("a: b", ${JSON.stringify(list)}));`;
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const options = { cwd: root, encoding: "utf8", env: { ...process.env, FORCE_COLOR: "1" } };
  const forced = execFileSync(process.execPath, ["--input-type=module", "--eval", program], options);
  assert.equal(forced, plainText);
});

test("a line keeps to the width", async () => {
  const text = `a: ${"x".repeat(5000)}`;
  for (const [width, widest] of [
    [80, 80],
    [100, 100],
    [0, 40],
    [10_000, 260],
  ]) {
    const lines = (await render(text, [finding(at("manifest", 1, 2000, 2010))], { color: false, width })).split("\n");
    assert.ok(
      lines.slice(2).every((line) => line.length <= widest + 6),
      `${width}: ${lines.join("\n")}`,
    );
    assert.match(lines[3], /^1 \| \.\.\.x+\.\.\.$/);
    assert.match(lines[4], /^ {2}\| +\^{10}$/);
  }
  const long = (await render(text, [finding(at("manifest", 1, 4, 5004))], { color: false, width: 80 })).split("\n");
  assert.match(long[3], /^1 \| a: x+\.\.\.x+$/);
});

test("foreign text is inert", async () => {
  const placed = finding({ message: "a\u001b[2J", help: "b\u202e\n  c", ...at("x\u009b.yaml", 1, 1) });
  const rendered = await render([{ name: "x\u009b.yaml", text: "a: \u001b[2J\u2028 b\u202e\t\n" }], [placed]);
  assert.equal(
    rendered,
    `error[CFD0102]: a\ufffd[2J
 --> x\ufffd.yaml:1:1
  |
1 | a: \ufffd[2J\ufffd b\ufffd${" "}
  | ^
  |
  = help: b\ufffd
            c
`,
  );
});

test("what is no list of findings gives nothing", async () => {
  const others = [undefined, null, 7, {}, "x", [null], [{}], [finding({ severity: "bad" })], [finding({ code: "x" })]];
  for (const value of others) assert.equal(await render("a: b", value), "");
  const odd = [finding({ ...at("manifest", 1, 1), endLine: -1 }), finding({ ...at("manifest", 2 ** 40, 1) })];
  assert.equal(await render("a: b", odd), "error[CFD0102]: it is wrong\n\nerror[CFD0102]: it is wrong\n");
});

test("of many findings the first twenty are drawn, and the rest is counted", async () => {
  const endOf = async (count) => (await render("a: b", Array(count).fill(finding()))).split("\n\n").slice(20);
  assert.deepEqual(await endOf(20), []);
  assert.deepEqual(await endOf(21), ["… and one more finding\n"]);
  assert.deepEqual(await endOf(22), ["… and 2 more findings\n"]);
});

test("a broken manifest keeps its secrets", async () => {
  const random = createRandom(5);
  const pieces = [..."-[]{}:,&*!|>'\"#%?a0 "];
  let shown = 0;
  for (let round = 0; round < 300; round += 1) {
    const lines = MANIFEST.split("\n");
    // Not the key `secrets` itself: what stands under another one is no secret.
    const index = random.below(lines.length - 3);
    const kept = random.below(lines[index].length + 1);
    const inserted = Array.from({ length: random.below(6) }, () => random.pick(pieces)).join("");
    lines[index] = lines[index].slice(0, kept) + inserted + lines[index].slice(kept);
    const manifest = lines.join("\n");
    const { diagnostics } = await validate(manifest);
    // Of each line, too: a finding may come to stand on any.
    const everywhere = lines.map((_, line) => finding(at("manifest", line + 1, 1, 30)));
    const texts = [await render(manifest, diagnostics), await render(manifest, everywhere)];
    texts.push(await renderError(manifest, { code: "CFD0102", message: "m", exitCode: 65, diagnostics }));
    shown += texts[0].length;
    for (const text of texts) {
      assert.ok(!text.includes(SECRET), `line ${index + 1}: ${JSON.stringify(lines[index])}`);
      assert.doesNotMatch(text, /[^\P{Cc}\n]/u);
    }
  }
  assert.ok(shown > 10_000);
});
