use super::*;

fn size(width: i32) -> Size {
    Size::new(width, 100)
}

/// A window that both sides agree on.
fn settled(width: i32, now: Instant) -> Fit {
    let mut fit = Fit::default();
    let _ = fit.client(size(width));
    assert_eq!(fit.host(size(width), now), Some(size(width)));
    assert_eq!(fit.due(), None);
    fit
}

#[test]
fn the_client_follows_the_user() {
    let now = Instant::now();
    let mut fit = settled(100, now);
    assert_eq!(fit.host(size(120), now), Some(size(120)));
    assert_eq!(fit.host(size(130), now), Some(size(130)));
    assert_eq!(fit.host(size(130), now), None, "once is enough");
    assert_eq!(fit.client(size(120)), None, "late, but on its way");
    assert_eq!(fit.client(size(130)), None);
    assert_eq!((fit.due(), fit.on_time(now + PATIENCE)), (None, None));
}

#[test]
fn the_host_follows_the_client() {
    let now = Instant::now();
    let mut fit = settled(100, now);
    assert_eq!(fit.client(size(200)), Some(size(200)));
    assert_eq!(fit.host(size(200), now), Some(size(200)), "so that later configures carry it");
    assert_eq!(fit.client(size(200)), None);
}

#[test]
fn a_client_that_will_not_follow_has_its_way_once() {
    let now = Instant::now();
    let mut fit = settled(100, now);
    assert_eq!(fit.host(size(150), now), Some(size(150)));
    assert_eq!(fit.on_time(now), None, "not yet");
    let later = now + PATIENCE;
    assert_eq!(fit.client(size(145)), None);
    assert_eq!(fit.on_time(later), Some(size(145)));
    // The host does not do it.
    assert_eq!(fit.host(size(150), later), None);
    assert_eq!((fit.due(), fit.client(size(145))), (None, None));
    // It does something else, and the client does not move: that is the end of it.
    assert_eq!(fit.host(size(160), later), Some(size(160)));
    assert_eq!(fit.on_time(later + PATIENCE), None);
}
