//! `cargo xtask protocols [--check] DIR…`: keeps `protocols/*.wl` in step with protocol XML.
//!
//! Reads every protocol XML below the folders and takes facts only: names, versions, argument kinds. Not a
//! downloader: unpack the packages first. Invariant: the same folders give the same files, whatever the order of
//! the folders; running twice changes nothing.
//!
//! What is in the tables already takes part as one more source, so folders need not hold everything: interfaces
//! that no XML describes stay as they are. To drop an interface, delete it from its file by hand.

mod choose;
mod xml;

#[allow(dead_code)]
#[path = "../../proto/build/table.rs"]
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use choose::{Choice, Found};

/// What can go wrong; the text is for the person at the terminal.
#[derive(Debug)]
enum Error {
    Io(PathBuf, io::Error),
    Xml(PathBuf, xml::Error),
    Table(PathBuf, table::ParseError),
}

/// Runs the chore with the words after `protocols`.
pub fn run(words: &[&str]) -> ExitCode {
    let check = words.contains(&"--check");
    let folders: Vec<&Path> = words.iter().filter(|word| **word != "--check").map(Path::new).collect();
    if folders.is_empty() {
        eprintln!("cargo xtask protocols: name at least one folder with protocol XML");
        return ExitCode::from(2);
    }
    let tables = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../protocols");
    match work(&tables, &folders, check) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            match error {
                Error::Io(path, error) => eprintln!("{}: {error}", path.display()),
                Error::Xml(path, error) => eprintln!("{}: {error}", path.display()),
                Error::Table(path, error) => eprintln!("{}: {error}", path.display()),
            }
            ExitCode::FAILURE
        }
    }
}

/// `Ok(false)`: `--check` found a difference.
fn work(tables: &Path, folders: &[&Path], check: bool) -> Result<bool, Error> {
    let old = read_tables(tables)?;
    let mut found = Vec::new();
    let mut files = Vec::new();
    for folder in folders {
        files_below(folder, "xml", &mut files)?;
    }
    files.sort();
    files.dedup();
    for path in &files {
        let text = read(path)?;
        let stem = stem(path);
        for interface in xml::read(&text).map_err(|error| Error::Xml(path.clone(), error))? {
            found.push(Found { stem: stem.clone(), interface });
        }
    }
    let Choice { files: new, notes } = choose::choose(&old, found);
    for note in &notes {
        println!("{note}");
    }
    if check {
        let stale: Vec<&String> = new.keys().filter(|stem| old.get(*stem) != new.get(*stem)).collect();
        stale.iter().for_each(|stem| println!("{stem}.wl is out of date"));
        return Ok(stale.is_empty());
    }
    write_tables(tables, &old, &new)?;
    let interfaces: usize = new.values().map(|file| file.interfaces.len()).sum();
    println!("{interfaces} interfaces in {} files", new.len());
    Ok(true)
}

/// Files by stem.
type Tables = BTreeMap<String, table::File>;

fn read_tables(folder: &Path) -> Result<Tables, Error> {
    let mut files = Vec::new();
    files_below(folder, "wl", &mut files)?;
    files
        .into_iter()
        .map(|path| {
            let file = table::parse(&read(&path)?).map_err(|error| Error::Table(path.clone(), error))?;
            Ok((stem(&path), file))
        })
        .collect()
}

fn write_tables(folder: &Path, old: &Tables, new: &Tables) -> Result<(), Error> {
    let path = |stem: &str| folder.join(format!("{stem}.wl"));
    for (stem, file) in new {
        if old.get(stem) != Some(file) {
            let path = path(stem);
            fs::write(&path, table::print(file)).map_err(|error| Error::Io(path, error))?;
        }
    }
    for stem in old.keys().filter(|stem| !new.contains_key(*stem)) {
        let path = path(stem);
        fs::remove_file(&path).map_err(|error| Error::Io(path, error))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(|error| Error::Io(path.to_owned(), error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn files_below(folder: &Path, extension: &str, into: &mut Vec<PathBuf>) -> Result<(), Error> {
    let fail = |error| Error::Io(folder.to_owned(), error);
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(fail)?);
        if kind.is_dir() {
            files_below(&path, extension, into)?;
        } else if kind.is_file() && path.extension().is_some_and(|found| found == extension) {
            into.push(path);
        }
    }
    Ok(())
}
