//! What is wrong with a configuration, and where.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The file.
    pub path: PathBuf,
    /// Its line, from 1.
    pub line: usize,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path.display(), self.line)
    }
}

/// A key that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where it is.
    pub spot: Spot,
    /// The key.
    pub key: String,
    /// What was meant, perhaps.
    pub suggestion: Option<&'static str>,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: unknown key `{}`", self.spot, self.key)?;
        match self.suggestion {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is of another type.
    #[error("needs {expected}, not {found}")]
    Type {
        /// Words for what it needs.
        expected: &'static str,
        /// The type that it has.
        found: &'static str,
    },
    /// The parser of the command line refuses it.
    #[error("`{value}`: {reason}")]
    Refused {
        /// As it was written.
        value: String,
        /// What the parser says.
        reason: String,
    },
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is there and cannot be read, or is not there and was asked for.
    #[error("cannot read the configuration {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no TOML.
    #[error("{spot}: {message}")]
    Syntax {
        /// Where.
        spot: Spot,
        /// What the parser said.
        message: String,
    },
    /// A value is wrong.
    #[error("{spot}: `{key}` {problem}")]
    Value {
        /// Where.
        spot: Spot,
        /// Of which key.
        key: String,
        /// What is wrong with it.
        problem: Problem,
    },
    /// What should be a table for a host is none.
    #[error("{spot}: `host` needs a name and a table")]
    Host {
        /// Where.
        spot: Spot,
    },
    /// A name with dots and without quotes.
    #[error("{spot}: a table inside of a host's table")]
    Dots {
        /// Where.
        spot: Spot,
    },
}

impl ConfigError {
    /// What the user can do.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Read { .. } => "name another file with --config, or none with --no-config",
            Self::Host { .. } => "write [host.\"NAME\"] with the settings below it",
            Self::Dots { .. } => "names with dots need quotes, such as [host.\"login.example.org\"]",
            Self::Syntax { .. } | Self::Value { .. } => return None,
        })
    }
}
