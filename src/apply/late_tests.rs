//! What a run replaces or removes when it has been under way for a while.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::apply::rehearsal::{PretendedTenant, address, gives, needs, takes, wait, words};
use crate::model::address::Address;
use serde_json::json;

/// When the grant of everybody was last answered for.
fn seen_at(second: u64) -> BTreeMap<Address, Duration> {
    BTreeMap::from([(address("all"), Duration::from_secs(second))])
}

/// What the plan saw at the beginning is long ago by then.
#[test]
fn a_removal_that_comes_late_looks_first() {
    let changes = [gives("a"), needs(takes("all"), &["a"])];
    let late = |seconds, is: &str| {
        let mut tenant = PretendedTenant { seen: seen_at(0), ..PretendedTenant::default() };
        tenant.objects.insert("/o/all".to_owned(), json!({ "is": is }));
        tenant.reply("/o/a", [wait(seconds)]);
        let report = tenant.run(&changes);
        (words(&report)[1], tenant.batches.concat().contains(&"DELETE /o/all".to_owned()))
    };
    assert_eq!(late(9, "changed"), ("done", true), "it was read a moment ago");
    assert_eq!(late(10, "there"), ("done", true));
    assert_eq!(late(10, "changed"), ("failed", false));
}

/// It does not matter how many pauses there were.
#[test]
fn a_removal_that_was_put_off_several_times_looks_again() {
    let put_off = |times: usize, is: &str| {
        let mut tenant = PretendedTenant { seen: seen_at(0), ..PretendedTenant::default() };
        tenant.objects.insert("/o/all".to_owned(), json!({ "is": is }));
        tenant.reply("/o/all", vec![wait(6); times]);
        let report = tenant.run(&[takes("all")]);
        (words(&report)[0], tenant.objects.contains_key("/o/all"))
    };
    assert_eq!(put_off(1, "changed"), ("done", false), "it was read six seconds ago");
    assert_eq!(put_off(2, "there"), ("done", false));
    assert_eq!(put_off(2, "changed"), ("failed", true));
}
