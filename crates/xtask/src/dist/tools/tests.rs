use super::*;

const ARCH: Arch = Arch { name: "aarch64", machine: 183, packages: "some-gcc" };

#[test]
fn names_are_those_of_cargo_and_cc() {
    let target = triple(ARCH, "musl");
    assert_eq!(target, "aarch64-unknown-linux-musl");
    assert_eq!(cc(&target), "CC_aarch64_unknown_linux_musl");
    assert_eq!(cargo_name(&target, "LINKER"), "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER");
}

#[test]
fn a_plan_says_how() {
    let named = Plan::new(triple(ARCH, "musl"), "musl", Compiler::Named("some-gcc".into()));
    assert_eq!(named.describe(), "aarch64-unknown-linux-musl with some-gcc");
    assert_eq!(named.subcommand(), "build");
    let env = named.env();
    assert!(env.contains(&("CC_aarch64_unknown_linux_musl".into(), "some-gcc".into())));
    assert!(env.iter().any(|(name, _)| name.ends_with("_LINKER")));
    let zig = Plan::new(triple(ARCH, "musl"), "musl", Compiler::Zig);
    assert_eq!((zig.subcommand(), zig.target()), ("zigbuild", "aarch64-unknown-linux-musl"));
    assert!(zig.env().iter().all(|(name, _)| name.ends_with("RUSTFLAGS")));
    let gnu = Plan::new(triple(ARCH, "gnu"), "gnu", Compiler::Host);
    assert!(gnu.describe().contains("glibc linked statically"));
}

#[test]
fn a_target_that_nobody_has_is_not_there() {
    assert!(!has_std("no-such-target"));
}
