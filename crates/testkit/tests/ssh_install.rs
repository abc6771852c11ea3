//! Machines without farway: it is found, or sent, or replaced by a waypipe, or there is one line that says why not.
//!
//! What is sent must be static. To build farway so takes minutes, so here a launcher is sent: a static program of a few
//! lines that becomes the farway under test, which is all the same for finding, sending, checking and keeping it. The
//! tests of machines where that does not run want the real thing and take what `cargo xtask dist` has left in
//! `target/dist`, or the file that `FARWAY_STATIC` names.

use farway_testkit::need;
use farway_testkit::real::RealError;
use farway_testkit::real::Sandbox;
use farway_testkit::real::programs::{self, target_dir};
use farway_testkit::real::ssh::scene::secluded;
use farway_testkit::real::ssh::scene::to_its_end;
use farway_testkit::real::ssh::{Ended, Far, LoginShell, Root, Scene, Server, Stdio, Volume};
use farway_testkit::real::wait::{self, DEADLINE};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

type Test = Result<(), RealError>;

/// Becomes the farway that stands beside the far machine's folders, under its own name.
const LAUNCHER: &str = r#"
use std::os::unix::process::CommandExt;
fn main() {
    let real = std::env::var_os("FARWAY_SANDBOX").unwrap_or_default();
    let real = std::path::Path::new(&real).join("../real-farway");
    panic!("{}", std::process::Command::new(real).args(std::env::args_os().skip(1)).exec());
}
"#;

/// The launcher, built once.
fn launcher() -> Option<PathBuf> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    let build = || {
        let dir = target_dir().join("real");
        std::fs::create_dir_all(&dir).ok()?;
        let (source, program) = (dir.join("launcher.rs"), dir.join("launcher"));
        std::fs::write(&source, LAUNCHER).ok()?;
        let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc.args([
            "--edition=2021",
            "-Ctarget-feature=+crt-static",
            "-Crelocation-model=static",
            "-Cstrip=symbols",
        ]);
        rustc.arg("-Copt-level=1").arg("-o").arg(&program).arg(&source);
        rustc.status().is_ok_and(|status| status.success()).then_some(program)
    };
    let built = BUILT.get_or_init(build).clone();
    if built.is_none() {
        assert!(std::env::var_os("FARWAY_NO_SKIP").is_none(), "no static program can be built");
        eprintln!("skipped: no static program can be built");
    }
    built
}

/// A scene in which the near farway has `program` to send.
fn scene(test: &str, far: Far, program: &Path) -> Result<Scene, RealError> {
    let scene = Scene::with(test, far, &[])?;
    has(&scene, program, std::env::consts::ARCH)?;
    Ok(scene)
}

/// Gives the near farway something to send.
fn has(scene: &Scene, program: &Path, arch: &str) -> Test {
    let data = scene.sandbox.folder("home/.local/share/farway")?;
    let name = format!("farway-linux-{arch}");
    std::fs::copy(program, data.join(name)).expect("a copy of the program");
    let real = scene.sandbox.path().join("real-farway");
    let farway = programs::farway()?;
    std::fs::hard_link(&farway, &real).or_else(|_| std::fs::copy(&farway, &real).map(drop)).expect("farway");
    Ok(())
}

/// What `cargo xtask dist` has made for a processor.
fn made(arch: &str) -> Option<PathBuf> {
    let named = std::env::var_os("FARWAY_STATIC").filter(|_| arch == std::env::consts::ARCH);
    let program = named.map_or_else(|| target_dir().join(format!("dist/farway-linux-{arch}")), PathBuf::from);
    if !program.exists() {
        eprintln!("skipped: no static farway ({})", program.display());
        return None;
    }
    Some(program)
}

