//! A part of a manifest, planned and applied by itself.

use serde_json::{Value, json};

use crate::scenarios::{app, has, wants};
use crate::world::{Run, World};

/// Two apps, of each of which everybody in a crowd has a grant that the manifest takes away.
fn two_crowds(count: usize, more: &str) -> World {
    let grants = ["Graph Explorer", "Acme Sign"].map(|client| {
        format!(
            "[[bulk_grant]]\nclient = \"{client}\"\nresource = \"Microsoft Graph\"\npeople = \"w\"\n\
             scope = \"User.Read\"\n"
        )
    });
    let people = format!("[[people]]\nprefix = \"w\"\ncount = {count}\n");
    let world = World::with(&(people + &grants.concat()));
    let gone = ["explorer", "sign"].map(|label| app(label, "exact") + "grants = \"none\"\n");
    world.manifest(&(gone.concat() + "[limits]\nrevoke = 25\nrevoke_percent = 100\n" + more));
    world
}

fn plan(world: &World, more: &[&str]) -> Value {
    let run = world.run(&[&["plan", "--json"], more].concat()).assert_code(0);
    serde_json::from_str(&run.stdout).unwrap()
}

fn digest(plan: &Value) -> String {
    plan["effect"]["sha256"].as_str().unwrap().to_owned()
}

fn addresses(plan: &Value) -> Vec<String> {
    let all = plan["changes"].as_array().unwrap().iter();
    all.map(|change| change["address"].as_str().unwrap().to_owned()).collect()
}

/// Plans the part and applies what was planned.
fn applied(world: &World, label: &str) -> Run {
    let digest = digest(&plan(world, &["--app", label]));
    world.run(&["apply", "--app", label, "--approve", &digest])
}

