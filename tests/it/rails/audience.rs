//! The expansion limit: how many people the audience of one grant may come to.

use super::stopped;
use crate::scenarios::{app, wants};
use crate::world::World;

#[test]
fn an_audience_may_not_grow_without_notice() {
    let world = World::with("");
    let body =
        app("explorer", "exact") + &wants("explorer", r#"["User.Read"]"#, r#"{ groups = ["GX"] }"#);
    world.manifest(&format!("{body}[limits]\nprincipals = 2\n"));
    let (_, run) = stopped(&world, 3, "principals_limit");
    assert!(run.stderr.contains("this audience comes to 3 people; the limit is 2"), "{run:#?}");
    world.manifest(&format!("{body}[limits]\nprincipals = 3\n"));
    world.apply_as_announced();
}
