//! A tar of modules: each file is one, by the end of its name.

use bytes::Bytes;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::refusal::{check_name, unreadable};
use super::{Asks, Module, Modules, Stated, content_type, entry, kind};
use crate::archive;
use crate::diagnostic::{Code, Diagnostic, plain};
use crate::model::{Syntax, hex};

/// Most bytes of a tar once it is unpacked: code of 64 MiB, source maps beside it.
pub(super) const MOST_BYTES: usize = 256 * 1024 * 1024;
/// What names the packages that a Python Worker needs, a line each.
const REQUIREMENTS: &str = "requirements.txt";
/// Files are not named without end.
const MOST_NAMED: usize = 8;

/// Its modules by name, and what there is to say of them.
///
/// # Errors
/// The finding that makes it unusable.
pub(super) fn modules(bytes: &Bytes, stated: Stated<'_>) -> Result<(Modules, Vec<Diagnostic>), Diagnostic> {
    if stated.syntax == Some(Syntax::ServiceWorker) {
        let message = "the manifest says `script.format: service-worker`, and the bundle is a tar of modules";
        return Err(Diagnostic::error(Code::BundleFormat, message)
            .with_help("leave `script.format` out, or publish the one script by itself"));
    }
    let files = archive::files(bytes, MOST_BYTES).map_err(|reason| unreadable(&reason))?;
    let (mut modules, mut left) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let Some(content_type) = kind::of(&name) else {
            left.push(name);
            continue;
        };
        check_name(&name)?;
        modules.push(Module { name, content_type: content_type.into(), bytes });
    }
    let main = entry::of(&modules, stated)?;
    let (main, is_python) = (main.name.clone(), main.content_type == content_type::PYTHON);
    if is_python {
        modules = with_requirements(modules)?;
    }
    let sha256 = digest(&modules);
    let asks = Asks::default();
    let (bindings, size, file_sha256) = (Vec::new(), 0, String::new());
    let modules = Modules { syntax: Syntax::EsModule, main, modules, bindings, asks, sha256, file_sha256, size };
    Ok((modules, left_out(&left).into_iter().collect()))
}

/// Packages are modules without content: their names say all.
fn with_requirements(modules: Vec<Module>) -> Result<Vec<Module>, Diagnostic> {
    let (lists, mut modules): (Vec<_>, Vec<_>) = modules.into_iter().partition(|module| module.name == REQUIREMENTS);
    for list in &lists {
        let text =
            std::str::from_utf8(&list.bytes).map_err(|_| unreadable("`requirements.txt` is no text in UTF-8"))?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        for name in lines {
            check_name(name)?;
            let content_type = content_type::PYTHON_REQUIREMENT.into();
            modules.push(Module { name: name.to_owned(), content_type, bytes: Bytes::new() });
        }
    }
    Ok(modules)
}

/// Of names, kinds and contents alone: when it was packed, and by whom, makes no other version.
fn digest(modules: &[Module]) -> String {
    let each = |module: &Module| json!([module.name, module.content_type, hex(&Sha256::digest(&module.bytes))]);
    let all: Vec<_> = modules.iter().map(each).collect();
    hex(&Sha256::digest(json!(all).to_string().as_bytes()))
}

