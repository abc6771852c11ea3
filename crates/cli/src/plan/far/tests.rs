use super::super::{Channel, Plan, Role, plan};
use super::*;
use crate::ssh::words::{self, Program, Route};

fn circumstances() -> Circumstances {
    Circumstances { cpus: 8, tag: "AbCdEf0123".into(), pid: 4321, uid: 1000, exe: Some("/bin/farway".into()) }
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
    let start = Start { compress: "auto".into(), grace: 86_400, ..Start::default() };
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

/// The classic command line after the program over there.
fn classic_words(line: &str) -> Vec<String> {
    let plan = ssh(line, &SESSION).unwrap();
    let Ok(words::Line::Session(words)) = words::parse(&plan.reach.words, Program::OpenSsh) else { panic!() };
    let line = words::classic(&words, &plan.classic.options);
    let mut line = line.iter().map(|word| word.to_str().unwrap().to_string()).skip_while(|word| word != "--");
    assert_eq!(line.nth(1).as_deref(), Some("waypipe"));
    line.collect()
}

#[test]
fn the_classic_way() {
    let classic = |line: &str| ssh(line, &SESSION).unwrap().classic;
    let unix = |path: &str| Channel::Unix(path.into());
    let route = |server: &str, client: &str| Route::Forward { server: server.into(), client: client.into() };
    let plan = classic("ssh host");
    let (server, client) = ("/tmp/waypipe-server-AbCdEf0123.sock", "/tmp/waypipe-client-AbCdEf0123.sock");
    assert_eq!((plan.channel, plan.options.route), (unix(client), route(server, client)));
    assert_eq!(
        classic_words("ssh host x").join(" "),
        format!(
            "--unlink-socket --threads 0 --compress lz4=0 --socket {server} --display wayland-AbCdEf0123 server x"
        )
    );
    let plan = classic("-s /a/b --remote-socket /c/d ssh host");
    let (server, client) = ("/c/d-server-AbCdEf0123.sock", "/a/b-client-AbCdEf0123.sock");
    assert_eq!((plan.channel, plan.options.route), (unix(client), route(server, client)));
    let plan = classic("-s /a/b ssh host");
    assert_eq!(plan.options.route, route("/a/b-server-AbCdEf0123.sock", client));
    let words =
        classic_words("-d -o -n -c none --threads 2 --remote-node /n --video=vp9,sw --display w ssh host");
    assert_eq!(
        words[..11].join(" "),
        "--debug --oneshot --login-shell --no-gpu --unlink-socket --threads 2 --drm-node /n --compress none"
    );
    assert_eq!(words[11], "--video=vp9,sw");
    assert!(!words.contains(&"--display".into()));
    let long = format!("-s /tmp/{} ssh host", "x".repeat(100));
    assert!(matches!(ssh(&long, &SESSION), Err(PlanError::LongName { .. })));
}

#[test]
fn vsock_is_always_classic() {
    let plan = ssh("--vsock -s s3:77 --xwls ssh host", &SESSION).unwrap();
    assert!(plan.only_classic && matches!(plan.classic.channel, Channel::Vsock(_)));
    assert_eq!(plan.classic.options.route, Route::Vsock("s3:77".into()));
    let words = classic_words("--vsock -s s3:77 --xwls ssh host").join(" ");
    assert!(words.contains("--vsock --socket s3:77") && words.contains("--xwls server"), "{words}");
    assert!(matches!(ssh("--vsock -s x ssh host", &SESSION), Err(PlanError::Vsock { .. })));
}

/// What we write for the other end, the other end understands.
#[test]
fn the_other_end_understands_the_classic_words() {
    for line in ["ssh h", "-o -d ssh h", "--xwls -n --video ssh h", "--vsock -s 5 --remote-node /n ssh h"] {
        let words = std::iter::once("farway".into()).chain(classic_words(line));
        crate::args::parse(words.map(OsString::from)).unwrap();
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
    assert_eq!((plan.hosts.len(), plan.directory), (0, "/tmp/farway-1000".into()));
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
    assert_eq!((plan.directory, plan.shell), ("/tmp/farway-1000".into(), "/bin/fish".into()));
    assert!(!plan.place.own && !plan.rust_log && plan.home.is_none());
    let plan = keeper(&[("TMPDIR", "/t")]);
    assert_eq!((plan.directory, plan.shell), ("/tmp/farway-1000".into(), "/bin/sh".into()));
    assert!(plan.place.own);
    let Ok(Role::Porter(porter)) = made("porter --protocol", &SESSION) else { panic!() };
    assert!(porter.protocol && !porter.log && porter.directory == Path::new("/tmp/farway-1000"));
    let pairs =
        [("FARWAY_LOG", ""), ("HOME", "/h"), ("USER", "u"), ("XDG_RUNTIME_DIR", "r"), ("PATH", "/a:/b")];
    let Ok(Role::Porter(porter)) = made("porter", &pairs) else { panic!() };
    let user = User {
        name: Some("u".into()),
        home: Some("/h".into()),
        shell: "/bin/sh".into(),
        cache: Some("/h/.cache".into()),
        runtime_dir: Some("r".into()),
        path: vec!["/a".into(), "/b".into()],
    };
    assert_eq!((porter.log, porter.user), (true, user));
}

#[test]
fn programs_to_be_sent_are_in_the_data_folder() {
    let of = |pairs: &[(&str, &str)]| {
        let env: Environment = pairs.iter().map(|(name, value)| (name.into(), value.into())).collect();
        places(&env, &circumstances()).data_home
    };
    assert_eq!(of(&[("HOME", "/h")]), Some("/h/.local/share".into()));
    assert_eq!(of(&[("HOME", "/h"), ("XDG_DATA_HOME", "/d")]), Some("/d".into()));
    assert_eq!(of(&[("HOME", "/h"), ("XDG_DATA_HOME", "d")]), Some("/h/.local/share".into()));
    assert_eq!(of(&[]), None);
}

#[test]
fn programs_are_sent_for_commands_only() {
    assert!(ssh("ssh host", &SESSION).unwrap().reach.bootstrap);
    let Role::Kill(plan) = made("kill host 7f", &[]).unwrap() else { panic!() };
    assert!(!plan.reach.bootstrap);
    let Role::Attach(plan) = made("attach host", &SESSION).unwrap() else { panic!() };
    assert!(!plan.reach.bootstrap);
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
