//! The near side of a session: windows and terminal here, links that come and go.
//!
//! Not ssh's process before the session's first frame. Invariants: a link that is lost is replaced until the user or
//! the other end says no; what the command wrote is written here before we end.

use std::os::fd::{BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use farway_proto::session::words::{Answer, Ask, Message, Refusal, RefusalReason, Secret, Started};
use farway_proto::session::{self, Kind};
use farway_proxy::session::{Bridge, Loss, Notice, Port};
use farway_proxy::transport::Dial;
use farway_sys::event::Interest;
use farway_sys::net::{ByteStream, Socket};
use rustix::process::Signal;

use super::attempt::{Attempt, Progress, Way, dismiss};
use super::farewell::see_off;
use super::lookout::Lookout;
use super::retry::Retry;
use super::status::Status;
use super::terminal::{self, Terminal};
use crate::run::house::{House, Turn};
use crate::run::reaper::{Child, reap};
use crate::run::{OURS, RunError};
use crate::ssh::intro::Fallback;

/// How long the other end has to say that everything has ended, once we have asked for it.
const FAREWELL: Duration = Duration::from_secs(3);

/// How long one try for a new link may take; people may have to type passwords.
const TRY: Duration = Duration::from_secs(60);

/// How this side has ended.
#[derive(Debug)]
pub enum End {
    /// With this exit code.
    Code(u8),
    /// There can be no session; a classic channel is possible.
    Classic(Fallback),
}

/// See the module.
pub struct Near<'a> {
    house: &'a mut House,
    compositor: &'a Arc<dyn Dial>,
    /// Nothing if the other end is to know nothing of the compositor.
    lookout: Option<Lookout>,
    way: Way,
    me: Secret,
    bridge: Bridge,
    attempt: Option<Attempt>,
    /// ssh of the present link, and those that are on their way out.
    ssh: Vec<Child>,
    session: Option<Started>,
    terminal: Terminal,
    /// The stream that reads our standard input.
    input: Option<u32>,
    no_input: bool,
    /// The streams with what the command says.
    outputs: Vec<u32>,
    status: Status,
    retry: Option<Retry>,
    code: Option<u8>,
    /// Nothing runs any more over there.
    over: bool,
    /// We have asked for the end: when, and the exit code for it.
    leaving: Option<(Instant, u8)>,
    /// We have said that the other end can go.
    goodbye: Option<Instant>,
    /// The command has our terminal.
    at_terminal: bool,
    /// Some of what the command said could not be written.
    failed: bool,
    /// Interrupts that the command was told of.
    interrupts: u32,
}

