//! The far side of a session: the process that has the command and its applications, whatever becomes of the link.
//!
//! Not the link: porters bring one after the other. Invariants: one session, one keeper; it ends when nothing of the
//! session runs any more and the near end knows, or when the near end has been away for too long; then nothing of it
//! is left.

mod guest;
pub mod home;
mod life;
pub mod probe;
pub mod stage;
pub mod wire;
mod words;

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use farway_proto::session::words::{Answer, Ask, Hello, Message, RefusalReason, Secret, Start};
use farway_proto::session::{End, Kind};
use farway_proxy::Settings;
use farway_proxy::session::{Bridge, Inlet, Notice, Port};
use farway_proxy::transport::Dial;
use farway_sys::event::{Interest, PollSet};
use farway_sys::net::{ByteStream, Socket};

use super::RunError;
use super::house::House;
use crate::plan::far;
use guest::Guests;
use home::Home;
use life::Life;
use stage::{Stage, Streams};
use wire::{Caller, Heard};

/// A session, from its first link to its end.
struct Keeper {
    house: House,
    bridge: Bridge,
    /// Sessions with displays that are gone: their applications wait.
    stranded: Vec<Bridge>,
    home: Home,
    secret: Secret,
    near: Secret,
    start: Box<Start>,
    begun: Instant,
    /// Keeps the present porter waiting.
    porter: Option<Socket>,
    callers: Vec<Caller>,
    inlet: Arc<Inlet>,
    guests: Guests,
    stage: Stage,
    /// The command's streams, as long as they are open.
    streams: Vec<(u32, Kind)>,
    life: Life,
}

/// What a descriptor that is polled belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Listener,
    Porter,
    Caller(usize),
    Door,
    X,
}

/// Keeps a session. The socket on standard input has the first words. Returns the exit code, which nobody sees.
///
/// # Errors
/// See [`RunError`]; the near end is told.
pub fn run(plan: &far::Keeper, settings: Settings) -> Result<u8, RunError> {
    let socket = Socket::from(rustix::stdio::stdin().try_clone_to_owned()?);
    // The porter waits until nobody has the other end, so it must be here only once.
    rustix::stdio::dup2_stdin(std::fs::File::open("/dev/null")?).map_err(std::io::Error::from)?;
    let Some(mut caller) = Caller::new(socket) else { return Err(RunError::Shape) };
    let hello = loop {
        match caller.hear() {
            Heard::Hello(hello) => break hello,
            Heard::Gone => return Err(RunError::Shape),
            Heard::Nothing => wait(&caller)?,
        }
    };
    let Some((read, write)) = caller.link() else { return Err(RunError::Shape) };
    let link = ByteStream::pair(read, write);
    let Hello { ask: Ask::Start(start), near, .. } = *hello else { return Err(RunError::Shape) };
    match Keeper::new(plan, settings, start, near) {
        Ok(mut keeper) => {
            keeper.porter = Some(caller.into_socket());
            let first = wire::answer(&Answer::Started(keeper.started()));
            keeper.bridge.begin(link, b"", first);
            keeper.serve()
        }
        Err(error) => {
            let words = wire::refused(RefusalReason::Failed, crate::log::line(&error));
            words::send_all(&link, &wire::answer(&words));
            Err(error)
        }
    }
}

fn wait(caller: &Caller) -> Result<(), RunError> {
    let mut polls = PollSet::new();
    polls.add(caller.as_fd(), Interest::READ);
    polls.wait(Some(Duration::from_secs(1)))?;
    Ok(())
}

