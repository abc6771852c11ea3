use super::*;

#[test]
fn dump() {
    let dir = std::env::temp_dir().join("keymaps");
    std::fs::create_dir_all(&dir).unwrap();
    for name in Keymap::layouts().chain(["us,de", "us,ru,fr"]) {
        std::fs::write(dir.join(name), Keymap::layout(name).unwrap().text()).unwrap();
    }
}
