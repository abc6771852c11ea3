//! One Wayland connection through both proxies, with the test at both ends.
//!
//! It is the oracle of transparency: what was sent at one end has to arrive at the other, in order, equal, with its
//! descriptors. The few messages for which proxies do otherwise are sent with methods of their own. Invariant: after
//! [`Line::deliver`] nothing is under way.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;

use bytes::Bytes;
use farway_proto::wayland::{Builder, Form, Header, Interface, ObjectId, Way};

use super::message::describe;
use super::party::DISPLAY;
use super::{Message, Party, Pixels, RigError, wait};

/// What has to arrive.
#[derive(Debug)]
struct Wanted {
    bytes: Bytes,
    interface: Option<&'static Interface>,
    fds: usize,
    /// Only object and opcode have to be the same.
    rewritten: bool,
}

/// A connection of which the test plays application and compositor.
#[derive(Debug)]
pub struct Line {
    /// The application.
    pub app: Party,
    /// The compositor.
    pub screen: Party,
    /// The buffers at both ends.
    pub pixels: Pixels,
    /// The registry that [`Both::connect`](super::Both::connect) made.
    pub registry: ObjectId,
    /// What the application was told: name, interface, version.
    pub offered: Vec<(u32, String, u32)>,
    to_screen: VecDeque<Wanted>,
    to_app: VecDeque<Wanted>,
}

impl Line {
    /// Both ends of a connection over which nothing has been sent yet, or only what `screen` has not handled yet.
    pub fn new(app: Party, screen: Party) -> Self {
        Self {
            app,
            screen,
            pixels: Pixels::default(),
            registry: ObjectId(2),
            offered: Vec::new(),
            to_screen: VecDeque::new(),
            to_app: VecDeque::new(),
        }
    }

    /// The application sends a request.
    ///
    /// # Errors
    /// No such object or message.
    pub fn request(
        &mut self,
        object: ObjectId,
        name: &str,
        build: impl FnOnce(Builder) -> Builder,
    ) -> Result<(), RigError> {
        self.request_with(object, name, build, Vec::new())
    }

    /// As [`Line::request`], with descriptors.
    ///
    /// # Errors
    /// No such object or message.
    pub fn request_with(
        &mut self,
        object: ObjectId,
        name: &str,
        build: impl FnOnce(Builder) -> Builder,
        fds: Vec<OwnedFd>,
    ) -> Result<(), RigError> {
        let (interface, count) = (self.app.interface(object), fds.len());
        if let ("create_pool", Some(fd)) = (name, fds.first()) {
            self.pixels.pool_sent(fd)?;
        }
        let bytes = self.app.send(object, name, build, fds)?;
        self.to_screen.push_back(Wanted { bytes, interface, fds: count, rewritten: false });
        Ok(())
    }

    /// A request whose only argument is a new object. Returns the object.
    ///
    /// # Errors
    /// No such object or message.
    pub fn create(&mut self, object: ObjectId, name: &str) -> Result<ObjectId, RigError> {
        let id = self.app.new_id();
        self.request(object, name, |m| m.new_id(id))?;
        Ok(id)
    }

    /// The compositor sends an event.
    ///
    /// # Errors
    /// No such object or message.
    pub fn event(
        &mut self,
        object: ObjectId,
        name: &str,
        build: impl FnOnce(Builder) -> Builder,
    ) -> Result<(), RigError> {
        self.event_with(object, name, build, Vec::new())
    }

    /// As [`Line::event`], with descriptors.
    ///
    /// # Errors
    /// No such object or message.
    pub fn event_with(
        &mut self,
        object: ObjectId,
        name: &str,
        build: impl FnOnce(Builder) -> Builder,
        fds: Vec<OwnedFd>,
    ) -> Result<(), RigError> {
        let (interface, count) = (self.screen.interface(object), fds.len());
        let bytes = self.screen.send(object, name, build, fds)?;
        self.to_app.push_back(Wanted { bytes, interface, fds: count, rewritten: false });
        Ok(())
    }

