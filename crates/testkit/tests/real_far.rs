//! Real applications over a long and slow link: once they are at rest, they look as they do on this machine.

use farway_testkit::need;
use farway_testkit::real::distance::over;
use farway_testkit::real::wait;
use farway_testkit::real::{Image, Kind, RealError, Stage};
use std::process::Command;
use std::time::Duration;

type Test = Result<(), RealError>;

/// 120 ms there and back.
const FAR: &str = "120ms,20Mbit";

/// Everything beyond the channel's own ways has something to do with these programs, and takes its time.
const LONG: Duration = Duration::from_secs(60);

/// Runs a program directly until it is at rest, and far away until it looks the same. `rest` says whether a picture
/// may be the last; `set` completes the command.
fn far(
    test: &str,
    (program, args): (&str, &[&str]),
    set: impl Fn(&Stage, &mut Command) -> Test,
    rest: impl Fn(&Image) -> bool,
) -> Test {
    let mut direct = Stage::new(test, Kind::View, None, 0)?;
    let mut command = direct.command(program, args)?;
    set(&direct, &mut command)?;
    direct.launch(command)?;
    wait::until("it is at rest", LONG, || {
        direct.check()?;
        Ok(rest(&direct.screenshot()?).then_some(()))
    })?;
    direct.settle("rest")?;
    let wanted = direct.screenshot()?;
    drop(direct);

    let mut stage = Stage::new(test, Kind::View, None, 0)?;
    let mut command = over(&stage, FAR, program, args)?;
    set(&stage, &mut command)?;
    stage.launch(command)?;
    let mut last = None;
    let seen = wait::until("it looks as it does directly", LONG, || {
        stage.check()?;
        let shot = stage.screenshot()?;
        let same = shot == wanted;
        last = Some(shot);
        Ok(same.then_some(()))
    });
    let kept = std::env::var_os("FARWAY_KEEP").is_some();
    if seen.is_err() || kept {
        let dir = stage.sandbox().keep_dir();
        let _ = std::fs::create_dir_all(&dir);
        let _ = wanted.save(&dir.join("direct.png"));
        let _ = last.map(|last| last.save(&dir.join("far.png")));
        stage.sandbox().keep_logs("far")?;
        eprintln!("pictures are in {}", dir.display());
    }
    seen
}

fn as_it_is(_: &Stage, _: &mut Command) -> Test {
    Ok(())
}

/// Pixels of this colour, of every sixteenth.
fn count(shot: &Image, color: [u8; 3]) -> usize {
    let points = (0..shot.height).step_by(4).flat_map(|y| (0..shot.width).step_by(4).map(move |x| (x, y)));
    points.filter(|(x, y)| shot.pixel(*x, *y) == Some(color)).count()
}

/// Thousands of lines scroll through a terminal: moved content, callbacks and releases ahead of time.
#[test]
fn foot_counts() -> Test {
    need!("foot");
    let script = "seq 1 4000; printf '\\033[?25l\\033[41mend\\033[0m'; exec sleep 1000";
    let (args, red) =
        (["-W", "80x24", "-o", "colors.regular1=c02040", "sh", "-c", script], [0xc0, 0x20, 0x40]);
    far("far-foot", ("foot", &args), as_it_is, |shot| count(shot, red) > 5)
}

/// A toolkit's start: many globals, icons, lists, much text.
#[test]
fn gtk4_demo_is_shown() -> Test {
    need!("gtk4-demo");
    far("far-gtk4", ("gtk4-demo", &[]), as_it_is, |_| true)
}

/// A film up to its last picture, which stays for a second, without GPU.
#[test]
fn mpv_plays_to_the_end() -> Test {
    need!("mpv");
    let film = "av://lavfi:testsrc=size=320x240:rate=30:duration=3,tpad=stop_mode=clone:stop_duration=1";
    let args = [
        "--no-config",
        "--vo=wlshm",
        "--ao=null",
        "--osd-level=0",
        "--framedrop=no",
        "--keep-open=yes",
        film,
    ];
    far("far-mpv", ("mpv", &args), as_it_is, |_| true)
}

/// A page that scrolls itself, to its end.
const PAGE: &str = "<html style='scrollbar-width:none'><body style='margin:0'><script>
    for (let n = 0; n < 120; n++) document.write(
        `<div style='height:40px;font:20px monospace;background:rgb(${n + 60},${200 - n},${n % 7 * 20})'>${n}</div>`);
    document.write(`<div style='height:400px;background:#20a060'></div>`);
    function on() { scrollBy(0, 24); if (scrollY + innerHeight < document.body.scrollHeight) requestAnimationFrame(on); }
    setTimeout(on, 500);
    </script></body></html>";

/// A browser scrolls a long page.
#[test]
fn firefox_scrolls_a_page() -> Test {
    need!("firefox-esr");
    let set = |stage: &Stage, command: &mut Command| {
        let page = stage.sandbox().path().join("home/page.html");
        std::fs::write(&page, PAGE).expect("the sandbox can be written to");
        let profile = stage.sandbox().folder("home/profile")?;
        std::fs::write(
            profile.join("user.js"),
            "user_pref('browser.startup.homepage_override.mstone','ignore');",
        )
        .expect("the sandbox can be written to");
        command.env("MOZ_ENABLE_WAYLAND", "1").env("MOZ_DISABLE_CONTENT_SANDBOX", "1");
        command.env("DBUS_SESSION_BUS_ADDRESS", "disabled:").env("HOME", stage.sandbox().path().join("home"));
        Ok(())
    };
    let script =
        "exec firefox-esr --no-remote --profile \"$HOME/profile\" --kiosk \"file://$HOME/page.html\"";
    far("far-firefox", ("sh", &["-c", script]), set, |shot| count(shot, [0x20, 0xa0, 0x60]) > 4000)
}
