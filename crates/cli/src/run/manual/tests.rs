use super::*;

/// Names of modes that nobody is to see.
const HIDDEN: [&str; 2] = ["porter", "keeper"];

#[test]
fn every_mode_has_a_page_and_hidden_ones_have_none() {
    let pages = page::pages(args::command());
    assert_eq!(pages[0].file, "farway.1");
    for mode in args::command().get_subcommands() {
        let file = format!("farway-{}.1", mode.get_name());
        assert!(pages.iter().any(|page| page.file == file), "{file}");
    }
    for page in &pages {
        assert!(page.text.is_ascii() && page.text.starts_with(".TH FARWAY"), "{}", page.file);
        for section in [".SH NAME\n", ".SH SYNOPSIS\n", ".SH DESCRIPTION\n"] {
            assert!(page.text.contains(section), "{} has no {section}", page.file);
        }
        assert!(HIDDEN.iter().all(|mode| !page.text.contains(mode)), "{}", page.file);
    }
    for section in ["CONFIGURATION", "FILES", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES"] {
        assert!(pages[0].text.contains(&format!(".SH {section}\n")), "{section}");
    }
}

/// A page is named wherever it is referred to.
#[test]
fn references_lead_somewhere() {
    let pages = page::pages(args::command());
    for page in &pages {
        let text = page.text.replace('\\', "").replace(" (1)", "(1)");
        for name in text.split_whitespace().filter_map(|word| word.split_once("(1)").map(|(name, _)| name)) {
            let known = name == "ssh" || pages.iter().any(|page| page.file == format!("{name}.1"));
            assert!(known, "{name} in {}", page.file);
        }
    }
}

#[test]
fn scripts_have_modes_and_names_of_hosts() {
    for shell in [Shell::Bash, Shell::Fish, Shell::Zsh, Shell::Elvish, Shell::PowerShell] {
        let script = script(shell);
        assert!(script.contains("doctor") && script.contains("remote-bin"), "{shell}");
        assert!(HIDDEN.iter().all(|mode| !script.contains(mode)), "{shell}");
        let ours = matches!(shell, Shell::Bash | Shell::Fish | Shell::Zsh);
        assert_eq!(script.contains("complete-hosts"), ours, "{shell}");
    }
    let zsh = script(Shell::Zsh);
    assert!(zsh.starts_with("#compdef farway\n"));
    // All five modes, and nowhere zsh's own.
    assert_eq!(zsh.matches("\n_farway_hosts").count(), 6);
    assert!(!zsh.contains(":_hosts"));
}
