//! Runs a target on its corpus, then on random inputs: mutants of the corpus, texts with the right structure, bare bytes.
//!
//! `FUZZ_CASES` is the number of random inputs of a target, `FUZZ_SEED` another seed than the usual one, `FUZZ_OUT` a
//! folder for a sample of the inputs. An input that breaks a law is made smaller before it is shown, and kept in a file.

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use proptest::strategy::{BoxedStrategy, Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::attempt::{Attempts, Failure};
use super::mutate::mutant;
use super::random::Random;
use super::shrink::shrink;

/// Something that takes text from outside.
pub struct Target {
    /// Name of its folder in `tests/corpora`.
    pub name: &'static str,
    /// A folder of other tests whose files are good inputs, too.
    pub beside: Option<&'static str>,
    /// Uses the input, and stops when a law is broken.
    pub check: fn(&[u8]),
    /// Inputs that get past the first look.
    pub structured: fn() -> BoxedStrategy<Vec<u8>>,
    /// Words that mean something to the target.
    pub words: &'static [&'static str],
}

/// Inputs of every run are the same with this seed.
const FIXED_SEED: u64 = 0x5eed;
/// Random inputs of an ordinary test run.
const FEW: usize = 150;
/// Inputs that a long run keeps for the shipped engine.
const SAMPLES: usize = 100;

/// Runs a target.
pub fn run(target: &Target) {
    let start = Instant::now();
    let corpus = corpus(target);
    let attempts = Attempts::watched(target.name, target.check);
    for (name, input) in &corpus {
        if let Some(failure) = attempts.of(input) {
            report(target, &attempts, input, &failure, &format!("corpus file {name}"));
        }
    }
    let inputs: Vec<Vec<u8>> = corpus.into_iter().map(|(_, input)| input).collect();
    let cases = number("FUZZ_CASES").unwrap_or(FEW);
    let every = (cases / SAMPLES).max(1);
    let mut source = Inputs::new(target, &inputs, number("FUZZ_SEED").map_or(FIXED_SEED, |seed| seed as u64));
    for case in 0..cases {
        let input = source.next();
        if case % every == 0 {
            keep_sample(target.name, case / every, &input);
        }
        if let Some(failure) = attempts.of(&input) {
            report(target, &attempts, &input, &failure, &format!("case {case} of seed {}", source.seed));
        }
    }
    say(&format!(
        "{}: {} corpus files, {cases} random inputs, {:.1} s, the slowest {:.1} ms\n",
        target.name,
        inputs.len(),
        start.elapsed().as_secs_f64(),
        attempts.slowest().as_secs_f64() * 1_000.0
    ));
}

/// The random inputs of one seed.
struct Inputs<'a> {
    target: &'a Target,
    corpus: &'a [Vec<u8>],
    seed: u64,
    random: Random,
    structured: BoxedStrategy<Vec<u8>>,
    runner: TestRunner,
}

impl<'a> Inputs<'a> {
    fn new(target: &'a Target, corpus: &'a [Vec<u8>], seed: u64) -> Self {
        let mut random = Random::new(seed);
        let bytes: Vec<u8> = (0..4).flat_map(|_| random.next().to_le_bytes()).collect();
        let runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
        Self { target, corpus, seed, random, structured: (target.structured)(), runner }
    }

    fn next(&mut self) -> Vec<u8> {
        match self.random.below(20) {
            0..=7 => self.mutant_of_corpus(),
            8..=13 => self.structured(),
            14..=17 => {
                let base = self.structured();
                mutant(&mut self.random, base, self.corpus, self.target.words)
            }
            _ => self.random.bytes(400),
        }
    }

    fn mutant_of_corpus(&mut self) -> Vec<u8> {
        let base = self.random.pick(self.corpus).cloned().unwrap_or_default();
        mutant(&mut self.random, base, self.corpus, self.target.words)
    }

    fn structured(&mut self) -> Vec<u8> {
        self.structured.new_tree(&mut self.runner).map(|tree| tree.current()).unwrap_or_default()
    }
}

/// The committed inputs of a target, by file.
fn corpus(target: &Target) -> Vec<(String, Vec<u8>)> {
    let own = format!("tests/corpora/{}", target.name);
    let mut files: Vec<_> = std::iter::once(own.as_str()).chain(target.beside).flat_map(files).collect();
    files.sort();
    assert!(!files.is_empty(), "{} has no corpus", target.name);
    files
}

fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).expect("a folder");
    let each = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.expect("an entry");
        let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
        match entry.path().is_dir() {
            true => files(&name),
            false => vec![(name, fs::read(entry.path()).expect("a file"))],
        }
    };
    entries.flat_map(each).collect()
}

fn report(target: &Target, attempts: &Attempts, input: &[u8], failure: &Failure, from: &str) -> ! {
    let small = shrink(input, |smaller| attempts.of(smaller).is_some_and(|other| other.place == failure.place));
    let last = attempts.of(&small).unwrap_or_else(|| failure.clone());
    let path = keep_failure(target.name, &small);
    panic!(
        "{} ({from}): {} at {}\n--- the input, made as small as it goes:\n{}\n--- it is a test of every run once it lies in the corpus: cp {} tests/corpora/{}/\n",
        target.name,
        last.message,
        last.place,
        String::from_utf8_lossy(&small).escape_debug(),
        path.display(),
        target.name,
    );
}

/// Keeps an input that broke a law.
pub fn keep_failure(name: &str, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz/failures").join(name);
    let digest = input
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    let path = folder.join(format!("{digest:016x}"));
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(&path, input).expect("a file");
    path
}

fn keep_sample(name: &str, index: usize, input: &[u8]) {
    let Ok(out) = env::var("FUZZ_OUT") else { return };
    let folder = Path::new(&out).join(name);
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join(format!("{index:03}")), input).expect("a file");
}

/// A number from the environment.
pub fn number(name: &str) -> Option<usize> {
    env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// Past the harness, which keeps what passing tests print.
pub fn say(text: &str) {
    if env::var("FUZZ_CASES").is_ok() {
        std::io::stderr().write_all(text.as_bytes()).expect("standard error");
    }
}
