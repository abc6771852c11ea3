//! A scout at a display that exists only for measuring.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::load::Sink;
use crate::transport::UnixPath;

#[test]
fn finds_out_what_everybody_is_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("display");
    let _sink = Sink::listen(&path).expect("listens");
    let display: Arc<dyn Dial> = Arc::new(UnixPath(path));
    let scout = Scout::ask(&*display, Duration::from_secs(10)).expect("it answers");
    let preview = scout.preview().expect("it is known");
    let names: Vec<&str> = preview.globals.iter().map(|it| it.interface.as_str()).collect();
    assert!(names.contains(&"wl_compositor") && names.contains(&"wl_seat"), "{names:?}");
}
