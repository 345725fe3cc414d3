//! `protect = true`.

use super::stopped;
use crate::scenarios::{app, has, wants};
use crate::world::World;

#[test]
fn nothing_is_taken_from_a_protected_app() {
    let world = World::with(&has("Graph Explorer", None, "User.Read Mail.Read"));
    let protected = app("explorer", "exact") + "protect = true\n";
    world.manifest(&(protected.clone() + &wants("explorer", r#"["User.Read"]"#, "\"all-users\"")));
    let (_, run) = stopped(&world, 1, "protected_app");
    assert!(run.stderr.contains("explorer is protected"), "{run:#?}");
    assert!(run.stderr.contains("remove protect = true from [app.explorer]"), "{run:#?}");
    // What only gives goes through.
    let more =
        wants("explorer", r#"["User.Read", "Mail.Read", "Group.Read.All"]"#, "\"all-users\"");
    world.manifest(&(protected + &more));
    world.apply_as_announced();
}

/// Another app's losses are none of its business.
#[test]
fn only_the_protected_app_is_protected() {
    let seed = has("Graph Explorer", None, "User.Read") + &has("Acme Sign", None, "User.Read");
    let world = World::with(&seed);
    let kept = wants("explorer", r#"["User.Read"]"#, "\"all-users\"");
    let other = app("sign", "exact") + "grants = \"none\"\n";
    world.manifest(&(app("explorer", "exact") + "protect = true\n" + &other + &kept));
    world.apply_as_announced();
    assert_eq!(world.grants().len(), 1);
}
