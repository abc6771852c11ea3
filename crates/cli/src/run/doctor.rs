//! `farway doctor`: what works on this machine and perhaps on another one, and how to mend what does not.
//!
//! Not the mending: nothing is changed and no program is sent. Invariant: whatever is wrong is a finding, and the other
//! findings are shown as well.

mod compositor;
mod here;
mod report;
mod ssh;
mod there;

use farway_proxy::Settings;

use super::house::House;
use super::{RunError, print};
use crate::config::{Config, ConfigError};
use crate::plan::far::Doctor;
use report::Section;

/// Looks and reports. Returns the exit code: 1 if something is bad.
///
/// # Errors
/// See [`RunError`]; nothing can be said at all.
pub fn run(plan: &Doctor, settings: Settings, config: &Result<Config, ConfigError>) -> Result<u8, RunError> {
    let mut sections = vec![Section { machine: None, findings: here::all(plan, config) }];
    if let Some(reach) = &plan.reach {
        let mut house = House::new(settings)?;
        match there::all(&mut house, reach)? {
            Ok(findings) => sections.push(Section { machine: Some(there::name(reach)), findings }),
            Err(signal) => return Ok(signal),
        }
    }
    print(&if plan.json { report::json(&sections)? } else { report::text(&sections) })?;
    Ok(u8::from(report::is_bad(&sections)))
}