impl Keeper {
    fn new(
        plan: &far::Keeper,
        settings: Settings,
        start: Box<Start>,
        near: Secret,
    ) -> Result<Self, RunError> {
        let house = House::new(words::settings(&start, settings).of_session())?;
        let home = Home::new(&plan.directory)?;
        let secret = home::new_secret()?;
        let inlet = Arc::new(Inlet::new(house.ring()));
        let mut bridge = Bridge::new(End::Far);
        if !start.preview.globals.is_empty() {
            house.service.foretell(Some(start.preview.clone().checked()));
        }
        let (guests, environment) = Guests::new(plan, &start, &house.service, &inlet)?;
        guests.display.iter().for_each(|path| home.note(path));
        let (stage, streams) = Stage::start(environment.wanted(&start))?;
        super::room_for_connections();
        let streams = words::open(&mut bridge, streams);
        let life = Life::new(Duration::from_secs(start.grace));
        Ok(Self {
            house,
            bridge,
            stranded: Vec::new(),
            home,
            secret,
            near,
            start,
            begun: Instant::now(),
            porter: None,
            callers: Vec::new(),
            inlet,
            guests,
            stage,
            streams,
            life,
        })
    }

    fn serve(&mut self) -> Result<u8, RunError> {
        loop {
            self.settle();
            if self.life.is_over() {
                self.house.wind_down()?;
                return Ok(self.stage.status().unwrap_or(super::OURS));
            }
            self.turn()?;
        }
    }

