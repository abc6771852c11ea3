mod pipes;
mod play;
mod terminal;

use std::time::{Duration, Instant};

use super::*;
use play::{Play, alone, sh};

#[test]
fn exit_codes() {
    alone("exit_codes", || {
        for (script, code) in [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -TERM $$", 143)] {
            let mut play = Play::start(sh(script));
            assert_eq!(play.code(), code, "{script}");
            assert!(play.stage.is_empty(&[]));
        }
        let mut nothing = sh("exit 0");
        nothing.env.push(("SHELL".into(), "/nonexistent/shell".into()));
        let error = Stage::start(nothing).unwrap_err();
        assert_eq!(error.code(), 127, "{error}");
    });
}

#[test]
fn signals_by_name() {
    alone("signals_by_name", || {
        for (name, code) in [("HUP", 129), ("INT", 130), ("TERM", 143), ("KILL", 137), ("USR1", 138)] {
            // The child gets it, too: it is the group's.
            let mut play = Play::start(sh("(echo ready; exec sleep 100); echo other"));
            play.until_out("ready");
            play.stage.signal("NONSENSE");
            play.stage.signal("");
            play.stage.signal(name);
            assert_eq!(play.code(), code, "{name}");
            play.until("its child's end", |play| play.stage.is_empty(&[]));
            play.stage.signal(name);
        }
    });
}

#[test]
fn the_shell_is_the_users() {
    alone("the_shell_is_the_users", || {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().canonicalize().unwrap();
        let told = "echo $0; pwd; echo \"${GIVEN-none} ${HIDDEN-none} ${TERM-none}\"";
        let mut wanted = sh(told);
        wanted.env.push(("HOME".into(), place.clone().into()));
        wanted.env.push(("GIVEN".into(), "old".into()));
        wanted.env.push(("GIVEN".into(), "value".into()));
        wanted.unset = vec!["PWD".into(), "TERM".into(), "HIDDEN".into()];
        let mut play = Play::start(wanted);
        assert_eq!(play.code(), 0);
        assert_eq!(play.all_out(), format!("sh\n{}\nvalue none none\n", place.display()));
        // A home that is not there is no reason not to run.
        let mut wanted = sh("pwd");
        wanted.env.push(("HOME".into(), "/nonexistent/home".into()));
        wanted.unset = vec!["PWD".into()];
        let mut play = Play::start(wanted);
        assert_eq!(play.all_out(), "/\n");
    });
}

/// A daemon has a session of its own, and a parent that has ended. It says when it is there, and keeps no stream.
const DAEMON: &str =
    "setsid sh -c 'trap \"\" HUP; (echo there; exec sleep 100 < /dev/null > /dev/null 2>&1) & exit 0'";

/// Whether this system has what finds daemons.
fn can_find_daemons() -> bool {
    adopt_orphans().is_ok() && descendants().is_some()
}

#[test]
fn daemons_count_and_are_ended() {
    alone("daemons_count_and_are_ended", || {
        if !can_find_daemons() {
            return;
        }
        let mut play = Play::start(sh(&format!("{DAEMON}; exit 3")));
        play.until_out("there");
        assert_eq!(play.code(), 3);
        assert_eq!(play.all_out(), "there\n", "it keeps no stream open");
        let all = descendants().unwrap();
        assert_eq!(all.len(), 1, "{all:?}");
        assert!(!play.stage.is_empty(&[]));
        assert!(play.stage.is_empty(&[all[0].pid]), "it may be somebody else's");
        assert_eq!(play.stage.deadline(), None);
        play.stage.end(Instant::now());
        play.until("the daemon's end", |play| play.stage.is_empty(&[]));
        assert_eq!(descendants().unwrap(), []);
    });
}

#[test]
fn who_does_not_listen_is_killed() {
    alone("who_does_not_listen_is_killed", || {
        let mut play = Play::start(sh("trap '' HUP TERM; echo ready; while :; do sleep 100; done"));
        play.until_out("ready");
        let now = Instant::now();
        play.stage.end(now);
        let due = play.stage.deadline().unwrap();
        assert_eq!(due, now + Duration::from_secs(2));
        play.stage.end(due);
        assert_eq!(play.stage.deadline(), Some(due), "a second call changes nothing");
        play.stage.on_timeout(now);
        assert_eq!(play.stage.status(), None);
        // The time is what we say it is.
        play.stage.on_timeout(due);
        assert_eq!(play.code(), 137);
        play.until("the end of its child", |play| play.stage.is_empty(&[]));
        assert!(!play.stage.has_given_up());
    });
}

#[test]
fn who_is_stopped_is_ended_too() {
    alone("who_is_stopped_is_ended_too", || {
        if !can_find_daemons() {
            return;
        }
        let mut play =
            Play::start(sh("trap 'echo told; exit 9' TERM; trap '' HUP; echo ready; kill -STOP $$"));
        play.until_out("ready");
        let id = descendants().unwrap()[0].pid;
        play.until("it to stop", |_| {
            let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
            stat.contains(") T ")
        });
        play.stage.end(Instant::now());
        assert_eq!(play.code(), 9);
        assert_eq!(play.all_out(), "ready\ntold\n");
    });
}

#[test]
fn attempts_to_kill_end() {
    let start = Instant::now();
    let mut ending = Ending::default();
    assert!(!ending.is_due(start + Duration::from_secs(60)));
    assert!(ending.begin(start) && !ending.begin(start));
    let mut now = start;
    let mut attempts = 0;
    while let Some(due) = ending.deadline() {
        assert!(due > now && !ending.is_due(now) && ending.is_due(due));
        now = due;
        attempts += 1;
        ending.again(now);
    }
    assert_eq!(attempts, 100);
    assert!(ending.has_given_up() && !ending.begin(now));
    assert!(now - start < Duration::from_secs(8));
}

#[test]
fn the_helpers_family_is_not_counted() {
    let pid = |number| Pid::from_raw(number).unwrap();
    let one = |number, parent| farway_sys::process::Descendant { pid: pid(number), parent: pid(parent) };
    let all = [one(10, 1), one(20, 1), one(11, 10), one(21, 20), one(12, 11)];
    assert_eq!(living(&all, &[]), [10, 20, 11, 21, 12].map(pid));
    assert_eq!(living(&all, &[pid(10)]), [20, 21].map(pid));
    assert_eq!(living(&all, &[pid(10), pid(20), pid(99)]), []);
}
