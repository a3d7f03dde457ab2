/** ARCHITECTURE.md names tests and files that are there. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PAGE = readFileSync(root("ARCHITECTURE.md"), "utf8");
const ROWS = [...PAGE.matchAll(/^\| (\d) \| (.+) \| (.+) \|$/gm)];

/** `file`: "name", `name`, …; several files are parted by semicolons. */
function proofs(cell) {
  return cell.split("; ").flatMap((proof) => {
    const [, file, names] = /^`([^`]+)`: (.+)$/.exec(proof);
    return [...names.matchAll(/`(\w+)`|"([^"]+)"/g)].map(([, rust, javascript]) => ({ file, rust, javascript }));
  });
}

test("what holds for the graph is proved by tests of those names", () => {
  assert.deepEqual(
    ROWS.map(([, number]) => number),
    ["1", "2", "3", "4", "5", "6", "7", "8"],
  );
  for (const [, number, , cell] of ROWS) {
    const named = proofs(cell);
    assert.ok(named.length > 0, number);
    for (const { file, rust, javascript } of named) {
      const text = readFileSync(root(file), "utf8");
      if (rust) assert.match(text, new RegExp(`fn ${rust}\\(`), `${file}: ${rust}`);
      else assert.ok(isThere(text, javascript), `${file}: ${javascript}`);
    }
  }
});

/** A test of that name; one that is made for each row of a table bears the row's name in its middle. */
function isThere(text, name) {
  if (text.includes(`test("${name}"`)) return true;
  const frames = [...text.matchAll(/test\(`([^`$]*)\$\{name\}([^`]*)`/g)];
  return frames.some(([, start, end]) => {
    const row = name.startsWith(start) && name.endsWith(end) && name.slice(start.length, name.length - end.length);
    return row && text.includes(`"${row}":`);
  });
}

test("files and folders of the sources that it names are there", () => {
  const named = [...PAGE.matchAll(/`((?:src|js|tools|tests|examples|docs)\/[\w./-]+)`/g)].map(([, path]) => path);
  assert.ok(named.length > 40);
  for (const path of new Set(named)) assert.ok(existsSync(root(path)), path);
});
