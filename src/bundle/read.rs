//! From the bytes of a bundle to its modules.

use std::collections::BTreeSet;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::refusal::{check_name, unreadable};
use super::{Asks, CodeBinding, Module, Modules, Stated, content_type, metadata, multipart, tarball};
use crate::archive::is_archive;
use crate::diagnostic::{Code, Diagnostic, plain};
use crate::model::{Syntax, hex};

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
    content_type::WASM,
    content_type::TEXT,
    content_type::DATA,
    content_type::PYTHON,
    content_type::PYTHON_REQUIREMENT,
    content_type::SOURCE_MAP,
];

/// Reads a bundle; its modules share the bytes.
///
/// Besides the modules come findings that don't stop the run.
///
/// # Errors
/// The finding that makes it unusable.
pub fn read(bytes: Bytes, stated: Stated<'_>) -> Result<(Modules, Vec<Diagnostic>), Diagnostic> {
    if bytes.is_empty() {
        return Err(Diagnostic::error(Code::BundleUnreadable, "the bundle is empty")
            .with_help("build the Worker again and publish the result"));
    }
    let file_sha256 = hex(&Sha256::digest(&bytes));
    let (mut modules, mut findings) = match () {
        () if is_archive(&bytes) => tarball::modules(&bytes, stated)?,
        () if multipart::is_multipart(&bytes) => (several(&bytes, stated.syntax)?, Vec::new()),
        () => {
            size_finding(bytes.len())?;
            (single(bytes, stated)?, Vec::new())
        }
    };
    if modules.sha256.is_empty() {
        modules.sha256.clone_from(&file_sha256);
    }
    modules.file_sha256 = file_sha256;
    modules.size = code(&modules).map(|module| module.bytes.len()).sum();
    findings.extend(size_finding(modules.size)?);
    Ok((modules, findings))
}

fn code(modules: &Modules) -> impl Iterator<Item = &Module> {
    modules.modules.iter().filter(|module| module.content_type != content_type::SOURCE_MAP)
}

fn single(bytes: Bytes, stated: Stated<'_>) -> Result<Modules, Diagnostic> {
    let main = stated.main_module.unwrap_or(DEFAULT_MAIN);
    check_name(main)?;
    if std::str::from_utf8(&bytes).is_err() {
        return Err(unreadable("it is neither JavaScript text in UTF-8, nor a multipart file, nor a tar").with_help(
            "publish one JavaScript file, the file of `wrangler deploy --dry-run --outfile FILE`, or a directory",
        ));
    }
    let syntax = stated.syntax.unwrap_or(Syntax::EsModule);
    let content_type = match syntax {
        Syntax::EsModule => content_type::ES_MODULE,
        Syntax::ServiceWorker => content_type::SCRIPT,
    };
    let module = Module { name: main.to_owned(), content_type: content_type.to_owned(), bytes };
    Ok(Modules {
        syntax,
        main: main.to_owned(),
        modules: vec![module],
        bindings: Vec::new(),
        asks: Asks::default(),
        sha256: String::new(),
        file_sha256: String::new(),
        size: 0,
    })
}

fn several(bytes: &Bytes, stated: Option<Syntax>) -> Result<Modules, Diagnostic> {
    let parts = multipart::parts(bytes).map_err(|reason| unreadable(&reason))?;
    let found = parts.iter().find(|part| part.name == "metadata").ok_or_else(|| unreadable("it has no metadata"))?;
    let metadata = metadata::read(found.bytes).map_err(|reason| unreadable(&reason))?;
    agree(stated, metadata.syntax)?;
    let mut list = Vec::with_capacity(parts.len());
    let mut names = BTreeSet::new();
    for part in parts.iter().filter(|part| part.name != "metadata") {
        let module = module(bytes, part, &metadata.code_bindings)?;
        if !names.insert(module.name.clone()) {
            return Err(unreadable(&format!("it holds the module `{}` twice", module.name)));
        }
        list.push(module);
    }
    if !names.contains(&metadata.main) {
        return Err(unreadable(&format!("its entry `{}` is not in it", plain(&metadata.main, 100))));
    }
    if let Some(lost) = metadata.code_bindings.iter().find(|binding| !names.contains(&binding.part)) {
        let CodeBinding { name, part, .. } = lost;
        return Err(unreadable(&format!("its binding `{name}` names the part `{part}`, which is not in it")));
    }
    Ok(Modules {
        syntax: metadata.syntax,
        main: metadata.main,
        modules: list,
        bindings: metadata.code_bindings,
        asks: metadata.asks,
        sha256: String::new(),
        file_sha256: String::new(),
        size: 0,
    })
}

