//! From the local program to the batch. Not the sending: see [`super::batch`].
//!
//! Invariant: a message leaves with as many remote ids as its tag says, and descriptors are taken in the
//! order in which they came.

use super::FdQueue;
use super::batch::Batch;
use super::dispatch::{Passing, Verdict, dispatch};
use super::fault::{Fault, Reason};
use super::state::{State, take_fds};
use crate::ids::{Rid, Role};
use crate::wayland::{Form, Header, Way};

/// Handles one message of the local program.
pub(crate) fn forward(
    state: &mut State,
    batch: &mut Batch,
    fds: &mut FdQueue,
    header: Header,
    message: &[u8],
) -> Result<(), Fault> {
    let way = match state.role {
        Role::App => Way::Request,
        Role::Display => Way::Event,
    };
    let known = state.objects.get(header.object).map(|object| object.interface);
    let Some((interface, signature)) = known.and_then(|i| Some((i, i.message(way, header.opcode)?))) else {
        batch.push(message, &[]);
        return Ok(());
    };
    let Some(taken) = take_fds(fds, signature.fds) else {
        return Err(state.local_fault(Reason::MissingFd(interface.name, signature.name)));
    };
    let mut rids = Vec::new();
    let passing = Passing { interface, signature, way, header, message, inbound: false };
    let verdict = dispatch(state, &passing, taken, &mut rids)?;
    let rids: Vec<Rid> = rids.into_iter().map(|handover| handover.rid).collect();
    match verdict {
        Verdict::Pass if rids.is_empty() => batch.push(message, &[]),
        Verdict::Pass => batch.push(&tagged(message, header, rids.len()), &rids),
        Verdict::Rewrite(bytes) => {
            let header = Header { len: bytes.len(), ..header };
            batch.push(&tagged(&bytes, header, rids.len()), &rids);
        }
        Verdict::Swallow => rids.into_iter().for_each(|rid| state.release(rid)),
        Verdict::Wait(_) => return Err(Fault { at: super::Party::Ourselves, reason: Reason::Internal }),
    }
    Ok(())
}

/// The message with the number of its descriptors in its header.
fn tagged(message: &[u8], header: Header, fds: usize) -> Vec<u8> {
    let mut bytes = message.to_vec();
    let header = Header { fds: fds as u8, ..header };
    bytes[..Header::SIZE].copy_from_slice(&header.write(Form::Channel));
    bytes
}
