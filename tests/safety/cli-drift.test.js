/**
 * Conflicts through the real command line: exit 5, no write, the owner is named; the printed command, pasted into a
 * shell, solves it.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { isWrite } from "./account.js";
import { happened, stateOf, VALUES } from "./drift.js";
import { openTerminal } from "./terminal.js";

const page = readFileSync(new URL("../../docs/faults.md", import.meta.url), "utf8");
/** Rows of the page whose exit code is 5. */
const CONFLICTS = [...page.matchAll(/^\| (.+?) \| 5 \|/gm)].map(([, name]) => name);
/** Whom the message names. */
const OWNER = {
  "route leads to another Worker": /`legacy`/,
  "before the first run: the pattern leads elsewhere": /`legacy`/,
  "deployed in the dashboard": /dev@localhost\.test through dash/,
  "rolled back by hand": /rolled back to version 2 of .* by dev@localhost\.test through dash/,
  "split deployment": /split between two versions, by dev@localhost\.test through dash/,
  "before the first run: a Worker of that name": /version 1 of .* by dev@localhost\.test through dash/,
  "before the first run: a record of that host": /A 192\.0\.2\.9/,
  "before the first run: another manifest's Worker":
    /belongs to a manifest that is not part of this run \(id [0-9a-f]{16}\)/,
  "before the first run: another manifest's record": /belongs to `acme\/other\/shop` \(id [0-9a-f]{16}\)/,
};

describe("a conflict, by the command line", { concurrency: 3 }, () => {
  test("the page names conflicts", () => {
    for (const name of Object.keys(OWNER)) assert.ok(CONFLICTS.includes(name), name);
  });

  for (const name of CONFLICTS) {
    test(name, async () => {
      const { account, manifest } = await happened(name);
      const terminal = await openTerminal(account, manifest, VALUES);
      try {
        const before = stateOf(account);
        const { result: refused, requests } = await account.during(() => terminal.run("apply"));
        assert.equal(refused.exit, 5, refused.stderr);
        assert.deepEqual(requests.filter(isWrite), []);
        assert.equal(stateOf(account), before);
        assert.match(refused.stderr, OWNER[name] ?? /is not ours|nothing shows that it is ours/);
        const solved = await terminal.paste(commandIn(refused.stderr));
        assert.equal(solved.exit, 0, solved.stderr);
        const after = await terminal.run("drift", "--detailed-exitcode");
        assert.equal(after.exit, 0, after.stdout + after.stderr);
      } finally {
        await terminal.close();
        await account.close();
      }
    });
  }
});

/** The command as it is printed, in a line of its own. */
function commandIn(text) {
  const [, command] = /^Go on: (cfworker-deploy .+)$/m.exec(text) ?? [];
  assert.ok(command, `no command in\n${text}`);
  return command;
}

test("a plan prints the same command", async () => {
  const { account, manifest } = await happened("tags lost");
  const terminal = await openTerminal(account, manifest, VALUES);
  const [planned, refused] = [await terminal.run("plan"), await terminal.run("apply")];
  assert.deepEqual([planned.exit, refused.exit], [5, 5]);
  const words = ({ stderr }) => commandIn(stderr).split(" ").sort();
  assert.deepEqual(words(planned), words(refused));
  await terminal.close();
  await account.close();
});