impl<'a> Near<'a> {
    /// One without a link.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn new(
        house: &'a mut House,
        compositor: &'a Arc<dyn Dial>,
        way: Way,
        terminal: Terminal,
        no_input: bool,
    ) -> Result<Self, RunError> {
        Ok(Self {
            house,
            compositor,
            lookout: None,
            way,
            me: super::name()?,
            bridge: Bridge::new(session::End::Near),
            attempt: None,
            ssh: Vec::new(),
            session: None,
            terminal,
            input: None,
            no_input,
            outputs: Vec::new(),
            status: Status::new(),
            retry: None,
            code: None,
            over: false,
            leaving: None,
            goodbye: None,
            at_terminal: false,
            failed: false,
            interrupts: 0,
        })
    }

    /// Tells the other end what the compositor tells everybody, and when that is true no more.
    pub fn watching(mut self, lookout: Option<Lookout>) -> Self {
        self.house.service.foretell(lookout.as_ref().and_then(Lookout::preview).cloned());
        self.lookout = lookout;
        self
    }

    fn inform(&mut self, message: Option<Message>) {
        let Some(message) = message else { return };
        self.house.service.foretell(self.lookout.as_ref().and_then(Lookout::preview).cloned());
        self.bridge.send(message);
    }

    /// Begins with `ask`, and serves the session to its end.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn run(mut self, ask: Ask) -> Result<End, RunError> {
        let result = self.live(ask);
        self.terminal.give_back();
        self.status.clear();
        if let Some(attempt) = self.attempt.take() {
            self.ssh.push(attempt.into_parts().0);
        }
        self.bridge.unlink();
        see_off(self.house, &mut self.ssh, false)?;
        result
    }

    fn live(&mut self, ask: Ask) -> Result<End, RunError> {
        self.attempt = Some(self.way.attempt(&self.me, ask)?);
        loop {
            if let Some(end) = self.settle()? {
                return Ok(end);
            }
            let turn = self.turn()?;
            if let Some(end) = self.heed(&turn)? {
                return Ok(end);
            }
        }
    }

    fn turn(&mut self) -> Result<Turn, RunError> {
        let mut fds = Vec::new();
        if let Some(attempt) = self.attempt.as_ref().filter(|it| !it.is_closed()) {
            let (fd, writable) = attempt.poll_fd();
            fds.push((fd, Interest { readable: true, writable }));
        }
        let first = fds.len();
        let heard = self.lookout.as_ref().and_then(Lookout::fd);
        fds.extend(heard.map(|fd| (fd, Interest::READ)));
        let now = Instant::now();
        let at = [
            self.retry.as_ref().filter(|_| self.attempt.is_none()).map(|retry| retry.next),
            self.leaving.map(|(since, _)| since + FAREWELL),
            self.goodbye.map(|since| since + FAREWELL),
            self.lookout.as_ref().and_then(Lookout::next),
        ];
        let mut timeout = at.into_iter().flatten().map(|at| at.saturating_duration_since(now)).min();
        if self.retry.is_some() || self.attempt.as_ref().is_some_and(|it| it.upload().is_some()) {
            // The status line counts.
            timeout = Some(timeout.unwrap_or(Duration::MAX).min(Duration::from_millis(500)));
        }
        let turn = self.house.turn_all(&fds, timeout, &mut [&mut self.bridge])?;
        drop(fds);
        let spoke = turn.ready.get(first) == Some(&true);
        let lookout = self.lookout.as_mut();
        let news = lookout.and_then(|it| if spoke { it.hear() } else { it.turn() });
        self.inform(news);
        if turn.arrived.child {
            let attempt = self.attempt.as_mut().map(Attempt::child);
            let mut known: Vec<&mut Child> = attempt.into_iter().chain(&mut self.ssh).collect();
            reap(&mut known);
            self.ssh.retain(|child| child.status().is_none());
        }
        Ok(turn)
    }

    fn heed(&mut self, turn: &Turn) -> Result<Option<End>, RunError> {
        for signal in &turn.arrived.ending {
            if let Some(code) = self.on_signal(*signal) {
                return Ok(Some(End::Code(code)));
            }
        }
        if turn.arrived.window {
            if let Some(size) = terminal::size().filter(|_| self.at_terminal) {
                self.bridge.send(Message::Resize(size));
            }
        }
        while let Some(notice) = self.bridge.poll() {
            self.on_notice(notice)?;
        }
        if let Some(mut attempt) = self.attempt.take() {
            match attempt.turn() {
                Progress::Waiting => self.attempt = Some(attempt),
                progress => return self.on_progress(attempt, progress),
            }
        }
        Ok(None)
    }

    /// What follows from what has happened.
    fn settle(&mut self) -> Result<Option<End>, RunError> {
        let now = Instant::now();
        if let Some((since, code)) = self.leaving {
            let alone = !self.bridge.is_linked();
            if self.over || alone || now >= since + FAREWELL {
                return Ok(Some(End::Code(code)));
            }
        }
        if self.is_complete() && self.say_goodbye(now) {
            self.house.wind_down()?;
            let code = if self.failed { OURS } else { self.code.unwrap_or(OURS) };
            return Ok(Some(End::Code(code)));
        }
        if self.attempt.as_ref().is_some_and(|it| self.retry.is_some() && it.age() > TRY) {
            self.give_up_attempt();
        }
        if self.code.is_some() && !self.over && self.at_terminal {
            // Keys go nowhere any more, but Ctrl-C shall.
            self.leave_terminal();
            self.status.say("the command has ended, its windows are still open; Ctrl-C ends them");
        }
        if self.attempt.is_none() && self.retry.as_ref().is_some_and(|retry| retry.next <= now) {
            self.try_again()?;
        }
        self.show();
        Ok(None)
    }

    /// Tells the other end that it can go, and whether it has gone or had its time: what waits to be sent goes before.
    fn say_goodbye(&mut self, now: Instant) -> bool {
        if self.goodbye.is_none() {
            self.bridge.send(Message::End);
        }
        let since = *self.goodbye.get_or_insert(now);
        !self.bridge.is_linked() || now >= since + FAREWELL
    }

    /// Whether everything has ended over there, and all that the command said is here. Messages overtake streams.
    fn is_complete(&self) -> bool {
        self.over && self.bridge.is_flushed() && self.outputs.iter().all(|id| self.bridge.is_complete(*id))
    }

    fn show(&mut self) {
        if let Some(retry) = &self.retry {
            let away = retry.since.elapsed().as_secs();
            let doing = match (&self.attempt, retry.next.saturating_duration_since(Instant::now()).as_secs())
            {
                (Some(_), _) => "trying to get it back".to_string(),
                (None, left) => format!("next try in {} s", left + 1),
            };
            if away > 0 || retry.tries() > 0 {
                let text = format!("no link to {} for {away} s, {doing} (Ctrl-C gives up)", self.way.name);
                self.status.show(&text);
            }
        } else if let Some(upload) = self.attempt.as_ref().and_then(Attempt::upload) {
            let share = 100 * upload.done / upload.total.max(1);
            self.status.show(&format!("sending farway to {}: {share} %", self.way.name));
        }
    }

    // ---- Links ------------------------------------------------------------------------------------------------

    fn try_again(&mut self) -> Result<(), RunError> {
        let Some(session) = &self.session else { return Ok(()) };
        let (id, secret) = (session.id.clone(), session.secret.clone());
        let ask = Ask::Resume { id, secret, positions: self.bridge.positions() };
        match self.way.attempt(&self.me, ask) {
            Ok(attempt) => self.attempt = Some(attempt),
            // Perhaps there are no descriptors or processes left just now.
            Err(error) => self.try_failed(&error),
        }
        Ok(())
    }

    fn try_failed(&mut self, error: &RunError) {
        tracing::info!("{}", crate::log::line(error));
        self.retry.iter_mut().for_each(|retry| retry.failed(Instant::now()));
    }

    /// Lets an attempt go, and its ssh: it would come too late.
    fn give_up_attempt(&mut self) {
        if let Some(attempt) = self.attempt.take() {
            let (child, _) = attempt.into_parts();
            dismiss(&child);
            self.ssh.push(child);
        }
        self.retry.iter_mut().for_each(|retry| retry.failed(Instant::now()));
    }

    fn leave_terminal(&mut self) {
        self.at_terminal = false;
        self.terminal.give_back();
        self.input.into_iter().for_each(|id| self.bridge.hold(id, true));
        self.input = None;
    }

    fn on_progress(&mut self, attempt: Attempt, progress: Progress) -> Result<Option<End>, RunError> {
        match progress {
            Progress::Waiting => Ok(None),
            Progress::Answered(answer, rest) => {
                let (child, stream) = attempt.into_parts();
                self.ssh.push(child);
                self.on_answer(*answer, stream, &rest)
            }
            Progress::Fallback(fallback) if self.session.is_none() => Ok(Some(End::Classic(fallback))),
            Progress::Fallback(_) => Err(RunError::SessionLost { name: self.way.name.clone() }),
            Progress::Failed(error) if self.session.is_none() => Err(error),
            Progress::Failed(error) => {
                tracing::info!("{}", crate::log::line(&error));
                self.attempt = Some(attempt);
                self.give_up_attempt();
                Ok(None)
            }
        }
    }

    fn on_answer(
        &mut self,
        answer: Answer,
        stream: ByteStream,
        rest: &[u8],
    ) -> Result<Option<End>, RunError> {
        // One that was there before us.
        let is_old = matches!(answer, Answer::Attached(_));
        match answer {
            Answer::Started(session) | Answer::Attached(session) if self.session.is_none() => {
                tracing::info!("session {} with farway {}", session.id, session.version);
                self.session = Some(session);
                self.status.clear();
                self.bridge.begin(stream, rest, Bytes::new());
                if is_old {
                    let news = self.lookout.as_mut().and_then(Lookout::tell);
                    self.inform(news);
                }
            }
            Answer::Resumed { positions } if self.session.is_some() => {
                let resumed = self.bridge.resume(stream, (rest, Bytes::new()), &positions);
                resumed.map_err(|(_, error)| RunError::Session(error))?;
                self.linked_again();
            }
            Answer::Refused(refusal) => return self.on_refusal(refusal),
            _ => return Err(RunError::Answer),
        }
        Ok(None)
    }

    fn linked_again(&mut self) {
        let news = self.lookout.as_mut().and_then(Lookout::tell);
        self.inform(news);
        if let Some(retry) = self.retry.take() {
            let away = retry.since.elapsed();
            self.status.clear();
            if away > Duration::from_secs(1) {
                self.status.say(&format!("linked to {} again after {} s", self.way.name, away.as_secs()));
            }
        }
        if self.at_terminal {
            self.terminal.take();
            if let Some(size) = terminal::size() {
                self.bridge.send(Message::Resize(size));
            }
        }
        self.input.into_iter().for_each(|id| self.bridge.hold(id, false));
    }

    fn on_refusal(&mut self, refusal: Refusal) -> Result<Option<End>, RunError> {
        match (refusal.reason, self.code) {
            // The command had ended, and only that nothing else would come was lost.
            (RefusalReason::NoSession, Some(_)) if self.session.is_some() => {
                self.over = true;
                self.outputs.clear();
                self.retry = None;
                Ok(None)
            }
            (RefusalReason::Failed, _) if self.session.is_some() => {
                self.retry.iter_mut().for_each(|retry| retry.failed(Instant::now()));
                Ok(None)
            }
            _ => Err(RunError::Refused { name: self.way.name.clone(), text: refusal.text }),
        }
    }

    fn lost(&mut self, loss: Loss) -> Result<(), RunError> {
        self.ssh.iter().for_each(dismiss);
        self.terminal.give_back();
        // ssh may have to ask for a password.
        self.input.into_iter().for_each(|id| self.bridge.hold(id, true));
        if let Loss::Nonsense(error) = loss {
            return Err(RunError::Session(error));
        }
        if self.over && self.outputs.iter().all(|id| self.bridge.has_ended(*id)) {
            // Everything is here, if not written yet: the other end may go.
            self.outputs.clear();
            return Ok(());
        }
        if self.leaving.is_none() {
            tracing::info!("{loss}");
            self.retry.get_or_insert_with(|| Retry::new(Instant::now()));
            if !self.status.is_live() {
                self.status
                    .say(&format!("the link to {} is lost ({loss}); trying to get it back", self.way.name));
            }
        }
        Ok(())
    }

    // ---- The session ------------------------------------------------------------------------------------------

    fn on_notice(&mut self, notice: Notice) -> Result<(), RunError> {
        match notice {
            Notice::Opened(id, kind) => {
                if let Err(error) = self.on_open(id, kind) {
                    self.bridge.reset(id);
                    self.status.say(&format!("cannot show an application: {}", crate::log::line(&error)));
                }
            }
            Notice::Message(message) => self.on_message(message),
            Notice::Ended(_) => {}
            Notice::Failed(id, error) if self.outputs.contains(&id) => {
                self.status.say(&format!("cannot write what the command says: {error}"));
                self.failed = true;
            }
            Notice::Failed(_, error) => tracing::debug!("stream: {error}"),
            Notice::LinkLost(loss) => self.lost(loss)?,
        }
        Ok(())
    }

    fn on_open(&mut self, id: u32, kind: Kind) -> Result<(), RunError> {
        let stream = |fd: OwnedFd| ByteStream::from(fd);
        let output = |fd: BorrowedFd<'_>| Ok::<_, RunError>(Port::sink(stream(fd.try_clone_to_owned()?)));
        if matches!(kind, Kind::Stdout | Kind::Stderr | Kind::Terminal) {
            self.outputs.push(id);
        }
        let port = match kind {
            Kind::Wayland => {
                let (ours, theirs) = Socket::pair()?;
                self.house.service.serve_display(theirs.into(), Arc::clone(self.compositor))?;
                Port::duplex(stream(ours.into()))
            }
            Kind::Stdin if self.no_input => {
                let nothing = std::fs::File::open("/dev/null")?;
                Port::source(stream(nothing.into()))
            }
            Kind::Stdin => {
                self.input = Some(id);
                Port::source(stream(rustix::stdio::stdin().try_clone_to_owned()?))
            }
            Kind::Stdout => output(rustix::stdio::stdout())?,
            Kind::Stderr => output(rustix::stdio::stderr())?,
            Kind::Terminal => {
                self.input = Some(id);
                self.at_terminal = true;
                self.terminal.take();
                let (input, output) = (rustix::stdio::stdin(), rustix::stdio::stdout());
                let stream = ByteStream::pair(input.try_clone_to_owned()?, output.try_clone_to_owned()?);
                Port::duplex(stream).shared()
            }
            Kind::Other(_) => {
                self.bridge.reset(id);
                return Ok(());
            }
        };
        self.bridge.attach(id, port);
        Ok(())
    }

    fn on_message(&mut self, message: Message) {
        match message {
            Message::Exited(code) => self.code = Some(code),
            Message::Over => self.over = true,
            Message::Note(text) => self.status.say(&text),
            Message::TakenOver => {
                self.status.say("the session is shown elsewhere now");
                self.leaving = Some((Instant::now(), 0));
                self.bridge.unlink();
            }
            Message::Resize(_)
            | Message::Signal(_)
            | Message::Changed
            | Message::Foretell(_)
            | Message::End
            | Message::Unknown => {}
        }
    }

    /// A signal for us; the exit code if it ends us at once.
    fn on_signal(&mut self, signal: Signal) -> Option<u8> {
        let code = u8::try_from(128 + signal.as_raw()).unwrap_or(OURS);
        if self.session.is_none() || self.leaving.is_some() {
            return Some(code);
        }
        if !self.bridge.is_linked() {
            let id = self.session.as_ref().map(|it| it.id.as_str()).unwrap_or_default();
            self.status.say(&format!(
                "gave up; what runs on {} goes on for now: farway attach {0} {id}, or farway kill {0} {id}",
                self.way.name
            ));
            return Some(code);
        }
        if signal == Signal::INT && self.interrupts == 0 && self.code.is_none() {
            self.interrupts += 1;
            self.bridge.send(Message::Signal("INT".into()));
            return None;
        }
        self.bridge.send(Message::End);
        self.leaving = Some((Instant::now(), code));
        None
    }
}
