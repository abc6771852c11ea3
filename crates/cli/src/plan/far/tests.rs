use super::super::{Channel, Plan, Role, plan};
use super::*;

fn circumstances() -> Circumstances {
    Circumstances { cpus: 8, tag: "AbCdEf0123".into(), pid: 4321, uid: 1000 }
}

const SESSION: [(&str, &str); 3] =
    [("XDG_RUNTIME_DIR", "/run/u"), ("WAYLAND_DISPLAY", "wayland-0"), ("TERM", "foot")];

/// A plan with a configuration of this text.
fn configured(line: &str, pairs: &[(&str, &str)], text: &str) -> Result<Plan, PlanError> {
    let words = std::iter::once("farway").chain(line.split_whitespace()).map(OsString::from);
    let args = crate::args::parse(words).expect(line);
    let config = Config::parse(text, Path::new("c.toml"), args.clone()).expect(text);
    let env = pairs.iter().map(|(name, value)| (name.into(), value.into())).collect();
    plan(args, &config, &env, &circumstances())
}

fn made(line: &str, pairs: &[(&str, &str)]) -> Result<Role, PlanError> {
    configured(line, pairs, "").map(|plan| plan.role)
}

fn ssh_with(line: &str, pairs: &[(&str, &str)], text: &str) -> Result<Ssh, PlanError> {
    configured(line, pairs, text).map(|plan| match plan.role {
        Role::Ssh(ssh) => *ssh,
        other => panic!("{line} is {other:?}"),
    })
}

fn ssh(line: &str, pairs: &[(&str, &str)]) -> Result<Ssh, PlanError> {
    ssh_with(line, pairs, "")
}

fn strings(words: &[OsString]) -> Vec<&str> {
    words.iter().map(|word| word.to_str().unwrap()).collect()
}

#[test]
fn a_command_on_another_machine() {
    let plan = ssh("ssh -p 22 me@host foot -e x", &SESSION).unwrap();
    assert_eq!(strings(&plan.reach.words), ["-p", "22", "me@host", "foot", "-e", "x"]);
    assert_eq!((plan.reach.ssh, plan.reach.destination), ("ssh".into(), "me@host".into()));
    assert_eq!((plan.reach.remote_bin, plan.reach.bootstrap), (None, true));
    assert_eq!(plan.shown.compositor, Compositor::Path("/run/u/wayland-0".into()));
    assert_eq!((plan.shown.oneshot, plan.shown.secctx), (false, None));
    assert_eq!((plan.only_classic, plan.term), (false, Some("foot".into())));
    let start = Start { compress: "lz4=0".into(), grace: 86_400, ..Start::default() };
    assert_eq!(plan.start, start);
    let plan = ssh("--ssh-bin /s --remote-bin /r --no-bootstrap ssh host", &SESSION).unwrap();
    assert_eq!((plan.reach.ssh, plan.reach.remote_bin), ("/s".into(), Some("/r".into())));
    assert!(!plan.reach.bootstrap);
}

#[test]
fn the_far_half_is_told_what_it_needs() {
    let line = "-d -n -c zstd=5 --threads 3 --display w --remote-node /dev/n --xwls --grace 15m ssh host";
    let start = ssh(line, &SESSION).unwrap().start;
    assert!(start.debug && start.no_gpu && start.xwls && !start.oneshot);
    assert_eq!((&*start.compress, start.threads, start.grace), ("zstd=5", 3, 900));
    assert_eq!((start.display, start.drm_node), (Some(b"w".to_vec()), Some(b"/dev/n".to_vec())));
    assert_eq!((start.command, start.terminal), (None, None));
}

