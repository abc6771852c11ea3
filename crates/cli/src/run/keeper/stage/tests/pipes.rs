use std::io::Read;
use std::os::fd::AsRawFd;

use super::super::*;
use super::play::{Play, alone, login, sh};

#[test]
fn each_stream_is_its_own() {
    alone("pipes::each_stream_is_its_own", || {
        let mut play = Play::start(sh("cat; echo end > /dev/stdout; echo error > /dev/stderr"));
        play.write("one\ntwo");
        play.until_out("two");
        assert_eq!(play.stage.status(), None);
        // The end of its standard input.
        play.input = None;
        assert_eq!(play.all_out(), "one\ntwoend\n");
        assert_eq!(play.said(1), "error\n");
        assert_eq!(play.code(), 0);
    });
}

#[test]
fn a_login_shell_without_a_terminal() {
    alone("pipes::a_login_shell_without_a_terminal", || {
        let mut play = Play::start(login());
        play.write("echo $0; cd /dev; (exec < /dev/tty) 2> /dev/null || echo none; exit 4\n");
        assert_eq!(play.code(), 4);
        assert_eq!(play.all_out(), "-sh\nnone\n");
        play.stage.resize(words::Size { rows: 1, columns: 1 });
    });
}

#[test]
fn the_streams_end_with_the_command() {
    alone("pipes::the_streams_end_with_the_command", || {
        let mut play = Play::start(sh("(echo ready; exec sleep 100 > /dev/null 2>&1) & exit 0"));
        play.until_out("ready");
        assert_eq!(play.code(), 0);
        // Its child has closed them, and nobody else has them.
        assert_eq!(play.all_out(), "ready\n");
        assert!(!play.stage.is_empty(&[]));
        play.stage.end(Instant::now());
        play.until("its child's end", |play| play.stage.is_empty(&[]));
    });
}

/// Descriptors of a `/dev/fd` as `ls` shows it.
fn numbers(listed: &str) -> Vec<i32> {
    listed.split_ascii_whitespace().filter_map(|number| number.parse().ok()).collect()
}

#[test]
fn only_what_is_given_is_inherited() {
    alone("pipes::only_what_is_given_is_inherited", || {
        // What whoever started the tests left open is none of our business.
        let before: Vec<i32> = std::fs::read_dir("/dev/fd")
            .unwrap()
            .filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok())
            .collect();
        for terminal in [false, true] {
            let (read, write) = pipe().unwrap();
            let number = write.as_raw_fd();
            let mut wanted = sh(&format!("ls /dev/fd; echo hello >&{number}"));
            wanted.terminal = terminal.then(super::terminal::plain);
            wanted.inherit = vec![write];
            let mut play = Play::start(wanted);
            let listed = play.all_out();
            assert_eq!(play.code(), 0, "{listed}");
            let mut open = numbers(&listed);
            open.retain(|fd| ![0, 1, 2, number].contains(fd) && !before.contains(fd));
            // The folder itself, where it is one.
            assert!(open.len() <= 1 && open.iter().all(|fd| *fd < 10), "{listed}");
            let mut heard = String::new();
            std::fs::File::from(read).read_to_string(&mut heard).unwrap();
            assert_eq!(heard, "hello\n");
        }
    });
}
