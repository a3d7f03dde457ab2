import assert from "node:assert/strict";
import { test } from "node:test";
import { renderCheckup } from "../../js/render/checkup.js";

test("what is fine, what is not, what no read can prove", () => {
  const checks = [
    { name: "token", ok: true, detail: "active" },
    { name: "zone", ok: false, detail: "not visible\u001b[2J", help: "give `Zone Read`" },
  ];
  const text = renderCheckup({
    checks,
    missing: ["Zone Read"],
    unproven: ["DNS Write"],
    link: "https://d",
    exitCode: 4,
  });
  assert.equal(
    text,
    `  ok  token: active
  NO  zone:
      not visible\\u{1b}[2J
      help: give \`Zone Read\`

The token lacks for certain: Zone Read

Needed, and not provable by reading: DNS Write
A token with all of it: https://d

1 check failed. Nothing was changed.
`,
  );
});

test("with any other failure another token would not help", () => {
  const failed = { name: "bundle", ok: false, detail: "not there" };
  const text = renderCheckup({ checks: [failed, failed], link: "https://d", exitCode: 1 });
  assert.ok(!text.includes("https://d") && text.endsWith("\n2 checks failed. Nothing was changed.\n"), text);
  assert.equal(renderCheckup({ checks: [] }), "\nEverything that reads can tell is fine.\n");
});

test("what is no check-up gives nothing", () => {
  for (const value of [undefined, null, [], {}, { checks: [{ name: 1 }] }]) assert.equal(renderCheckup(value), "");
});
