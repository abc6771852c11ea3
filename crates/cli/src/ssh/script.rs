//! The shell text that begins a session over there.
//!
//! Two stages. The first is one word of ssh's command line, read by whatever login shell the user has, and hands over
//! to `sh` at once. It looks for a farway and becomes it; or it says what the machine has and reads the second stage
//! from the link, which puts a farway into a folder of the user's and becomes that.
//!
//! Not what is said back: see [`intro`](super::intro). Invariants: the first stage has no newline, and what stands in
//! quotes has no `'`, `!` or backslash, so that sh, csh and fish read the same; nothing is read from the link that
//! the near side has not been asked for, except the first flight, so it is no harm if a tool reads ahead; the second
//! stage does nothing unless all of it has arrived; nothing half-written stays.

#[cfg(test)]
mod shells;
#[cfg(test)]
mod tests;

use farway_proto::session::words::PROTOCOL;

/// What the first stage begins with, to know it again if it comes back.
pub const STAGE1_MARK: &str = "exec sh -c 'fws(";

/// Length of the second stage on the link, in bytes.
pub const STAGE2_LEN: usize = 4096;

/// Folders other than the user's own, for `$fwu` the number of the user: `~/.cache` may be on a file system
/// where nothing can be executed. They count only if they are ours and nobody else can write there.
const SHARED: &str = "/var/tmp/farway-$fwu /tmp/farway-$fwu /dev/shm/farway-$fwu";

/// Whether `$1` is a folder and no link, of this user, and shut to all others.
const OURS: &str =
    r#"fwo(){ set -- $(ls -ldn "$1" 2>/dev/null); case "$1 $3" in "drwx------"*" $fwu");; *)false;; esac; }"#;

/// Whether `$1` is a farway that speaks our version of the agreement.
const SPEAKS: &str = r#"fws(){ case "$("$1" porter --protocol 2>/dev/null </dev/null)" in PROTOCOL|"PROTOCOL "*);; *)false;; esac; }"#;

/// To become `$1` if it is suitable.
const EXEC: &str = r#"fwx(){ fws "$1" && exec "$1" porter; }"#;

/// To read `$1` bytes from the link. Where `head` cannot count bytes it reads none.
const READ: &str = r#"fwr(){ head -c "$1" 2>/dev/null || dd bs=1 count="$1" 2>/dev/null; }"#;

const SYSTEM: &str = "uname -s 2>/dev/null || echo -";
const CPU: &str = "uname -m 2>/dev/null || echo -";

/// What the near side wants to know of. A farway among these is one that does not speak our version.
const TOOLS: &str = "gzip sha256sum shasum openssl sha512sum cksum farway waypipe";

/// What the first stage must know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stage1 {
    /// `--remote-bin`: a name or a path over there, which may begin with `~/`. Then nothing else is looked for, and
    /// nothing is sent.
    pub remote_bin: Option<String>,
    /// Bytes that the near side sends without being asked.
    pub first_flight_len: usize,
    /// The near side's first words ([`super::packed`]), for the environment of the farway over there (`FARWAY_HELLO`), if
    /// they are not sent: OpenSSH's server takes nothing before it has started the command, so what is sent comes a
    /// round trip later. Whoever may list processes over there sees it for a moment.
    pub hello: Option<String>,
    /// Whether a program may be sent.
    pub bootstrap: bool,
    /// Names of the programs that could be sent, see [`Parcel::name`](super::parcel::Parcel::name). Only these are
    /// taken from the cache. If there are none, any that speaks our version will do.
    pub names: Vec<String>,
}

/// Why there is no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// Some shell would not take it as it is.
    #[error("--remote-bin cannot be passed on: it is empty or has control characters")]
    RemoteBin,
}

impl Stage1 {
    /// Whether a second stage may follow.
    pub fn may_send(&self) -> bool {
        self.bootstrap && self.remote_bin.is_none()
    }
}

