use super::*;
use crate::pty::{self, Mode};

fn value(terminal: &OwnedFd, number: u8) -> u32 {
    pty::modes(terminal).unwrap().into_iter().find(|(known, _)| *known == number).unwrap().1
}

const ISIG: u8 = 50;
const ECHO: u8 = 53;
const OPOST: u8 = 70;
const ERASE: Mode = (3, 8);

#[test]
fn raw_and_back() {
    let pty = pty::open().unwrap();
    let before = pty::modes(&pty.terminal).unwrap();
    let mut raw = RawMode::enter(&pty.terminal).unwrap();
    for mode in [ISIG, ECHO, OPOST] {
        assert_eq!(value(&pty.terminal, mode), 0);
    }
    raw.resume().unwrap();
    raw.pause().unwrap();
    assert_eq!(pty::modes(&pty.terminal).unwrap(), before);
    raw.pause().unwrap();
    // Whoever had the terminal in between wants it another way.
    pty::set_modes(&pty.terminal, &[ERASE]).unwrap();
    raw.resume().unwrap();
    assert_eq!(value(&pty.terminal, ECHO), 0);
    drop(raw);
    assert_eq!(value(&pty.terminal, ECHO), 1);
    assert_eq!(value(&pty.terminal, ERASE.0), ERASE.1);
}

#[test]
fn only_terminals() {
    let (read, _write) = crate::pipe::pipe().unwrap();
    assert!(RawMode::enter(&read).is_err());
}
