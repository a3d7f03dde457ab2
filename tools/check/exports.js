/** The exports map of the built package: every target is there, and the conditions stand in the order that works. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE } from "../paths.js";
import { findings } from "./findings.js";

// A runtime takes the first condition that it knows: workerd knows `worker` and `browser` too, Node knows `default`.
const ORDER = ["types", "workerd", "worker", "edge-light", "node", "browser", "default"];
const SUBPATHS = [".", "./local", "./schema.json", "./package.json"];

const { exports, bin, files } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
const { report, end } = findings("exports map");

for (const subpath of SUBPATHS) {
  if (!(subpath in exports)) report(`\`${subpath}\` is not exported`);
}
for (const [subpath, value] of Object.entries(exports)) {
  const conditions = typeof value === "string" ? {} : value;
  checkOrder(subpath, Object.keys(conditions));
  for (const target of typeof value === "string" ? [value] : Object.values(conditions)) checkTarget(subpath, target);
}
for (const [name, target] of Object.entries(bin)) checkTarget(`bin ${name}`, `./${target}`);
for (const file of files) checkTarget("files", `./${file}`);
end();

function checkOrder(subpath, conditions) {
  const expected = ORDER.filter((condition) => conditions.includes(condition));
  if (conditions.join() !== expected.join()) report(`\`${subpath}\` has ${conditions}, wants the order ${ORDER}`);
  if (subpath === "." && conditions.length !== ORDER.length) report(`\`.\` wants all of ${ORDER}`);
}

function checkTarget(subpath, target) {
  if (!target.startsWith("./") || !existsSync(join(PACKAGE, target))) report(`\`${subpath}\`: no file \`${target}\``);
}
