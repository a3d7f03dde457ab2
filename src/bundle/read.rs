//! From the bytes of a bundle to its modules.

use std::collections::BTreeSet;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Module, Modules, Syntax, check_module_name, content_type, multipart, source};
use crate::diagnostic::{Code, Diagnostic, plain};
use crate::model::hex;

/// Largest sum of modules that Cloudflare takes, uncompressed.
///
/// <https://developers.cloudflare.com/workers/platform/limits/#worker-size>
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Name of the entry of a single-file bundle.
const DEFAULT_MAIN: &str = "index.js";
/// Content types of modules that Cloudflare takes.
const CONTENT_TYPES: [&str; 10] = [
    content_type::ES_MODULE,
    "text/javascript+module",
    content_type::SCRIPT,
    "text/javascript",
    "application/wasm",
    "text/plain",
    "application/octet-stream",
    "text/x-python",
    "text/x-python-requirement",
    content_type::SOURCE_MAP,
];
/// Members of an upload's metadata that need more than code; a manifest can't state them yet.
const NEEDS_MORE: [&str; 4] = ["migrations", "exports", "assets", "containers"];

/// Reads a bundle. `main_module` names the entry of a single-file bundle, `index.js` if absent.
///
/// Besides the modules come findings that don't stop the run.
///
/// # Errors
/// The finding that makes it unusable.
pub fn read(bytes: Vec<u8>, main_module: Option<&str>) -> Result<(Modules, Vec<Diagnostic>), Diagnostic> {
    if bytes.is_empty() {
        return Err(Diagnostic::error(Code::BundleUnreadable, "the bundle is empty")
            .with_help("build the Worker again and publish the result"));
    }
    let is_multipart = multipart::is_multipart(&bytes);
    if !is_multipart {
        size_finding(bytes.len())?;
    }
    let sha256 = hex(&Sha256::digest(&bytes));
    let (mut modules, mut findings) =
        if is_multipart { several(&bytes)? } else { single(bytes, main_module.unwrap_or(DEFAULT_MAIN))? };
    modules.sha256 = sha256;
    modules.size = code(&modules).map(|module| module.bytes.len()).sum();
    findings.extend(size_finding(modules.size)?);
    Ok((modules, findings))
}

fn code(modules: &Modules) -> impl Iterator<Item = &Module> {
    modules.modules.iter().filter(|module| module.content_type != content_type::SOURCE_MAP)
}

fn single(bytes: Vec<u8>, main: &str) -> Result<(Modules, Vec<Diagnostic>), Diagnostic> {
    check_name(main)?;
    if std::str::from_utf8(&bytes).is_err() {
        return Err(unreadable("it is neither JavaScript text in UTF-8 nor a multipart file")
            .with_help("publish one JavaScript file, or the file of `wrangler deploy --dry-run --outfile FILE`"));
    }
    let signs = source::signs(&bytes);
    let is_script = signs.listener && !signs.module;
    let mut findings = Vec::new();
    if !signs.module && !signs.listener {
        findings.push(
            Diagnostic::warning(
                Code::BundleWithoutHandler,
                "the bundle neither exports anything nor listens to events",
            )
            .with_help("a Worker has `export default { fetch() {} }`; CommonJS must be bundled to an ES module first"),
        );
    }
    let (syntax, content_type) = if is_script {
        (Syntax::ServiceWorker, content_type::SCRIPT)
    } else {
        (Syntax::EsModule, content_type::ES_MODULE)
    };
    let module = Module { name: main.to_owned(), content_type: content_type.to_owned(), bytes: bytes.into() };
    Ok((modules(syntax, main.to_owned(), vec![module]), findings))
}

