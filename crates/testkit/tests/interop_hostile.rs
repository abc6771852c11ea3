//! Peers that break the rules of the channel (rows X5 to X8 and more), against one farway process of each side.
//!
//! Every attack must end its own connection, with a reason for the application, while another connection of the same
//! process goes on and the process stays small.

use farway_proto::channel::CompressionCode;
use farway_testkit::real::programs::Program;
use farway_testkit::real::wait;
use farway_testkit::rig::attack::{Attack, attacks, packed_fill, zstd_bomb};
use farway_testkit::rig::{AppHalf, Half, RigError, ScreenHalf, memory};

/// Private memory that a process may have after all attacks, and resident memory that it may ever have had.
const PRIVATE: u64 = 96 << 20;
const PEAK: u64 = 384 << 20;

/// Runs all attacks and reports every one that went wrong.
fn run(
    attacks: &[Attack],
    mut connect: impl FnMut() -> Result<Half, RigError>,
    pid: u32,
) -> Result<(), RigError> {
    let mut bystander = connect()?;
    bystander.alive()?;
    let mut wrong = Vec::new();
    for attack in attacks {
        let mut victim = connect()?;
        victim.peer.send_raw(attack.bytes.clone());
        let result = if attack.harmless {
            victim.alive()
        } else {
            victim.ends_with_reason().map(|text| assert!(!text.is_empty(), "{}", attack.name))
        };
        if let Err(error) = result.and_then(|()| bystander.alive()) {
            let kind = attack.bytes[20] & 31;
            wrong.push(format!("{} (type {kind}): {error}", attack.name));
        }
    }
    assert!(wrong.is_empty(), "{} of {} attacks:\n{}", wrong.len(), attacks.len(), wrong.join("\n"));
    drop(bystander);
    let (private, peak) = (memory::private(pid)?, memory::peak(pid)?);
    eprintln!("{} attacks; private memory {} KiB, peak {} KiB", attacks.len(), private >> 10, peak >> 10);
    assert!(private < PRIVATE, "{private} bytes of private memory");
    assert!(peak < PEAK, "{peak} bytes resident at the worst time");
    Ok(())
}

/// All descriptors of ended connections are closed: perhaps not at once, but soon.
fn no_leak(pid: u32) -> Result<(), RigError> {
    Ok(wait::until("descriptors of ended connections are closed", wait::DEADLINE, || {
        Ok(memory::descriptors(pid).is_ok_and(|it| it < 32).then_some(()))
    })?)
}

#[test]
fn a_server_survives_hostile_clients() -> Result<(), RigError> {
    let mut site = AppHalf::start(&Program::find("farway")?, "none", &[])?;
    let pid = site.process().pid();
    run(&attacks(-1), || site.half(17), pid)?;
    no_leak(pid)
}

#[test]
fn a_client_survives_hostile_servers() -> Result<(), RigError> {
    let mut site = ScreenHalf::start(&Program::find("farway")?, "none", &[])?;
    let pid = site.process().pid();
    run(&attacks(1), || site.half(17, CompressionCode::None), pid)?;
    no_leak(pid)
}

/// X6, X13: payloads that unpack to more, to less, or not at all.
fn packed(sign: i32) -> Vec<Attack> {
    let bomb = zstd_bomb();
    let zeros = vec![0; 4096];
    let mut list = Vec::new();
    let mut add = |name, stated, payload: &[u8]| {
        list.push(Attack { name, bytes: packed_fill(sign, stated, payload), harmless: false });
    };
    add("X6 bomb of 1 GiB that says so", 1 << 30, &bomb);
    add("X6 bomb that says it fits", 4096, &bomb);
    add("X13 garbage", 4096, b"this is no compressed data at all");
    add("X13 nothing", 4096, &[]);
    add("X13 not compressed", 4096, &zeros);
    list
}

#[test]
fn compressed_payloads_that_lie() -> Result<(), RigError> {
    for compress in ["lz4", "zstd"] {
        let code = if compress == "lz4" { CompressionCode::Lz4 } else { CompressionCode::Zstd };
        let farway = Program::find("farway")?;
        let mut site = AppHalf::start(&farway, compress, &[])?;
        let pid = site.process().pid();
        run(&packed(-1), || site.half(17), pid)?;
        let mut site = ScreenHalf::start(&farway, compress, &[])?;
        let pid = site.process().pid();
        run(&packed(1), || site.half(17, code), pid)?;
    }
    Ok(())
}
