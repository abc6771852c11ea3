//! A surface: what was committed and what is visible.
//!
//! Pure: ids in, ids out. Invariants: a buffer is released once for each time that it was committed and let go of; at
//! a refresh all callbacks that were committed before are answered; a buffer is let go of only when another, or
//! none, is visible.

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Surface {
    /// Attached since the last commit; zero is none.
    attached: Option<u32>,
    callbacks: Vec<u32>,
    /// Committed, and visible at the next refresh.
    queued: Option<u32>,
    asked: Vec<u32>,
    replaced: Vec<u32>,
    /// Visible.
    shown: u32,
    /// Commits with a buffer.
    commits: u64,
    pub xdg: u32,
    pub toplevel: u32,
    pub configured: bool,
    pub entered: bool,
}

/// What a refresh did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Refreshed {
    /// The number of the commit that is visible now and was not before.
    pub commit: Option<u64>,
    /// Buffers that are let go of.
    pub released: Vec<u32>,
    /// Callbacks to answer.
    pub callbacks: Vec<u32>,
}

impl Surface {
    pub fn attach(&mut self, buffer: u32) {
        self.attached = Some(buffer);
    }

    pub fn frame(&mut self, callback: u32) {
        self.callbacks.push(callback);
    }

    /// Takes over what was attached; true if it is a buffer.
    pub fn commit(&mut self) -> bool {
        self.asked.append(&mut self.callbacks);
        let Some(buffer) = self.attached.take() else { return false };
        // The same again is one use more, of which there will be one release.
        self.replaced.extend(self.queued.replace(buffer).filter(|old| *old != 0 && *old != buffer));
        self.commits += u64::from(buffer != 0);
        buffer != 0
    }

    /// Whether the next refresh changes anything.
    pub fn is_waiting(&self) -> bool {
        self.queued.is_some() || !self.asked.is_empty()
    }

    /// Whether something else is visible after the next refresh.
    pub fn has_queued(&self) -> bool {
        self.queued.is_some()
    }

    /// The buffer that is visible, zero if none is.
    pub fn shown(&self) -> u32 {
        self.shown
    }

    /// The last commit with a buffer, counted from one.
    pub fn commits(&self) -> u64 {
        self.commits
    }

    pub fn refresh(&mut self) -> Refreshed {
        let mut done = Refreshed { callbacks: std::mem::take(&mut self.asked), ..Refreshed::default() };
        if let Some(buffer) = self.queued.take() {
            let old = std::mem::replace(&mut self.shown, buffer);
            done.released = std::mem::take(&mut self.replaced);
            done.released.retain(|it| *it != buffer);
            if old != 0 && old != buffer && !done.released.contains(&old) {
                done.released.push(old);
            }
            done.commit = (buffer != 0).then_some(self.commits);
        }
        done
    }

    /// The application has destroyed a buffer: nothing can be said of it any more.
    pub fn forget(&mut self, buffer: u32) {
        for slot in [&mut self.attached, &mut self.queued].into_iter().filter(|slot| **slot == Some(buffer)) {
            *slot = None;
        }
        self.replaced.retain(|it| *it != buffer);
        if self.shown == buffer {
            self.shown = 0;
        }
    }
}

#[cfg(test)]
mod tests;
