//! Names and messages from the tenant cannot draw: not on a screen, not in a report.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::runners;
use crate::world::{HEAD, Run, World};

/// Everything a terminal, a bidi algorithm, a web page or the runner of a job could act on.
pub const DRAWING: &str = "E\u{1b}[2J\u{1b}[38;5;123mred\u{1b}]8;;http://evil.example\u{7}link\u{1b}]8;;\u{7}\
    \u{1b}]52;c;ZXZpbA==\u{7}\u{1b}P$q\u{1b}\\\u{8}\u{0}\u{7f}\u{9b}31m\u{9d}0;t\u{9c}\u{85}\
    \u{202e}\u{2066}\u{2069}\u{200f}\u{61c}\u{200b}\u{feff}\u{2060}\u{ad}\u{2028}\u{e0041}\u{2800}\
    \r\nPlan: 0 to add, 0 to change, 0 to remove.\r\n\t| **b** | \
    <img src=x onerror=alert(1)> [x](javascript:alert(1)) ``` `$(reboot)` :tada:\
    \n ::error::forged\n::set-output name=digest::forged ::stop-commands::x ##vso[task.complete result=Failed;]x \
    ##[add-mask]Plan ##[section]x";

fn names() -> [String; 3] {
    [DRAWING.to_owned(), format!("{DRAWING}{}", "A".repeat(5_000)), "漢字テスト".repeat(40)]
}

pub fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A tenant in which everything with a name is called so.
pub fn tenant(name: &str, more: &str) -> String {
    let other = |tail: &str| quoted(&format!("{name}{tail}"));
    let name = quoted(name);
    format!(
        "[tenant]\nid = {tenant:?}\ndomain = \"contoso.onmicrosoft.com\"\nname = {name}\n\
         operator = \"admin@contoso.onmicrosoft.com\"\n\
         [[user]]\nid = \"0a000000-0000-4000-8000-0000000000ff\"\n\
         upn = \"admin@contoso.onmicrosoft.com\"\nname = {name}\n\
         [[user]]\nid = \"0a000000-0000-4000-8000-000000000001\"\nupn = {upn}\nname = {name}\n\
         [[user]]\nid = \"0a000000-0000-4000-8000-000000000002\"\nupn = {upn2}\nname = {name}\n\
         [[service_principal]]\nid = \"9a000000-0000-4000-8000-000000000003\"\n\
         app_id = \"5e000000-0000-4000-8000-000000000003\"\nname = {api}\n\
         scopes = [\"orders.read\", \"orders.write\"]\nroles = [{name}]\n\
         [[service_principal]]\nid = \"c1000000-0000-4000-8000-000000000002\"\n\
         app_id = \"5e000000-0000-4000-8000-0000000000c2\"\nname = {app}\n\
         publisher_tenant = \"ac000000-0000-4000-8000-000000000001\"\nverified_publisher = {name}\n\
         [[group]]\nid = \"6e000000-0000-4000-8000-000000000001\"\nname = {group}\n\
         members = [\"0a000000-0000-4000-8000-000000000001\", \"0a000000-0000-4000-8000-000000000002\"]\n\
         [[group]]\nname = {twin}\n[[group]]\nname = {twin}\n\
         [[grant]]\nclient = \"5e000000-0000-4000-8000-0000000000c2\"\n\
         resource = \"5e000000-0000-4000-8000-000000000003\"\nscope = \"orders.read\"\n\
         [[app_role_assignment]]\nprincipal = \"5e000000-0000-4000-8000-0000000000c2\"\n\
         resource = \"5e000000-0000-4000-8000-000000000003\"\nrole = {name}\n\
         [[app_role_assignment]]\nprincipal = \"6e000000-0000-4000-8000-000000000001\"\n\
         resource = \"5e000000-0000-4000-8000-0000000000c2\"\n{more}",
        tenant = crate::world::TENANT,
        upn = other("@c.example"),
        upn2 = other("2@c.example"),
        api = other(" api"),
        app = other(" app"),
        group = other(" group"),
        twin = other(" twin"),
    )
}

