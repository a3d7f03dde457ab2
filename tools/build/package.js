/** Fills pkg/: what `npm pack` takes is the template, the JavaScript, the engine, the documents. */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE, ROOT } from "../paths.js";

const SCHEMA = "schema/manifest.schema.json";
/** JSON that js/api/texts.js asks for as js/texts/NAME.js. Rust tests hold it equal to the engine's types and codes. */
const TEXTS = { schema: SCHEMA, codes: "src/diagnostic/codes.json" };
const DOCUMENTS = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"];

/** `engine`: folder with engine_bg.wasm and glue.js. */
export function assemblePackage({ engine }) {
  const fresh = `${PACKAGE}.${process.pid}`;
  try {
    fill(fresh, engine);
    replacePackage(fresh);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function fill(folder, engine) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(packageJson(), null, 2)}\n`);
  cpSync(join(ROOT, "js"), join(folder, "js"), { recursive: true });
  cpSync(join(ROOT, SCHEMA), join(folder, "schema.json"));
  writeTexts(join(folder, "js", "texts"));
  for (const name of ["engine_bg.wasm", "glue.js"]) cpSync(join(engine, name), join(folder, "wasm", name));
  for (const name of DOCUMENTS.filter((file) => existsSync(join(ROOT, file))))
    cpSync(join(ROOT, name), join(folder, name));
}

/** As modules, because importing JSON is no matter of course: Node 20 warns, and browsers and bundlers differ. */
function writeTexts(folder) {
  mkdirSync(folder);
  for (const [name, path] of Object.entries(TEXTS)) {
    writeFileSync(join(folder, `${name}.js`), `export default ${JSON.stringify(readJson(path))};\n`);
  }
}

/** Whole or not at all: another build of this clone may do the same, and somebody may be using what is there. */
function replacePackage(fresh) {
  const old = `${fresh}.old`;
  try {
    renameSync(PACKAGE, old);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  rmSync(old, { recursive: true, force: true });
  try {
    renameSync(fresh, PACKAGE);
  } catch (error) {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error; // The other one's is as good.
  }
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
