//! Inputs made of others: bytes flipped, pieces moved, repeated or left out, words that mean something put in.

use std::ops::Range;

use super::random::Random;

/// Larger inputs are cut: what is wrong shows in small ones too, and sooner.
const MOST_BYTES: usize = 16 * 1024;
/// Numbers at which programs go wrong.
const NUMBERS: [&str; 12] = [
    "0",
    "-1",
    "1",
    "255",
    "65536",
    "2147483648",
    "-9223372036854775808",
    "18446744073709551616",
    "1e999",
    "0.1",
    "-0",
    "NaN",
];
const CHARACTERS: [&str; 44] = [
    "\0",
    "\t",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\"",
    "#",
    "$",
    "%",
    "&",
    "'",
    "*",
    "+",
    ",",
    "-",
    ".",
    "/",
    ":",
    ";",
    "<",
    "=",
    ">",
    "?",
    "@",
    "[",
    "\\",
    "]",
    "^",
    "_",
    "`",
    "{",
    "|",
    "}",
    "~",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "ä",
    "\u{2028}",
    "\u{202e}",
    "\u{feff}",
    "\u{1f600}",
    "\u{1b}[2J",
];

/// An input with one to six changes.
pub fn mutant(random: &mut Random, mut input: Vec<u8>, others: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    for _ in 0..=random.below(6) {
        change(random, &mut input, others, words);
    }
    input.truncate(MOST_BYTES);
    input
}

fn change(random: &mut Random, input: &mut Vec<u8>, others: &[Vec<u8>], words: &[&str]) {
    match random.below(11) {
        0 => flip(random, input),
        1 => replace(random, input, 40, &[]),
        2 => repeat(random, input),
        3 | 4 => put_text(random, input, words),
        5 => put_text(random, input, &NUMBERS),
        6 => put_text(random, input, &CHARACTERS),
        7 => splice(random, input, others),
        8 => swap_lines(random, input),
        9 => drop_line(random, input),
        _ => {
            let end = random.below(input.len() + 1);
            input.truncate(end);
        }
    }
}

fn flip(random: &mut Random, input: &mut [u8]) {
    let at = random.below(input.len());
    let bit = 1 << random.below(8);
    input.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= bit);
}

/// A piece of at most `most` bytes.
fn piece(random: &mut Random, length: usize, most: usize) -> Range<usize> {
    let start = random.below(length + 1);
    let end = start + random.below(most.min(length - start) + 1);
    start..end
}

fn replace(random: &mut Random, input: &mut Vec<u8>, most: usize, by: &[u8]) {
    let piece = piece(random, input.len(), most);
    input.splice(piece, by.iter().copied());
}

/// Puts a text in, mostly for the word that stands there.
fn put_text(random: &mut Random, input: &mut Vec<u8>, texts: &[&str]) {
    let Some(text) = random.pick(texts).copied() else { return };
    let at = random.below(input.len() + 1);
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$' | b'/');
    let word = if random.below(3) == 0 { at..at } else { around(input, at, is_word) };
    input.splice(word, text.bytes());
}

/// The bytes of one sort around a place.
fn around(input: &[u8], at: usize, is_part: impl Fn(&u8) -> bool) -> Range<usize> {
    let (before, after) = input.split_at(at);
    let start = at - before.iter().rev().take_while(|byte| is_part(byte)).count();
    start..at + after.iter().take_while(|byte| is_part(byte)).count()
}

fn repeat(random: &mut Random, input: &mut Vec<u8>) {
    let piece = piece(random, input.len(), 60);
    let most = if random.below(8) == 0 { 200 } else { 3 };
    let times = 1 + random.below(most);
    let copies = input[piece.clone()].repeat(times);
    input.splice(piece.end..piece.end, copies);
}

/// The start of one input and the end of another.
fn splice(random: &mut Random, input: &mut Vec<u8>, others: &[Vec<u8>]) {
    let Some(other) = random.pick(others) else { return };
    let end = random.below(input.len() + 1);
    input.truncate(end);
    input.extend_from_slice(&other[random.below(other.len() + 1)..]);
}

fn a_line(random: &mut Random, input: &[u8]) -> Range<usize> {
    let at = random.below(input.len() + 1);
    around(input, at, |byte| *byte != b'\n')
}

fn swap_lines(random: &mut Random, input: &mut Vec<u8>) {
    let (one, other) = (a_line(random, input), a_line(random, input));
    let (first, second) = if one.start <= other.start { (one, other) } else { (other, one) };
    if first.end > second.start {
        return;
    }
    let (early, late) = (input[first.clone()].to_vec(), input[second.clone()].to_vec());
    input.splice(second, early);
    input.splice(first, late);
}

fn drop_line(random: &mut Random, input: &mut Vec<u8>) {
    let line = a_line(random, input);
    let end = (line.end + 1).min(input.len());
    input.drain(line.start..end);
}