    /// An event of which a proxy may change the arguments.
    ///
    /// # Errors
    /// No such object or message.
    pub fn event_rewritten(
        &mut self,
        object: ObjectId,
        name: &str,
        build: impl FnOnce(Builder) -> Builder,
    ) -> Result<(), RigError> {
        self.event(object, name, build)?;
        self.to_app.iter_mut().last().into_iter().for_each(|wanted| wanted.rewritten = true);
        Ok(())
    }

    /// An event that must not reach the application.
    ///
    /// # Errors
    /// No such object or message.
    pub fn event_hidden(
        &mut self,
        object: ObjectId,
        name: &str,
        build: impl FnOnce(Builder) -> Builder,
    ) -> Result<(), RigError> {
        self.screen.send(object, name, build, Vec::new()).map(drop)
    }

    /// Bytes of the application that must arrive unchanged although [`Party::send`] cannot build them.
    pub fn request_raw(&mut self, bytes: Bytes) {
        self.app.send_raw(bytes.clone(), Vec::new());
        self.to_screen.push_back(Wanted { bytes, interface: None, fds: 0, rewritten: false });
    }

    /// Waits until everything that was sent has arrived at the other end; returns it in order, requests first.
    ///
    /// # Errors
    /// Something did not arrive, or not as it was sent; or the application was told an error.
    pub fn deliver(&mut self) -> Result<Vec<Message>, RigError> {
        let (mut requests, mut events) = (Vec::new(), Vec::new());
        let Self { app, screen, pixels, to_screen, to_app, .. } = self;
        let what = format!(
            "delivery, first {}",
            to_screen
                .front()
                .map(|w| w.name(Way::Request))
                .unwrap_or_else(|| to_app.front().map_or("nothing".to_owned(), |w| w.name(Way::Event)))
        );
        wait(app, screen, &what, |app, screen| {
            while let Some(message) = app.inbox.pop_front() {
                refused(&message, to_app.front())?;
                check("the application", to_app.pop_front(), &message)?;
                events.push(message);
            }
            while let Some(message) = screen.inbox.pop_front() {
                check("the compositor", to_screen.pop_front(), &message)?;
                pixels.arrived(&message)?;
                requests.push(message);
            }
            Ok((to_app.is_empty() && to_screen.is_empty()).then_some(()))
        })?;
        requests.append(&mut events);
        Ok(requests)
    }

    /// The compositor offers globals, numbered from 1. All have to reach the application as they are.
    ///
    /// # Errors
    /// As [`Line::deliver`].
    pub fn globals(&mut self, globals: &[(&str, u32)]) -> Result<(), RigError> {
        let registry = self.registry;
        for (interface, version) in globals {
            let name = self.offered.len() as u32 + 1;
            self.event(registry, "global", |m| m.uint(name).str(interface.as_bytes()).uint(*version))?;
            self.offered.push((name, (*interface).to_owned(), *version));
        }
        self.deliver().map(drop)
    }

    /// The application binds a global that was offered.
    ///
    /// # Errors
    /// It was not offered.
    pub fn bind(&mut self, interface: &str, version: u32) -> Result<ObjectId, RigError> {
        let offered = self.offered.iter().find(|(_, name, _)| name == interface);
        let name =
            offered.map(|it| it.0).ok_or_else(|| RigError::Failed(format!("{interface} not offered")))?;
        let id = self.app.new_id();
        let registry = self.registry;
        self.request(registry, "bind", |m| m.uint(name).str(interface.as_bytes()).uint(version).new_id(id))?;
        Ok(id)
    }