#[test]
fn what_shows_windows_is_as_for_a_client() {
    let one = |pairs: &[(&str, &str)]| ssh("ssh host", pairs).map(|plan| plan.shown);
    let shown = one(&[("WAYLAND_SOCKET", "5"), SESSION[0], SESSION[1]]).unwrap();
    assert_eq!((shown.compositor, shown.oneshot), (Compositor::Inherited(5), true));
    assert!(matches!(one(&SESSION[..1]).unwrap().compositor, Compositor::Own(..)));
    assert_eq!(configured("ssh host", &SESSION[..1], "").unwrap().notes.len(), 1);
    assert_eq!(configured("ssh host", &SESSION, "").unwrap().notes.len(), 0);
    assert!(matches!(one(&[("WAYLAND_SOCKET", "x")]), Err(PlanError::BadInherited { .. })));
    assert!(ssh("-o ssh host", &SESSION).unwrap().start.oneshot);
    assert!(ssh("--secctx a ssh host", &SESSION).unwrap().shown.secctx.is_some());
    assert_eq!(ssh("--secctx a ssh host", &SESSION[..1]), Err(PlanError::NoDisplay));
    let inherited = [("WAYLAND_SOCKET", "5")];
    assert_eq!(ssh("--xwls ssh host", &inherited), Err(PlanError::XwlsOneshot));
    assert!(!ssh_with("ssh host", &inherited, "xwls = true").unwrap().start.xwls);
    // A general wish for a sandbox does not forbid windows of our own, but never goes unheard elsewhere.
    let secctx = "secctx = 'a'";
    assert_eq!(ssh_with("ssh host", &SESSION[..1], secctx).unwrap().shown.secctx, None);
    assert!(ssh_with("ssh host", &SESSION, secctx).unwrap().shown.secctx.is_some());
    assert_eq!(ssh_with("ssh host", &inherited, secctx), Err(PlanError::SecctxInherited));
}

#[test]
fn the_classic_way() {
    let classic = |line: &str| ssh(line, &SESSION).unwrap().classic;
    let unix = |path: &str| Channel::Unix(path.into());
    let plan = classic("ssh host");
    assert_eq!(plan.channel, unix("/tmp/waypipe-client-AbCdEf0123.sock"));
    assert_eq!(plan.forward, Some("/tmp/waypipe-server-AbCdEf0123.sock".into()));
    let server = "/tmp/waypipe-server-AbCdEf0123.sock";
    assert_eq!(
        strings(&plan.options).join(" "),
        format!(
            "--unlink-socket --threads 0 --compress lz4=0 --socket {server} --display wayland-AbCdEf0123"
        )
    );
    let plan = classic("-s /a/b --remote-socket /c/d ssh host");
    assert_eq!(plan.channel, unix("/a/b-client-AbCdEf0123.sock"));
    assert_eq!(plan.forward, Some("/c/d-server-AbCdEf0123.sock".into()));
    assert_eq!(classic("-s /a/b ssh host").forward, Some("/a/b-server-AbCdEf0123.sock".into()));
    let plan = classic("-d -o -n -c none --threads 2 --remote-node /n --video=vp9,sw --display w ssh host");
    assert_eq!(
        strings(&plan.options)[..11].join(" "),
        "--debug --oneshot --no-gpu --unlink-socket --video=vp9,sw --threads 2 --compress none --drm-node /n"
    );
    assert!(!plan.options.contains(&"--display".into()));
    let long = format!("-s /tmp/{} ssh host", "x".repeat(100));
    assert!(matches!(ssh(&long, &SESSION), Err(PlanError::LongName { .. })));
}

#[test]
fn vsock_is_always_classic() {
    let plan = ssh("--vsock -s s3:77 --xwls ssh host", &SESSION).unwrap();
    assert!(plan.only_classic && matches!(plan.classic.channel, Channel::Vsock(_)));
    assert_eq!(plan.classic.forward, None);
    let words = strings(&plan.classic.options).join(" ");
    assert!(words.contains("--xwls --vsock") && words.contains("--socket s3:77"), "{words}");
    assert!(matches!(ssh("--vsock -s x ssh host", &SESSION), Err(PlanError::Vsock { .. })));
}

/// What we write for the other end, the other end understands.
#[test]
fn the_other_end_understands_the_classic_words() {
    for line in ["ssh h", "-o -d ssh h", "--xwls -n --video ssh h", "--vsock -s 5 --remote-node /n ssh h"] {
        let options = ssh(line, &SESSION).unwrap().classic.options;
        let words = std::iter::once("farway".into()).chain(options).chain(["server".into()]);
        crate::args::parse(words).unwrap();
    }
}

#[test]
fn sessions_elsewhere() {
    let sessions = |line: &str, text: &str| match configured(line, &SESSION, text).unwrap().role {
        Role::Sessions(sessions) => sessions,
        other => panic!("{other:?}"),
    };
    let plan = sessions("--remote-bin /r sessions -p 22 a b --json", "");
    assert!(plan.json);
    let words: Vec<_> = plan.hosts.iter().map(|host| strings(&host.words)).collect();
    assert_eq!(words, [["-p", "22", "a"], ["-p", "22", "b"]]);
    assert_eq!((&*plan.hosts[1].destination, &plan.hosts[1].remote_bin), ("b".as_ref(), &Some("/r".into())));
    let plan = sessions("sessions a b", "ssh-bin = 'x'\n[host.b]\nssh-bin = 'y'");
    assert_eq!((&*plan.hosts[0].ssh, &*plan.hosts[1].ssh), ("x".as_ref(), "y".as_ref()));
    let plan = sessions("sessions", "");
    assert_eq!((plan.hosts.len(), plan.directory), (0, "/run/u/farway-sessions".into()));
}

