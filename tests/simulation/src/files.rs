//! Files of migrations, as documents of databases tell of them.

use crate::case::Described;

/// Where the files of a document lie in R2: the place says which they are.
pub fn prefix(described: &Described) -> String {
    let Described { files, edited, broken, .. } = described;
    format!("sql/{}-{}-{}/", files.unwrap_or_default(), u8::from(*edited), u8::from(*broken))
}

/// All files of which documents may tell in R2, by key.
pub fn objects() -> impl Iterator<Item = (String, String)> {
    let all = (1..=FILES.len() as u8).flat_map(|files| [false, true].map(|edited| (files, edited)));
    let all = all.flat_map(|(files, edited)| [false, true].map(|broken| (files, edited, broken)));
    all.flat_map(|(files, edited, broken)| {
        let described = Described { files: Some(files), edited, broken, ..Described::PLAIN };
        (0..usize::from(files))
            .map(move |index| (format!("{}{}", prefix(&described), FILES[index]), file(index, &described)))
    })
}

/// Names of migrations, in their order.
pub const FILES: [&str; 3] = ["0001_first.sql", "0002_second.sql", "0003_third.sql"];

/// A file of a document: what it does leaves its name behind.
pub fn file(index: usize, described: &Described) -> String {
    let does = format!("INSERT INTO events VALUES ('{}');\n", event(index, described.edited && index == 0));
    let is_broken = described.broken && described.files.is_some_and(|files| usize::from(files) == index + 1);
    if is_broken { format!("{does}INSERT INTO nowhere VALUES ('{}');\n", FILES[index]) } else { does }
}

/// What is left behind by a file.
pub fn event(index: usize, edited: bool) -> String {
    if edited { format!("{}, edited", FILES[index]) } else { FILES[index].to_owned() }
}
