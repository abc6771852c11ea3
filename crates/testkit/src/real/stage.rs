//! The oracle: one script, run without and with a proxy, must show the same.
//!
//! Not a recorder of expected pictures: nothing is checked in, so no font or library update can break a test.
//! Invariant: a step of the run with a proxy passes only on a picture that stays.

use super::error::Doing;
use super::image::Difference;
use super::process::Process;
use super::wait::{self, DEADLINE};
use super::{App, Compositor, Image, Kind, Pair, Proxy, RealError, Sandbox};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// How many equal pictures in a row make one that stays. A picture takes some tens of milliseconds.
const STILL: u32 = 4;

/// For how long a picture must stay to be wanted later.
const PAUSE: Duration = Duration::from_millis(400);

/// How often the run without a proxy may be recorded anew before a difference counts.
const RECORDINGS: u32 = 3;

/// One run of a script: a compositor, perhaps a proxy, and the applications started so far.
#[derive(Debug)]
pub struct Stage {
    tolerance: u8,
    apps: Vec<App>,
    proxy: Option<Proxy>,
    compositor: Compositor,
    wanted: Option<Vec<(String, Image)>>,
    seen: Vec<(String, Image)>,
    // Last: it sweeps up after all others.
    sandbox: Sandbox,
}

/// Runs `script` on a fresh compositor directly, then on another through the pair that the environment names, and
/// wants equal pictures at every [`Stage::settle`].
pub fn twice(
    test: &str,
    kind: Kind,
    script: impl Fn(&mut Stage) -> Result<(), RealError>,
) -> Result<(), RealError> {
    if std::env::var_os("FARWAY_CONTROL").is_some() {
        let seen = direct(test, kind, 0, &script)?;
        let mut again = Stage::new(test, kind, None, 0)?;
        again.wanted = Some(seen);
        return again.play(script, "control");
    }
    twice_with(test, kind, &[Pair::from_env()?], 0, script)
}

/// As [`twice`] for several pairs in turn, ignoring differences of a channel up to `tolerance`.
pub fn twice_with(
    test: &str,
    kind: Kind,
    pairs: &[Pair],
    tolerance: u8,
    script: impl Fn(&mut Stage) -> Result<(), RealError>,
) -> Result<(), RealError> {
    let mut seen = direct(test, kind, tolerance, &script)?;
    for pair in pairs {
        let mut recordings = RECORDINGS;
        while let Err(error) = proxied(test, kind, pair, tolerance, &seen, &script) {
            recordings -= 1;
            if recordings == 0 || !matches!(error, RealError::Differs { .. }) {
                return Err(error);
            }
            // On a busy machine the first run may have taken a pause for the end. If a second recording is the same,
            // it is the proxy that differs.
            let again = direct(test, kind, tolerance, &script)?;
            if again == seen {
                return Err(error);
            }
            eprintln!("{test}: the run without a proxy showed something else than before; again");
            seen = again;
        }
    }
    Ok(())
}

/// The run through `pair`, wanting the pictures `seen`.
fn proxied(
    test: &str,
    kind: Kind,
    pair: &Pair,
    tolerance: u8,
    seen: &[(String, Image)],
    script: impl Fn(&mut Stage) -> Result<(), RealError>,
) -> Result<(), RealError> {
    let mut stage = Stage::new(test, kind, Some(pair), tolerance)?;
    stage.wanted = Some(seen.to_vec());
    stage.play(script, &pair.name())
}

/// The run without a proxy: its pictures are what all others are compared with.
fn direct(
    test: &str,
    kind: Kind,
    tolerance: u8,
    script: impl Fn(&mut Stage) -> Result<(), RealError>,
) -> Result<Vec<(String, Image)>, RealError> {
    let mut stage = Stage::new(test, kind, None, tolerance)?;
    stage.play(script, "direct")?;
    Ok(std::mem::take(&mut stage.seen))
}

impl Stage {
    /// A stage of its own, for tests that are not about pictures.
    pub fn new(test: &str, kind: Kind, pair: Option<&Pair>, tolerance: u8) -> Result<Self, RealError> {
        Self::new_with(test, kind, pair, tolerance, &[])
    }