#[test]
fn attach_and_kill() {
    let Role::Attach(plan) = made("attach -4 -- host", &SESSION).unwrap() else { panic!() };
    assert_eq!((strings(&plan.reach.words), plan.id), (vec!["-4", "--", "host"], None));
    let Role::Attach(plan) = made("attach host 7f", &SESSION).unwrap() else { panic!() };
    assert_eq!((strings(&plan.reach.words), plan.id.as_deref()), (vec!["host"], Some("7f")));
    let Role::Kill(plan) = made("kill -p 2 me@host 7f", &[]).unwrap() else { panic!() };
    assert_eq!((strings(&plan.reach.words), &*plan.id), (vec!["-p", "2", "me@host"], "7f"));
    assert_eq!(plan.reach.destination, "me@host");
}

#[test]
fn a_doctor_does_not_fail_because_of_what_it_is_to_find() {
    let doctor = |line: &str, pairs: &[(&str, &str)]| match made(line, pairs).unwrap() {
        Role::Doctor(doctor) => doctor,
        other => panic!("{other:?}"),
    };
    let plan = doctor("doctor", &[("WAYLAND_SOCKET", "x"), ("XDG_RUNTIME_DIR", "rel")]);
    assert!(matches!(plan.compositor, Err(PlanError::BadInherited { .. })));
    assert_eq!((plan.reach, plan.runtime_dir, plan.json), (None, None, false));
    let plan = doctor("--ssh-bin /s doctor --json -p 2 host", &SESSION);
    assert_eq!(strings(&plan.reach.unwrap().words), ["-p", "2", "host"]);
    assert_eq!((plan.compositor, plan.json), (Ok(Compositor::Path("/run/u/wayland-0".into())), true));
}

#[test]
fn hidden_modes_know_where_sessions_are() {
    let keeper = |pairs: &[(&str, &str)]| match made("keeper", pairs).unwrap() {
        Role::Keeper(keeper) => keeper,
        other => panic!("{other:?}"),
    };
    let plan = keeper(&[SESSION[0], ("SHELL", "/bin/fish")]);
    assert_eq!((plan.directory, plan.shell), ("/run/u/farway-sessions".into(), "/bin/fish".into()));
    assert!(!plan.place.own);
    let plan = keeper(&[("TMPDIR", "/t")]);
    assert_eq!((plan.directory, plan.shell), ("/tmp/farway-1000/sessions".into(), "/bin/sh".into()));
    assert!(plan.place.own);
    let porter = Porter { protocol: true, directory: "/run/u/farway-sessions".into() };
    assert_eq!(made("porter --protocol", &SESSION), Ok(Role::Porter(porter)));
}

#[test]
fn files_with_names_of_hosts() {
    let files = host_files(&[("HOME".into(), "/h".into())].into());
    assert_eq!(files.configs, [Path::new("/h/.ssh/config"), Path::new("/etc/ssh/ssh_config")]);
    assert_eq!(files.known, [Path::new("/h/.ssh/known_hosts"), Path::new("/etc/ssh/ssh_known_hosts")]);
    assert_eq!(host_files(&Environment::new()).configs.len(), 1);
}

#[test]
fn the_configuration_of_a_host_reaches_the_plan() {
    let text = "title-prefix = 'all '\n[host.'*.org']\nvideo = 'h264'\ngrace = '1h'\ntitle-prefix = 'org '";
    let plan = configured("ssh me@a.org", &SESSION, text).unwrap();
    assert_eq!((&*plan.settings.title_prefix, plan.notes.len()), ("org ", 1));
    let Role::Ssh(ssh) = plan.role else { panic!() };
    assert_eq!(ssh.start.grace, 3600);
    let plan = configured("--title-prefix= ssh a.org", &SESSION, text).unwrap();
    assert_eq!(plan.settings.title_prefix, "");
    assert_eq!(configured("client", &SESSION, text).unwrap().settings.title_prefix, "all ");
}