/// The names of what is in a folder of the far machine.
fn listed(path: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Runs something whose output proves that it was run, and wants it to work.
#[track_caller]
fn works(scene: &Scene) -> Result<Ended, RealError> {
    let ended = scene.run_with(&[], &["cat; exit 6"], b"through\n".to_vec())?;
    assert_eq!(
        (ended.text().trim_start_matches("hello\n"), ended.code()),
        ("through\n", 6),
        "{}",
        ended.errors()
    );
    Ok(ended)
}

/// The one line that is said instead.
fn line(ended: &Ended) -> String {
    let errors = ended.errors();
    let lines: Vec<&str> = errors.lines().collect();
    assert_eq!(lines.len(), 1, "{errors}");
    lines[0].to_owned()
}

#[test]
fn it_is_sent_once() -> Test {
    need!("sshd", "ssh", "unshare");
    let Some(program) = launcher() else { return Ok(()) };
    let mut scene = scene("install_sent", Far::default(), &program)?;
    let cache = scene.server.machine().home().join(".cache/farway");
    works(&scene)?;
    let first = listed(&cache);
    assert!(first.len() == 1 && first[0].starts_with("farway-"), "{first:?}");
    let kept = cache.join(&first[0]);
    assert_eq!(std::fs::read(&kept).expect("the program"), std::fs::read(&program).expect("the program"));
    let made = std::fs::metadata(&kept).and_then(|it| it.modified()).expect("a time");
    // Now it is found: nothing is sent, so nothing need be there to send.
    std::fs::remove_dir_all(scene.sandbox.path().join("home/.local/share/farway")).expect("a folder");
    works(&scene)?;
    assert_eq!(std::fs::metadata(&kept).and_then(|it| it.modified()).expect("a time"), made);
    // Not with --remote-bin, which names another.
    let ended = scene.run_with(&["--remote-bin", "~/.cache/none"], &["true"], Vec::new())?;
    assert_eq!(ended.code(), 255);
    assert!(line(&ended).contains("no `~/.cache/none` over there"), "{ended:?}");
    let bin = format!("~/.cache/farway/{}", first[0]);
    assert_eq!(scene.run_with(&["--remote-bin", &bin], &["exit 4"], Vec::new())?.code(), 4);
    scene.expect_nothing_left()
}

#[test]
fn every_login_shell_takes_it() -> Test {
    need!("sshd", "ssh", "unshare");
    let Some(program) = launcher() else { return Ok(()) };
    for shell in LoginShell::ALL {
        need!(shell.program());
        let far = Far { banner: Some("hello"), ..Far::with_shell(shell) };
        works(&scene(&format!("install_{shell:?}"), far, &program)?)?;
    }
    Ok(())
}

#[test]
fn progress_is_shown_on_a_terminal() -> Test {
    need!("sshd", "ssh", "unshare", "setsid");
    let Some(program) = launcher() else { return Ok(()) };
    let scene = scene("install_terminal", Far::default(), &program)?;
    let mut talk =
        scene.talk(Stdio::Terminal { rows: 30, columns: 100 }, &[], &["-t", "stty size; exit 3"])?;
    talk.expect("30 100")?;
    assert_eq!(talk.finish()?.code(), Some(3));
    Ok(())
}

#[test]
fn it_is_found_where_users_put_it() -> Test {
    need!("sshd", "ssh", "unshare");
    let scene = Scene::with("install_local", Far::default(), &[])?;
    let farway = scene.sandbox.path().join("farway");
    std::fs::copy(programs::farway()?, &farway).expect("a copy");
    let bin = scene.server.machine().home().join(".local/bin");
    std::fs::create_dir_all(&bin).expect("a folder");
    symlink(&farway, bin.join("farway")).expect("a link");
    works(&scene)?;
    assert!(!scene.server.machine().home().join(".cache/farway").exists());
    Ok(())
}

#[test]
fn a_home_where_nothing_runs_and_one_that_is_full() -> Test {
    need!("sshd", "ssh", "unshare");
    let Some(program) = launcher() else { return Ok(()) };
    for home in [Volume::Noexec, Volume::Tiny(64)] {
        let scene = scene("install_elsewhere", Far { home, ..Far::default() }, &program)?;
        works(&scene)?;
        let cache = scene.server.machine().runtime().join("farway");
        assert_eq!(listed(&cache).len(), 1, "{home:?}");
        works(&scene)?;
        assert_eq!(listed(&cache).len(), 1, "{home:?}");
    }
    Ok(())
}

#[test]
fn without_a_way_there_is_one_line() -> Test {
    need!("sshd", "ssh", "unshare");
    let scene = Scene::with("install_refused", Far::default(), &[])?;
    let ended = scene.run_with(&["--no-bootstrap"], &["true"], Vec::new())?;
    assert_eq!(ended.code(), 255, "{ended:?}");
    assert!(line(&ended).contains("--no-bootstrap forbids"), "{ended:?}");
    // Nothing to send: the debug build is not static.
    let ended = scene.run(&["true"])?;
    assert_eq!(ended.code(), 255, "{ended:?}");
    assert!(line(&ended).contains("cargo xtask dist"), "{ended:?}");
    assert!(!scene.server.machine().home().join(".cache/farway").exists());
    // An account whose shell runs nothing.
    let forced = Scene::with("install_forced", Far::default(), &["ForceCommand echo no commands here"])?;
    let ended = forced.run(&["true"])?;
    assert_eq!(ended.code(), 255, "{ended:?}");
    assert_eq!(ended.text(), "", "{ended:?}");
    assert!(!line(&ended).is_empty());
    Ok(())
}

#[test]
fn a_farway_that_is_too_old_is_not_used() -> Test {
    need!("sshd", "ssh", "unshare");
    let Some(program) = launcher() else { return Ok(()) };
    let scene = scene("install_old", Far::default(), &program)?;
    let old = scene.server.machine().home().join(".local/bin");
    std::fs::create_dir_all(&old).expect("a folder");
    std::fs::write(old.join("farway"), "#!/bin/sh\necho 'unknown mode' >&2\nexit 2\n").expect("a script");
    std::fs::set_permissions(old.join("farway"), std::fs::Permissions::from_mode(0o755)).expect("a script");
    works(&scene)?;
    assert_eq!(listed(&scene.server.machine().home().join(".cache/farway")).len(), 1);
    Ok(())
}

#[test]
fn a_damaged_cache_is_replaced() -> Test {
    need!("sshd", "ssh", "unshare");
    let Some(program) = launcher() else { return Ok(()) };
    let scene = scene("install_damaged", Far::default(), &program)?;
    works(&scene)?;
    let cache = scene.server.machine().home().join(".cache/farway");
    let kept = cache.join(&listed(&cache)[0]);
    std::fs::write(&kept, "half a program").expect("the program");
    works(&scene)?;
    assert_eq!(std::fs::read(&kept).expect("the program"), std::fs::read(&program).expect("the program"));
    assert_eq!(listed(&cache).len(), 1);
    Ok(())
}

#[test]
fn a_waypipe_over_there_is_better_than_nothing() -> Test {
    need!("sshd", "ssh", "unshare", "peer:forky");
    let Some(waypipe) = programs::peer("forky") else { return Ok(()) };
    let far = Far { path: Some("/usr/bin:/bin".into()), ..Far::default() };
    let scene = Scene::with("install_waypipe", far, &[])?;
    // Where the far account can read it, its libraries and the loader that it was made for.
    let home = scene.server.machine().home();
    let tree = waypipe.ancestors().nth(3).expect("a folder with usr/bin/waypipe");
    let copied = Command::new("cp").arg("-a").arg(tree).arg(home.join("tree")).status().expect("cp runs");
    assert!(copied.success());
    let start = "#!/bin/sh\nt=$HOME/tree/usr\nset -- $t/lib/*-linux-gnu/ld-linux* \"$@\"\nl=$1\nshift\n\
                 exec $l --library-path \"${l%/*}\" $t/bin/waypipe \"$@\"\n";
    let bin = home.join("waypipe");
    std::fs::write(&bin, start).expect("a script");
    std::fs::set_permissions(&bin, std::fs::Permissions::from_mode(0o755)).expect("its mode");
    let ended = scene.run_with(&["--remote-bin", "./waypipe"], &["echo fell back; exit 5"], Vec::new())?;
    assert_eq!((ended.text().as_str(), ended.code()), ("fell back\n", 5), "{}", ended.errors());
    assert!(line(&ended).contains("knows no sessions"), "{ended:?}");
    assert_eq!(listed(&scene.sandbox.runtime()).len(), 1, "{:?}", listed(&scene.sandbox.runtime()));
    Ok(())
}

#[test]
fn a_machine_with_busybox_and_nothing_else() -> Test {
    need!("sshd", "ssh", "unshare", "busybox");
    let Some(program) = made(std::env::consts::ARCH) else { return Ok(()) };
    for without in [vec![], vec!["gzip", "sha256sum", "head"]] {
        let far = Far { root: Root::Busybox { without }, ..Far::bare() };
        let scene = scene("install_bare", far, &program)?;
        works(&scene)?;
        works(&scene)?;
        let kept = listed(&scene.server.machine().home().join(".cache/farway"));
        assert_eq!(kept.len(), 1, "{kept:?}");
        let gone = || Ok(scene.far_processes("keeper").is_empty().then_some(()));
        wait::until("the keeper has ended", DEADLINE, gone)?;
    }
    Ok(())
}

#[test]
fn a_static_farway_sends_itself() -> Test {
    need!("sshd", "ssh", "unshare", "busybox");
    let Some(program) = made(std::env::consts::ARCH) else { return Ok(()) };
    let scene = Scene::with("install_itself", Far::bare(), &[])?;
    let farway = scene.sandbox.path().join("farway");
    std::fs::copy(&program, &farway).expect("a copy of the program");
    let mut near = scene.sandbox.command(farway);
    near.env("WAYLAND_DISPLAY", scene.display()).arg("ssh").args(scene.words(&["cat; exit 6"]));
    let ended = to_its_end(near, b"through".to_vec())?;
    assert_eq!((ended.text().as_str(), ended.code()), ("through", 6), "{}", ended.errors());
    let cache = scene.server.machine().home().join(".cache/farway");
    let kept = std::fs::read(cache.join(&listed(&cache)[0])).expect("the program");
    assert!(kept == std::fs::read(&program).expect("the program"));
    Ok(())
}

/// Where the kernel has something that runs its programs, such as `qemu-user-static` and `binfmt-support`.
#[test]
fn a_machine_with_another_processor() -> Test {
    need!("sshd", "ssh", "unshare");
    let other = if std::env::consts::ARCH == "aarch64" { "x86_64" } else { "aarch64" };
    let Some(program) = made(other) else { return Ok(()) };
    if !Command::new(&program).arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: nothing runs programs for {other} here");
        return Ok(());
    }
    let sandbox = Sandbox::new("install_other")?;
    let tools = sandbox.new_folder("tools")?;
    let uname = format!("#!/bin/sh\n[ \"$1\" = -m ] && echo {other} || exec /bin/uname \"$@\"\n");
    std::fs::write(tools.join("uname"), uname).expect("a script");
    for path in [&tools, &tools.join("uname")] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("its mode");
    }
    let far = Far { path: Some(format!("{}:/usr/bin:/bin", tools.display())), ..Far::default() };
    let server = Server::sshd(&sandbox, &secluded(far), &[])?;
    let mut scene = Scene::of(sandbox, server)?;
    has(&scene, &program, other)?;
    works(&scene)?;
    works(&scene)?;
    let mut shell =
        scene.talk(Stdio::Terminal { rows: 30, columns: 100 }, &[], &["-t", "stty size; exit 3"])?;
    shell.expect("30 100")?;
    assert_eq!(shell.finish()?.code(), Some(3));
    scene.expect_nothing_left()
}

#[test]
fn another_users_folder_is_not_trusted() -> Test {
    need!("sshd", "ssh", "unshare");
    let mut scene = Scene::new("install_untrusted")?;
    // Sessions live in a folder that must be ours alone.
    let folder = scene.sessions_folder();
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).expect("its mode");
    let _ = chown(&folder, Some(0), Some(0));
    let ended = scene.run(&["echo ran"])?;
    assert_eq!((ended.text().as_str(), ended.code()), ("", 255), "{ended:?}");
    assert!(line(&ended).contains("not ours alone"), "{ended:?}");
    let version = to_its_end(scene.farway(&["--version"])?, Vec::new())?;
    assert!(version.status.success());
    Ok(())
}
