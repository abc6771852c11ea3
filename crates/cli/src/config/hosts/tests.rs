use proptest::prelude::*;

use super::*;

#[test]
fn names_in_configurations() {
    let text = "\
# Host no
Host alpha  beta.example.org *.pat !not ?x # Host no
  HostName gamma
host=delta
HOST = \"epsilon\" \"with space\" \"open
\tHost\tzeta
Match host eta
Include conf.d/* \"~/a b\"
Hostile theta
Host -oProxyCommand=x $(x) `x` ;x a'b
Host fe80::1%eth0
";
    let config = config(text);
    assert_eq!(
        config.names,
        ["alpha", "beta.example.org", "delta", "epsilon", "open", "zeta", "fe80::1%eth0"]
    );
    assert_eq!(config.includes, ["conf.d/*", "~/a b"]);
}

#[test]
fn names_of_known_hosts() {
    let text = "\
# comment
alpha,10.0.0.1 ssh-ed25519 AAAA
|1|abc=|def= ssh-rsa AAAA
@cert-authority *.example.org ssh-rsa AAAA
@revoked beta ssh-rsa AAAA
[gamma]:2222,[::1]:22 ssh-rsa AAAA
!no,-no ssh-rsa
@marker

";
    // An address that begins with a colon is rather left out than mistaken.
    assert_eq!(known(text), ["alpha", "10.0.0.1", "beta", "gamma"]);
}

#[test]
fn files_and_what_they_include() {
    let folder = tempfile::tempdir().unwrap();
    let ssh = folder.path().join(".ssh");
    std::fs::create_dir_all(ssh.join("conf.d")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(ssh.join(name), text).unwrap();
    write("config", "Include conf.d/*.conf ~/.ssh/more absent /absent/*\nHost one");
    write("conf.d/a.conf", "Host two\nInclude ../deeper");
    write("conf.d/b", "Host no");
    write("conf.d/.c.conf", "Host no");
    write("more", "Host three one");
    write("deeper", "Host no");
    write("known_hosts", "four ssh-rsa A");
    std::fs::write(ssh.join("binary"), b"Host \xff five\n\0").unwrap();
    let files = HostFiles {
        configs: vec![ssh.join("config"), ssh.join("absent"), ssh.join("binary"), ssh.clone()],
        known: vec![ssh.join("known_hosts")],
        home: Some(folder.path().into()),
    };
    let names: Vec<_> = names(&files).into_iter().collect();
    assert_eq!(names, ["five", "four", "one", "three", "two"]);
}

proptest! {
    #[test]
    fn names_are_plain_whatever_is_in_a_file(text in "(?s).{0,200}", lines in "([Hh]ost[ =]\"?.{0,20}\n){0,5}") {
        for text in [&text, &lines] {
            for name in config(text).names.into_iter().chain(known(text)) {
                prop_assert!(!name.starts_with('-') && !name.contains(['*', ' ', '\'', '"', '$', '\n', '`', '|']));
            }
        }
    }
}
