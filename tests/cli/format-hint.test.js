import assert from "node:assert/strict";
import { test } from "node:test";
import { transform } from "esbuild";
import { formatHint } from "../../js/cli/format-hint.js";

const hint = (source, target) => formatHint(new Blob([source]), target);

/** Ordinary shapes of modules, those of issue trackers among them: none may be taken for a service worker. */
const MODULES = [
  "export default {}",
  "var a=1;export/*x*/{a as default}",
  "import'y'",
  "console.log(import.meta.url)",
  "const r = /[/'\"`]/g, s = a / b / c; export default s",
  "const t = `a ${ {b: `}`}.b } export`; export const x = 1",
  "if (a) /\"'/.test(b); export default 1",
  "#!/usr/bin/env node\nexport default {}",
  "\ufeffexport default {}",
  "addEventListener('x', f); export default { fetch() {} }",
  "var e=a=>a/2/3;export{e as default};",
  "class A { #export = 1; static { } } export { A as default }",
  "for await (const x of y) {} export default 1",
];

const SCRIPTS = [
  "addEventListener('fetch', e => {})",
  "const a = 'export default {}'; addEventListener('fetch', a)",
  "/* import x from 'y' */ addEventListener('fetch', () => import('x'))",
  "a.export = {}; a.import = b; ({export: 1, import: 2}); addEventListener('fetch', a)",
  "const r = /export default {/; addEventListener('fetch', r)",
];

test("a bundle without module syntax gets the hint, any other none, minified ones too", async () => {
  for (const source of MODULES) {
    assert.equal(await hint(source), undefined, source);
    const { code } = await transform(source.replace("\ufeff", ""), { minify: true, format: "esm" });
    assert.equal(await hint(code), undefined, `minified: ${code}`);
  }
  for (const source of SCRIPTS) {
    assert.match(await hint(source), /`script\.format: service-worker`/, source);
    const { code } = await transform(source, { minify: true });
    assert.match(await hint(code), /service-worker/, `minified: ${code}`);
  }
});

test("there is no hint where the manifest or the file states the format, or the source is no JavaScript", async () => {
  assert.equal(await hint(SCRIPTS[0], { format: "service-worker" }), undefined);
  assert.match(await hint(SCRIPTS[0], { format: "es-module" }), /service-worker/);
  assert.equal(await hint('--b\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n{}\r\n--b--'), undefined);
  assert.equal(await hint("var a = `open"), undefined);
  assert.equal(await hint(" ".repeat(5 * 1024 * 1024 + 1)), undefined);
});