fn several(bytes: &[u8]) -> Result<(Modules, Vec<Diagnostic>), Diagnostic> {
    let parts = multipart::parts(bytes).map_err(|reason| unreadable(&reason))?;
    let metadata = parts.iter().find(|part| part.name == "metadata").ok_or_else(|| unreadable("it has no metadata"))?;
    let metadata: Value =
        serde_json::from_slice(metadata.bytes).map_err(|error| unreadable(&format!("its metadata: {error}")))?;
    let member = |name: &str| metadata.get(name).and_then(Value::as_str).map(str::to_owned);
    let (syntax, main) = match (member("main_module"), member("body_part")) {
        (Some(main), _) => (Syntax::EsModule, main),
        (None, Some(main)) => (Syntax::ServiceWorker, main),
        (None, None) => return Err(unreadable("its metadata names no entry")),
    };
    let mut list = Vec::with_capacity(parts.len());
    let mut names = BTreeSet::new();
    for part in parts.iter().filter(|part| part.name != "metadata") {
        let module = module(part)?;
        if !names.insert(module.name.clone()) {
            return Err(unreadable(&format!("it holds the module `{}` twice", module.name)));
        }
        list.push(module);
    }
    if !names.contains(&main) {
        return Err(unreadable(&format!("its entry `{}` is not in it", plain(&main, 100))));
    }
    Ok((modules(syntax, main, list), findings_of(&metadata)))
}

fn module(part: &multipart::Part<'_>) -> Result<Module, Diagnostic> {
    let name = part.filename.as_ref().unwrap_or(&part.name);
    check_name(name)?;
    let content_type = part.content_type.as_deref().unwrap_or("text/plain");
    if !CONTENT_TYPES.contains(&content_type) {
        let shown = plain(content_type, 60);
        return Err(unreadable(&format!("the module `{name}` has the unknown content type `{shown}`")));
    }
    Ok(Module { name: name.clone(), content_type: content_type.to_owned(), bytes: part.bytes.into() })
}

fn findings_of(metadata: &Value) -> Vec<Diagnostic> {
    let wants = NEEDS_MORE.iter().filter(|name| metadata.get(**name).is_some_and(|value| !value.is_null()));
    wants
        .map(|name| {
            Diagnostic::warning(Code::BundleNeedsMore, format!("the bundle asks for `{name}`, which is not applied"))
                .with_help("only its modules are deployed; everything else comes from the manifest")
        })
        .collect()
}

fn modules(syntax: Syntax, main: String, modules: Vec<Module>) -> Modules {
    Modules { syntax, main, modules, sha256: String::new(), size: 0 }
}

fn check_name(name: &str) -> Result<(), Diagnostic> {
    check_module_name(name).map_err(|reason| {
        Diagnostic::error(Code::ModuleName, format!("the module name `{}` {reason}", plain(name, 100)))
            .with_help("use a relative path such as `index.js` or `lib/a.wasm`")
    })
}

fn unreadable(reason: &str) -> Diagnostic {
    Diagnostic::error(Code::BundleUnreadable, format!("the bundle can't be read: {}", plain(reason, 200)))
}

/// Judges by raw size alone: nothing is compressed here, so the compressed limits can only be hinted at.
fn size_finding(size: usize) -> Result<Option<Diagnostic>, Diagnostic> {
    let mebibytes = size as f64 / (1024.0 * 1024.0);
    if size > MOST_BYTES {
        let message = format!("the bundle is {mebibytes:.1} MiB, more than the 64 MiB that Cloudflare takes");
        return Err(Diagnostic::error(Code::BundleTooLarge, message)
            .with_help("leave out what the Worker does not need, or move data to R2, KV or static assets"));
    }
    let note = |limit: &str, plan: &str| {
        let message = format!("the bundle is {mebibytes:.1} MiB before compression");
        Diagnostic::note(Code::BundleLarge, message)
            .with_help(format!("{plan} may refuse more than {limit} after gzip; the upload tells"))
    };
    Ok(match size {
        0..=3_145_728 => None,
        3_145_729..=10_485_760 => Some(note("3 MiB", "the free plan")),
        _ => Some(note("10 MiB", "Cloudflare")),
    })
}

