use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::run::finding::Level;

fn folder(mode: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
    folder
}

#[test]
fn runtime_folders() {
    let level = |path: &Path| Level::of(&runtime_dir(Some(path)));
    assert_eq!(Level::of(&runtime_dir(None)), Level::Ok);
    let good = folder(0o700);
    assert_eq!(level(good.path()), Level::Ok);
    assert_eq!(level(Path::new("relative")), Level::Bad);
    assert_eq!(level(&good.path().join("missing")), Level::Bad);
    fs::write(good.path().join("file"), "").unwrap();
    assert_eq!(level(&good.path().join("file")), Level::Bad);
    assert_eq!(level(folder(0o755).path()), Level::Note);
}

#[test]
fn shells() {
    let level = |shell: &str| Level::of(&super::shell(&User { shell: shell.into(), ..User::default() }));
    assert_eq!(level("/bin/sh"), Level::Ok);
    assert_eq!(level("/nonexistent/sh"), Level::Bad);
    assert_eq!(level("/bin/false"), Level::Bad);
}

#[test]
fn folders_of_the_user() {
    let good = folder(0o700);
    let user =
        User { home: Some(good.path().into()), cache: Some(good.path().join("a/b")), ..User::default() };
    assert_eq!(
        (Level::of(&home_folder(&user)), existing(&good.path().join("a/b"))),
        (Level::Ok, good.path().into())
    );
    assert_ne!(Level::of(&cache(&user)), Level::Bad);
    let nobody = User::default();
    assert_eq!((Level::of(&home_folder(&nobody)), Level::of(&cache(&nobody))), (Level::Note, Level::Note));
    let lost = User { home: Some("/nonexistent/home".into()), ..User::default() };
    assert_eq!(Level::of(&home_folder(&lost)), Level::Note);
}

#[test]
fn what_is_there_is_named() {
    let place = folder(0o700);
    assert!(gpu(place.path()).text.contains("none"));
    for name in ["card0", "renderD129", "renderD128"] {
        fs::write(place.path().join(name), "").unwrap();
    }
    assert!(gpu(place.path()).text.starts_with("renderD128, renderD129 in"));
    let user = User { path: vec![place.path().into()], ..User::default() };
    fs::write(place.path().join("waypipe"), "").unwrap();
    assert!(waypipe(&user).text.contains("not installed"));
    fs::set_permissions(place.path().join("waypipe"), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(waypipe(&user).text.contains("can use"));
}

#[test]
fn everything_has_a_name_and_words() {
    let place = folder(0o700);
    let user = User { shell: "/bin/sh".into(), ..User::default() };
    let porter =
        Porter { protocol: false, directory: place.path().join("sessions"), log: false, hello: None, user };
    let found = all(&porter);
    assert!(found.len() >= 8 && found.iter().all(|it| !it.subject.is_empty() && !it.text.is_empty()));
    fs::set_permissions(place.path().join("sessions"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(Level::of(&sessions(&porter.directory)), Level::Bad);
}
