// Bundles the deployer Worker: `node examples/deployer/build.js OUT`, run where `cfworker-deploy` resolves.
// The result is one multipart file, as `wrangler deploy --dry-run --outfile OUT` writes it.
import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Keeps `.wasm` imports as modules of their own: workerd compiles no bytes at run time. */
function wasmModules(found) {
  return {
    name: "wasm-modules",
    setup(pass) {
      pass.onResolve({ filter: /\.wasm$/ }, async ({ path, resolveDir, pluginData }) => {
        if (pluginData === "resolving") return undefined;
        const { path: file } = await pass.resolve(path, {
          resolveDir,
          kind: "import-statement",
          pluginData: "resolving",
        });
        found.set(basename(file), file);
        return { path: `./${basename(file)}`, external: true };
      });
    },
  };
}

/** Bundles the Worker and gives the bytes of the multipart file. `resolveFrom`: folder whose packages are used. */
export async function bundleDeployer(resolveFrom) {
  const wasm = new Map();
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("./index.js", import.meta.url))],
    nodePaths: [join(resolveFrom, "node_modules")],
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions: ["workerd", "worker"],
    plugins: [wasmModules(wasm)],
    write: false,
  });
  const form = new FormData();
  form.set("metadata", JSON.stringify({ main_module: "index.js" }));
  const add = (name, bytes, type) => form.set(name, new File([bytes], name, { type }));
  add("index.js", outputFiles[0].contents, "application/javascript+module");
  for (const [name, file] of wasm) add(`./${name}`, await readFile(file), "application/wasm");
  return new Uint8Array(await new Response(form).arrayBuffer());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(process.argv[2], await bundleDeployer(process.cwd()));
}
