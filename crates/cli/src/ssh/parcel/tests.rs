use proptest::prelude::*;

use super::*;

/// An ELF file that has headers and nothing else.
fn program(machine: u16, kinds: &[u32]) -> Vec<u8> {
    let mut file = b"\x7fELF\x02\x01\x01".to_vec();
    file.resize(64, 0);
    file[16] = 3;
    file[18..20].copy_from_slice(&machine.to_le_bytes());
    file[32] = 64;
    file[54] = 56;
    file[56] = kinds.len() as u8;
    for kind in kinds {
        file.extend(kind.to_le_bytes());
        file.extend([0; 52]);
    }
    file
}

fn linux(cpu: &str) -> Machine {
    Machine { system: "Linux".into(), cpu: cpu.into() }
}

fn places() -> Places {
    Places { exe: Some("/opt/bin/farway".into()), data_home: Some("/home/me/.local/share".into()) }
}

#[test]
fn headers_say_what_a_program_is() {
    let found = |arch, stands_alone| Some(elf::Program { arch, stands_alone });
    assert_eq!(elf::look(&program(62, &[1, 2])), found(Arch::X86_64, true));
    assert_eq!(elf::look(&program(183, &[6, 3, 1])), found(Arch::Aarch64, false));
    assert_eq!(elf::look(&program(8, &[1])), None);
    assert_eq!(elf::look(&program(62, &[])), None);
    let whole = program(62, &[1, 2]);
    for end in 0..whole.len() - 52 {
        assert_eq!(elf::look(&whole[..end]), None, "{end}");
    }
    let this = std::env::current_exe().and_then(std::fs::read).expect("this test");
    if cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")) {
        assert_eq!(elf::look(&this), found(Arch::X86_64, false));
    }
}

#[test]
fn the_first_program_that_suits_is_sent() {
    let mut files = vec![
        ("/opt/bin/farway", program(62, &[1, 3])),
        ("/opt/lib/farway/farway-linux-x86_64", program(62, &[1, 1])),
        ("/usr/lib/farway/farway-linux-x86_64", program(62, &[1, 2])),
        ("/home/me/.local/share/farway/farway-linux-aarch64", program(183, &[1])),
    ];
    let choose = |files: &[(&str, Vec<u8>)], cpu: &str| {
        Parcel::choose(&linux(cpu), &places(), |path, _| {
            let found = files.iter().find(|(name, _)| Path::new(name) == path);
            found.map(|(_, bytes)| bytes.clone()).ok_or_else(|| io::ErrorKind::NotFound.into())
        })
    };
    assert_eq!(choose(&files, "x86_64").expect("one").bytes(), files[1].1);
    assert_eq!(choose(&files, "arm64").expect("one").bytes(), files[3].1);
    // Ourselves before all others, if we stand alone.
    files[0].1 = program(62, &[1]);
    assert_eq!(choose(&files, "amd64").expect("one").bytes(), files[0].1);
    assert_eq!(choose(&files, "aarch64").expect("one").bytes(), files[3].1);
    // A file with the wrong content is none.
    files[3].1 = files[0].1.clone();
    let missing = choose(&files, "aarch64").expect_err("none");
    assert_eq!(
        missing.to_string(),
        "there is no static farway for aarch64 to send; make one with `cargo xtask dist` and put \
         farway-linux-aarch64 beside /opt/bin/farway, or install farway over there (--remote-bin names it)"
    );
    assert!(choose(&files, "riscv64").expect_err("none").to_string().contains("`Linux riscv64`"));
    let darwin = Machine { system: "Darwin".into(), cpu: "arm64".into() };
    assert_eq!(darwin.arch(), None);
}

#[test]
fn it_is_looked_for_in_these_places() {
    let files = places().candidates(Arch::X86_64);
    let names: Vec<_> = files.iter().map(|file| file.to_str().expect("UTF-8")).collect();
    assert_eq!(
        names,
        [
            "/opt/bin/farway",
            "/opt/bin/farway-linux-x86_64",
            "/opt/lib/farway/farway-linux-x86_64",
            "/home/me/.local/share/farway/farway-linux-x86_64",
            "/usr/lib/farway/farway-linux-x86_64",
            "/usr/local/lib/farway/farway-linux-x86_64",
        ]
    );
}

#[test]
fn sums_are_those_of_the_tools() {
    // From `sha256sum` and `cksum`.
    let parcel = Parcel::new(b"hello\n".to_vec());
    assert_eq!(parcel.sha256(), "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
    assert_eq!(parcel.cksum(), "3015617425 6");
    assert_eq!(Parcel::new(Vec::new()).cksum(), "4294967295 0");
    assert_eq!(parcel.name("0.1.0"), "farway-0.1.0-5891b5b522d5df08");
    assert_eq!(parcel.name("1'; rm -rf /*"), "farway-1rm-rf-5891b5b522d5df08");
}

proptest! {
    #[test]
    fn any_file_is_answered(mut file in prop::collection::vec(any::<u8>(), 0..200)) {
        elf::look(&file);
        let head = program(62, &[1]);
        let count = file.len().min(24);
        file[..count].copy_from_slice(&head[..count]);
        elf::look(&file);
    }
}