pub const BODY: &str = r#"
[resource.orders]
app_id = "5e000000-0000-4000-8000-000000000003"

[app.sign]
app_id = "5e000000-0000-4000-8000-0000000000c2"
mode = "exact"

[[grant]]
app = "sign"
resource = "orders"
scopes = ["orders.read", "orders.write"]
for = { groups = ["6e000000-0000-4000-8000-000000000001"] }

[[assignment]]
app = "sign"
users = ["0a000000-0000-4000-8000-000000000001"]
"#;

/// Characters that change how others look, or take no room.
pub fn draws(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c), 0xad | 0x61c | 0x200b..=0x200f | 0x2028..=0x202e
            | 0x2060..=0x206f | 0x2800 | 0xfeff | 0xe0000..=0xe0fff)
}

#[track_caller]
pub fn assert_harmless(text: &str) {
    let found: Vec<char> = text.chars().filter(|c| *c != '\n' && draws(*c)).collect();
    assert!(found.is_empty(), "{found:?} in {text:?}");
    assert!(!text.contains("\nPlan: 0 to add, 0 to change, 0 to remove.\n"));
    assert_eq!((runners::github(text), runners::azure(text)), (vec![], vec![]), "{text:?}");
}

/// Colour is the tool's own and nothing else; what a name brought is not among it.
#[track_caller]
fn assert_only_own_colour(text: &str) {
    assert!(text.contains("\u{1b}["), "coloured: {text:?}");
    assert!(!text.contains("38;5;123m") || !text.contains("\u{1b}[38;5;123m"), "{text:?}");
    let mut rest = String::new();
    let mut parts = text.split("\u{1b}[");
    rest.push_str(parts.next().unwrap());
    for part in parts {
        let (codes, tail) = part.split_once('m').expect("a colour");
        assert!(codes.chars().all(|c| c.is_ascii_digit() || c == ';'), "{codes:?} in {text:?}");
        rest.push_str(tail);
    }
    assert_harmless(&rest);
}

#[track_caller]
fn assert_run(run: &Run) {
    assert_harmless(&run.stdout);
    assert_harmless(&run.stderr);
}

#[track_caller]
fn assert_narrow(text: &str) {
    for line in text.lines() {
        assert!(line.width() <= 80, "{} columns: {line:?}", line.width());
    }
}

#[test]
fn plans_and_applies_draw_nothing() {
    for name in names() {
        let world = World::new(&tenant(&name, ""));
        world.manifest(BODY);
        let plan = world.run(&["plan", "--full", "--report", "json=plan-report.json"]);
        let plan = plan.assert_code(0);
        assert_run(&plan);
        assert_narrow(&plan.stdout);
        assert!(plan.stdout.contains("narrow"), "{plan:#?}");
        let coloured = world.run(&["plan", "--full", "--color", "always"]).assert_code(0);
        assert_only_own_colour(&coloured.stdout);
        let asked = world.run(&["apply"]).assert_code(6);
        assert_run(&asked);
        let digest = world.digest();
        let args = ["apply", "--approve", &digest, "--report", "json=report.json", "-vv"];
        let run = world.run(&args).assert_code(0);
        assert_run(&run);
        assert_narrow(
            &run.stdout.lines().filter(|l| !l.starts_with("Record")).collect::<Vec<_>>().join("\n"),
        );
        for report in ["plan-report.json", "report.json"] {
            let text = std::fs::read_to_string(world.folder().join(report)).unwrap();
            assert_harmless(&text);
            serde_json::from_str::<Value>(&text).unwrap();
        }
        world.assert_converged();
    }
}

#[test]
fn a_report_gives_programs_the_very_name() {
    let world = World::new(&tenant(DRAWING, ""));
    world.manifest(BODY);
    let run = world.run(&["plan", "--json"]).assert_code(0);
    assert_run(&run);
    let whole = run.json().to_string();
    let wanted = Value::String(format!("{DRAWING} app")).to_string();
    assert!(whole.contains(wanted.trim_matches('"')), "{whole}");
}

