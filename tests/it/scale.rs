//! Many at once: full batches, and nothing sent one by one.

use crate::scenarios::{app, wants};
use crate::world::World;

#[test]
fn a_thousand_new_grants_go_out_in_fifty_batches() {
    let world = World::with(
        "[[group]]\nname = \"Makers\"\n[[people]]\nprefix = \"w\"\ncount = 1000\ngroup = \"Makers\"\n",
    );
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read"]"#, r#"{ groups = ["Makers"] }"#)),
    );
    let digest = world.digest();
    let planned = world.counts();
    world.run(&["apply", "--approve", &digest]).assert_code(0);
    let applied = world.counts();
    assert_eq!(applied.writes, 1_000);
    assert_eq!(world.grants().len(), 1_000);
    // Neither twenty writes nor the twenty reads that prove them fit fewer batches than these. Apply
    // plans once more, with as many batches as the plan before it.
    let batches = applied.batches - 2 * planned.batches;
    assert_eq!(batches, 100, "50 of writes and 50 that read them back");
    let others = applied.http - applied.batches;
    assert!(others < 50, "{others} requests outside of batches");
    world.assert_converged();
}
