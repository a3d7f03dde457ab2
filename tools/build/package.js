/** Fills pkg/: what `npm pack` takes is the template, the JavaScript, the engine, the documents. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE, ROOT } from "../paths.js";
import { run } from "../run.js";

const DOCUMENTS = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"];

/** `engine`: folder with engine_bg.wasm and glue.js. */
export async function assemblePackage({ engine }) {
  rmSync(PACKAGE, { recursive: true, force: true });
  mkdirSync(PACKAGE, { recursive: true });
  writeFileSync(join(PACKAGE, "package.json"), `${JSON.stringify(packageJson(), null, 2)}\n`);
  cpSync(join(ROOT, "js"), join(PACKAGE, "js"), { recursive: true });
  for (const name of ["engine_bg.wasm", "glue.js"]) cpSync(join(engine, name), join(PACKAGE, "wasm", name));
  for (const name of DOCUMENTS.filter((file) => existsSync(join(ROOT, file)))) {
    cpSync(join(ROOT, name), join(PACKAGE, name));
  }
  writeFileSync(join(PACKAGE, "schema.json"), await schemaText());
}

/** Asks the package itself, in a process of its own: this one may have loaded an older one. */
async function schemaText() {
  const program = `import { schema } from "./js/entrypoints/node.js"; process.stdout.write(await schema());`;
  const text = await run(process.execPath, ["--input-type=module", "--eval", program], { cwd: PACKAGE });
  return `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
}

// Versions are written once: the engine's in Cargo.toml, the dependencies' in the workspace's package.json.
function packageJson() {
  const template = readJson("pkg-template/package.json");
  const workspace = readJson("package.json");
  const cargo = readFileSync(join(ROOT, "Cargo.toml"), "utf8");
  const [, version] = /^\[package\][^[]*?^version = "(.+?)"$/ms.exec(cargo);
  return {
    ...template,
    version,
    license: workspace.license,
    engines: workspace.engines,
    dependencies: workspace.dependencies,
    peerDependencies: { miniflare: workspace.devDependencies.miniflare },
  };
}

function readJson(path) {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8"));
}
