/** All templates, one after the other; `--write FILE` writes the page of them. Words choose those that have one in the name. */
import { readFileSync, writeFileSync } from "node:fs";
import { live } from "./life.js";
import { pageOf } from "./page.js";
import { templates } from "./templates.js";

const words = process.argv.slice(2);
const at = words.indexOf("--write");
const [, page] = at < 0 ? [] : words.splice(at, 2);

const results = [];
for (const template of templates().filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
)) {
  const result = { ...(await live(template)), isPython: template.isPython };
  results.push(result);
  process.stdout.write(
    `${result.name}: ${
      result.reason ??
      Object.entries(result.steps)
        .map(([what, came]) => `${what} ${came}`)
        .join(", ")
    }\n`,
  );
}
if (page) {
  const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
  writeFileSync(page, pageOf(results, lock, new Date().toISOString().slice(0, 10)));
}
