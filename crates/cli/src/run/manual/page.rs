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

/// How the program can be called: the first lines of its page.
const FORMS: &str = "\
farway [OPTIONS] ssh [SSH OPTIONS] DESTINATION [COMMAND]...
farway [OPTIONS] sessions [--json] [SSH OPTIONS] [HOST]...
farway [OPTIONS] attach [SSH OPTIONS] HOST [ID]
farway [OPTIONS] kill [SSH OPTIONS] HOST ID
farway [OPTIONS] doctor [--json] [SSH OPTIONS] [HOST]
farway [OPTIONS] server [COMMAND]...
farway [OPTIONS] client [--view]
farway view [QUESTION] | [-- COMMAND]
farway demo [-- COMMAND]
farway completions SHELL
farway man [DIR]";

/// What only prose can say, by the page's title. Paragraphs before the first section belong to the description.
const PROSE: [(&str, &str); 9] = [
    ("farway", include_str!("page/farway.man")),
    ("farway-ssh", include_str!("page/ssh.man")),
    ("farway-sessions", include_str!("page/sessions.man")),
    ("farway-attach", include_str!("page/attach.man")),
    ("farway-kill", include_str!("page/kill.man")),
    ("farway-doctor", include_str!("page/doctor.man")),
    ("farway-server", include_str!("page/server.man")),
    ("farway-client", include_str!("page/client.man")),
    ("farway-completions", include_str!("page/completions.man")),
];

/// All pages, the one of farway first.
pub fn pages(mut command: Command) -> Vec<Page> {
    command.build();
    let mut pages = Vec::new();
    collect(command.override_usage(FORMS), "farway", &mut pages);
    pages
}

/// The page of a mode, and of what it has within it. Descriptions are two levels deep at most.
fn collect(command: Command, title: &str, pages: &mut Vec<Page>) {
    let inner: Vec<Command> = command.get_subcommands().cloned().collect();
    pages.push(page(command, title));
    for command in inner {
        let title = format!("{title}-{}", command.get_name());
        collect(command, &title, pages);
    }
}

fn page(command: Command, title: &str) -> Page {
    let has_options = command.get_arguments().any(|arg| !arg.is_hide_set());
    let has_modes = command.has_subcommands();
    let man = Man::new(command.display_name(title));
    let prose = PROSE.iter().find(|(name, _)| *name == title).map_or("", |(_, prose)| prose);
    let sections = prose.find(".SH").unwrap_or(prose.len());
    let (description, sections) = prose.split_at(sections);
    // Not clap's, which has the whole text of --version in it. No date: the same source gives the same page.
    let version = concat!("farway ", env!("CARGO_PKG_VERSION"));
    let mut bytes =
        format!(".TH {} 1 \"\" \"{version}\" \"farway manual\"\n", title.to_uppercase()).into_bytes();
    // Writing to memory does not fail.
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
    Page { file: format!("{title}.1"), text: tidy(&String::from_utf8_lossy(&bytes)) }
}

/// Headings in capitals, as on every page; letters beyond ASCII by their names, which every formatter knows.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for line in text.lines() {
        match line.strip_prefix(".SH ") {
            Some(heading) => tidy.push_str(&format!(".SH {}", heading.to_uppercase())),
            None => tidy.push_str(line),
        }
        tidy.push('\n');
    }
    let beyond = |letter: char| match letter.is_ascii() {
        true => letter.to_string(),
        false => format!("\\[u{:04X}]", u32::from(letter)),
    };
    tidy.chars().map(beyond).collect()
}
