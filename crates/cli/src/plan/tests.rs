use super::*;

fn circumstances() -> Circumstances {
    Circumstances { cpus: 8, tag: "AbCdEf0123".into(), pid: 4321, uid: 1000, exe: Some("/bin/farway".into()) }
}

fn env(pairs: &[(&str, &str)]) -> Environment {
    pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
}

fn made(line: &str, pairs: &[(&str, &str)]) -> Result<Plan, PlanError> {
    let words = std::iter::once("farway").chain(line.split_whitespace()).map(OsString::from);
    plan(crate::args::parse(words).expect(line), &Config::default(), &env(pairs), &circumstances())
}

fn server(line: &str, pairs: &[(&str, &str)]) -> Result<Server, PlanError> {
    made(line, pairs).map(|plan| match plan.role {
        Role::Server(server) => server,
        other => panic!("{line} is {other:?}"),
    })
}

fn client(line: &str, pairs: &[(&str, &str)]) -> Result<Client, PlanError> {
    made(line, pairs).map(|plan| match plan.role {
        Role::Client(client) => client,
        other => panic!("{line} is {other:?}"),
    })
}

const SESSION: [(&str, &str); 2] = [("XDG_RUNTIME_DIR", "/run/u"), ("WAYLAND_DISPLAY", "wayland-0")];

fn multi(display: &str, socket: &str) -> Shape {
    Shape::Multi { display: display.into(), socket: socket.into(), xwls: None }
}

#[test]
fn settings_follow_the_options() {
    let plan = made("client", &SESSION).unwrap();
    assert_eq!(plan.settings.compression.to_string(), "lz4=0");
    assert_eq!((plan.settings.threads, plan.settings.trace), (4, false));
    assert_eq!(plan.settings.title_prefix, "");
    assert!(plan.notes.is_empty());
    let plan = made("-d --threads 7 -c zstd=9 --title-prefix far: client", &SESSION).unwrap();
    assert_eq!(plan.settings.compression.to_string(), "zstd=9");
    assert_eq!((plan.settings.threads, plan.settings.trace), (7, true));
    assert_eq!(plan.settings.title_prefix, "far:");
}

#[test]
fn there_is_always_a_thread() {
    for (cpus, threads) in [(0, 1), (1, 1), (2, 1), (3, 1), (4, 2), (128, 64)] {
        let here = Circumstances { cpus, ..circumstances() };
        let args = crate::args::parse(["farway", "client"].map(OsString::from)).unwrap();
        assert_eq!(plan(args, &Config::default(), &env(&SESSION), &here).unwrap().settings.threads, threads);
    }
}

#[test]
fn gpu_options_are_noted_and_harmless() {
    assert_eq!(made("--video=h264 --drm-node /dev/dri/renderD128 client", &SESSION).unwrap().notes.len(), 2);
    assert_eq!(made("--video=none client", &SESSION).unwrap().notes.len(), 0);
    assert_eq!(made("-n client", &SESSION).unwrap().notes.len(), 0);
    assert_eq!(made("-n --video --drm-node /x client", &SESSION).unwrap().notes.len(), 0);
}

#[test]
fn sockets_of_the_channel() {
    let unix = |path: &str| Channel::Unix(path.into());
    assert_eq!(client("client", &SESSION).unwrap().channel, unix("/tmp/waypipe-client.sock"));
    assert_eq!(server("server", &SESSION).unwrap().channel, unix("/tmp/waypipe-server.sock"));
    assert_eq!(client("-s rel/x client", &SESSION).unwrap().channel, unix("rel/x"));
    assert_eq!(server("-s /a/b server", &SESSION).unwrap().channel, unix("/a/b"));
    let long = format!("/a/{}", "x".repeat(107));
    assert_eq!(client(&format!("-s {long} client"), &SESSION).unwrap().channel, unix(&long));
    let longer = format!("{long}x");
    let error = client(&format!("-s {longer} client"), &SESSION).unwrap_err();
    assert_eq!(error, PlanError::LongName { path: longer.into(), len: 108, limit: 107 });
    let error = client("-s /a/ client", &SESSION).unwrap_err();
    assert_eq!(error, PlanError::NoFileName { path: "/a/".into() });
}