#[cfg(test)]
mod tests {
    use super::{MOST_BYTES, Syntax, read};
    use crate::diagnostic::{Code, Severity};

    const FILE: &str = "--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n\
        {\"main_module\":\"index.js\",\"bindings\":[],\"migrations\":{},\"assets\":null}\r\n\
        --b\r\nContent-Disposition: form-data; name=\"index.js\"; filename=\"index.js\"\r\n\
        Content-Type: application/javascript+module\r\n\r\nexport default {}\r\n\
        --b\r\nContent-Disposition: form-data; name=\"./a.wasm\"; filename=\"./a.wasm\"\r\n\
        Content-Type: application/wasm\r\n\r\n\0asm\r\n\
        --b\r\nContent-Disposition: form-data; name=\"index.js.map\"; filename=\"index.js.map\"\r\n\
        Content-Type: application/source-map\r\n\r\n{}\r\n--b--\r\n";

    #[test]
    fn a_module_gets_the_default_name() {
        let (modules, findings) = read(b"export default {}".to_vec(), None).expect("modules");
        assert_eq!((modules.syntax, modules.main.as_str(), modules.size), (Syntax::EsModule, "index.js", 17));
        assert_eq!(modules.modules[0].content_type, "application/javascript+module");
        // printf 'export default {}' | sha256sum
        assert_eq!(modules.sha256, "9aeb8d59b4d483ca6298e9a450fbf37dfd2b4c63990135ab1d040d76314087ec");
        assert!(findings.is_empty());
    }

    #[test]
    fn a_listener_makes_a_script() {
        let (modules, _) = read(b"addEventListener('fetch', f)".to_vec(), Some("worker.js")).expect("modules");
        assert_eq!((modules.syntax, modules.main.as_str()), (Syntax::ServiceWorker, "worker.js"));
        assert_eq!(modules.modules[0].content_type, "application/javascript");
    }

    #[test]
    fn neither_is_a_module_with_a_warning() {
        let (modules, findings) = read(b"module.exports = {}".to_vec(), None).expect("modules");
        assert_eq!(modules.syntax, Syntax::EsModule);
        assert_eq!(findings[0].code, Code::BundleWithoutHandler);
    }

    #[test]
    fn the_multipart_file_of_wrangler() {
        let (modules, findings) = read(FILE.as_bytes().to_vec(), Some("ignored.js")).expect("modules");
        let names: Vec<_> = modules.modules.iter().map(|module| module.name.as_str()).collect();
        assert_eq!(names, ["index.js", "./a.wasm", "index.js.map"]);
        assert_eq!((modules.main.as_str(), modules.size), ("index.js", 21));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].message.contains("`migrations`") && findings[0].severity == Severity::Warning);
    }

    #[test]
    fn broken_multipart_files_are_refused() {
        for (from, to) in [
            ("index.js\",", "gone.js\","),
            ("application/wasm", "application/evil"),
            ("\"main_module\"", "\"other\""),
            ("{\"main_module\"", "{main_module"),
            ("./a.wasm", "index.js"),
            ("./a.wasm", "../a.wasm"),
            ("name=\"metadata\"", "name=\"metadaten\""),
            ("--b--", "--"),
        ] {
            let changed = FILE.replace(from, to);
            assert_ne!(changed, FILE);
            assert!(read(changed.into_bytes(), None).is_err(), "{from} -> {to}");
        }
    }

    #[test]
    fn binary_empty_and_huge_bundles_are_refused() {
        assert!(read(Vec::new(), None).is_err());
        assert!(read(b"\0asm\x01\xff".to_vec(), None).is_err());
        let huge = read(vec![b' '; MOST_BYTES + 1], None).expect_err("a finding");
        assert_eq!(huge.code, Code::BundleTooLarge);
        assert!(read(b"export default {}".to_vec(), Some("metadata")).is_err());
    }
}
