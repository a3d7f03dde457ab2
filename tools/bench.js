/**
 * `npm run bench`: how long things take on this machine, told and never judged; CI counts rounds and requests instead.
 * `npm run bench -- WORD…` runs single parts: start, texts, deploys, memory, growth.
 */
import { buildPackage } from "./build/index.js";
import { main, stage } from "./stage.js";

const PARTS = ["start", "texts", "deploys", "memory", "growth"];
const words = process.argv.slice(2);

await main("bench", async () => {
  await buildPackage();
  const tables = [];
  for (const part of PARTS.filter((name) => words.length === 0 || words.includes(name))) {
    await stage(part, async () => {
      const { [part]: rows } = await import(`../tests/bench/${part}.js`);
      tables.push(...(await rows()));
    });
  }
  const widths = [0, 1, 2].map((column) => Math.max(...tables.map((row) => (row[column] ?? "").length)));
  for (const row of tables)
    process.stdout.write(
      `${row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join("  ")
        .trimEnd()}\n`,
    );
});