    fn turn(&mut self) -> Result<(), RunError> {
        let now = Instant::now();
        let mut sources = Vec::new();
        let mut fds: Vec<(BorrowedFd<'_>, Interest)> = Vec::new();
        let mut add = |source, fd| {
            sources.push(source);
            fds.push((fd, Interest::READ));
        };
        let pauses = [self.home.door.timeout(), self.guests.door.timeout()];
        self.home.door.poll_fd().into_iter().for_each(|fd| add(Source::Listener, fd));
        self.porter.iter().for_each(|porter| add(Source::Porter, porter.as_fd()));
        self.callers.iter().enumerate().for_each(|(at, caller)| add(Source::Caller(at), caller.as_fd()));
        self.guests.door.poll_fd().into_iter().for_each(|fd| add(Source::Door, fd));
        self.guests.x_fds().into_iter().for_each(|fd| add(Source::X, fd));
        let deadlines = [self.life.deadline(now), self.stage.deadline()].into_iter().flatten();
        let deadline =
            deadlines.map(|at| at.saturating_duration_since(now)).chain(pauses.into_iter().flatten()).min();
        let deadline = if self.callers.is_empty() { deadline } else { Some(deadline.unwrap_or(words::SOON)) };
        let mut bridges: Vec<&mut Bridge> = self.stranded.iter_mut().collect();
        bridges.push(&mut self.bridge);
        let turn = self.house.turn_all(&fds, deadline, &mut bridges)?;
        drop(fds);
        self.house.service.carries(words::carried(&self.bridge));
        if turn.arrived.child {
            self.stage.reap(self.guests.helper());
        }
        if turn.ended {
            self.guests.door.resume();
        }
        if !turn.arrived.ending.is_empty() {
            tracing::info!("a signal ends the session");
            self.end();
        }
        let ready = sources.into_iter().zip(turn.ready).filter(|(_, ready)| *ready);
        let ready: Vec<Source> = ready.map(|(source, _)| source).collect();
        self.heed(&ready);
        self.stage.on_timeout(Instant::now());
        Ok(())
    }

    fn heed(&mut self, ready: &[Source]) {
        // What belongs to the present link comes before a caller who brings the next.
        while let Some(notice) = self.bridge.poll() {
            self.on_notice(notice);
        }
        if ready.contains(&Source::Porter) && self.porter.take().is_some() && self.bridge.is_linked() {
            // It says nothing, so this is its end.
            self.bridge.unlink();
            self.alone();
        }
        for source in ready.iter().rev() {
            match source {
                Source::Listener => self.answer_the_door(),
                Source::Porter => {}
                // From the last to the first, so that those before keep their places.
                Source::Caller(at) => self.listen(*at),
                Source::Door => self.guests.admit(&self.house.service, &self.inlet),
                Source::X => self.guests.start_x(),
            }
        }
        self.callers.retain(|caller| !caller.is_late());
        for stream in self.inlet.take() {
            if self.bridge.open(Kind::Wayland, Port::duplex(stream)).is_none() {
                tracing::warn!("too many applications at once; one was turned away");
            }
        }
        for bridge in &mut self.stranded {
            while bridge.poll().is_some() {}
        }
    }

    fn on_notice(&mut self, notice: Notice) {
        match notice {
            Notice::Message(message) => self.on_message(message),
            Notice::LinkLost(loss) => {
                tracing::info!("the link is lost: {loss}");
                self.porter = None;
                // Nobody tells of changes any more.
                self.house.service.foretell(None);
                self.alone();
            }
            Notice::Opened(id, _) => self.bridge.reset(id),
            // What is left of it may have to be given to another near end.
            Notice::Ended(_) => {}
            Notice::Failed(_, error) => tracing::debug!("stream: {error}"),
        }
    }

    /// The near end is away.
    fn alone(&mut self) {
        self.life.alone(Instant::now(), self.bridge.has_heard());
    }

    fn on_message(&mut self, message: Message) {
        match message {
            Message::Resize(size) => self.stage.resize(size),
            Message::Signal(name) => self.stage.signal(&name),
            Message::Changed => self.house.service.foretell(None),
            Message::Foretell(preview) => self.house.service.foretell(Some(preview.checked())),
            Message::End => {
                self.life.dismissed();
                // Behind our own word that it is over this is a goodbye, and no order.
                if !self.life.is_over() {
                    self.end();
                }
            }
            _ => {}
        }
    }

    /// Begins to end everything.
    fn end(&mut self) {
        self.guests.close();
        self.stage.end(Instant::now());
        self.house.service.stop();
        self.life.end(Instant::now());
    }

    /// What follows from what has happened.
    fn settle(&mut self) {
        let now = Instant::now();
        if self.life.is_grace_over(now) {
            tracing::info!("nobody came back; the session ends");
            self.life.dismissed();
            self.end();
        }
        if let Some(code) = self.stage.status() {
            if self.life.command_ended(now) {
                self.bridge.send(Message::Exited(code));
                self.guests.command_ended();
            }
        }
        // At a terminal, what is left running is left on purpose.
        let patient =
            self.start.terminal.is_some() || self.stage.is_empty(&[]) || self.life.has_lingered(now);
        let quiet = self.stage.status().is_some() && self.house.service.live() == 0 && patient;
        let ended = self.life.is_ending() && (self.stage.is_empty(&[]) || self.stage.has_given_up());
        if (quiet && !self.life.is_ending())
            || (ended && self.life.has_waited(self.house.service.live(), now))
        {
            self.say_over();
        }
    }

    /// Nothing runs any more: what the command has said is sent, and then that this was all.
    fn say_over(&mut self) {
        if self.life.over() {
            self.guests.close();
            for (id, kind) in self.streams.clone() {
                match kind {
                    Kind::Stdin => self.bridge.reset(id),
                    _ => self.bridge.drain(id),
                }
            }
            self.bridge.send(Message::Over);
        }
        if self.bridge.is_settled() && self.bridge.is_linked() {
            self.life.told();
        }
    }

    // ---- Callers ----------------------------------------------------------------------------------------------

    fn answer_the_door(&mut self) {
        for stream in self.home.door.take(usize::MAX) {
            match Caller::new(Socket::from(stream)) {
                Some(caller) if self.callers.len() < words::CALLERS => self.callers.push(caller),
                _ => tracing::warn!("a caller was turned away"),
            }
        }
    }

    fn listen(&mut self, at: usize) {
        match self.callers[at].hear() {
            Heard::Nothing => {}
            Heard::Gone => drop(self.callers.remove(at)),
            Heard::Hello(hello) => {
                let caller = self.callers.remove(at);
                self.on_hello(caller, *hello);
            }
        }
    }

    fn on_hello(&mut self, mut caller: Caller, hello: Hello) {
        match hello.ask {
            Ask::List => caller.reply(&Answer::Sessions(vec![self.summary()])),
            Ask::Kill { .. } => {
                caller.reply(&Answer::Killed { id: self.home.id.clone() });
                self.life.dismissed();
                self.end();
            }
            Ask::Resume { id, secret, positions } => {
                let Some((read, write)) = caller.link() else { return };
                let link = ByteStream::pair(read, write);
                let known = id == self.home.id && home::same(&secret, &self.secret);
                if !known || !home::same(&hello.near, &self.near) {
                    let text = format!("the session {} is shown elsewhere now", self.home.id);
                    return words::send_all(
                        &link,
                        &wire::answer(&wire::refused(RefusalReason::Denied, text)),
                    );
                }
                self.resume(link, caller, &positions);
            }
            Ask::Attach { terminal, .. } => {
                let Some((read, write)) = caller.link() else { return };
                self.near = hello.near;
                if let Some(terminal) = terminal {
                    self.stage.resize(terminal.size);
                }
                self.attach(ByteStream::pair(read, write), caller);
            }
            Ask::Start(_) | Ask::Probe => {}
        }
    }

    fn resume(
        &mut self,
        link: ByteStream,
        caller: Caller,
        theirs: &[farway_proto::session::words::Position],
    ) {
        let first = wire::answer(&Answer::Resumed { positions: self.bridge.positions() });
        if let Err((link, error)) = self.bridge.resume(link, (b"", first), theirs) {
            tracing::error!("the near end claims what cannot be: {error}");
            let words = wire::refused(RefusalReason::Denied, "the two ends are out of step");
            return words::send_all(&link, &wire::answer(&words));
        }
        self.porter = Some(caller.into_socket());
        self.life.linked();
        self.guests.renew();
    }

    /// Another near end takes over: the command's streams go on with it, windows wait for the one that had them.
    fn attach(&mut self, link: ByteStream, caller: Caller) {
        self.house.service.foretell(None);
        self.bridge.send(Message::TakenOver);
        // What the old link takes at once is all that it gets.
        self.bridge.prepare(&mut PollSet::new());
        self.bridge.unlink();
        let mut old = std::mem::replace(&mut self.bridge, Bridge::new(End::Far));
        let streams = std::mem::take(&mut self.streams);
        for (id, kind) in streams {
            if let Some(id) = old.hand_over((id, kind), &mut self.bridge) {
                self.streams.push((id, kind));
            }
        }
        if !old.is_empty() {
            self.stranded.push(old);
        }
        if let Ok(secret) = home::new_secret() {
            self.secret = secret;
        }
        let first = wire::answer(&Answer::Attached(self.started()));
        self.bridge.begin(link, b"", first);
        self.porter = Some(caller.into_socket());
        self.life.linked();
        self.guests.renew();
        let stranded = self.stranded_windows();
        if stranded > 0 {
            self.bridge.send(Message::Note(words::stranded(stranded)));
        }
        if let Some(code) = self.stage.status() {
            self.bridge.send(Message::Exited(code));
        }
        self.life.taken_over();
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        match self.life.is_over() && !self.life.is_ending() {
            // As at the end of a login: who has left the command's session (tmux, daemons) or ignores it stays.
            true => self.stage.hang_up(),
            false => self.stage.end(Instant::now()),
        }
    }
}

fn owned(socket: Socket) -> OwnedFd {
    socket.into()
}

fn dial(inlet: &Arc<Inlet>) -> Arc<dyn Dial> {
    Arc::clone(inlet) as Arc<dyn Dial>
}

fn port_of(streams: Streams) -> Vec<(Kind, Port)> {
    match streams {
        Streams::Terminal(master) => vec![(Kind::Terminal, Port::duplex(ByteStream::from(master)))],
        Streams::Pipes { stdin, stdout, stderr } => vec![
            (Kind::Stdin, Port::sink(ByteStream::from(stdin))),
            (Kind::Stdout, Port::source(ByteStream::from(stdout))),
            (Kind::Stderr, Port::source(ByteStream::from(stderr))),
        ],
    }
}