#[test]
fn vsock_addresses() {
    let vsock = |cid, port, to_host| Channel::Vsock(VsockAddr { cid, port, to_host });
    let of = |text: &str| server(&format!("--vsock -s {text} server"), &SESSION).map(|it| it.channel);
    assert_eq!(of("77"), Ok(vsock(None, 77, false)));
    assert_eq!(of("3:77"), Ok(vsock(Some(3), 77, false)));
    assert_eq!(of("s3:77"), Ok(vsock(Some(3), 77, true)));
    assert_eq!(client("--vsock -s 5 client", &SESSION).unwrap().channel, vsock(None, 5, false));
    for bad in ["/tmp/x", "x:1", "1:x", "3:4:5", "4294967296"] {
        assert!(matches!(of(bad), Err(PlanError::Vsock { .. })), "{bad}");
    }
}

#[test]
fn display_of_a_server() {
    let shape = |line: &str, pairs: &[(&str, &str)]| server(line, pairs).map(|server| server.shape);
    assert_eq!(shape("server", &SESSION), Ok(multi("wayland-AbCdEf0123", "/run/u/wayland-AbCdEf0123")));
    assert_eq!(shape("--display w-7 server", &SESSION), Ok(multi("w-7", "/run/u/w-7")));
    assert_eq!(shape("--display sub/w server", &SESSION), Ok(multi("sub/w", "/run/u/sub/w")));
    assert_eq!(shape("--display /x/w server", &[]), Ok(multi("/x/w", "/x/w")));
    let error = shape("server", &[]).unwrap_err();
    assert_eq!(error, PlanError::NoRuntimeDir { what: "--display", name: "wayland-AbCdEf0123".into() });
    assert_eq!(shape("server", &[("XDG_RUNTIME_DIR", "")]).unwrap_err(), error);
    let error = shape("server", &[("XDG_RUNTIME_DIR", "run")]).unwrap_err();
    assert_eq!(error, PlanError::BadRuntimeDir { value: "run".into() });
    let error = shape("--display= server", &SESSION).unwrap_err();
    assert_eq!(error, PlanError::EmptyName { what: "--display" });
    let name = "x".repeat(108);
    assert!(matches!(shape(&format!("--display {name} server"), &SESSION), Err(PlanError::LongName { .. })));
    let name = "x".repeat(107);
    assert!(shape(&format!("--display {name} server"), &SESSION).is_ok());
}

#[test]
fn oneshot_servers_need_no_runtime_dir() {
    let shape = |line: &str, pairs: &[(&str, &str)]| server(line, pairs).map(|server| server.shape);
    assert_eq!(shape("-o server", &[]), Ok(Shape::Oneshot { inherited: None }));
    for (text, inherited) in [("7", Some(7)), ("33x", None), ("", None), ("0x8", None), ("99999999999", None)]
    {
        let expected = Ok(Shape::Oneshot { inherited });
        assert_eq!(shape("server", &[("WAYLAND_SOCKET", text)]), expected, "{text}");
        assert_eq!(shape("-o server", &[("WAYLAND_SOCKET", text)]), expected, "{text}");
    }
}

#[test]
fn command_lines() {
    let command = |line: &str, pairs: &[(&str, &str)]| server(line, pairs).unwrap().command;
    let shell = [("XDG_RUNTIME_DIR", "/r"), ("SHELL", "/opt/bin/fish")];
    let of = |program: &str, arg0: Option<&str>, args: &[&str]| CommandLine {
        program: program.into(),
        arg0: arg0.map(OsString::from),
        args: args.iter().map(OsString::from).collect(),
    };
    assert_eq!(command("server foot -e x", &shell), of("foot", None, &["-e", "x"]));
    assert_eq!(command("--login-shell server foot", &shell), of("foot", None, &[]));
    assert_eq!(command("server", &shell), of("/opt/bin/fish", None, &[]));
    assert_eq!(command("--login-shell server", &shell), of("/opt/bin/fish", Some("-fish"), &[]));
    assert_eq!(command("server", &SESSION), of("/bin/sh", None, &[]));
    assert_eq!(command("--login-shell server", &SESSION), of("/bin/sh", Some("-sh"), &[]));
    let empty = [("XDG_RUNTIME_DIR", "/r"), ("SHELL", "")];
    assert_eq!(command("server", &empty), of("/bin/sh", None, &[]));
}