#[test]
fn saved_plans_logs_and_snapshots_draw_nothing_when_they_are_printed() {
    let world = World::new(&tenant(DRAWING, ""));
    world.manifest(BODY);
    world.run(&["plan", "--out", "plan.json", "--log-file", "p.log"]).assert_code(0).quietly();
    let digest = world.digest();
    let args = ["apply", "plan.json", "--approve", &digest, "--log-file", "a.log"];
    world.run(&args).assert_code(0).quietly();
    let state = std::fs::read_dir(world.folder().join(".consent")).unwrap();
    let mut files: Vec<_> = state.map(|entry| entry.unwrap().path()).collect();
    files.extend(["plan.json", "p.log", "a.log"].map(|name| world.folder().join(name)));
    for file in files.iter().filter(|file| file.is_file()) {
        let text = std::fs::read_to_string(file).unwrap();
        let found: Vec<char> = text.chars().filter(|c| *c != '\n' && draws(*c)).collect();
        assert!(found.is_empty(), "{found:?} in {}", file.display());
        assert_eq!((runners::github(&text), runners::azure(&text)), (vec![], vec![]));
    }
}

#[test]
fn what_the_service_says_draws_nothing() {
    for (method, status, code) in [("GET", 403, 4), ("GET", 400, 1), ("POST", 403, 9)] {
        let weather = format!(
            "[weather]\nrefuse = [{{ method = {method:?}, path = \"oauth2PermissionGrants\", \
             status = {status}, code = {said}, message = {said} }}]\n",
            said = quoted(&format!("{DRAWING}{}", "B".repeat(5_000)))
        );
        let world = World::new(&tenant("Contoso", &weather));
        world.manifest(BODY);
        for colour in ["never", "always"] {
            let digest = match method {
                "GET" => "sha256:0".to_owned(),
                _ => world.digest(),
            };
            let args = ["apply", "--approve", &digest, "--color", colour, "-vv"];
            let args = [&args[..], &["--report", "json=report.json"]].concat();
            let run = world.run(&args).assert_code(code);
            match colour {
                "never" => assert_run(&run),
                _ => assert_only_own_colour(&run.all()),
            }
            if code == 9 {
                let text = std::fs::read_to_string(world.folder().join("report.json")).unwrap();
                assert_harmless(&text);
            }
        }
    }
}

#[test]
fn candidates_and_mistakes_draw_nothing() {
    let world = World::new(&tenant(DRAWING, ""));
    let twin = quoted(&format!("{DRAWING} twin"));
    let group = |name: &str| BODY.replace("\"6e000000-0000-4000-8000-000000000001\"", name);
    let evil = quoted(DRAWING);
    let bodies = [
        group(&twin),
        group(&evil),
        BODY.replace("\"orders.write\"", &evil),
        BODY.replace("resource = \"orders\"", &format!("resource = {evil}")),
        BODY.replace("mode = \"exact\"", &format!("mode = {evil}")),
        BODY.replace("mode = \"exact\"", &format!("mode = \"exact\"\nname = {evil}")),
        BODY.replace("mode = \"exact\"", &format!("mode = \"exact\"\n{evil} = 1")),
        BODY.replace("[app.sign]", &format!("[app.{evil}]")),
        format!("{BODY}reason = {evil}\nowner = {evil}\nuntil = 2020-01-01\n"),
        // As the very characters, where the file's own syntax does not refuse them.
        format!("{BODY}reason = '\u{202e}\u{9b}2J\u{200b}'\nnonsense = '\u{202e}\u{9b}2J'\n"),
        format!("{BODY}# \u{1b}[2J\u{202e}\n"),
    ];
    for body in bodies {
        world.manifest(&body);
        for colour in ["never", "always"] {
            for command in ["validate", "plan"] {
                let run = world.run(&[command, "--color", colour]);
                assert!([0, 3].contains(&run.code), "{run:#?}");
                match colour {
                    "never" => assert_run(&run),
                    _ if run.all().contains('\u{1b}') => assert_only_own_colour(&run.all()),
                    _ => assert_harmless(&run.all()),
                }
            }
        }
    }
    world.assert_untouched();
}

