//! A TCP relay on loopback: the distance between a client and a server, and its breaking.
//!
//! Not TCP's own behaviour under loss: what a relay swallows was acknowledged to its sender, so only the silence of the
//! other end tells. Invariants: bytes come out in order and never before half the round trip; one thread does
//! everything, and a change of mind (`cut`, `heal`) is done when the call returns.

mod link;

use super::super::RealError;
use super::super::error::Doing;
use super::super::wait;
use farway_proxy::transport::emulated::LinkProfile;
use link::Link;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How a link breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Both ends are reset, new connections as well.
    Reset,
    /// Nothing comes through any more and nobody is told. Connections of before and during the cut stay dead after
    /// [`Relay::heal`].
    Swallow,
    /// Nothing moves, and nothing is lost: after [`Relay::heal`] all goes on.
    Stall,
}

/// What has gone through so far, over all connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Connections that were accepted and passed on.
    pub connections: u64,
    /// Of these, how many are still there, dead ones included.
    pub open: u64,
    /// Bytes read from whoever dialled.
    pub up: u64,
    /// Bytes read from the server.
    pub down: u64,
}

enum Order {
    Cut(Cut),
    /// After so many more bytes, both ways together.
    CutAfter(u64, Cut),
    Heal,
    Stop,
}

/// A running relay; its connections are reset on drop.
#[derive(Debug)]
pub struct Relay {
    port: u16,
    orders: Sender<(Order, Sender<()>)>,
    wake: UnixStream,
    traffic: Arc<Mutex<Traffic>>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    /// A relay to `port` on 127.0.0.1 where everything takes `delay` each way.
    pub fn start(port: u16, delay: Duration) -> Result<Self, RealError> {
        Relay::with_profile(port, &LinkProfile { rtt: delay * 2, ..LinkProfile::default() })
    }