    /// `wl_display.sync` and its answer: everything before has arrived at both ends.
    ///
    /// # Errors
    /// As [`Line::deliver`].
    pub fn round_trip(&mut self) -> Result<Vec<Message>, RigError> {
        let callback = self.create(DISPLAY, "sync")?;
        let mut arrived = self.deliver()?;
        self.event(callback, "done", |m| m.uint(callback.0))?;
        self.event(DISPLAY, "delete_id", |m| m.uint(callback.0))?;
        arrived.extend(self.deliver()?);
        Ok(arrived)
    }

    /// The application closes its connection; the compositor has to see the end.
    ///
    /// # Errors
    /// It does not, or something else comes before.
    pub fn end_by_app(mut self) -> Result<(), RigError> {
        self.deliver()?;
        self.app.hang_up()?;
        wait(&mut self.screen, &mut (), "the end at the compositor", |screen, ()| {
            ended("the compositor", screen)
        })
    }

    /// The compositor closes its connection; the application has to see the end.
    ///
    /// # Errors
    /// It does not, or something else comes before.
    pub fn end_by_screen(mut self) -> Result<(), RigError> {
        self.deliver()?;
        self.screen.hang_up()?;
        wait(&mut self.app, &mut (), "the end at the application", |app, ()| ended("the application", app))
    }

    /// Waits until the application is told `wl_display.error`; returns its text. Other messages are ignored.
    ///
    /// # Errors
    /// The connection ends without a reason, or goes on.
    pub fn refusal(&mut self) -> Result<String, RigError> {
        wait(&mut self.app, &mut self.screen, "wl_display.error", |app, screen| {
            screen.inbox.clear();
            reason(app)
        })
    }
}

/// The text of `wl_display.error` in the inbox of an application, which is emptied up to it.
///
/// # Errors
/// [`RigError::Closed`] if the connection ended without one.
pub fn reason(app: &mut Party) -> Result<Option<String>, RigError> {
    while let Some(message) = app.inbox.pop_front() {
        if let Err(RigError::Display { text, .. }) = refused(&message, None) {
            return Ok(Some(text));
        }
    }
    if app.is_closed() { Err(RigError::Closed("wl_display.error".to_owned())) } else { Ok(None) }
}

/// Turns `wl_display.error` into an error, unless the compositor itself sent it.
fn refused(message: &Message, wanted: Option<&Wanted>) -> Result<(), RigError> {
    if message.is("wl_display.error") && wanted.is_none_or(|wanted| wanted.bytes != message.bytes) {
        let args = message.args()?;
        let text = args.str(2)?.unwrap_or_default();
        return Err(RigError::Display {
            code: args.uint(1)?,
            text: String::from_utf8_lossy(text).into_owned(),
        });
    }
    Ok(())
}

fn check(at: &'static str, wanted: Option<Wanted>, got: &Message) -> Result<(), RigError> {
    let Some(wanted) = wanted else { return Err(RigError::Unexpected { at, got: got.to_string() }) };
    let same = if wanted.rewritten {
        wanted.bytes[..6] == got.bytes[..6]
    } else {
        wanted.bytes == got.bytes && wanted.fds == got.fds.len()
    };
    if same {
        return Ok(());
    }
    let got = format!("{got} with {} fds", got.fds.len());
    let way = if at == "the compositor" { Way::Request } else { Way::Event };
    Err(RigError::Altered { at, wanted: format!("{} with {} fds", wanted.name(way), wanted.fds), got })
}

fn ended(at: &'static str, party: &mut Party) -> Result<Option<()>, RigError> {
    if let Some(message) = party.inbox.pop_front() {
        refused(&message, None)?;
        return Err(RigError::Unexpected { at, got: message.to_string() });
    }
    Ok(party.is_closed().then_some(()))
}

impl Wanted {
    fn name(&self, way: Way) -> String {
        let mut text = String::new();
        match Header::parse(&self.bytes, Form::Program) {
            Ok(header) => {
                // Writing to a string cannot fail.
                let _ = describe(&mut text, self.interface, way, header);
            }
            Err(error) => text = error.to_string(),
        }
        text
    }
}
