//! Which names a host table is for.
//!
//! `*` stands for any text and `?` for any one letter, as in ssh_config. Invariant: time grows with the product of both
//! lengths at most.

/// Whether a pattern names one host only.
pub fn is_exact(pattern: &str) -> bool {
    !pattern.contains(['*', '?'])
}

/// Whether a pattern is for a destination as it was typed: `host`, `user@host` or `ssh://user@host:port`.
pub fn matches(pattern: &str, destination: &str) -> bool {
    let address = destination.strip_prefix("ssh://").map_or(destination, without_port);
    let host = address.rsplit_once('@').map_or(address, |(_, host)| host);
    [destination, address, host].into_iter().any(|name| is_like(pattern, name))
}

/// What a URI has before its port and path. Colons in brackets are those of an address.
fn without_port(uri: &str) -> &str {
    let authority = uri.split('/').next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((before, port)) if !port.contains(']') => before,
        _ => authority,
    }
}

/// Whether a whole name is like a pattern. Goes back to the last star only: what earlier ones stand for need never be longer.
pub fn is_like(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut from) = (0, 0);
    let mut star = None;
    while from < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[from] => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((position, taken)) => {
                    star = Some((position, taken + 1));
                    at = position + 1;
                    from = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}