    /// A relay that has a rate as well.
    pub fn with_profile(port: u16, profile: &LinkProfile) -> Result<Self, RealError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).doing("make a relay")?;
        listener.set_nonblocking(true).doing("make a relay")?;
        let own = listener.local_addr().doing("make a relay")?.port();
        let (wake, woken) = UnixStream::pair().doing("make a relay")?;
        woken.set_nonblocking(true).doing("make a relay")?;
        let (orders, receiver) = channel();
        let traffic = Arc::new(Mutex::new(Traffic::default()));
        let mut carrier = Carrier {
            profile: *profile,
            to: (Ipv4Addr::LOCALHOST, port).into(),
            listener,
            woken,
            orders: receiver,
            links: Vec::new(),
            broken: None,
            fuse: None,
            traffic: Traffic::default(),
            shared: Arc::clone(&traffic),
        };
        let thread = std::thread::Builder::new().name("relay".into()).spawn(move || carrier.run());
        Ok(Relay { port: own, orders, wake, traffic, thread: Some(thread.doing("make a relay")?) })
    }

    /// The port on 127.0.0.1 that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Breaks the link now.
    pub fn cut(&self, how: Cut) {
        self.order(Order::Cut(how));
    }

    /// Breaks the link as soon as so many more bytes, both ways together, were read from its ends.
    pub fn cut_after(&self, bytes: u64, how: Cut) {
        self.order(Order::CutAfter(bytes, how));
    }

    /// Mends the link, and forgets a cut that is still to come.
    pub fn heal(&self) {
        self.order(Order::Heal);
    }

    /// What has gone through so far.
    pub fn traffic(&self) -> Traffic {
        *self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the traffic is as wanted, such as two connections.
    pub fn wait(&self, what: &str, until: impl Fn(Traffic) -> bool) -> Result<(), RealError> {
        wait::until(what, wait::DEADLINE, || Ok(until(self.traffic()).then_some(())))
    }

    fn order(&self, order: Order) {
        let (done, finished) = channel();
        if self.orders.send((order, done)).is_ok() && (&self.wake).write_all(&[0]).is_ok() {
            // An error means that the thread is gone, and with it everything that could pass.
            let _ = finished.recv();
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.order(Order::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What the thread has.
struct Carrier {
    profile: LinkProfile,
    to: SocketAddr,
    listener: TcpListener,
    woken: UnixStream,
    orders: Receiver<(Order, Sender<()>)>,
    links: Vec<Link>,
    broken: Option<Cut>,
    fuse: Option<(u64, Cut)>,
    traffic: Traffic,
    shared: Arc<Mutex<Traffic>>,
}

impl Carrier {
    fn run(&mut self) {
        loop {
            self.sleep();
            let mut bytes = [0; 64];
            while matches!(self.woken.read(&mut bytes), Ok(n) if n > 0) {}
            while let Ok((order, done)) = self.orders.try_recv() {
                let stop = matches!(order, Order::Stop);
                self.obey(order);
                self.publish();
                // Nobody waits any more if this fails.
                let _ = done.send(());
                if stop {
                    return;
                }
            }
            self.accept();
            self.carry();
            self.publish();
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Cut(how) => self.cut(how),
            Order::CutAfter(0, how) => self.cut(how),
            Order::CutAfter(bytes, how) => self.fuse = Some((bytes, how)),
            Order::Heal => (self.broken, self.fuse) = (None, None),
            Order::Stop => self.cut(Cut::Reset),
        }
    }

    fn cut(&mut self, how: Cut) {
        (self.broken, self.fuse) = (Some(how), None);
        match how {
            Cut::Reset => self.links.drain(..).for_each(Link::reset),
            Cut::Swallow => self.links.iter_mut().for_each(Link::die),
            Cut::Stall => {}
        }
    }

    fn publish(&mut self) {
        self.traffic.open = self.links.len() as u64;
        *self.shared.lock().unwrap_or_else(PoisonError::into_inner) = self.traffic;
    }

    /// Waits for the ends, for what arrives by then, or for an order.
    fn sleep(&self) {
        let mut fds = vec![PollFd::new(&self.woken, PollFlags::IN)];
        let mut wake = None;
        if self.broken != Some(Cut::Stall) {
            fds.push(PollFd::new(&self.listener, PollFlags::IN));
            for link in &self.links {
                link.poll(&mut fds);
                wake = [wake, link.wakes()].into_iter().flatten().min();
            }
        }
        let timeout = wake.map(|wake| {
            let nanos = wake.saturating_sub(farway_sys::clock::monotonic());
            Timespec { tv_sec: (nanos / 1_000_000_000) as i64, tv_nsec: (nanos % 1_000_000_000) as i64 }
        });
        // Interrupted or not: everything is looked at again.
        let _ = poll(&mut fds, timeout.as_ref());
    }

    fn accept(&mut self) {
        while self.broken != Some(Cut::Stall) {
            let stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return,
            };
            let link = match self.broken {
                Some(Cut::Reset) => {
                    link::reset(&stream);
                    continue;
                }
                Some(_) => Link::dead(stream),
                // Loopback: the server answers at once or never.
                None => match TcpStream::connect(self.to) {
                    Ok(far) => Link::new(&self.profile, stream, far),
                    Err(_) => {
                        link::reset(&stream);
                        continue;
                    }
                },
            };
            if let Ok(link) = link {
                self.traffic.connections += u64::from(self.broken.is_none());
                self.links.push(link);
            }
        }
    }

    fn carry(&mut self) {
        if self.broken == Some(Cut::Stall) {
            return;
        }
        for link in &mut self.links {
            let budget = self.fuse.map_or(u64::MAX, |(bytes, _)| bytes);
            let (up, down) = link.carry(budget);
            self.traffic.up += up;
            self.traffic.down += down;
            if let Some((bytes, _)) = &mut self.fuse {
                *bytes -= up + down;
            }
        }
        self.links.retain(|link| !link.is_finished());
        if let Some((0, how)) = self.fuse {
            self.cut(how);
        }
    }
}

#[cfg(test)]
mod tests;
