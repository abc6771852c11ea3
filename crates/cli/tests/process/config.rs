//! The configuration file as a person meets it: one line for what is wrong, and nothing else in the way.

use crate::support::{Running, Sandbox};

/// A client that ends by itself: there is no compositor.
fn client(home: &Sandbox, args: &[&str]) -> crate::support::Ended {
    let mut command = home.farway(args);
    command.env("HOME", home.path("")).env("WAYLAND_DISPLAY", "none");
    Running::start(&mut command).end()
}

#[test]
fn warnings_and_errors_name_the_line() {
    let home = Sandbox::new();
    std::fs::create_dir_all(home.path(".config/farway")).unwrap();
    let write = |text: &str| std::fs::write(home.path(".config/farway/config.toml"), text).unwrap();
    write("threads = 1\n[host.x]\ncompres = 'none'\n");
    let ended = client(&home, &["client"]).expect(255);
    let lines: Vec<_> = ended.err.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].ends_with("config.toml:3: unknown key `compres`; did you mean `compress`?"),
        "{lines:?}"
    );
    assert!(lines[1].contains("no compositor"), "{lines:?}");
    write("threads = 1\ncompress = 7\n");
    client(&home, &["client"]).expect(255).says(&["config.toml:2: `compress` needs a text"]);
    client(&home, &["--no-config", "client"]).expect(255).says(&["no compositor"]);
    client(&home, &["--config", "absent", "client"]).expect(255).says(&["absent", "--no-config"]);
    // The other half does not care.
    assert_eq!(client(&home, &["server", "true"]).expect(0).err, "");
}
