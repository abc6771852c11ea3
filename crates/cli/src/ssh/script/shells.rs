//! The text in real shells: a far side of a home folder and a folder of tools.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::*;
use crate::ssh::intro::{Fallback, Intro, IntroError, IntroPlan, Step};
use crate::ssh::parcel::{Arch, Parcel, ParcelError, Places};

const FLIGHT: &[u8] = b"farway>1\x10\0\0\0{\"first flight\"}";

/// Everything that the text may use. The sums are added by the cases.
const TOOLS: &str = "uname id ls mkdir chmod rm mv cat dd find echo sha256sum head gzip";

/// Shells that the text must get along with when they are `sh` over there.
const INNER: [&str; 6] = ["dash", "bash", "busybox", "mksh", "ksh93", "zsh"];
const LOGIN: [&str; 8] = ["dash", "bash", "busybox", "csh", "tcsh", "fish", "zsh", "mksh"];
const OPTIONAL: [&str; 2] = ["mksh", "ksh93"];

fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn installed(shells: &[&'static str]) -> Vec<&'static str> {
    let there = |name: &&&'static str| {
        let found = which(name).is_some();
        let must = std::env::var_os("FARWAY_NO_SKIP").is_some() && !OPTIONAL.contains(name);
        assert!(found || !must, "no {name}, and FARWAY_NO_SKIP is set");
        found
    };
    shells.iter().filter(there).copied().collect()
}

/// A farway of a few lines: says its protocol; as porter it gives back what it is told, and its own path.
fn fake(protocol: &str) -> String {
    let len = FLIGHT.len();
    format!(
        "#!/bin/sh\ncase \"$1 $2\" in\n\"porter --protocol\") echo {protocol}; exit 0;;\n\
         \"porter \") printf 'farway<1'; dd bs=1 count={len} 2>/dev/null; printf ' %s' \"$0\"; exit 7;;\nesac\necho 1; exit 2\n"
    )
}

/// Held while a program is written and while a process is started: one that is started in between would hold the
/// program open for writing, and then nobody can run it.
static WRITE_OR_START: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    WRITE_OR_START.lock().unwrap_or_else(PoisonError::into_inner)
}

fn start(command: &mut Command) -> Child {
    let _alone = alone();
    command.spawn().expect("a program")
}

fn program(file: &Path, text: &str) {
    let _alone = alone();
    fs::create_dir_all(file.parent().expect("in a folder")).expect("a folder");
    fs::write(file, text).expect("a file");
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("a mode");
}

/// A parcel that is larger than what pipes and tools keep.
fn parcel() -> Parcel {
    let mut text = fake("1");
    let mut state = 1u32;
    text.push('#');
    while text.len() < 300_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.push_str(&format!("{state:x}"));
    }
    Parcel::new(text.into_bytes())
}

struct Far {
    root: tempfile::TempDir,
    login: &'static str,
    remote_bin: Option<String>,
    bootstrap: bool,
    parcel: Option<Parcel>,
    /// Done to the parcel on its way.
    damage: fn(&mut Vec<u8>),
    env: Vec<(&'static str, PathBuf)>,
    /// Mounted over `.cache` with these options, in a name space of its own.
    mount: Option<&'static str>,
}

#[derive(Debug, PartialEq)]
enum End {
    /// What the fake farway printed.
    Session(String),
    Fallback(Fallback),
    Failed(IntroError),
}

impl Far {
    fn new(login: &'static str, inner: &str) -> Self {
        let root = tempfile::tempdir().expect("a folder");
        let tools = root.path().join("tools");
        fs::create_dir_all(&tools).expect("a folder");
        fs::create_dir(root.path().join("home")).expect("a folder");
        for tool in TOOLS.split(' ').chain(["sh"]) {
            let to = match (inner, tool) {
                ("busybox", _) => which("busybox"),
                (_, "sh") => which(inner),
                _ => which(tool),
            };
            symlink(to.expect("a usual tool"), tools.join(tool)).expect("a link");
        }
        let env = vec![("XDG_RUNTIME_DIR", root.path().join("run"))];
        let parcel = Some(parcel());
        Self { root, login, remote_bin: None, bootstrap: true, parcel, damage: |_| {}, env, mount: None }
    }

    fn home(&self, path: &str) -> PathBuf {
        self.root.path().join("home").join(path)
    }

    fn tool(&self, name: &str) -> PathBuf {
        self.root.path().join("tools").join(name)
    }

    fn without(&self, tool: &str) {
        fs::remove_file(self.tool(tool)).expect("a tool");
    }

    fn cached(&self) -> PathBuf {
        self.home(".cache/farway").join(parcel().name("1.2"))
    }