    /// As [`Stage::new`], with further options for [`Kind::View`].
    pub fn new_with(
        test: &str,
        kind: Kind,
        pair: Option<&Pair>,
        tolerance: u8,
        options: &[&str],
    ) -> Result<Self, RealError> {
        let sandbox = Sandbox::new(test)?;
        let compositor = Compositor::start_with(&sandbox, kind, options)?;
        let proxy = pair.map(|p| Proxy::start(&sandbox, p, compositor.display())).transpose()?;
        Ok(Stage { tolerance, apps: Vec::new(), proxy, compositor, wanted: None, seen: Vec::new(), sandbox })
    }

    /// Runs a script; keeps the logs and names the run when it fails.
    pub fn play(
        &mut self,
        script: impl Fn(&mut Stage) -> Result<(), RealError>,
        run: &str,
    ) -> Result<(), RealError> {
        let result = script(self);
        if let Err(error) = &result {
            eprintln!("{}: {run}: {error}", self.sandbox.test());
            self.sandbox.keep_logs(&run.replace(' ', "-"))?;
        }
        result
    }

    /// A command to be given to [`Stage::launch`]: the sandbox's environment, an installed program.
    pub fn command(&self, program: &str, args: &[&str]) -> Result<Command, RealError> {
        let mut command = self.sandbox.command(super::programs::need(program)?);
        command.args(args);
        Ok(command)
    }

    /// Starts an application where this run's applications connect.
    pub fn launch(&mut self, command: Command) -> Result<&mut App, RealError> {
        let app = App::start(&self.sandbox, &self.display(), command)?;
        self.apps.push(app);
        let last = self.apps.len() - 1;
        Ok(&mut self.apps[last])
    }

    /// Where this run's applications connect: the proxy's socket, or the compositor's.
    pub fn display(&self) -> PathBuf {
        self.proxy.as_ref().map_or(self.compositor.display(), Proxy::display).to_owned()
    }

    /// The compositor's own socket, whether or not there is a proxy.
    pub fn outside(&self) -> &Path {
        self.compositor.display()
    }

    /// The compositor.
    pub fn compositor(&mut self) -> &mut Compositor {
        &mut self.compositor
    }

    /// The compositor, to look at.
    pub fn compositor_ref(&self) -> &Compositor {
        &self.compositor
    }

    /// The proxy, in the run that has one.
    pub fn proxy(&mut self) -> Option<&mut Proxy> {
        self.proxy.as_mut()
    }

    /// Runs a command as a server of its own would: `server -- program args…`.
    pub fn run_in_server(&self, program: &str, args: &[&str]) -> Result<Process, RealError> {
        let proxy = self.proxy.as_ref().ok_or(RealError::Answer("the stage: no proxy"))?;
        proxy.server_running(&self.sandbox, program, args)
    }

    /// The sandbox.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Moves the pointer to (x, y).
    pub fn point(&mut self, x: u32, y: u32) -> Result<(), RealError> {
        self.compositor.hand()?.point(x, y)
    }

    /// Clicks at (x, y).
    pub fn click(&mut self, x: u32, y: u32) -> Result<(), RealError> {
        self.compositor.hand()?.click(x, y)
    }

    /// Types text into the focused window.
    pub fn write(&mut self, text: &str) -> Result<(), RealError> {
        self.compositor.hand()?.write(&self.sandbox, text)
    }

    /// Gives the newest window this size.
    pub fn resize(&self, width: u32, height: u32) -> Result<(), RealError> {
        self.compositor.resize(&self.sandbox, width, height)
    }

    /// Gives sway a command.
    pub fn tell(&self, message: &str) -> Result<(), RealError> {
        self.compositor.tell(&self.sandbox, message)
    }

    /// Takes a picture now.
    pub fn screenshot(&self) -> Result<Image, RealError> {
        self.compositor.screenshot(&self.sandbox)
    }

