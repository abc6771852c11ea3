//! The rules as a table. What they do is tested with the engine.

use super::*;

/// A rule for a message that does not exist would never apply; of two for one message, one would be lost.
#[test]
fn every_rule_names_a_message_of_its_own() {
    let mut ids = Vec::new();
    for rule in SUBJECTS.iter().copied().flatten() {
        let Rule { interface, way, message, .. } = rule;
        let signature = rule.signature();
        assert!(signature.is_some_and(|it| find(it).is_some()), "{way:?} {interface}.{message}");
        ids.extend(signature.map(|it| it.id));
    }
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}
