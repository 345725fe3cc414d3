//! Declarations whose last day has passed before anything was granted by them.

use serde_json::json;

use crate::world::World;

const APP: &str = r#"
[app.ui]
app_id = "5e000000-0000-4000-8000-0000000000c3"
mode = "additive"
"#;

const GRANT: &str = r#"
[[grant]]
app = "ui"
resource = "Microsoft Graph"
scopes = ["User.Read"]
for = { users = ["alice@contoso.com"] }
"#;

const ROLE: &str = r#"
[[app_role]]
app = "ui"
resource = "Microsoft Graph"
roles = ["User.Read.All"]
"#;

const ASSIGNMENT: &str = r#"
[[assignment]]
app = "ui"
users = ["alice@contoso.com"]
"#;

/// The line of the last `until`, from 1.
fn line_of_until(world: &World) -> usize {
    let text = std::fs::read_to_string(world.folder().join("consent.toml")).unwrap();
    text.lines().position(|line| line.starts_with("until")).unwrap() + 1
}

#[test]
fn a_table_that_came_too_late_is_told_and_counts_as_nothing() {
    for table in [GRANT, ROLE, ASSIGNMENT] {
        let world = World::with("");
        world.manifest(&format!("{APP}{table}until = 2025-06-30\n"));
        let place = format!("consent.toml:{}", line_of_until(&world));
        let title = "past since 2025-06-30: nothing is granted by this table";
        let run = world.run(&["validate"]).assert_code(0);
        assert!(run.stderr.contains(&format!("warning[until_past]: {title}")), "{run:#?}");
        assert!(run.stderr.contains(&place), "{run:#?}");
        assert!(run.stderr.contains("set a later day, or remove the table"), "{run:#?}");

        let plan = world.plan();
        assert_eq!(
            (&plan["changes"], &plan["summary"]["unchanged"]),
            (&json!([]), &json!(0)),
            "{table}"
        );
        let warning = format!("{place}: {title}; set a later day, or remove the table");
        assert_eq!(plan["warnings"], json!([warning]));
        let drawn = world.run(&["plan"]).assert_code(0).stdout;
        assert!(drawn.contains(&format!("Warning: {place}: past since")), "{drawn}");
    }
}

#[test]
fn what_ended_goes_and_its_table_is_told_as_long_as_it_stands() {
    let world = World::with("");
    world.manifest(&format!("{APP}{GRANT}"));
    world.apply().assert_code(0).quietly();
    let plan = world.plan();
    assert_eq!((&plan["summary"]["unchanged"], &plan["warnings"]), (&json!(1), &json!([])));
    world.manifest(&format!("{APP}{GRANT}until = 2025-06-30\n"));
    for left in [1, 0] {
        let plan = world.plan();
        assert_eq!(plan["changes"].as_array().map(Vec::len), Some(left));
        assert_eq!(plan["warnings"].as_array().map(Vec::len), Some(1));
        world.apply().assert_code(0).quietly();
    }
}