    /// An error when the compositor, the proxy or an application has ended.
    pub fn check(&mut self) -> Result<(), RealError> {
        self.compositor.check()?;
        self.proxy.as_mut().map_or(Ok(()), Proxy::check)?;
        self.apps.iter_mut().try_for_each(App::check)
    }

    /// Ends all applications and waits until the screen is empty.
    pub fn clear(&mut self) -> Result<(), RealError> {
        self.apps.clear();
        wait::until("the windows are gone", DEADLINE, || {
            let shot = self.screenshot()?;
            Ok(shot.difference(self.compositor.blank(), 0).is_none().then_some(()))
        })
    }

    /// Waits for the picture of this step, and that it stays.
    ///
    /// Without a proxy that is any picture unlike the one before the step; with one, the picture that the run
    /// without had at this step. A picture that is never that one is the failure [`RealError::Differs`].
    pub fn settle(&mut self, step: &str) -> Result<(), RealError> {
        self.settle_after(step, 1)
    }

    /// As [`Stage::settle`], for a step that changes at least so many pixels: a popup, not a mere highlight.
    pub fn settle_after(&mut self, step: &str, pixels: usize) -> Result<(), RealError> {
        let wanted = match &self.wanted {
            None => None,
            Some(all) => {
                let found = all.get(self.seen.len()).filter(|(name, _)| name == step);
                Some(found.ok_or(RealError::Answer("the script: other steps than before"))?.1.clone())
            }
        };
        let before = self.seen.last().map_or_else(|| self.compositor.blank().clone(), |(_, i)| i.clone());
        let (mut last, mut still) = (None::<Image>, 0);
        let (tolerance, mut since) = (self.tolerance, Instant::now());
        let result = wait::until(&format!("step `{step}` shows"), DEADLINE, || {
            self.check()?;
            let shot = self.screenshot()?;
            let good = match &wanted {
                Some(wanted) => wanted.difference(&shot, tolerance).is_none(),
                None => match shot.difference(&before, 0) {
                    Some(Difference::Pixels { count, .. }) => count >= pixels,
                    other => other.is_some(),
                },
            };
            still = match &last {
                _ if !good => 0,
                Some(last) if *last == shot => still + 1,
                _ => {
                    since = Instant::now();
                    1
                }
            };
            last = Some(shot.clone());
            let enough = wanted.is_some() || since.elapsed() >= PAUSE;
            Ok((still >= STILL && enough).then_some(shot))
        });
        match (result, wanted, last) {
            (Ok(shot), ..) => {
                self.keep_if_asked(step, &shot)?;
                self.seen.push((step.to_owned(), shot));
                Ok(())
            }
            (Err(RealError::Timeout { .. }), Some(wanted), Some(last)) => {
                Err(self.differs(step, &wanted, &last)?)
            }
            (Err(error), ..) => Err(error),
        }
    }

    /// Writes both pictures and says where they differ.
    fn differs(&self, step: &str, wanted: &Image, last: &Image) -> Result<RealError, RealError> {
        let dir = self.sandbox.keep_dir();
        std::fs::create_dir_all(&dir).doing(format!("make {}", dir.display()))?;
        wanted.save(&dir.join(format!("{step}-direct.png")))?;
        last.save(&dir.join(format!("{step}-proxied.png")))?;
        let report = match wanted.difference(last, self.tolerance) {
            Some(difference) => difference.to_string(),
            None => "equal at last, but it does not stay".to_owned(),
        };
        Ok(RealError::Differs { test: self.sandbox.test().to_owned(), step: step.to_owned(), report, dir })
    }

    /// With `FARWAY_KEEP` set, keeps the pictures of passing steps, for eyes.
    fn keep_if_asked(&self, step: &str, shot: &Image) -> Result<(), RealError> {
        if std::env::var_os("FARWAY_KEEP").is_none() {
            return Ok(());
        }
        let dir = self.sandbox.keep_dir();
        std::fs::create_dir_all(&dir).doing(format!("make {}", dir.display()))?;
        let run = if self.proxy.is_some() { "proxied" } else { "direct" };
        shot.save(&dir.join(format!("{step}-{run}.png")))
    }
}