    fn command(&self, text: &str) -> Command {
        // Nobody else's.
        let text = text.replace(SHARED, &format!("{}/farway-$fwu", self.root.path().display()));
        let mut command = Command::new(which("timeout").expect("timeout"));
        command.arg("30");
        if let Some(options) = self.mount {
            command.args([which("unshare").expect("unshare"), "-rm".into()]).args([which("sh").expect("sh")]);
            let mount = which("mount").expect("mount");
            let line = format!("{} -t tmpfs -o {options} none .cache && exec \"$0\" \"$@\"", mount.display());
            command.args(["-c", &line]);
        }
        command.arg(which(self.login).expect("a shell"));
        if self.login == "busybox" {
            command.arg("sh");
        }
        command.args(["-c", &text]).env_clear().envs(self.env.iter().cloned());
        let (home, tools) = (self.root.path().join("home"), self.root.path().join("tools"));
        command.current_dir(&home).env("HOME", home).env("PATH", tools);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    fn run(&self) -> End {
        let stage = Stage1 {
            // As long as it can be: every shell must take it.
            hello: Some("a9".repeat(2048)),
            remote_bin: self.remote_bin.clone(),
            first_flight_len: FLIGHT.len(),
            bootstrap: self.bootstrap,
            names: self.parcel.iter().map(|parcel| parcel.name("1.2")).collect(),
        };
        let mut child = start(&mut self.command(&stage1(&stage).expect("a text")));
        let input = child.stdin.take().expect("a pipe");
        let mut output = child.stdout.take().expect("a pipe");
        let mut intro = Intro::new(IntroPlan {
            first_flight: FLIGHT.to_vec(),
            bootstrap: stage.may_send(),
            remote_bin: self.remote_bin.clone(),
            version: "1.2".into(),
        });
        let end = self.talk(&mut intro, input, &mut output);
        let status = child.wait().expect("an end").code();
        match end {
            Some(End::Session(said)) => {
                assert_eq!(status, Some(7));
                End::Session(said)
            }
            Some(end) => end,
            None => End::Failed(intro.on_closed(status)),
        }
    }

    /// Nothing: the link ended.
    fn talk(&self, intro: &mut Intro, mut input: ChildStdin, output: &mut ChildStdout) -> Option<End> {
        // Who does not listen has said why.
        let mut send = |bytes: &[u8]| input.write_all(bytes).unwrap_or_default();
        send(FLIGHT);
        let mut chunk = [0; 4096];
        loop {
            let count = output.read(&mut chunk).expect("bytes");
            if count == 0 {
                return None;
            }
            let mut steps = intro.on_bytes(&chunk[..count]);
            while !steps.is_empty() {
                match steps.remove(0) {
                    Step::Send(bytes) => send(&bytes),
                    Step::Choose(_) => steps.push(match &self.parcel {
                        Some(parcel) => intro.offer(parcel),
                        None => intro
                            .no_offer(ParcelError::Missing { arch: Arch::X86_64, places: Places::default() }),
                    }),
                    Step::Upload { mut bytes, .. } => {
                        (self.damage)(&mut bytes);
                        send(&bytes);
                    }
                    Step::Ready { mut rest } => {
                        output.read_to_end(&mut rest).expect("bytes");
                        return Some(End::Session(String::from_utf8(rest).expect("UTF-8")));
                    }
                    Step::Fallback(fallback) => return Some(End::Fallback(fallback)),
                    Step::Failed(error) => return Some(End::Failed(error)),
                }
            }
        }
    }

    /// The session began, in this program.
    fn ran(&self, file: &Path) {
        let flight = String::from_utf8_lossy(FLIGHT);
        assert_eq!(self.run(), End::Session(format!("{flight} {}", file.display())), "{}", self.login);
    }

    fn nothing_left(&self, folder: &Path) {
        let left = fs::read_dir(folder).map_or(0, Iterator::count);
        assert_eq!(left, 0, "something was left in {}", folder.display());
    }
}

/// One far side for each shell that can be `sh`.
fn each(case: impl Fn(Far)) {
    for inner in installed(&INNER) {
        case(Far::new("dash", inner));
    }
}

#[test]
fn every_login_shell_reads_it() {
    for login in installed(&LOGIN) {
        let mut far = Far::new(login, "dash");
        far.ran(&far.cached());
        // The second time it is there.
        far.parcel = Some(Parcel::new(b"never sent".to_vec()));
        program(&far.tool("farway"), &fake("1"));
        far.ran(&far.tool("farway"));
        let strange = far.home("a b/it's! $HOME `x` \"q\" \\n *~ü");
        program(&strange, &fake("1"));
        far.remote_bin = Some(strange.display().to_string());
        far.ran(&strange);
    }
}

#[test]
fn farway_is_found_where_it_may_be() {
    each(|mut far| {
        far.bootstrap = false;
        let places = [far.cached(), far.home(".local/bin/farway"), far.tool("farway")];
        for place in places {
            program(&place, &fake("1"));
            far.ran(&place);
        }
        // One that does not speak our version is passed over.
        program(&far.tool("farway"), &fake("2"));
        program(&far.home(".local/bin/farway"), "#!/bin/sh\nexit 2\n");
        far.ran(&far.cached());
        far.env.push(("XDG_CACHE_HOME", far.home("c")));
        let moved = far.home("c/farway").join(parcel().name("1.2"));
        program(&moved, &fake("1 2"));
        far.ran(&moved);
        // Another one that was sent once will do if we have none.
        far.parcel = None;
        far.env.pop();
        let other = far.home(".cache/farway/farway-0.9-0123456789abcdef");
        fs::rename(far.cached(), &other).expect("a file");
        far.ran(&other);
    });
}

#[test]
fn a_program_is_sent_and_becomes_the_porter() {
    each(|far| {
        far.ran(&far.cached());
        assert_eq!(fs::read(far.cached()).expect("a file"), parcel().bytes());
        let folder = fs::metadata(far.home(".cache/farway")).expect("a folder");
        assert_eq!(folder.permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(far.home(".cache/farway")).expect("a folder").count(), 1);
    });
}

#[test]
fn what_is_old_and_idle_is_removed() {
    for inner in installed(&["dash", "busybox"]) {
        let far = Far::new("dash", inner);
        let folder = far.home(".cache/farway");
        let old = |name: &str, days: u64| {
            let file = folder.join(name);
            fs::create_dir_all(&folder).expect("a folder");
            let _alone = alone();
            fs::copy("/bin/sleep", &file).expect("a program");
            let time = SystemTime::now() - Duration::from_secs(days * 86400 + 3600);
            let opened = fs::File::options().append(true).open(&file).expect("a file");
            opened.set_modified(time).expect("a time");
            file
        };
        let (idle, young, part) = (old("farway-1", 31), old("farway-2", 29), old(".part-a-1", 2));
        let (running, other) = (old("farway-0", 99), old("notes", 99));
        let mut sleeper = start(Command::new(&running).arg("30"));
        far.ran(&far.cached());
        sleeper.kill().expect("a signal");
        sleeper.wait().expect("an end");
        let there = [&idle, &young, &part, &running, &other].map(|file| file.exists());
        assert_eq!(there, [false, true, false, true, true]);
    }
}

#[test]
fn shells_that_run_nothing_are_named() {
    let far = Far::new("dash", "dash");
    let says = |text: &str| {
        program(&far.tool("sh"), &format!("#!/bin/sh\n{text}\n"));
        match far.run() {
            End::Failed(error) => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    far.without("sh");
    let text = says("echo This account is currently not available.; exit 1");
    assert!(text.ends_with("(exit code 1); it said: This account is currently not available."), "{text}");
    assert!(says("exit 128").contains("exit code 128"));
    assert!(says("shift; echo \"exec sh -c '$1'\"").contains("words back"));
    assert!(says("cat").contains("words back"));
}

#[test]
fn few_tools_are_enough() {
    each(|far| {
        // Nothing that counts bytes but dd, nothing that unpacks, nothing that hashes but cksum.
        far.without("head");
        far.without("gzip");
        far.without("sha256sum");
        symlink(which("cksum").expect("cksum"), far.tool("cksum")).expect("a link");
        let text = fake("1");
        let far = Far { parcel: Some(Parcel::new(text.clone().into_bytes())), ..far };
        let name = Parcel::new(text.into_bytes()).name("1.2");
        far.ran(&far.home(".cache/farway").join(name));
    });
}

#[test]
fn the_next_folder_is_taken_if_one_is_no_good() {
    each(|far| {
        fs::write(far.home(".cache"), "in the way").expect("a file");
        let runtime = far.root.path().join("run/farway");
        far.ran(&runtime.join(parcel().name("1.2")));
        // And found there.
        let far = Far { bootstrap: false, ..far };
        far.ran(&runtime.join(parcel().name("1.2")));
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o770)).expect("a mode");
        let End::Failed(IntroError::NotAllowed { .. }) = far.run() else { panic!("trusted a shared folder") };
    });
}

#[test]
fn a_folder_that_is_full_or_runs_nothing_is_passed_over() {
    let test = ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"];
    let unshare = which("unshare").map(|file| start(Command::new(file).args(test).stderr(Stdio::null())));
    if !unshare.is_some_and(|mut child| child.wait().is_ok_and(|status| status.success())) {
        // Not a matter of what is installed: many build machines allow nobody to mount.
        return;
    }
    for inner in installed(&["dash", "busybox"]) {
        for options in ["noexec", "size=64k", "ro"] {
            let far = Far { mount: Some(options), ..Far::new("dash", inner) };
            fs::create_dir(far.home(".cache")).expect("a folder");
            far.ran(&far.root.path().join("run/farway").join(parcel().name("1.2")));
        }
    }
}

#[test]
fn what_arrives_damaged_is_removed() {
    each(|far| {
        let flip: fn(&mut Vec<u8>) = |bytes| bytes[1000] ^= 1;
        let far = Far { damage: flip, ..far };
        let folder = far.home(".cache/farway");
        let damaged = IntroError::Damaged { folder: folder.display().to_string() };
        assert_eq!(far.run(), End::Failed(damaged));
        far.nothing_left(&folder);
        // For another kind of machine.
        let parcel = Some(Parcel::new(b"\x7fELF and so on".to_vec()));
        let far = Far { damage: |_| {}, parcel, ..far };
        let End::Failed(IntroError::DoesNotRun { .. }) = far.run() else { panic!("it ran") };
        far.nothing_left(&folder);
    });
}

#[test]
fn a_broken_link_leaves_nothing() {
    each(|far| {
        let stage = Stage2 {
            name: "farway-1".into(),
            len: 5,
            packed_len: 5,
            gzip: false,
            sum: Sum::Sha256sum,
            digest: "0".into(),
        };
        for len in [100, STAGE2_LEN - 3000, STAGE2_LEN, STAGE2_LEN + 3] {
            let stage1 = stage1(&Stage1 { bootstrap: true, ..Stage1::default() }).expect("a text");
            let mut command = far.command(&stage1);
            let mut child = start(command.stdout(Stdio::null()).stderr(Stdio::null()));
            let bytes = [stage2(&stage), b"12345".to_vec()].concat();
            child.stdin.take().expect("a pipe").write_all(&bytes[..len]).expect("a pipe");
            child.wait().expect("an end");
            far.nothing_left(&far.home(".cache/farway"));
        }
    });
}

#[test]
fn without_a_folder_it_says_so() {
    each(|far| {
        // Not by a `mkdir` that fails: some busyboxes run only their own.
        let shared = format!("farway-{}", rustix::process::getuid().as_raw());
        for place in ["home/.cache", "run", &shared] {
            fs::write(far.root.path().join(place), "in the way").expect("a file");
        }
        let End::Failed(IntroError::NoFolder { tried }) = far.run() else { panic!("it found one") };
        assert!(tried.contains("/home/.cache/farway /") && tried.contains("/run/farway /"), "{tried}");
    });
}

#[test]
fn without_a_program_to_send_waypipe_will_do() {
    each(|far| {
        let far = Far { bootstrap: false, ..far };
        assert!(matches!(far.run(), End::Failed(IntroError::NotAllowed { .. })));
        program(&far.tool("waypipe"), "#!/bin/sh\nexit 2\n");
        let End::Fallback(Fallback { bin, why: IntroError::NotAllowed { tools, .. } }) = far.run() else {
            panic!()
        };
        assert!(bin == "waypipe" && tools.contains(&bin), "{tools:?}");
        let far = Far { bootstrap: true, parcel: None, ..far };
        assert!(matches!(far.run(), End::Fallback(Fallback { why: IntroError::Parcel(_), .. })));
        let bin = "waypipe".to_string();
        let far = Far { remote_bin: Some(bin.clone()), ..far };
        let why = IntroError::RemoteBinOther { bin: bin.clone() };
        assert_eq!(far.run(), End::Fallback(Fallback { bin, why }));
        let bin = "~/nowhere".to_string();
        let far = Far { remote_bin: Some(bin.clone()), ..far };
        assert_eq!(far.run(), End::Failed(IntroError::RemoteBinMissing { bin }));
        program(&far.home("nowhere"), &fake("1"));
        far.ran(&far.home("nowhere"));
    });
}

#[test]
fn shared_folders_count_only_if_they_are_ours_alone() {
    let far = Far::new("dash", "dash");
    let folder = far.home("folder");
    let ours = |path: &Path| {
        let text = format!("fwu=$(id -u); {OURS}; fwo {}", path.display());
        start(&mut far.command(&text)).wait().expect("an end").success()
    };
    assert!(!ours(&folder));
    fs::create_dir(&folder).expect("a folder");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("a mode");
    assert!(ours(&folder));
    symlink(&folder, far.home("link")).expect("a link");
    assert!(!ours(&far.home("link")));
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o710)).expect("a mode");
    assert!(!ours(&folder));
}