#[test]
fn x11_for_servers() {
    let log = |line: &str, extra: &[(&str, &str)]| {
        let pairs: Vec<_> = SESSION.iter().chain(extra).copied().collect();
        match server(line, &pairs).unwrap().shape {
            Shape::Multi { xwls, .. } => xwls.map(|xwls| xwls.rust_log),
            Shape::Oneshot { .. } => panic!(),
        }
    };
    assert_eq!(log("server", &[]), None);
    assert_eq!(log("--xwls server", &[]), Some(Some("error")));
    assert_eq!(log("-d --xwls server", &[]), Some(Some("debug")));
    assert_eq!(log("-d --xwls server", &[("RUST_LOG", "info")]), Some(None));
    let pairs = [SESSION[0], SESSION[1], ("WAYLAND_SOCKET", "5")];
    assert_eq!(server("--xwls server", &pairs), Err(PlanError::XwlsOneshot));
}

#[test]
fn compositor_of_a_client() {
    let of = |pairs: &[(&str, &str)]| client("client", pairs).map(|it| (it.compositor, it.oneshot));
    let path = |path: &str| Compositor::Path(path.into());
    assert_eq!(of(&SESSION), Ok((path("/run/u/wayland-0"), false)));
    assert_eq!(of(&[("WAYLAND_DISPLAY", "/x/w")]), Ok((path("/x/w"), false)));
    // Where there is no compositor, we bring one; a sandbox needs the session's.
    for pairs in [&[("WAYLAND_DISPLAY", ""), SESSION[0]], &SESSION[..1]] {
        let Ok((Compositor::Own(place, screen), false)) = of(pairs) else { panic!("{:?}", of(pairs)) };
        let here = view::Place { directory: "/run/u".into(), own: false, name: None };
        assert_eq!((place, screen.headless), (here, true));
        assert_eq!(client("--secctx app client", pairs), Err(PlanError::NoDisplay));
        assert_eq!(made("client", pairs).unwrap().notes.len(), 1);
    }
    assert!(made("client --view", &SESSION).unwrap().notes.is_empty());
    assert!(matches!(client("client --view", &SESSION).unwrap().compositor, Compositor::Own(..)));
    let missing = PlanError::NoRuntimeDir { what: "WAYLAND_DISPLAY", name: "wayland-0".into() };
    assert_eq!(of(&SESSION[1..]), Err(missing));
    let long = "w".repeat(108);
    assert!(matches!(of(&[("WAYLAND_DISPLAY", &long), SESSION[0]]), Err(PlanError::LongName { .. })));
    assert!(client("-o client", &SESSION).unwrap().oneshot);
}

#[test]
fn inherited_connection_of_a_client() {
    let of = |text: &str| {
        let pairs = [SESSION[0], SESSION[1], ("WAYLAND_SOCKET", text)];
        client("client", &pairs).map(|it| (it.compositor, it.oneshot))
    };
    assert_eq!(of("33"), Ok((Compositor::Inherited(33), true)));
    assert_eq!(client("client", &[("WAYLAND_SOCKET", "4")]).unwrap().compositor, Compositor::Inherited(4));
    for bad in
        ["", "33x", "x", "0x21", "-1", "+5", " 5", "5 ", "2147483648", "99999999999999999999", "0", "2"]
    {
        assert_eq!(of(bad), Err(PlanError::BadInherited { value: bad.into() }), "{bad:?}");
    }
}

