use super::*;
use crate::process::{Session, SpawnOptions, exit_code, spawn};
use crate::testing::is_cloexec;
use std::fs::File;
use std::io::Read;
use std::process::Command;

fn shown(master: OwnedFd) -> String {
    let mut text = Vec::new();
    match File::from(master).read_to_end(&mut text) {
        Ok(_) => {}
        Err(error) => assert!(is_end(&error), "{error}"),
    }
    String::from_utf8(text).unwrap()
}

fn at(terminal: OwnedFd) -> SpawnOptions {
    SpawnOptions { session: Session::Terminal(terminal), ..SpawnOptions::default() }
}

#[test]
fn both_ends_are_ours_alone() {
    let pty = open().unwrap();
    assert!(is_cloexec(&pty.master) && is_cloexec(&pty.terminal));
    assert!(rustix::termios::isatty(&pty.terminal));
    assert!(pty.name.starts_with("/dev"), "{}", pty.name.display());
    let (read, _write) = crate::pipe::pipe().unwrap();
    assert!(size(&read).is_err() && set_size(&read, Size { rows: 1, columns: 1 }).is_err());
    assert!(modes(&read).is_err() && set_modes(&read, &[]).is_err());
}

#[test]
fn sizes() {
    let pty = open().unwrap();
    for (rows, columns) in [(24, 80), (1, 1), (0, 0), (u16::MAX, 300)] {
        set_size(&pty.master, Size { rows, columns }).unwrap();
        assert_eq!(size(&pty.terminal).unwrap(), Size { rows, columns });
        assert_eq!(size(&pty.master).unwrap(), Size { rows, columns });
    }
}

#[test]
fn a_child_leads_its_session_on_the_terminal() {
    let pty = open().unwrap();
    let mut command = Command::new("/bin/sh");
    // Opening /dev/tty works only with a controlling terminal.
    command.arg("-c").arg("tty; echo own > /dev/tty; exit 5");
    let mut child = spawn(&mut command, at(pty.terminal)).unwrap();
    // The command's description still lives, and must not keep the terminal open.
    let text = shown(pty.master);
    assert_eq!(text, format!("{}\r\nown\r\n", pty.name.display()));
    assert_eq!(exit_code(child.wait().unwrap()), 5);
}

#[test]
fn every_known_mode_is_carried_over() {
    let (one, other) = (open().unwrap(), open().unwrap());
    let before = modes(&one.terminal).unwrap();
    let wanted: Vec<Mode> = before
        .iter()
        .map(|&(number, value)| match number {
            1..=18 => (number, if number == 2 { 255 } else { u32::from(b'A' + number) }),
            // CS7: seven bits, so not eight.
            90 => (90, 1),
            91 => (91, 0),
            128 | 129 => (number, 9600),
            _ => (number, 1 - value),
        })
        .collect();
    set_modes(&one.terminal, &wanted).unwrap();
    let now = modes(&one.terminal).unwrap();
    // A pseudo terminal always has eight bits and no parity on Linux.
    let kept = |modes: &[Mode]| {
        modes.iter().copied().filter(|(number, _)| !(90..=93).contains(number)).collect::<Vec<_>>()
    };
    assert_eq!(kept(&now), kept(&wanted));
    set_modes(&other.terminal, &now).unwrap();
    assert_eq!(modes(&other.terminal).unwrap(), now);
    set_modes(&one.terminal, &before).unwrap();
    assert_eq!(modes(&one.terminal).unwrap(), before);
}

#[test]
fn what_is_not_known_changes_nothing() {
    let pty = open().unwrap();
    let before = modes(&pty.terminal).unwrap();
    set_modes(&pty.terminal, &[(0, 7), (15, 1), (37, 1), (62, 1), (127, 9), (255, u32::MAX), (128, 0)])
        .unwrap();
    assert_eq!(modes(&pty.terminal).unwrap(), before);
    set_modes(&pty.terminal, &[(1, u32::MAX), (129, 12_345_678)]).unwrap();
    assert!(modes(&pty.terminal).unwrap().contains(&(1, 255)), "no such character");
}