#[test]
fn parts_make_up_the_whole_and_each_is_applied_by_itself() {
    let world = World::with(&has("Graph Explorer", None, "User.Read Mail.Read"));
    let settings = "[user_consent]\nallow = \"none\"\n";
    let apps = app("explorer", "exact")
        + &wants("explorer", r#"["User.Read"]"#, "\"all-users\"")
        + &app("sign", "exact")
        + &wants("sign", r#"["User.Read"]"#, "\"all-users\"");
    world.manifest(&(apps + settings));
    let whole = plan(&world, &[]);
    let labels = ["explorer", "sign", "tenant"];
    let parts = labels.map(|label| plan(&world, &["--app", label]));
    let mut of_parts: Vec<String> = parts.iter().flat_map(addresses).collect();
    let mut of_whole = addresses(&whole);
    of_parts.sort();
    of_whole.sort();
    assert_eq!(of_parts, of_whole);
    assert!(parts.iter().all(|part| addresses(part).len() == 1), "{of_parts:?}");
    let digests: Vec<String> = parts.iter().chain([&whole]).map(digest).collect();
    assert_eq!(digests.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);

    for (at, label) in labels.into_iter().enumerate() {
        // The digest of a part is good for nothing else.
        world.run(&["apply", "--approve", &digests[at]]).assert_code(6).quietly();
        let run = applied(&world, label).assert_code(0);
        assert!(run.stdout.contains(label), "{run:#?}");
        assert_eq!(plan(&world, &["--app", label])["changes"], json!([]));
        assert_eq!(addresses(&plan(&world, &[])).len(), 2 - at);
        assert_eq!(world.sent().len(), at + 1);
    }
}

/// Several labels are one part, in whatever order they are named, and so is its saved plan.
#[test]
fn a_saved_part_is_applied_as_that_part_only() {
    let world = World::with("");
    let apps = ["explorer", "sign"]
        .map(|label| app(label, "exact") + &wants(label, r#"["User.Read"]"#, "\"all-users\""));
    world.manifest(&(apps.concat() + "[user_consent]\nallow = \"none\"\n"));
    let both = plan(&world, &["--app", "tenant", "--app", "sign"]);
    let turned =
        ["plan", "--app", "sign", "--app", "tenant", "--app", "sign", "--out", "part.plan"];
    world.run(&turned).assert_code(0).quietly();
    let digest = digest(&both);
    let other = ["apply", "part.plan", "--app", "explorer", "--approve", &digest];
    let run = world.run(&other).assert_code(6);
    assert!(run.stderr.contains("is about sign, tenant"), "{run:#?}");
    world.assert_untouched();
    let same = ["apply", "part.plan", "--app", "tenant", "--app", "sign", "--approve", &digest];
    world.run(&same).assert_code(0).quietly();
    assert_eq!(addresses(&plan(&world, &[])).len(), 1);
    world.run(&["plan", "--out", "whole.plan"]).assert_code(0).quietly();
    let run = world.run(&["apply", "whole.plan", "--app", "explorer"]).assert_code(6);
    assert!(run.stderr.contains("is about the whole manifest"), "{run:#?}");
}

#[test]
fn one_protected_app_holds_up_nobody_else() {
    let seed = has("Graph Explorer", None, "User.Read") + &has("Acme Sign", None, "User.Read");
    let world = World::with(&seed);
    let gone = "grants = \"none\"\n";
    let protected = app("explorer", "exact") + "protect = true\n" + gone;
    world.manifest(&(protected + &app("sign", "exact") + gone));
    let whole = digest(&plan(&world, &[]));
    world.run(&["apply", "--approve", &whole]).assert_code(5).quietly();
    world.assert_untouched();
    applied(&world, "sign").assert_code(0).quietly();
    let run = applied(&world, "explorer").assert_code(5);
    assert!(run.stderr.contains("protected_app"), "{run:#?}");
    assert_eq!(world.grants().len(), 1);
}

const OVER: &str = "took from 20, and 25 in a day are allowed";

/// A big removal stays one, however it is cut.
#[test]
fn a_removal_is_not_made_small_by_cutting_it() {
    let world = two_crowds(20, "");
    let whole = digest(&plan(&world, &[]));
    world.run(&["apply", "--approve", &whole]).assert_code(5).quietly();
    world.run(&["plan", "--app", "sign", "--out", "early.plan"]).assert_code(0).quietly();
    let early = digest(&plan(&world, &["--app", "sign"]));
    applied(&world, "explorer").assert_code(0).quietly();
    assert_eq!(world.grants().len(), 20);

    // As a part, as what is left of the whole, and by a plan that was saved before.
    let run = applied(&world, "sign").assert_code(5);
    assert!(run.stderr.contains(OVER), "{run:#?}");
    let told = world.run(&["plan", "--app", "sign"]).assert_code(0).stdout;
    assert!(told.contains("BLOCKED") && told.contains("removal_limit"), "{told}");
    let rest = digest(&plan(&world, &[]));
    let run = world.run(&["apply", "--approve", &rest]).assert_code(5);
    assert!(run.stderr.contains(OVER), "{run:#?}");
    let run = world.run(&["apply", "early.plan", "--approve", &early]).assert_code(5);
    assert!(run.stderr.contains(OVER), "{run:#?}");
    assert_eq!(world.grants().len(), 20);
}

#[test]
fn what_is_accepted_by_a_dated_line_may_be_cut() {
    let accept = "[accept]\nrevoke = { max = 40, until = 2099-12-31, reason = \"end of pilot\" }\n";
    let world = two_crowds(20, accept);
    applied(&world, "explorer").assert_code(0).quietly();
    applied(&world, "sign").assert_code(0).quietly();
    assert_eq!(world.grants().len(), 0);
}

/// The records of yesterday are as good as none, and those of another manifest are another's.
#[test]
fn only_the_last_day_of_this_manifest_counts() {
    let world = two_crowds(20, "");
    applied(&world, "explorer").assert_code(0).quietly();
    let folder = world.folder().join(".consent/snapshots");
    let record = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let name = record.file_name().unwrap().to_str().unwrap().to_owned();
    let (_, run) = name.split_once('-').unwrap();
    std::fs::rename(&record, folder.join(format!("20200101T000000Z-{run}"))).unwrap();
    applied(&world, "sign").assert_code(0).quietly();
}

/// What the last day's runs took must be known, where a part takes more.
#[test]
fn a_part_that_takes_wants_records_that_can_be_read() {
    let world = two_crowds(20, "");
    applied(&world, "explorer").assert_code(0).quietly();
    let folder = world.folder().join(".consent/snapshots");
    let record = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&record, "{}").unwrap();
    let run = applied(&world, "sign").assert_code(5);
    assert!(run.stderr.contains("cannot be counted"), "{run:#?}");
    assert_eq!(world.grants().len(), 20);
}

#[test]
fn a_label_that_is_none_is_told() {
    let world = two_crowds(1, "");
    let run = world.run(&["apply", "--app", "explorre"]).assert_code(3);
    assert!(run.stderr.contains("explorer"), "{run:#?}");
    let run = world.run(&["plan", "--app", "nothing-like-it"]).assert_code(3);
    assert!(run.stderr.contains("`tenant`"), "{run:#?}");
}

/// The share of what is managed is that of all parts together: each by itself has too few objects for one.
#[test]
fn a_share_is_not_made_small_by_cutting_it() {
    let world = two_crowds(8, "");
    let gone = ["explorer", "sign"].map(|label| app(label, "exact") + "grants = \"none\"\n");
    world.manifest(&(gone.concat() + "[limits]\nrevoke = 200\nrevoke_percent = 10\n"));
    applied(&world, "explorer").assert_code(0).quietly();
    let run = applied(&world, "sign").assert_code(5);
    let over = "took from 8, and 10 % of 16 managed objects in a day are allowed";
    assert!(run.stderr.contains(over), "{run:#?}");
    assert_eq!(world.grants().len(), 8);
}

/// Where the manifest is not found, its records are not either, and nobody knows what was taken before.
#[test]
fn a_saved_part_that_takes_is_applied_beside_its_records_only() {
    let world = two_crowds(8, "");
    world.run(&["plan", "--app", "sign", "--out", "part.plan"]).assert_code(0).quietly();
    let digest = digest(&plan(&world, &["--app", "sign"]));
    let elsewhere = world.private("elsewhere");
    std::fs::rename(world.folder().join("part.plan"), elsewhere.join("part.plan")).unwrap();
    let mut command = world.command(&["apply", "part.plan", "--approve", &digest]);
    let run = Run::of(command.current_dir(&elsewhere).output().unwrap()).assert_code(5);
    assert!(run.stderr.contains("is not found from here"), "{run:#?}");
    world.assert_untouched();
    let args = ["apply", "elsewhere/part.plan", "--approve", &digest];
    world.run(&args).assert_code(0).quietly();
}