#[test]
fn file_names_and_arguments_draw_nothing() {
    let world = World::new(&tenant("Contoso", ""));
    let evil = "e\u{1b}[2J\u{202e}\u{200b}\n.toml";
    world.file(evil, &format!("{HEAD}{BODY}nonsense = 1\n"));
    for args in [
        &["validate", "-f", evil][..],
        &["plan", "-f", "no\u{1b}[2J\u{202e}"],
        &["plan", "--app", "no\u{1b}[2J\u{202e}"],
        &["apply", "--approve", "no\u{1b}[2J\u{202e}"],
        &["apply", "no\u{1b}[2J\u{202e}.json"],
        &["plan", "--graph-url", "http://no\u{1b}[2J\u{202e}"],
        &["plan", "--report", "no\u{1b}[2J\u{202e}=x"],
        &["plan", "--no\u{1b}[2J\u{202e}"],
        &["no\u{1b}[2J\u{202e}"],
        &["sandbox", "--seed", "no\u{1b}[2J\u{202e}"],
        &["plan", "--sandbox", "no\u{1b}[2J\u{202e}"],
    ] {
        let mut command = world.command(args);
        if args.contains(&"--sandbox") {
            command.env_remove("CONSENT_GRAPH_URL");
        }
        world.manifest(BODY);
        let run = Run::of(command.output().unwrap());
        assert_ne!(run.code, 0, "{run:#?}");
        assert_run(&run);
    }
}

/// An id that would lead a request elsewhere is an odd answer when it is read, and named: not a failure
/// behind an approval.
#[test]
fn an_id_that_no_path_can_hold_is_an_odd_answer() {
    let mut world = World::with(
        "[[grant]]\nclient = \"Graph Explorer\"\nresource = \"Microsoft Graph\"\nscope = \"User.Read\"\n\
         [[app_role_assignment]]\nprincipal = \"Graph Explorer\"\nresource = \"Microsoft Graph\"\n\
         role = \"User.Read.All\"\n\
         [[classification]]\nresource = \"Microsoft Graph\"\nlow = [\"User.Read\"]\n\
         [[consent_policy]]\nid = \"theirs\"\nname = \"Theirs\"\n\
         includes = [{ permissionType = \"delegated\" }]\n",
    );
    world.manifest(
        "[app.explorer]\napp_id = \"de8bc8b5-d9f9-48b1-a8ad-b748da725064\"\nmode = \"exact\"\n\
         grants = \"none\"\n[[classification]]\nresource = \"Microsoft Graph\"\nlow = []\n\
         [[consent_policy]]\nid = \"theirs\"\nremove = true\n",
    );
    let whole: Value = serde_json::from_str(&world.tenant.state()).unwrap();
    for table in [
        "oauth2PermissionGrants",
        "appRoleAssignments",
        "delegatedPermissionClassifications",
        "permissionGrantPolicies",
    ] {
        for id in ["..", "a/b", &"x".repeat(300)] {
            world.later("", |state| {
                state.clone_from(&whole);
                let rows = state["tables"][table].as_array_mut().unwrap();
                let built_in = |id: &str| id.starts_with("microsoft-");
                let own = rows.iter().position(|row| !row["id"].as_str().is_some_and(built_in));
                let own = own.expect("a row of the seed's");
                rows[own]["id"] = id.into();
            });
            let run = world.run(&["plan"]).assert_code(1);
            assert!(run.stderr.contains("error[incomplete_read]"), "{table} {id}: {run:#?}");
            let told = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(told.contains("is no id that can stand in a path"), "{table} {id}: {run:#?}");
            world.assert_untouched();
        }
    }
}
