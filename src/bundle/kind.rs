//! What kind of module a file is, by the end of its name: as wrangler has it without rules of one's own.
//!
//! <https://developers.cloudflare.com/workers/wrangler/bundling/>

use super::content_type as kind;

/// Where packages of a Python Worker lie: their files are data, but for those scripts that its own library brings.
const VENDORED: &str = "python_modules/";
/// That library.
const OF_SDK: &str = "python_modules/workers/";

/// The content type of a module; nothing for a file that is none.
pub(super) fn of(name: &str) -> Option<&'static str> {
    let by_extension = by_extension(name);
    let Some(_) = name.strip_prefix(VENDORED) else { return by_extension };
    match by_extension {
        Some(kind::ES_MODULE) if name.starts_with(OF_SDK) => Some(kind::ES_MODULE),
        _ if name.ends_with(".pyc") => None,
        _ => Some(kind::DATA),
    }
}

fn by_extension(name: &str) -> Option<&'static str> {
    let (_, extension) = name.rsplit_once('.').filter(|(before, _)| !before.is_empty() && !before.ends_with('/'))?;
    Some(match extension {
        "js" | "mjs" => kind::ES_MODULE,
        "cjs" => kind::SCRIPT,
        "wasm" | "wasm?module" => kind::WASM,
        "txt" | "html" | "sql" => kind::TEXT,
        "bin" => kind::DATA,
        "py" => kind::PYTHON,
        "map" => kind::SOURCE_MAP,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_module_is_what_the_end_of_its_name_says() {
        for (name, wanted) in [
            ("index.js", Some("application/javascript+module")),
            ("lib/a.mjs", Some("application/javascript+module")),
            ("a.cjs", Some("application/javascript")),
            ("a.wasm", Some("application/wasm")),
            ("a.wasm?module", Some("application/wasm")),
            ("a.b.txt", Some("text/plain")),
            ("page.html", Some("text/plain")),
            ("0001_init.sql", Some("text/plain")),
            ("a.bin", Some("application/octet-stream")),
            ("entry.py", Some("text/x-python")),
            ("index.js.map", Some("application/source-map")),
            ("README.md", None),
            ("a.d.ts", None),
            ("LICENSE", None),
            (".js", None),
            ("a/.js", None),
        ] {
            assert_eq!(of(name), wanted, "{name}");
        }
    }

    #[test]
    fn packages_of_python_are_data_but_for_the_scripts_of_its_own_library() {
        for (name, wanted) in [
            ("python_modules/a/__init__.py", Some("application/octet-stream")),
            ("python_modules/a/LICENSE", Some("application/octet-stream")),
            ("python_modules/a/a.js", Some("application/octet-stream")),
            ("python_modules/workers/sdk.mjs", Some("application/javascript+module")),
            ("python_modules/workers/__init__.py", Some("application/octet-stream")),
            ("python_modules/a/__pycache__/a.pyc", None),
        ] {
            assert_eq!(of(name), wanted, "{name}");
        }
    }
}
