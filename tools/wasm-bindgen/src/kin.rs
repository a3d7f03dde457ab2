//! Which functions are alike.
//!
//! A generic function comes once for each type, as nearly the same bytes. Compression finds a repetition in the last
//! 32 kB only: the build sorts functions by name, and these names sort all instances of one function together.

use walrus::{FunctionKind, Module};

/// Names each function after what it is an instance of, and its size.
pub fn name(module: &mut Module) {
    for function in module.funcs.iter_mut() {
        let size = match &function.kind {
            FunctionKind::Local(local) => local.size(),
            FunctionKind::Import(_) | FunctionKind::Uninitialized(_) => 0,
        };
        let kin = function.name.as_deref().map(kin).unwrap_or_default();
        function.name = Some(format!("{kin} {size:07}"));
    }
}

/// A name without all that is generic in it: `Trait::method` of `<Type as Trait<Other>>::method`.
fn kin(name: &str) -> String {
    let mut kin = String::new();
    let mut depth = 0_usize;
    for character in name.strip_prefix('<').unwrap_or(name).replace("->", "").chars() {
        match character {
            '<' | '[' => depth += 1,
            '>' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kin.push(character),
            _ => {}
        }
    }
    kin.split_once(" as ").map_or(kin.clone(), |(_, of_trait)| of_trait.to_owned())
}

#[cfg(test)]
mod tests {
    use super::kin;

    #[test]
    fn instances_of_one_function_are_kin() {
        for (name, expected) in [
            ("<a[1f]::B<u8> as c::D<[e::F]>>::g::<u8>", "c::D::g::"),
            ("<a::B<u8>>::c", "a::B::c"),
            ("a::b::<fn() -> u8>", "a::b::"),
        ] {
            assert_eq!(kin(name), expected);
        }
    }
}
