//! Real programs on sway: shown, clicked, typed into and resized, without and with the proxy.
//!
//! All pictures are compared exactly: every program here draws by software with a fixed font.

use farway_testkit::need;
use farway_testkit::real::scripts::{GTK3, GTK4, QT5, python};
use farway_testkit::real::{Kind, RealError, Stage, twice};

fn foot(stage: &mut Stage, script: &str) -> Result<(), RealError> {
    let command = stage.command("foot", &["-W", "60x12", "sh", "-c", script])?;
    stage.launch(command).map(drop)
}

/// A terminal: text at start, text typed through the virtual keyboard, and its echo.
#[test]
fn foot_shows_text_and_takes_keys() -> Result<(), RealError> {
    need!("sway", "grim", "foot", "wtype");
    twice("foot-keys", Kind::Sway, |stage| {
        foot(stage, r"printf 'fixed text \033[1;31mred\033[0m äöü\r\n'; exec cat")?;
        stage.settle("shown")?;
        stage.write("Typed, 1 2 3.")?;
        stage.settle("typed")
    })
}

/// A terminal that draws its own frame: title bar, buttons and borders are subsurfaces.
#[test]
fn foot_draws_its_frame_in_subsurfaces() -> Result<(), RealError> {
    need!("sway", "grim", "foot");
    twice("foot-subsurfaces", Kind::Sway, |stage| {
        let args = ["-o", "csd.preferred=client", "-W", "60x12", "sh", "-c", "printf frame; exec cat"];
        stage.launch(stage.command("foot", &args)?)?;
        stage.settle("shown")?;
        stage.tell("resize set width 300 px height 200 px")?;
        stage.settle("resized")
    })
}

/// Much output at once: scrolling damages whole windows.
#[test]
fn foot_scrolls() -> Result<(), RealError> {
    need!("sway", "grim", "foot", "wtype");
    twice("foot-scroll", Kind::Sway, |stage| {
        foot(stage, "read line; seq 1 3000; exec cat")?;
        stage.settle("shown")?;
        stage.write("go\n")?;
        stage.settle("scrolled")
    })
}

/// A window that changes its size again and again: new pools, larger and smaller ones.
#[test]
fn foot_is_resized() -> Result<(), RealError> {
    need!("sway", "grim", "foot");
    twice("foot-resize", Kind::Sway, |stage| {
        foot(stage, "printf 'resize me'; exec cat")?;
        stage.settle("shown")?;
        for (step, (width, height)) in [(700, 500), (200, 120), (333, 77), (640, 480)].iter().enumerate() {
            stage.tell(&format!("resize set width {width} px height {height} px"))?;
            stage.settle(&format!("resized-{step}"))?;
        }
        Ok(())
    })
}

/// Two programs over one pair of proxies at the same time.
#[test]
fn two_programs_share_a_proxy() -> Result<(), RealError> {
    need!("sway", "grim", "foot", "python:Gtk-3.0");
    twice("two-programs", Kind::Sway, |stage| {
        stage.launch(python(stage, GTK3)?)?;
        stage.settle("first")?;
        foot(stage, "printf second; exec cat")?;
        stage.settle("second")
    })
}

fn toolkit(test: &str, script: &str, press: (u32, u32)) -> Result<(), RealError> {
    twice(test, Kind::Sway, |stage| {
        stage.launch(python(stage, script)?)?;
        stage.settle("shown")?;
        // A step of its own, so that a highlight under the pointer is not taken for the popup.
        stage.point(press.0, press.1)?;
        stage.settle("pointed")?;
        stage.click(press.0, press.1)?;
        stage.settle_after("popup", 1000)?;
        stage.tell("resize set width 500 px height 350 px")?;
        stage.settle("resized")
    })
}

/// GTK 3, with a menu that grabs.
#[test]
fn gtk3_opens_a_menu() -> Result<(), RealError> {
    need!("sway", "grim", "python:Gtk-3.0");
    toolkit("gtk3-menu", GTK3, (400, 167))
}

/// GTK 4, with a popover that does not.
#[test]
fn gtk4_opens_a_popover() -> Result<(), RealError> {
    need!("sway", "grim", "python:Gtk-4.0");
    toolkit("gtk4-popover", GTK4, (400, 167))
}

/// Qt 5, with the list of a combo box.
#[test]
fn qt5_opens_a_list() -> Result<(), RealError> {
    need!("sway", "grim", "python:PyQt5.QtWidgets");
    toolkit("qt5-list", QT5, (400, 172))
}

/// The demonstration programs' main windows: icons, lists, much text.
#[test]
fn gtk_demos_are_shown() -> Result<(), RealError> {
    need!("sway", "grim", "gtk3-demo", "gtk4-demo");
    for program in ["gtk3-demo", "gtk4-demo"] {
        twice(program, Kind::Sway, |stage| {
            stage.launch(stage.command(program, &[])?)?;
            stage.settle("shown")
        })?;
    }
    Ok(())
}
