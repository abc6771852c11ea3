//! Pages of the manual: what clap knows of a mode, and what only prose can say.
//!
//! Invariant: hidden modes have no page, because they are no part of the description.

use clap::Command;
use clap_mangen::Man;

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Name of its file, such as `farway-ssh.1`.
    pub file: String,
    /// In the language of man(7).
    pub text: String,
}

/// What follows the options on the page of a mode; `farway` is the page of all.
const PROSE: [(&str, &str); 9] = [
    ("farway", include_str!("page/farway.man")),
    ("ssh", include_str!("page/ssh.man")),
    ("sessions", include_str!("page/sessions.man")),
    ("attach", include_str!("page/attach.man")),
    ("kill", include_str!("page/kill.man")),
    ("doctor", include_str!("page/doctor.man")),
    ("server", include_str!("page/server.man")),
    ("client", include_str!("page/client.man")),
    ("completions", include_str!("page/completions.man")),
];

/// All pages, the one of farway first.
pub fn pages(mut command: Command) -> Vec<Page> {
    command.build();
    let modes: Vec<Command> = command.get_subcommands().cloned().collect();
    let main = page(command, "farway", "farway");
    let modes = modes.into_iter().map(|mode| {
        let name = mode.get_name().to_string();
        page(mode, &name, &format!("farway-{name}"))
    });
    std::iter::once(main).chain(modes).collect()
}

fn page(command: Command, mode: &str, title: &str) -> Page {
    let has_options = command.get_arguments().any(|arg| !arg.is_hide_set());
    let has_modes = command.has_subcommands();
    let man = Man::new(command.display_name(title)).manual("farway manual").title(title);
    let prose = PROSE.iter().find(|(name, _)| *name == mode).map_or("", |(_, prose)| prose);
    // Paragraphs before the first section belong to the description.
    let sections = prose.find(".SH").unwrap_or(prose.len());
    let (description, sections) = prose.split_at(sections);
    let mut bytes = Vec::new();
    // Writing to memory does not fail.
    let _ = man.render_title(&mut bytes);
    let _ = man.render_name_section(&mut bytes);
    let _ = man.render_synopsis_section(&mut bytes);
    let _ = man.render_description_section(&mut bytes);
    bytes.extend_from_slice(description.as_bytes());
    if has_options {
        let _ = man.render_options_section(&mut bytes);
    }
    if has_modes {
        let _ = man.render_subcommands_section(&mut bytes);
    }
    bytes.extend_from_slice(sections.as_bytes());
    Page { file: format!("{title}.1"), text: String::from_utf8_lossy(&bytes).into_owned() }
}
