//! Shows the windows of Wayland programs as native ones.
//!
//! Usage: `windows SOCKET [--until-empty]`, then `WAYLAND_DISPLAY=SOCKET foot`, for instance.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use farway_sys::net::listen_unix;
use farway_view::Config;
use farway_view::backend::winit::{Options, Quit, Windows, run};
use farway_view::config::{OutputConfig, Show};
use farway_view::server::{Handle, Server};

fn main() -> Result<(), Box<dyn Error>> {
    let mut path = None;
    let mut options = Options::default();
    for argument in std::env::args_os().skip(1) {
        match argument.to_str() {
            Some("--until-empty") => options.until_empty = true,
            _ => path = Some(PathBuf::from(argument)),
        }
    }
    let path = path.ok_or("which socket?")?;
    let mut running = None;
    let start = |windows: Windows, output: OutputConfig, _quit: Quit| -> io::Result<Handle> {
        println!("{output:?}");
        let listener = listen_unix(&path, 16).map_err(io::Error::other)?;
        let config = Config { show: Show::Windows(output), server_frames: true, ..Config::default() };
        let (server, handle) = Server::new(config, Box::new(windows), Some(listener))?;
        let thread = std::thread::Builder::new().name("compositor".into()).spawn(move || server.run())?;
        println!("listening on {}", path.display());
        running = Some((handle.clone(), thread));
        Ok(handle)
    };
    let ended = run(options, start);
    if let Some((handle, thread)) = running {
        handle.stop();
        let _ = thread.join();
    }
    Ok(ended?)
}
