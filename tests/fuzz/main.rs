//! Every reader of text from outside, on random inputs. `npm run fuzz` runs 100,000 for each target, optimised, and
//! replays corpus and a sample through the shipped engine; the ordinary test run is short.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test runs natively, reads files, measures, and says what it expects by stopping"
)]

mod account;
mod answers;
mod attempt;
mod bundles;
mod drawings;
mod driver;
mod edits;
mod manifests;
mod marks;
mod mutate;
mod objects;
mod patterns;
mod random;
mod references;
mod shown;
mod shrink;
mod signature;
#[path = "../wire/mod.rs"]
mod wire;

/// Each is a test of its own, so that they run side by side.
macro_rules! targets {
    ($($name:ident),*) => {$(
        #[test]
        fn $name() {
            driver::run(&$name::TARGET);
        }
    )*};
}

targets!(account, answers, bundles, drawings, edits, manifests, marks, objects, patterns, references);

/// A driver that finds nothing would be no proof.
mod the_driver {
    use super::attempt::Attempts;
    use super::driver::say;
    use super::mutate::mutant;
    use super::random::Random;
    use super::shrink::shrink;

    fn breaks(input: &[u8]) {
        let text = String::from_utf8_lossy(input);
        assert!(!(text.contains("boom") && text.contains("zz")), "it broke");
    }

    #[test]
    fn finds_a_panic_and_makes_its_input_small() {
        let attempts = Attempts::watched("the driver", breaks);
        let mut random = Random::new(7);
        let seeds = [b"name: a\nkind: b\nhost: zz.example\n".to_vec(), b"text: \"x\"\n".to_vec()];
        let found = (0..100_000)
            .map(|case| mutant(&mut random, seeds[case % 2].clone(), &seeds, &["boom", "true"]))
            .find(|input| attempts.of(input).is_some())
            .expect("a mutant that breaks");
        let small = shrink(&found, |input| attempts.of(input).is_some());
        assert_eq!(small.len(), 6, "{}", String::from_utf8_lossy(&small));
        let failure = attempts.of(&small).expect("still a failure");
        assert!(failure.message == "it broke" && failure.place.contains("main.rs"), "{failure:?}");
        say("the driver: finds what is planted\n");
    }

    #[test]
    fn the_same_seed_makes_the_same_inputs() {
        let inputs = |seed: u64| -> Vec<Vec<u8>> {
            let mut random = Random::new(seed);
            (0..50).map(|_| mutant(&mut random, b"a: b\n".to_vec(), &[b"c".to_vec()], &["d"])).collect()
        };
        assert_eq!(inputs(1), inputs(1));
        assert_ne!(inputs(1), inputs(2));
    }
}
