//! A compositor that is asked what it tells everybody, and says anything.

use farway_proto::preview::scout::{Scout, State};

use super::Input;

/// Whatever it says: what is taken for a preview is one, and nothing is asked for without end.
pub fn scout(data: &[u8]) {
    let mut input = Input(data);
    let mut scout = Scout::new(vec![(7, 1)]);
    let mut asked = scout.take_output().len();
    while !input.is_empty() {
        let length = usize::from(input.byte()) * 4;
        scout.on_bytes(input.take(length));
        asked += scout.take_output().len();
        if scout.state() == State::Known {
            let preview = scout.preview().cloned().unwrap_or_default();
            assert_eq!(preview.clone().checked(), preview);
        }
    }
    assert!(asked < 200_000, "{asked}");
    assert_eq!(scout.preview().is_some(), scout.state() == State::Known);
}
