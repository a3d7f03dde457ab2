//! The `wasm-bindgen` command as wasm-pack calls it: turns the compiled engine into a `.wasm` file and its JavaScript.
//!
//! The official command drags in a TLS stack and an HTTP server and takes ten times as long to build. This one never
//! writes a default module path, because each entrypoint loads the module in its own way. The target features section stays.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let Some(arguments) = Arguments::read()? else {
        println!("wasm-bindgen {}", env!("CARGO_PKG_VERSION"));
        return Ok(());
    };
    arguments.run()
}

/// What wasm-pack asks for.
#[derive(Default)]
struct Arguments {
    input: PathBuf,
    out_dir: PathBuf,
    out_name: Option<String>,
    typescript: bool,
    debug: bool,
    keep_debug: bool,
    no_demangle: bool,
}

impl Arguments {
    /// Reads the command line. `None` means that only the version is wanted.
    fn read() -> Result<Option<Self>> {
        let mut arguments = Self { typescript: true, ..Self::default() };
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Short('V') | Long("version") => return Ok(None),
                Long("target") => require_web(&parser.value()?.string()?)?,
                Long("out-dir") => arguments.out_dir = parser.value()?.into(),
                Long("out-name") => arguments.out_name = Some(parser.value()?.string()?),
                Long("typescript") => arguments.typescript = true,
                Long("no-typescript") => arguments.typescript = false,
                Long("debug") => arguments.debug = true,
                Long("keep-debug") => arguments.keep_debug = true,
                Long("no-demangle") => arguments.no_demangle = true,
                // Always so here: accepted, because wasm-pack may pass them.
                Long("omit-default-module-path" | "reference-types") => {}
                Value(path) => arguments.input = path.into(),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(Some(arguments))
    }

    fn run(self) -> Result<()> {
        let mut bindgen = Bindgen::new();
        bindgen
            .input_path(&self.input)
            .web(true)?
            .typescript(self.typescript)
            .debug(self.debug)
            .keep_debug(self.keep_debug)
            .demangle(!self.no_demangle)
            .omit_default_module_path(true);
        if let Some(name) = &self.out_name {
            bindgen.out_name(name);
        }
        let mut output = bindgen.generate_output()?;
        output.emit(&self.out_dir).with_context(|| format!("cannot generate bindings for `{}`", self.input.display()))
    }
}

/// One kind of output serves every runtime here; another one is a mistake in the build.
fn require_web(target: &str) -> Result<()> {
    if target != "web" {
        bail!("target `{target}` is not built by this tool, only `web`");
    }
    Ok(())
}
