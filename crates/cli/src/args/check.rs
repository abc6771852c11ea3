//! What clap cannot know: which options go with which mode, and hidden modes.
//!
//! Invariant: whatever is refused here is wrong usage, with exit code 2 and one message that names the way out.

use std::ffi::{OsStr, OsString};

use clap::CommandFactory;
use clap::error::ErrorKind;

use super::far::{OneHostArgs, take_flag};
use super::{Args, Mode};

/// Modes of waypipe that this version does not have.
const NOT_YET: [&str; 1] = ["recon"];

/// All modes that people use.
const MODES: &str =
    "ssh, sessions, attach, kill, doctor, server, client, view, demo, bench, completions, man";

/// Completes what clap understood of a command line, and checks it.
///
/// # Errors
/// What to tell the user.
pub fn finish(args: &mut Args, line: &[OsString]) -> Result<(), clap::Error> {
    let usage = |kind, message: String| Err(Args::command().error(kind, message));
    if let Mode::Other(words) = &args.mode {
        match hidden(words) {
            Some(mode) => args.mode = mode,
            None => return usage(ErrorKind::InvalidSubcommand, unknown(words)),
        }
    }
    restore(&mut args.mode, line);
    if let Mode::Sessions(hosts) | Mode::Doctor(hosts) = &mut args.mode {
        hosts.json |= take_flag(&mut hosts.words, "--json");
    }
    if let Some(message) = incomplete(args) {
        return usage(ErrorKind::MissingRequiredArgument, message);
    }
    match misplaced(args).or_else(|| conflict(args).map(String::from)) {
        Some(message) => usage(ErrorKind::ArgumentConflict, message),
        None => Ok(()),
    }
}

/// Modes that only farway and its scripts use, so no help and no completion names them.
fn hidden(words: &[OsString]) -> Option<Mode> {
    let words: Vec<&str> = words.iter().map(|word| word.to_str()).collect::<Option<_>>()?;
    match words[..] {
        ["porter"] => Some(Mode::Porter { protocol: false }),
        ["porter", "--protocol"] => Some(Mode::Porter { protocol: true }),
        ["keeper"] => Some(Mode::Keeper),
        ["complete-hosts"] => Some(Mode::CompleteHosts),
        _ => None,
    }
}

fn unknown(words: &[OsString]) -> String {
    let word = words.first().map(|word| word.to_string_lossy()).unwrap_or_default();
    if NOT_YET.contains(&&*word) {
        return format!("the mode `{word}` is not in this version of farway, which has: {MODES}");
    }
    format!("unknown mode `{word}`; the modes are: {MODES}")
}

/// clap takes a `--` away that directly follows the mode. For ssh it means that no option comes any more.
fn restore(mode: &mut Mode, line: &[OsString]) {
    let words = match mode {
        Mode::Ssh(ssh) => &mut ssh.words,
        Mode::Sessions(hosts) | Mode::Doctor(hosts) => &mut hosts.words,
        Mode::Attach(one) | Mode::Kill(one) => &mut one.words,
        _ => return,
    };
    let before = line.len().checked_sub(words.len() + 1).and_then(|at| line.get(at));
    if before.is_some_and(|word| word == OsStr::new("--")) && line.ends_with(words) {
        words.insert(0, "--".into());
    }
}

/// What the words after a mode lack, or have too much.
fn incomplete(args: &Args) -> Option<String> {
    let (mode, far) = (&args.mode, &args.far);
    let one = |one: &OneHostArgs, form: &str, most| {
        let least = if form.contains("[ID]") { 1 } else { 2 };
        let rest = far.cut(&one.words).rest;
        let problem = match rest.len() {
            len if len < least => "something is missing",
            len if len > most => "that is too much",
            _ if rest.iter().any(|word| word.is_empty()) => "a word is empty",
            _ => return None,
        };
        Some(format!("{problem}: it is `farway {form}`"))
    };
    match mode {
        // With some options, such as -V, ssh wants none.
        Mode::Ssh(ssh) if far.line(&ssh.words).is_err() => {
            Some("no destination: it is `farway ssh [SSH OPTIONS] DESTINATION [COMMAND]`".into())
        }
        Mode::Attach(words) => one(words, "attach [SSH OPTIONS] HOST [ID]", 2),
        Mode::Kill(words) => one(words, "kill [SSH OPTIONS] HOST ID", 2),
        Mode::Sessions(hosts) | Mode::Doctor(hosts) => {
            let cut = far.cut(&hosts.words);
            let doctor = matches!(mode, Mode::Doctor(_));
            match (cut.options.is_empty(), cut.rest.len()) {
                (false, 0) => Some("no host follows the options of ssh".into()),
                (_, 2..) if doctor => {
                    Some("one host at a time: it is `farway doctor [SSH OPTIONS] [HOST]`".into())
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// An option that means nothing in the mode.
fn misplaced(args: &Args) -> Option<String> {
    let ssh = matches!(args.mode, Mode::Ssh(_));
    let far = ssh || {
        let mode = &args.mode;
        matches!(mode, Mode::Sessions(_) | Mode::Attach(_) | Mode::Kill(_) | Mode::Doctor(_))
    };
    let options = [
        ("ssh_bin", far, "ssh, sessions, attach, kill and doctor"),
        ("remote_bin", far, "ssh, sessions, attach, kill and doctor"),
        ("no_bootstrap", far, "ssh, sessions, attach, kill and doctor"),
        ("remote_socket", ssh, "ssh"),
        ("remote_node", ssh, "ssh"),
        ("grace", ssh, "ssh"),
        (
            "secctx",
            ssh || matches!(args.mode, Mode::Client { .. } | Mode::Attach(_)),
            "ssh, attach and client",
        ),
        ("xwls", !matches!(args.mode, Mode::Client { .. }), "ssh and server"),
    ];
    let (id, _, modes) = options.into_iter().find(|(id, fits, _)| !fits && args.given.contains(*id))?;
    Some(format!("--{} is for {modes}", id.replace('_', "-")))
}

/// Options that exclude one another.
fn conflict(args: &Args) -> Option<&'static str> {
    let viewed = matches!(args.mode, Mode::Client { view: true, .. });
    match () {
        () if args.xwls && args.oneshot => Some("--xwls needs a display for many programs, so not --oneshot"),
        () if args.vsock && args.socket.is_none() => Some("--vsock needs --socket [[s]CID:]PORT"),
        () if args.vsock && args.far.remote_socket.is_some() => {
            Some("--vsock has no socket on the other machine, so not --remote-socket")
        }
        () if args.secctx.is_some() && viewed => {
            Some("--secctx is for the compositor of the session, not --view")
        }
        () => None,
    }
}