fn left_out(files: &[String]) -> Option<Diagnostic> {
    let named: Vec<String> = files.iter().take(MOST_NAMED).map(|name| format!("`{}`", plain(name, 100))).collect();
    let more = if files.len() > MOST_NAMED { ", and more" } else { "" };
    let message = format!("files of the bundle are no modules and are not deployed: {}{more}", named.join(", "));
    let help = "name data `.bin` and text `.txt`, or build JSON and the like into the code";
    (!files.is_empty()).then(|| Diagnostic::warning(Code::BundleFilesLeft, message).with_help(help))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::bundle::read;

    fn packed(files: &[(&str, &'static str)]) -> Bytes {
        let files: BTreeMap<String, Bytes> =
            files.iter().map(|(path, text)| ((*path).to_owned(), Bytes::from_static(text.as_bytes()))).collect();
        archive::pack(&files).expect("a tar").into()
    }

    fn shown(modules: &Modules) -> Vec<String> {
        modules.modules.iter().map(|module| format!("{} {}", module.name, module.content_type)).collect()
    }

    #[test]
    fn each_file_is_a_module_by_the_end_of_its_name() {
        let tar = packed(&[
            ("index.js", "export default {}"),
            ("index.js.map", "{}"),
            ("lib/old.cjs", "module.exports = 1"),
            ("lib/add.wasm", "\0asm"),
            ("page.html", "<p>"),
            ("raw.bin", "raw"),
        ]);
        let (modules, findings) = read(tar, Stated::default()).expect("modules");
        assert_eq!(
            shown(&modules),
            [
                "index.js application/javascript+module",
                "index.js.map application/source-map",
                "lib/add.wasm application/wasm",
                "lib/old.cjs application/javascript",
                "page.html text/plain",
                "raw.bin application/octet-stream",
            ]
        );
        // Without the source map.
        assert_eq!((modules.main.as_str(), modules.size, findings.len()), ("index.js", 17 + 4 + 18 + 3 + 3, 0));
    }

    #[test]
    fn a_python_worker_names_its_packages_in_requirements() {
        let tar = packed(&[("entry.py", "import x"), ("requirements.txt", "# web\n\nfastapi\r\n numpy \n")]);
        let (modules, _) = read(tar, Stated::default()).expect("modules");
        let wanted = ["entry.py text/x-python", "fastapi text/x-python-requirement", "numpy text/x-python-requirement"];
        assert_eq!((modules.main.as_str(), shown(&modules)), ("entry.py", wanted.map(str::to_owned).to_vec()));
        let script = packed(&[("index.js", ""), ("requirements.txt", "a text\n")]);
        let (modules, _) = read(script, Stated::default()).expect("modules");
        assert_eq!(shown(&modules).last().map(String::as_str), Some("requirements.txt text/plain"));
    }

    #[test]
    fn files_that_are_no_modules_are_told_and_change_nothing() {
        let (modules, findings) =
            read(packed(&[("index.js", "1"), ("README.md", "r"), (".DS_Store", "")]), Stated::default())
                .expect("modules");
        assert_eq!(findings.len(), 1);
        assert!(findings[0].message.ends_with("`.DS_Store`, `README.md`"), "{}", findings[0].message);
        let (alone, none) = read(packed(&[("index.js", "1")]), Stated::default()).expect("modules");
        assert_eq!((alone.sha256, none.len()), (modules.sha256.clone(), 0));
        assert_ne!(alone.file_sha256, modules.file_sha256);
    }

    #[test]
    fn the_digest_of_a_tar_follows_names_kinds_and_contents_alone() {
        let of = |files: &[(&str, &'static str)]| read(packed(files), Stated::default()).expect("modules").0.sha256;
        let base = of(&[("index.js", "1"), ("a.txt", "2")]);
        for other in
            [&[("index.js", "2"), ("a.txt", "2")][..], &[("index.js", "1"), ("b.txt", "2")], &[("index.js", "1")]]
        {
            assert_ne!(of(other), base, "{other:?}");
        }
        let elsewhere = archive::packed_elsewhere(&[("index.js", "1"), ("a.txt", "2")]);
        assert_ne!(elsewhere, packed(&[("index.js", "1"), ("a.txt", "2")]));
        let (modules, _) = read(elsewhere, Stated::default()).expect("modules");
        assert_eq!(modules.sha256, base);
    }

    #[test]
    fn a_tar_holds_no_service_worker_and_no_name_that_an_upload_reserves() {
        let stated = Stated { main_module: None, syntax: Some(Syntax::ServiceWorker) };
        assert_eq!(read(packed(&[("index.js", "")]), stated).expect_err("a finding").code, Code::BundleFormat);
        let quoted = packed(&[("index.js", ""), ("a\".js", "")]);
        assert_eq!(read(quoted, Stated::default()).expect_err("a finding").code, Code::ModuleName);
    }
}