#[test]
fn security_contexts() {
    let of = |pairs: &[(&str, &str)]| client("--secctx app client", pairs).map(|it| it.secctx);
    let wanted =
        |socket: &str| Secctx { app_id: "app".into(), instance_id: "4321".into(), socket: socket.into() };
    assert_eq!(of(&SESSION), Ok(Some(wanted("/run/u/farway-secctx-4321"))));
    assert_eq!(of(&[("WAYLAND_DISPLAY", "/w")]), Ok(Some(wanted("/tmp/farway-secctx-4321"))));
    assert_eq!(of(&[("WAYLAND_SOCKET", "9")]), Err(PlanError::SecctxInherited));
}

/// Whatever goes wrong is one line, and says what to do.
#[test]
fn errors_are_one_line_with_a_hint() {
    let pairs: [&[(&str, &str)]; 5] = [
        &[],
        &SESSION[..1],
        &SESSION[1..],
        &[("XDG_RUNTIME_DIR", "x"), ("WAYLAND_DISPLAY", "y")],
        &[("WAYLAND_SOCKET", "33x")],
    ];
    for line in
        ["client", "server", "--secctx a client", "-s / client", "--vsock -s x server", "--xwls server"]
    {
        for pairs in pairs {
            let Err(error) = made(line, pairs) else { continue };
            assert!(!error.to_string().contains('\n'));
            assert!(error.hint().is_some_and(|hint| !hint.contains('\n')), "{error}");
        }
    }
}

fn view(line: &str, pairs: &[(&str, &str)]) -> Result<view::View, PlanError> {
    made(line, pairs).map(|plan| match plan.role {
        Role::View(view) => view,
        other => panic!("{line} is {other:?}"),
    })
}

#[test]
fn a_compositor_of_our_own() {
    let plan =
        view("view --headless --size 800x600 --scale 1.5 --refresh 120 --outputs 2 -- foot -e x", &SESSION);
    let plan = plan.unwrap();
    let command = CommandLine { program: "foot".into(), arg0: None, args: vec!["-e".into(), "x".into()] };
    assert_eq!((plan.ask, plan.command), (None, Some(command)));
    let outputs = plan.screen.outputs;
    assert_eq!(outputs.len(), 2);
    assert_eq!((outputs[0].size.width, outputs[0].scale, outputs[0].refresh), (800, 180, 120_000));
    assert_eq!(outputs[0].logical().width, 533);
    assert_ne!(outputs[0].name, outputs[1].name);
    // Windows need a screen to be on. Where there is none, that is said.
    assert!(view("view", &SESSION).unwrap().screen.headless);
    assert_eq!(made("view", &SESSION).unwrap().notes.len(), 1);
    assert!(made("view --headless", &SESSION).unwrap().notes.is_empty());
    assert!(made("view windows", &SESSION).unwrap().notes.is_empty());
    let with_x = [SESSION[0], ("DISPLAY", ":0")];
    assert_eq!(view("view", &with_x).unwrap().screen.headless, !cfg!(feature = "window"));
    assert!(view("view --headless", &with_x).unwrap().screen.headless);
}

#[test]
fn places_of_our_own_compositors() {
    let of = |line: &str, pairs: &[(&str, &str)]| view(line, pairs).map(|it| it.place);
    let place = |directory: &str, own, name: Option<&str>| {
        Ok(view::Place { directory: directory.into(), own, name: name.map(Into::into) })
    };
    assert_eq!(of("view", &SESSION), place("/run/u", false, None));
    assert_eq!(of("view --display mine", &SESSION), place("/run/u", false, Some("mine")));
    assert_eq!(of("view --display /a/b", &[]), place("/a", false, Some("b")));
    // Without a runtime directory, one of our own.
    assert_eq!(of("view", &[]), place("/tmp/farway-1000", true, None));
    assert_eq!(of("view", &[("TMPDIR", "/t")]), place("/t/farway-1000", true, None));
    // Inside of one of ours, that one is asked; any other compositor cannot be.
    let inside = [SESSION[0], ("WAYLAND_DISPLAY", "farway-3")];
    assert_eq!(of("view windows", &inside), place("/run/u", false, Some("farway-3")));
    assert_eq!(of("view windows", &SESSION), place("/run/u", false, None));
    assert_eq!(of("view windows --display other", &inside), place("/run/u", false, Some("other")));
    assert_eq!(of("view", &inside), place("/run/u", false, None));
}
