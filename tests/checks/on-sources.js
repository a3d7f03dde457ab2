/** Runs one of the checks of the sources on sources of our own. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * @param {"layers" | "circles"} name
 * @returns {(sources: Record<string, string>) => { status: number, stderr: string }} of files by their paths
 */
export function checking(name) {
  const script = fileURLToPath(new URL(`../../tools/check/${name}.js`, import.meta.url));
  return (sources) => {
    const folder = mkdtempSync(join(tmpdir(), `${name}-`));
    try {
      for (const [path, text] of Object.entries(sources)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      const { status, stderr } = spawnSync(process.execPath, [script, folder], { encoding: "utf8" });
      return { status, stderr };
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
}
