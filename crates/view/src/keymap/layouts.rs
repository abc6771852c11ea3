//! Reads the tables of the layouts, which come with the program.
//!
//! Invariant: every name that [`names`] gives is one that [`table`] knows.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::keys;
use super::symbol::{Symbol, dead_name};

/// See there for what it means.
static TEXT: &str = include_str!("layouts.txt");
/// Layouts that start from layouts that start from…
const DEPTH: u32 = 8;

/// What the keys of one layout give.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// Code of evdev to the symbols of the levels: one, two or four.
    pub keys: BTreeMap<u32, Vec<Symbol>>,
    /// The keypad has a comma.
    pub comma: bool,
}

impl Table {
    /// Whether the right Alt is AltGr.
    pub(super) fn altgr(&self) -> bool {
        self.keys.values().any(|symbols| symbols.len() > 2)
    }
}

/// The head of a layout: its name, what it starts from, what else it says.
fn head(line: &'static str) -> Option<(&'static str, Option<&'static str>, &'static str)> {
    let (names, rest) = line.strip_prefix('[')?.split_once(']')?;
    match names.split_once(" : ") {
        Some((name, base)) => Some((name, Some(base), rest)),
        None => Some((names, None, rest)),
    }
}

/// The names of the layouts.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TEXT.lines().filter_map(head).map(|head| head.0).filter(|name| !name.starts_with('('))
}

/// What the keys of a layout give. `None`: there is no such layout.
pub(super) fn table(name: &str) -> Option<Table> {
    if name.starts_with('(') {
        return None;
    }
    read(name, DEPTH)
}

fn read(name: &str, depth: u32) -> Option<Table> {
    let mut lines = TEXT.lines();
    let (_, base, rest) = lines.by_ref().filter_map(head).find(|head| head.0 == name)?;
    let mut table = match base {
        Some(base) => read(base, depth.checked_sub(1)?)?,
        None => Table::default(),
    };
    table.comma |= rest.contains("comma");
    for line in lines.take_while(|line| head(line).is_none()) {
        let mut words = line.split(' ');
        let row = words.next().unwrap_or("");
        let names = keys::ROWS.iter().find(|entry| entry.0 == row).map_or(row, |entry| entry.1);
        for (key, word) in names.split(' ').zip(words) {
            if let Some(code) = keys::code(key) {
                put(&mut table, code, symbols(word));
            }
        }
    }
    Some(table)
}

fn put(table: &mut Table, code: u32, mut symbols: Vec<Symbol>) {
    while symbols.last() == Some(&Symbol::None) {
        symbols.pop();
    }
    if symbols.len() == 3 {
        symbols.push(Symbol::None);
    }
    if symbols.is_empty() {
        table.keys.remove(&code);
    } else {
        table.keys.insert(code, symbols);
    }
}

/// The symbols of one key, by level.
fn symbols(word: &'static str) -> Vec<Symbol> {
    if let Some(names) = word.strip_prefix('=').filter(|names| names.starts_with(char::is_alphabetic)) {
        return names.split(',').map(Symbol::Named).collect();
    }
    let mut symbols = Vec::with_capacity(4);
    let mut chars = word.chars();
    while let Some(c) = chars.next() {
        symbols.push(match c {
            '∅' => Symbol::None,
            '␣' => Symbol::Char(' '),
            '⍽' => Symbol::Char('\u{a0}'),
            '◌' => {
                chars.next().filter(|mark| dead_name(*mark).is_some()).map_or(Symbol::None, Symbol::Dead)
            }
            c => Symbol::Char(c),
        });
    }
    symbols
}
