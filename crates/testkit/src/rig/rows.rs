//! Tables of edge cases over one pair of processes.
//!
//! Not the matrix: these rows say what farway does, foreign programs may do otherwise. Invariant: after every row the
//! processes live, and a connection that was open all the time still works.

use super::error::ensure;
use super::{Both, Line, Pair, RigError};

/// An edge case: its row in the checklist and what happens, and the test.
pub type Row = (&'static str, fn(&mut Both) -> Result<(), RigError>);

/// Runs all rows through farway on both sides; the result names each that failed.
///
/// # Errors
/// [`RigError::Failed`] with one line for each row that failed.
pub fn run(rows: &[Row]) -> Result<Both, RigError> {
    let mut site = Both::start(&Pair::new("farway", "farway", "lz4")?)?;
    let mut bystander = site.connect()?;
    let mut wrong = Vec::new();
    for (name, row) in rows {
        let result = row(&mut site).and_then(|()| bystander.round_trip());
        if let Err(error) = result {
            wrong.push(format!("{name}: {error}"));
            if site.check().is_err() || bystander.round_trip().is_err() {
                wrong.push(format!("no further rows: {}", site.logs()));
                break;
            }
        }
    }
    let all = rows.len();
    ensure(wrong.is_empty(), || format!("{} of {all} rows failed:\n{}", wrong.len(), wrong.join("\n")))?;
    Ok(site)
}

/// The connection must end, with a reason that contains `words`.
///
/// # Errors
/// It goes on, or ends with another reason or none.
pub fn refused(mut line: Line, words: &str) -> Result<(), RigError> {
    let text = line.refusal()?;
    ensure(text.contains(words), || format!("refused because \"{text}\", which is not \"{words}\""))
}
