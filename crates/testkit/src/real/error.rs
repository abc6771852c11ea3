//! What can go wrong with real programs. Not an oracle: a differing picture is reported here, decided in `stage`.
//!
//! Invariant: every variant names the program or file concerned, so that a CI log is enough to start looking.

use std::path::PathBuf;
use std::process::ExitStatus;

/// A failure of a test with real programs.
#[derive(Debug, thiserror::Error)]
pub enum RealError {
    /// The machine refused something.
    #[error("{what}: {source}")]
    Io {
        /// What was being done, with the file or program concerned.
        what: String,
        /// The system's answer.
        source: std::io::Error,
    },
    /// A condition did not come true before its deadline.
    #[error("timed out after {seconds} s waiting until {what}")]
    Timeout {
        /// The condition.
        what: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// A program ended although it was still needed.
    #[error("{program} ended early ({status}); its log:\n{log}")]
    Exited {
        /// The program's label in the sandbox.
        program: String,
        /// How it ended.
        status: ExitStatus,
        /// The end of what it wrote.
        log: String,
    },
    /// A program that was run to its end failed.
    #[error("{program} failed ({status}): {log}")]
    Failed {
        /// The command.
        program: String,
        /// How it ended.
        status: ExitStatus,
        /// What it wrote to standard error.
        log: String,
    },
    /// farway's own compositor said no.
    #[error("the compositor refused {0}")]
    Refused(String),
    /// A picture could not be read.
    #[error("not a picture: {0}")]
    Picture(&'static str),
    /// The picture seen through the proxy is not the one seen without it.
    #[error("{test}: step `{step}` differs from the run without a proxy: {report}; see {}", dir.display())]
    Differs {
        /// The test's name.
        test: String,
        /// The step's name.
        step: String,
        /// Where and by how much.
        report: String,
        /// Where both pictures and all logs are.
        dir: PathBuf,
    },
    /// A compositor lacks a global that the harness needs.
    #[error("the compositor has no {0}")]
    NoGlobal(&'static str),
    /// A compositor or a tool answered something unexpected.
    #[error("unexpected answer of {0}")]
    Answer(&'static str),
    /// No such program on this machine.
    #[error("no program {0}")]
    Missing(String),
}

/// Attaches to an I/O error what was being done.
pub trait Doing<T> {
    /// Turns the error into [`RealError::Io`]; `what` names the file or program.
    fn doing(self, what: impl Into<String>) -> Result<T, RealError>;
}

impl<T, E: Into<std::io::Error>> Doing<T> for Result<T, E> {
    fn doing(self, what: impl Into<String>) -> Result<T, RealError> {
        self.map_err(|e| RealError::Io { what: what.into(), source: e.into() })
    }
}
