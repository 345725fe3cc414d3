//! A snapshot may have been edited by anybody: it draws nothing, and nothing worse than an error comes of it.

use serde_json::{Value, json};

use super::{edit, offline, take};
use crate::scenarios::{app, has, wants};
use crate::world::World;

fn world() -> World {
    let world = World::with(
        &(has("Graph Explorer", None, "User.Read Mail.Read")
            + &has("Graph Explorer", Some("bob@contoso.com"), "Mail.Read")),
    );
    world.manifest(
        &(app("explorer", "exact")
            + &wants("explorer", r#"["User.Read"]"#, r#"{ groups = ["GX"] }"#)
            + "[user_consent]\nallow = \"none\"\n"),
    );
    take(&world);
    world
}

/// Every answer in turn is another one, and all of them together are every sort of odd.
#[test]
fn no_answer_that_somebody_wrote_makes_it_stumble() {
    let world = world();
    let path = world.folder().join("taken.json");
    let whole: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let paths: Vec<String> =
        whole["answers"]["asked"].as_object().unwrap().keys().cloned().collect();
    assert!(paths.len() > 10, "{paths:?}");
    let twice = |rows: &Value| json!({ "rows": [rows["rows"][0], rows["rows"][0]] });
    let mut codes = std::collections::BTreeSet::new();
    for (turn, asked) in paths.iter().enumerate() {
        let was = &whole["answers"]["asked"][asked];
        let odd = [
            json!({ "rows": [] }),
            json!({ "rows": [null] }),
            json!({ "rows": [[[]], {}, 7] }),
            json!({ "rows": [{ "id": "\u{1b}[2J\u{202e}x", "value": [{ "clientId": 3 }] }] }),
            json!({ "refused": { "status": 0, "code": "\u{1b}]0;x\u{7}", "message": "m", "request_id": null } }),
            json!({ "refused": { "status": 403, "code": "c", "message": "\u{9b}2J", "request_id": null } }),
            twice(was),
        ];
        // Two of them for each question: a run takes a while.
        for other in odd.iter().cycle().skip(turn * 2).take(2) {
            let mut edited = whole.clone();
            edited["answers"]["asked"][asked] = other.clone();
            std::fs::write(&path, edited.to_string()).unwrap();
            let run = offline(&world, &[]);
            assert!(matches!(run.code, 0 | 1 | 3 | 4 | 6), "{asked}: {run:#?}");
            assert!(!run.stderr.contains("panicked"), "{asked}: {run:#?}");
            let draws = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
            assert!(!run.all().contains(draws), "{asked}: {run:#?}");
            codes.insert(run.code);
        }
    }
    assert!(codes.len() > 2, "{codes:?}");
}

#[test]
fn what_is_no_snapshot_is_told_as_that() {
    let world = world();
    for (text, code) in [
        ("", "file_damaged"),
        ("{", "file_damaged"),
        ("[]", "file_damaged"),
        (r#"{"format":"consent.plan","format_version":3}"#, "file_damaged"),
        (r#"{"format":"consent.snapshot","format_version":2,"state":"taken"}"#, "file_damaged"),
        (r#"{"format":"consent.snapshot","format_version":9,"state":"taken"}"#, "file_too_new"),
    ] {
        std::fs::write(world.folder().join("taken.json"), text).unwrap();
        let run = offline(&world, &[]);
        assert!(matches!(run.code, 1 | 3), "{text}: {run:#?}");
        assert!(run.stderr.contains(&format!("error[{code}]")), "{text}: {run:#?}");
    }
    std::fs::remove_file(world.folder().join("taken.json")).unwrap();
    assert_ne!(offline(&world, &[]).code, 0);
}

/// Names from a tenant stand in it so that a pager draws nothing.
#[test]
fn names_in_it_draw_nothing() {
    let world = world();
    edit(&world, |_| ());
    let hostile = "[[group]]\nname = \"Az\\u202e\\u009bx\"\nid = \"6e000000-0000-4000-8000-0000000000aa\"\n\
                   members = [\"bob@contoso.com\"]\n";
    let world = World::with(&(has("Graph Explorer", None, "User.Read") + hostile));
    world.manifest(
        &(app("explorer", "exact")
            + &wants(
                "explorer",
                r#"["User.Read"]"#,
                r#"{ groups = ["6e000000-0000-4000-8000-0000000000aa"] }"#,
            )),
    );
    take(&world);
    let text = std::fs::read_to_string(world.folder().join("taken.json")).unwrap();
    assert!(text.contains("Az\\u202e\\u009bx"), "{text}");
    assert!(!text.contains(['\u{202e}', '\u{9b}']));
    assert_eq!(offline(&world, &[]).code, 0);
}
