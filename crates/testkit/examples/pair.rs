//! Shows a program through farway on one machine: a headless compositor, both halves, a channel between them, and a
//! picture of the result in `farway-demo.png`.
//!
//! `cargo run --release -p farway-testkit --example pair -- [COMMAND…]` (default: `weston-terminal`, or `foot` where
//! sway is installed)

use std::path::Path;

use farway_testkit::real::programs;
use farway_testkit::real::wait::{self, DEADLINE};
use farway_testkit::real::{Kind, Pair, RealError, Stage};

const PICTURE: &str = "farway-demo.png";

fn main() -> std::process::ExitCode {
    match show() {
        Ok(command) => {
            println!("{command}, shown through farway: {PICTURE}");
            std::process::ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("pair: {error}; on Debian, `cargo xtask test` installs what is needed");
            std::process::ExitCode::from(255)
        }
    }
}

fn show() -> Result<String, RealError> {
    let sway = programs::find("sway").is_some() && programs::find("grim").is_some();
    let kind = if sway { Kind::Sway } else { Kind::Weston };
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if words.is_empty() {
        words = if sway {
            ["foot", "sh", "-c", "printf 'This terminal runs on one side of farway\\nand is seen on the other.\\n\\n'; ls -l --color /usr; exec sleep 60"]
                .map(String::from)
                .into()
        } else {
            vec!["weston-terminal".into()]
        };
    }
    let pair = Pair::from_env()?;
    eprintln!("starting {}, farway client, farway server and {}", kind.program(), words[0]);
    let mut stage = Stage::new("pair", kind, Some(&pair), 0)?;
    let args: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    let command = stage.command(&words[0], &args)?;
    stage.launch(command)?;
    let mut last = None;
    let picture = wait::until("the window is shown and stays as it is", DEADLINE, || {
        stage.check()?;
        let shot = stage.screenshot()?;
        let shown = shot.window(stage.compositor().blank()).is_some();
        let still = last.as_ref() == Some(&shot);
        last = Some(shot);
        Ok(last.clone().filter(|_| shown && still))
    })?;
    picture.save(Path::new(PICTURE))?;
    Ok(words.join(" "))
}