/// The file itself knows best; a manifest that says otherwise was written for another one.
fn agree(stated: Option<Syntax>, found: Syntax) -> Result<(), Diagnostic> {
    let Some(stated) = stated.filter(|stated| *stated != found) else { return Ok(()) };
    let message = format!(
        "the manifest says `script.format: {}`, the bundle's own metadata says `{}`",
        stated.as_str(),
        found.as_str()
    );
    Err(Diagnostic::error(Code::BundleFormat, message)
        .with_help("leave `script.format` out: a multipart file says it itself"))
}

/// A module goes by its file name, as imports say it; a part that a binding names goes by the name of its field.
fn module(file: &Bytes, part: &multipart::Part<'_>, bindings: &[CodeBinding]) -> Result<Module, Diagnostic> {
    let is_bound = bindings.iter().any(|binding| binding.part == part.name);
    let name = part.filename.as_ref().filter(|_| !is_bound).unwrap_or(&part.name);
    check_name(name)?;
    let content_type = part.content_type.as_deref().unwrap_or("text/plain");
    if !CONTENT_TYPES.contains(&content_type) {
        let shown = plain(content_type, 60);
        return Err(unreadable(&format!("the module `{name}` has the unknown content type `{shown}`")));
    }
    Ok(Module { name: name.clone(), content_type: content_type.to_owned(), bytes: file.slice_ref(part.bytes) })
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
    use bytes::Bytes;

    use super::{MOST_BYTES, Stated, Syntax, read};
    use crate::diagnostic::Code;

    const FILE: &str = "--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n\
        {\"main_module\":\"index.js\",\"bindings\":[],\"migrations\":{\"new_tag\":\"v1\"},\"assets\":null}\r\n\
        --b\r\nContent-Disposition: form-data; name=\"index.js\"; filename=\"index.js\"\r\n\
        Content-Type: application/javascript+module\r\n\r\nexport default {}\r\n\
        --b\r\nContent-Disposition: form-data; name=\"./a.wasm\"; filename=\"./a.wasm\"\r\n\
        Content-Type: application/wasm\r\n\r\n\0asm\r\n\
        --b\r\nContent-Disposition: form-data; name=\"index.js.map\"; filename=\"index.js.map\"\r\n\
        Content-Type: application/source-map\r\n\r\n{}\r\n--b--\r\n";

    const SCRIPT: &str = "--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n\
        {\"body_part\":\"worker.js\",\"bindings\":[{\"name\":\"ADD\",\"type\":\"wasm_module\",\"part\":\"__ADD\"}]}\r\n\
        --b\r\nContent-Disposition: form-data; name=\"worker.js\"; filename=\"worker.js\"\r\n\
        Content-Type: application/javascript\r\n\r\naddEventListener('fetch', f)\r\n\
        --b\r\nContent-Disposition: form-data; name=\"__ADD\"; filename=\"/srv/app/add.wasm\"\r\n\
        Content-Type: application/wasm\r\n\r\n\0asm\r\n--b--\r\n";

    fn stated(main_module: Option<&str>, syntax: Option<Syntax>) -> Stated<'_> {
        Stated { main_module, syntax }
    }

    #[test]
    fn a_module_gets_the_default_name() {
        let (modules, findings) = read(Bytes::from_static(b"export default {}"), Stated::default()).expect("modules");
        assert_eq!((modules.syntax, modules.main.as_str(), modules.size), (Syntax::EsModule, "index.js", 17));
        assert_eq!(modules.modules[0].content_type, "application/javascript+module");
        // printf 'export default {}' | sha256sum
        assert_eq!(modules.sha256, "9aeb8d59b4d483ca6298e9a450fbf37dfd2b4c63990135ab1d040d76314087ec");
        assert!(findings.is_empty());
    }

    #[test]
    fn a_single_file_is_what_the_manifest_states_whatever_its_source_looks_like() {
        for source in ["addEventListener('fetch', f)", "export default {}", "module.exports = {}", ""] {
            let bytes = || Bytes::from(format!("{source}//"));
            let (modules, findings) = read(bytes(), Stated::default()).expect("modules");
            assert_eq!((modules.syntax, findings.len()), (Syntax::EsModule, 0), "{source}");
            let script = stated(Some("worker.js"), Some(Syntax::ServiceWorker));
            let (modules, _) = read(bytes(), script).expect("modules");
            assert_eq!((modules.syntax, modules.main.as_str()), (Syntax::ServiceWorker, "worker.js"));
            assert_eq!(modules.modules[0].content_type, "application/javascript");
        }
    }

    #[test]
    fn the_multipart_file_of_wrangler() {
        let bytes = Bytes::from_static(FILE.as_bytes());
        let (modules, findings) = read(bytes, stated(Some("ignored.js"), None)).expect("modules");
        let names: Vec<_> = modules.modules.iter().map(|module| module.name.as_str()).collect();
        assert_eq!(names, ["index.js", "./a.wasm", "index.js.map"]);
        assert_eq!((modules.main.as_str(), modules.size), ("index.js", 21));
        assert_eq!(modules.asks.others, ["migrations"]);
        assert!(findings.is_empty());
    }

    #[test]
    fn a_part_that_a_binding_names_goes_by_the_name_of_its_field() {
        let (modules, _) = read(Bytes::from_static(SCRIPT.as_bytes()), Stated::default()).expect("modules");
        assert_eq!((modules.syntax, modules.main.as_str()), (Syntax::ServiceWorker, "worker.js"));
        let names: Vec<_> = modules.modules.iter().map(|module| module.name.as_str()).collect();
        assert_eq!(names, ["worker.js", "__ADD"]);
        assert_eq!((modules.bindings[0].name.as_str(), modules.bindings[0].part.as_str()), ("ADD", "__ADD"));
        let lost = SCRIPT.replace("name=\"__ADD\"", "name=\"other\"").replace("/srv/app/", "");
        let finding = read(Bytes::from(lost), Stated::default()).expect_err("a finding");
        assert!(finding.message.contains("`ADD` names the part `__ADD`"), "{}", finding.message);
    }

    #[test]
    fn a_multipart_file_states_its_format_itself() {
        for (file, same, other) in
            [(FILE, Syntax::EsModule, Syntax::ServiceWorker), (SCRIPT, Syntax::ServiceWorker, Syntax::EsModule)]
        {
            let bytes = || Bytes::from_static(file.as_bytes());
            assert_eq!(read(bytes(), stated(None, Some(same))).expect("modules").0.syntax, same);
            let finding = read(bytes(), stated(None, Some(other))).expect_err("a contradiction");
            assert_eq!(finding.code, Code::BundleFormat);
        }
    }

    #[test]
    fn all_modules_are_views_of_the_one_file() {
        let file = Bytes::from(FILE.as_bytes().to_vec());
        let (modules, _) = read(file.clone(), Stated::default()).expect("modules");
        let within = file.as_ptr_range();
        for module in &modules.modules {
            let part = module.bytes.as_ptr_range();
            assert!(within.start <= part.start && part.end <= within.end, "{module:?} is a copy");
        }
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
            assert!(read(Bytes::from(changed), Stated::default()).is_err(), "{from} -> {to}");
        }
    }

    #[test]
    fn binary_empty_and_huge_bundles_are_refused() {
        let read = |bytes: Vec<u8>| read(bytes.into(), Stated::default());
        assert!(read(Vec::new()).is_err());
        assert!(read(b"\0asm\x01\xff".to_vec()).is_err());
        let huge = read(vec![b' '; MOST_BYTES + 1]).expect_err("a finding");
        assert_eq!(huge.code, Code::BundleTooLarge);
        let reserved = super::read(Bytes::from_static(b"export default {}"), stated(Some("metadata"), None));
        assert!(reserved.is_err());
    }
}
