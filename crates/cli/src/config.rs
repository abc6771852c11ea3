//! The configuration file: what holds when the command line does not say otherwise, for all machines or for some.
//!
//! Not the decisions (see [`plan`](crate::plan)). Invariants: every value in the file is checked when it is read, also
//! in tables of other hosts, by the parsers of the command line; what is on the command line always wins.

mod error;
pub mod hosts;
mod keys;
mod pattern;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::args::{Args, Mode};
use crate::plan::Environment;
pub use error::{ConfigError, Spot, Warning};
use keys::Setting;

/// The longest file that is read, in bytes.
const MAX: u64 = 1 << 20;

/// What a file says.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// For all hosts.
    top: Vec<Setting>,
    /// For some, in the file's order.
    hosts: Vec<HostTable>,
    /// What is not understood, and does no harm.
    pub warnings: Vec<Warning>,
    /// The file, if one was read.
    pub path: Option<PathBuf>,
}

/// What holds for one pattern of names.
#[derive(Clone, Debug)]
struct HostTable {
    pattern: String,
    settings: Vec<Setting>,
}

/// Reads the file that the command line or the environment names, if the mode has a use for it.
///
/// Only the half that a person starts on their own machine is configured. The other half is told everything on its
/// command line, and must not fail because of a file over there.
///
/// # Errors
/// The file cannot be read although it is there or was asked for, or what it says is wrong.
pub fn load(args: &Args, env: &Environment) -> Result<Config, ConfigError> {
    let mode = &args.mode;
    let configured = matches!(mode, Mode::Ssh(_) | Mode::Sessions(_) | Mode::Attach(_) | Mode::Kill(_))
        || matches!(mode, Mode::Doctor(_) | Mode::Client { .. });
    if !configured || args.no_config {
        return Ok(Config::default());
    }
    let (path, wanted) = match (&args.config, default_path(env)) {
        (Some(path), _) => (path.clone(), true),
        (None, Some(path)) => (path, false),
        (None, None) => return Ok(Config::default()),
    };
    match read(&path) {
        Ok(text) => {
            let config = Config::parse(&text, &path, args.clone())?;
            Ok(Config { path: Some(path), ..config })
        }
        Err(error) if !wanted && is_absent(&error) => Ok(Config::default()),
        Err(source) => Err(ConfigError::Read { path, source }),
    }
}

/// There is no such file, or what should be its folder is none.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// `$XDG_CONFIG_HOME/farway/config.toml`, by default in `~/.config`. Relative paths in these variables mean nothing
/// (XDG base directory specification).
fn default_path(env: &Environment) -> Option<PathBuf> {
    let absolute = |name: &str| {
        let path = Path::new(env.get(OsStr::new(name))?);
        path.is_absolute().then(|| path.to_path_buf())
    };
    let folder = absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config")))?;
    Some(folder.join("farway/config.toml"))
}

fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is longer than 1 MiB"));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

impl Config {
    /// Understands a file's text. The path is for messages, the arguments are something to try values on.
    ///
    /// # Errors
    /// Where it is wrong, and what is expected there.
    pub fn parse(text: &str, path: &Path, scratch: Args) -> Result<Self, ConfigError> {
        let mut reader = Reader { text, path, scratch, warnings: Vec::new() };
        let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
            spot: reader.at(error.span().map_or(0, |span| span.start)),
            // Some of its messages have more than one line.
            message: error.message().lines().collect::<Vec<_>>().join(", "),
        })?;
        let mut config = Self::default();
        let mut hosts = Vec::new();
        for (key, value) in table.get_ref() {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("host", DeValue::Table(tables)) => hosts.extend(tables.iter()),
                ("host", _) => return Err(ConfigError::Host { spot: reader.at(key.span().start) }),
                _ => config.top.extend(reader.setting(key, value)?),
            }
        }
        // The parser sorts by name, but the order in the file is what counts.
        hosts.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in hosts {
            let settings = reader.host_table(key, value)?;
            config.hosts.push(HostTable { pattern: key.get_ref().to_string(), settings });
        }
        reader.warnings.sort_by_key(|warning| warning.spot.line);
        config.warnings = reader.warnings;
        Ok(config)
    }

    /// Fills in what the command line leaves open, for a destination as it was typed.
    pub fn apply(&self, args: &mut Args, destination: Option<&str>) {
        let tables = |exact: bool| {
            let of = move |table: &&HostTable| {
                pattern::is_exact(&table.pattern) == exact
                    && destination.is_some_and(|name| pattern::matches(&table.pattern, name))
            };
            self.hosts.iter().filter(of).flat_map(|table| &table.settings)
        };
        // What comes later replaces what came earlier.
        for setting in self.top.iter().chain(tables(false)).chain(tables(true)) {
            if !args.given.contains(setting.id()) {
                setting.apply(args);
            }
        }
        // Two that exclude one another are only an error if a person asked for both.
        if args.oneshot {
            args.xwls &= args.given.contains("xwls");
        }
    }
}

/// A file on its way to a [`Config`].
struct Reader<'a> {
    text: &'a str,
    path: &'a Path,
    scratch: Args,
    warnings: Vec<Warning>,
}

type Key<'a> = Spanned<Cow<'a, str>>;

impl Reader<'_> {
    fn at(&self, offset: usize) -> Spot {
        let before = self.text.as_bytes().iter().take(offset);
        Spot { path: self.path.into(), line: before.filter(|byte| **byte == b'\n').count() + 1 }
    }

    /// One line of the file. A key that nobody knows gives a warning and nothing else.
    fn setting(
        &mut self,
        key: &Key<'_>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Option<Setting>, ConfigError> {
        let name = key.get_ref().as_ref();
        let spot = self.at(key.span().start);
        match Setting::new(name, value.get_ref(), &mut self.scratch) {
            None => {
                self.warnings.push(Warning { spot, key: name.into(), suggestion: keys::like(name) });
                Ok(None)
            }
            Some(Ok(setting)) => Ok(Some(setting)),
            Some(Err(problem)) => Err(ConfigError::Value { spot, key: name.into(), problem }),
        }
    }

    fn host_table(
        &mut self,
        key: &Key<'_>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<Setting>, ConfigError> {
        let DeValue::Table(table) = value.get_ref() else {
            return Err(ConfigError::Host { spot: self.at(key.span().start) });
        };
        let mut settings = Vec::new();
        for (inner, value) in table {
            // `[host.a.example.org]` is a table in a table in a table.
            if let DeValue::Table(_) = value.get_ref() {
                return Err(ConfigError::Dots { spot: self.at(inner.span().start) });
            }
            settings.extend(self.setting(inner, value)?);
        }
        Ok(settings)
    }
}
