/** What a bundle's source shows about its format, told as a hint: the manifest states the format, nothing guesses it. */

/** Larger sources are not looked at: a hint is not worth several copies of them. */
const MAX_BYTES = 5 * 1024 * 1024;

/**
 * A service worker has neither `import` nor `export`. So has a module that does nothing, hence only a hint.
 *
 * @param {Blob} bundle
 * @param {{ format?: string }} [target] what the manifest states
 * @returns {Promise<string | undefined>} for people
 */
export async function formatHint(bundle, { format } = {}) {
  if (format === "service-worker" || bundle.size > MAX_BYTES) return undefined;
  // Whether it can be read is told by whoever publishes it.
  const bytes = await bundle.arrayBuffer().then(
    (buffer) => new Uint8Array(buffer),
    () => undefined,
  );
  if (!bytes || isMultipart(bytes)) return undefined;
  if (await hasModuleSyntax(new TextDecoder().decode(bytes))) return undefined;
  return "the bundle neither imports nor exports: if it calls `addEventListener`, its manifest needs `script.format: service-worker`";
}

/** A multipart file states its format itself; no script starts with its boundary, whose first line is followed by a header. */
const isMultipart = (bytes) => bytes[0] === 0x2d && bytes[1] === 0x2d;

async function hasModuleSyntax(source) {
  const { init, parse } = await import("es-module-lexer/js");
  await init();
  try {
    const [, , , hasSyntax] = parse(source);
    return hasSyntax;
  } catch {
    return true; // No JavaScript that it knows: Cloudflare tells better what is wrong.
  }
}
