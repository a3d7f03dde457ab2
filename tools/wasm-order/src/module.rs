//! A WebAssembly module whose functions can be put in another order. Only their indices change.

use std::convert::Infallible;

use anyhow::Result;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

pub struct Module<'a> {
    bytes: &'a [u8],
    /// How many functions it imports. Their indices come before those of its own, which alone are ordered.
    imported: usize,
    /// Its own functions.
    pub bodies: Vec<&'a [u8]>,
}

impl<'a> Module<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        let mut imported = 0;
        let mut bodies = Vec::new();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
                _ => {}
            }
        }
        Ok(Self { bytes, imported, bodies })
    }

    /// The same module with its functions in this order: the old place of each.
    pub fn ordered(&self, order: &[usize]) -> Result<Vec<u8>> {
        let mut indices: Vec<u32> = (0..).take(self.imported + order.len()).collect();
        for (index, old) in (0..).skip(self.imported).zip(order) {
            indices[self.imported + old] = index;
        }
        let mut ordered = wasm_encoder::Module::new();
        Reorder { order, indices }.parse_core_module(&mut ordered, Parser::new(0), self.bytes)?;
        Ok(ordered.finish())
    }
}

struct Reorder<'a> {
    order: &'a [usize],
    /// The new index of each function by its old one.
    indices: Vec<u32>,
}

impl Reencode for Reorder<'_> {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error> {
        Ok(self.indices[index as usize])
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        let types = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for &old in self.order {
            functions.function(types[old]);
        }
        Ok(())
    }

    fn parse_code_section(&mut self, code: &mut CodeSection, section: CodeSectionReader<'_>) -> Result<(), Error> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for &old in self.order {
            self.parse_function_body(code, bodies[old].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection, TypeSection,
        ValType,
    };

    use super::Module;

    /// Imports one function and defines `order.len()` ones, written in this order: number `n` calls number `n - 1`, the
    /// imported one being before number 0, returns `n` results, and is exported under its number.
    fn module(order: &[usize]) -> Vec<u8> {
        let place = |number: usize| order.iter().position(|&other| other == number).map_or(0, |place| place + 1) as u32;
        let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
        let (mut functions, mut exports, mut code) = (FunctionSection::new(), ExportSection::new(), CodeSection::new());
        imports.import("outside", "function", EntityType::Function(0));
        for number in 0..order.len() {
            types.ty().function([], vec![ValType::I32; number]);
            exports.export(&number.to_string(), ExportKind::Func, place(number));
        }
        for &number in order {
            functions.function(number as u32);
            let mut body = Function::new([]);
            body.instructions().call(number.checked_sub(1).map_or(0, place)).end();
            code.function(&body);
        }
        let mut module = wasm_encoder::Module::new();
        module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
        module.finish()
    }

    #[test]
    fn all_that_names_a_function_follows_it() -> anyhow::Result<()> {
        let bytes = module(&[0, 1, 2, 3]);
        assert_eq!(Module::read(&bytes)?.ordered(&[2, 0, 3, 1])?, module(&[2, 0, 3, 1]));
        Ok(())
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(Module::read(b"{}").is_err());
    }
}