/// The first stage: what comes after the destination on ssh's command line, as one word.
///
/// # Errors
/// [`ScriptError::RemoteBin`].
pub fn stage1(stage: &Stage1) -> Result<String, ScriptError> {
    let speaks = SPEAKS.replace("PROTOCOL", &PROTOCOL.to_string());
    let (look, remote) = match &stage.remote_bin {
        Some(_) => (
            r#"case "$0" in "~/"*)fwb=$HOME/${0#"~/"};; *)fwb=$0;; esac; fwx "$fwb"; "#.to_string(),
            r#" $(command -v "$fwb" >/dev/null 2>&1 && echo remote)"#,
        ),
        None => (search(&stage.names), ""),
    };
    // The first flight goes before the question: then the answer is all that can be read after it.
    let hello = stage.hello.iter().map(|hello| format!("FARWAY_HELLO={hello}; export FARWAY_HELLO; "));
    let hello: String = hello.collect();
    let text = format!(
        "{speaks}; {EXEC}; {hello}{look}{READ}; fwr {} >/dev/null; echo; echo farway:need $({SYSTEM}) $({CPU}) \
         $(for fwt in {TOOLS}; do command -v $fwt >/dev/null 2>&1 && echo $fwt; done){remote}{}",
        stage.first_flight_len,
        match stage.may_send() {
            true => format!(r#"; eval "$(fwr {STAGE2_LEN})""#),
            false => String::new(),
        }
    );
    debug_assert!(!text.contains(['\'', '!', '\\', '\n']), "some shell reads it differently: {text}");
    match &stage.remote_bin {
        Some(bin) => Ok(format!("exec sh -c '{text}' {}", quoted(bin)?)),
        None => Ok(format!("exec sh -c '{text}'")),
    }
}

/// To find a farway where it may be.
fn search(names: &[String]) -> String {
    let names = match names.is_empty() {
        true => "farway-*".to_string(),
        false => names.join(" "),
    };
    // Names with a star are for the shell to fill in; where none fits, no file has the name.
    format!(
        r#"fwx farway; fwx "$HOME/.local/bin/farway"; fwf(){{ for fwn in {names}; do for fwc in "$1"/$fwn; do [ -x "$fwc" ] && fwx "$fwc"; done; done; }}; fwf "${{XDG_CACHE_HOME:-$HOME/.cache}}/farway"; fwu=$(id -u); fwm="{SHARED}"; {OURS}; for fwd in "$XDG_RUNTIME_DIR/farway" $fwm; do fwo "$fwd" && fwf "$fwd"; done; "#
    )
}

/// `text` as one word for every shell.
fn quoted(text: &str) -> Result<String, ScriptError> {
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(ScriptError::RemoteBin);
    }
    let mut word = String::from("'");
    for letter in text.chars() {
        match letter {
            // Outside of quotes a backslash means the same to all.
            '\'' | '!' | '\\' => word.extend(["'\\", letter.encode_utf8(&mut [0; 4]), "'"]),
            _ => word.push(letter),
        }
    }
    word.push('\'');
    Ok(word)
}

/// How a file's integrity is proven over there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sum {
    /// `sha256sum`, of coreutils and busybox.
    Sha256sum,
    /// `shasum -a 256`, of perl.
    Shasum,
    /// `openssl dgst -sha256`.
    Openssl,
    /// `sha512sum`, of coreutils and busybox.
    Sha512sum,
    /// POSIX `cksum`: against accidents only, which is all that this is about: ssh keeps the bytes from others.
    Cksum,
}

impl Sum {
    /// All of them, the best first.
    pub const ALL: [Self; 5] = [Self::Sha256sum, Self::Shasum, Self::Openssl, Self::Sha512sum, Self::Cksum];

    /// The program.
    pub fn tool(self) -> &'static str {
        match self {
            Self::Sha256sum => "sha256sum",
            Self::Shasum => "shasum",
            Self::Openssl => "openssl",
            Self::Sha512sum => "sha512sum",
            Self::Cksum => "cksum",
        }
    }
}

/// What the second stage must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage2 {
    /// Of the file to be made: letters, digits, and `.+-_`.
    pub name: String,
    /// Bytes of the program.
    pub len: u64,
    /// Bytes on the link.
    pub packed_len: u64,
    /// Whether they are gzip'ed.
    pub gzip: bool,
    /// The tool to check with.
    pub sum: Sum,
    /// What it must print: the hash in hexadecimal, or for `cksum` its two numbers.
    pub digest: String,
}

/// The second stage, [`STAGE2_LEN`] bytes.
pub fn stage2(stage: &Stage2) -> Vec<u8> {
    let (check, expected) = match stage.sum {
        Sum::Sha256sum => ("sha256sum", format!("*{}*", stage.digest)),
        Sum::Shasum => ("shasum -a 256", format!("*{}*", stage.digest)),
        Sum::Openssl => ("openssl dgst -sha256", format!("*{}*", stage.digest)),
        Sum::Sha512sum => ("sha512sum", format!("*{}*", stage.digest)),
        Sum::Cksum => ("cksum", format!("\"{}\"*", stage.digest)),
    };
    let unpack = if stage.gzip { "gzip -dc" } else { "cat" };
    let text = STAGE2
        .replace("@NAME@", &stage.name)
        .replace("@BLOCKS@", &stage.len.div_ceil(65536).to_string())
        .replace("@PACKED@", &stage.packed_len.to_string())
        .replace("@UNPACK@", unpack)
        .replace("@CHECK@", check)
        .replace("@EXPECTED@", &expected);
    let mut bytes = text.into_bytes();
    debug_assert!(bytes.len() < STAGE2_LEN, "{} bytes", bytes.len());
    bytes.resize(STAGE2_LEN, b' ');
    bytes
}

/// Only the last line does anything, so half a text does nothing. The folder is proven by making a program there and
/// running it, and by taking the room that will be needed. A busybox that finds its tools in itself says just `sh` where
/// others say where `sh` is.
const STAGE2: &str = include_str!("script/stage2.sh");
