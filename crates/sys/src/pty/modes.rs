//! A terminal's modes as pairs of numbers that mean the same on every system: RFC 4254 section 8, and RFC 8160.
//!
//! Left out: the modes of upper-case terminals (IUCLC, OLCUC, XCASE), VFLUSH, which no system here has, and PENDIN,
//! which is a state. Invariant: a mode that a pair does not name, or that this system does not have, stays as it is.

use std::io;
use std::os::fd::AsFd;

use rustix::termios::{
    ControlModes, InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, Termios, tcgetattr,
    tcsetattr,
};

use crate::platform;

/// A mode's number and its value: a character (255: none), 1 or 0 for a flag, bits per second for a speed.
pub type Mode = (u8, u32);

/// What stands for no character in a pair.
const NONE: u32 = 255;

/// What stands for no character in a terminal.
const DISABLED: u8 = libc::_POSIX_VDISABLE;

const CHARACTERS: &[(u8, SpecialCodeIndex)] = &[
    (1, SpecialCodeIndex::VINTR),
    (2, SpecialCodeIndex::VQUIT),
    (3, SpecialCodeIndex::VERASE),
    (4, SpecialCodeIndex::VKILL),
    (5, SpecialCodeIndex::VEOF),
    (6, SpecialCodeIndex::VEOL),
    (7, SpecialCodeIndex::VEOL2),
    (8, SpecialCodeIndex::VSTART),
    (9, SpecialCodeIndex::VSTOP),
    (10, SpecialCodeIndex::VSUSP),
    (12, SpecialCodeIndex::VREPRINT),
    (13, SpecialCodeIndex::VWERASE),
    (14, SpecialCodeIndex::VLNEXT),
    (18, SpecialCodeIndex::VDISCARD),
];

const INPUT: &[(u8, InputModes)] = &[
    (30, InputModes::IGNPAR),
    (31, InputModes::PARMRK),
    (32, InputModes::INPCK),
    (33, InputModes::ISTRIP),
    (34, InputModes::INLCR),
    (35, InputModes::IGNCR),
    (36, InputModes::ICRNL),
    (38, InputModes::IXON),
    (39, InputModes::IXANY),
    (40, InputModes::IXOFF),
    (41, InputModes::IMAXBEL),
];

const LOCAL: &[(u8, LocalModes)] = &[
    (50, LocalModes::ISIG),
    (51, LocalModes::ICANON),
    (53, LocalModes::ECHO),
    (54, LocalModes::ECHOE),
    (55, LocalModes::ECHOK),
    (56, LocalModes::ECHONL),
    (57, LocalModes::NOFLSH),
    (58, LocalModes::TOSTOP),
    (59, LocalModes::IEXTEN),
    (60, LocalModes::ECHOCTL),
    (61, LocalModes::ECHOKE),
];

const OUTPUT: &[(u8, OutputModes)] = &[
    (70, OutputModes::OPOST),
    (72, OutputModes::ONLCR),
    (73, OutputModes::OCRNL),
    (74, OutputModes::ONOCR),
    (75, OutputModes::ONLRET),
];

const PARITY: &[(u8, ControlModes)] = &[(92, ControlModes::PARENB), (93, ControlModes::PARODD)];

/// The size of a character is not a flag but one of four values, two of which have a number.
const SIZES: [(u8, ControlModes); 2] = [(90, ControlModes::CS7), (91, ControlModes::CS8)];

const INPUT_SPEED: u8 = 128;
const OUTPUT_SPEED: u8 = 129;

/// The modes of a terminal, all that are known here.
///
/// # Errors
/// It is no terminal.
pub fn modes(terminal: impl AsFd) -> io::Result<Vec<Mode>> {
    let now = tcgetattr(terminal)?;
    let characters = CHARACTERS.iter().chain(platform::CONTROL_CHARACTERS).map(|&(number, index)| {
        let character = now.special_codes[index];
        (number, if character == DISABLED { NONE } else { character.into() })
    });
    let flag = |number: u8, set: bool| (number, u32::from(set));
    let input = INPUT.iter().chain(platform::INPUT_MODES);
    let size = now.control_modes & ControlModes::CSIZE;
    let mut modes: Vec<Mode> = characters.collect();
    modes.extend(input.map(|&(number, mode)| flag(number, now.input_modes.contains(mode))));
    modes.extend(LOCAL.iter().map(|&(number, mode)| flag(number, now.local_modes.contains(mode))));
    modes.extend(OUTPUT.iter().map(|&(number, mode)| flag(number, now.output_modes.contains(mode))));
    modes.extend(SIZES.iter().map(|&(number, mode)| flag(number, size == mode)));
    modes.extend(PARITY.iter().map(|&(number, mode)| flag(number, now.control_modes.contains(mode))));
    modes.extend([(INPUT_SPEED, now.input_speed()), (OUTPUT_SPEED, now.output_speed())]);
    Ok(modes)
}

/// Changes the modes of a terminal. Pairs that mean nothing here are skipped.
///
/// # Errors
/// It is no terminal.
pub fn set_modes(terminal: impl AsFd, modes: &[Mode]) -> io::Result<()> {
    let mut wanted = tcgetattr(&terminal)?;
    for &(number, value) in modes {
        set(&mut wanted, number, value);
    }
    Ok(tcsetattr(terminal, OptionalActions::Now, &wanted)?)
}

fn set(wanted: &mut Termios, number: u8, value: u32) {
    let on = value != 0;
    let characters = CHARACTERS.iter().chain(platform::CONTROL_CHARACTERS);
    for &(_, index) in characters.filter(|(known, _)| *known == number) {
        wanted.special_codes[index] = match u8::try_from(value) {
            Ok(character) if value != NONE => character,
            _ => DISABLED,
        };
    }
    let input = INPUT.iter().chain(platform::INPUT_MODES);
    input.filter(|(known, _)| *known == number).for_each(|&(_, mode)| wanted.input_modes.set(mode, on));
    let local = LOCAL.iter().filter(|(known, _)| *known == number);
    local.for_each(|&(_, mode)| wanted.local_modes.set(mode, on));
    let output = OUTPUT.iter().filter(|(known, _)| *known == number);
    output.for_each(|&(_, mode)| wanted.output_modes.set(mode, on));
    let parity = PARITY.iter().filter(|(known, _)| *known == number);
    parity.for_each(|&(_, mode)| wanted.control_modes.set(mode, on));
    for &(_, mode) in SIZES.iter().filter(|(known, _)| *known == number && on) {
        wanted.control_modes.remove(ControlModes::CSIZE);
        wanted.control_modes.insert(mode);
    }
    // A speed of zero would hang up. One that the system does not know changes nothing: no wire is behind this.
    if number == INPUT_SPEED && on {
        let _ = wanted.set_input_speed(value);
    }
    if number == OUTPUT_SPEED && on {
        let _ = wanted.set_output_speed(value);
    }
}
