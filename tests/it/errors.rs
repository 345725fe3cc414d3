//! Each thing that can go wrong: what people read, the exit code, and that nothing was sent.

use std::process::Stdio;

use crate::sample::{CROWD, FOR_CROWD, ONE, READING, Trap, answering};
use crate::world::{HEAD, Run, World};

/// Plan and apply end alike, before anything is sent, and say so.
#[track_caller]
fn assert_refused(world: &World, code: i32, ids: &[&str], words: &[&str]) {
    assert_refused_as(world, &[], code, ids, words);
}

#[track_caller]
fn assert_refused_as(world: &World, env: &[(&str, &str)], code: i32, ids: &[&str], words: &[&str]) {
    let approve = format!("sha256:{}", "0".repeat(64));
    for args in [&["plan"][..], &["apply", "--approve", &approve]] {
        let output = world.command(args).envs(env.iter().copied()).output().unwrap();
        let run = Run::of(output).assert_code(code);
        for id in ids {
            assert!(run.stderr.contains(&format!("error[{id}]")), "{id}: {run:#?}");
        }
        for word in words {
            assert!(run.stderr.contains(word), "{word:?}: {run:#?}");
        }
        assert!(run.stderr.contains("tenant: unchanged"), "{run:#?}");
        assert!(run.stderr.contains("help: "), "{run:#?}");
        assert!(!run.stdout.contains("Plan: "), "no plan is drawn: {run:#?}");
    }
    world.assert_untouched();
}

fn weather(words: &str) -> World {
    let world = World::with(&format!("[weather]\n{words}\n"));
    world.manifest(ONE);
    world
}

/// A refusal of one sort of request.
fn refusing(method: &str, path: &str, status: u16, code: &str) -> World {
    weather(&format!(
        "refuse = [{{ method = {method:?}, path = {path:?}, status = {status}, code = {code:?} }}]"
    ))
}

mod sign_in {
    use super::*;
    use consent::sandbox::access::{ADMINISTRATOR, TokenClaims, mint};
    use time::{Duration, OffsetDateTime};

    fn token(tenant: &str, lifetime: Duration) -> String {
        mint(&TokenClaims {
            tenant,
            app_id: "14d82eec-204b-4c2f-b7e8-296a70dab67e",
            object_id: "0a000000-0000-4000-8000-0000000000ff",
            user: Some("admin@contoso.onmicrosoft.com"),
            audience: "https://graph.microsoft.com",
            permissions: ADMINISTRATOR,
            now: OffsetDateTime::now_utc() - Duration::hours(3),
            lifetime,
        })
    }

    #[test]
    fn the_manifest_names_another_tenant() {
        let world = World::with("");
        let other = "11111111-2222-4333-8444-555555555555";
        let text = format!("{HEAD}{ONE}").replace(crate::world::TENANT, other);
        world.file("consent.toml", &text);
        assert_refused(&world, 6, &["wrong_tenant"], &[other, crate::world::TENANT]);
    }

    #[test]
    fn the_manifest_names_a_domain_the_tenant_does_not_have() {
        let world = World::with("");
        let text = format!("{HEAD}{ONE}").replace("contoso.onmicrosoft.com", "fabrikam.com");
        world.file("consent.toml", &text);
        assert_refused(&world, 6, &["wrong_tenant"], &["fabrikam.com"]);
    }

    #[test]
    fn the_token_is_of_another_tenant() {
        let world = weather("");
        let token = token("11111111-2222-4333-8444-555555555555", Duration::hours(9));
        let env = [("CONSENT_TOKEN", token.as_str())];
        assert_refused_as(&world, &env, 6, &["wrong_tenant"], &["11111111-2222"]);
        assert_eq!(world.counts().http, 0, "it is not even shown to this tenant");
    }

    #[test]
    fn the_token_has_expired() {
        let world = weather("");
        let token = token(crate::world::TENANT, Duration::hours(1));
        let env = [("CONSENT_TOKEN", token.as_str())];
        assert_refused_as(&world, &env, 4, &["sign_in_failed"], &["expired"]);
    }

    #[test]
    fn the_token_is_no_token() {
        let world = weather("");
        for rubbish in ["rubbish", "a.b.c", "eyJ.eyJ.x"] {
            let env = [("CONSENT_TOKEN", rubbish)];
            assert_refused_as(&world, &env, 4, &["sign_in_failed"], &[]);
        }
    }

    /// The middle of the requests of an apply lies between its first and its last write.
    #[test]
    fn the_token_expires_while_writing() {
        let requests = |world: &World| world.counts().reads + world.counts().writes;
        let fine = World::with(CROWD);
        fine.manifest(FOR_CROWD);
        let digest = fine.digest();
        let planned = requests(&fine);
        fine.run(&["apply", "--approve", &digest]).assert_code(0).quietly();
        let middle = u64::midpoint(planned, requests(&fine));

        let world = World::with(&format!("{CROWD}[weather]\nexpire-after = {middle}\n"));
        world.manifest(FOR_CROWD);
        assert_eq!(world.digest(), digest);
        let args = ["apply", "--approve", &digest, "--report", "json=report.json"];
        let run = world.run(&args).assert_code(9);
        assert!(run.stdout.contains("sign-in"), "{run:#?}");
        assert!(run.stdout.contains("Next    consent apply"), "{run:#?}");
        let text = std::fs::read_to_string(world.folder().join("report.json")).unwrap();
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(report["stopped"]["stopped"], "sign_in", "{report:#}");
        assert_eq!(report["remaining"], serde_json::Value::Null, "nobody could look");
        let accepted = world.writes().iter().filter(|line| line.status == 201).count();
        assert!((1..200).contains(&accepted), "{accepted}");
        let count = |word: &str| report["counts"][word].as_u64().unwrap();
        assert!(count("done") <= accepted as u64, "{}", report["counts"]);
        assert!(count("done") + count("unsure") >= accepted as u64, "{}", report["counts"]);
        assert!(count("not_started") > 0, "{}", report["counts"]);
        assert_eq!(world.rows("oauth2PermissionGrants").len(), accepted);
    }

    #[test]
    fn a_saved_plan_is_for_its_tenant_only() {
        let world = weather("");
        world.run(&["plan", "--out", "plan.json"]).assert_code(0).quietly();
        let digest = world.digest();
        let other = crate::world::SEED
            .replace(crate::world::TENANT, "11111111-2222-4333-8444-555555555555");
        let other = World::new(&other);
        let saved = std::fs::read_to_string(world.folder().join("plan.json")).unwrap();
        other.file("plan.json", &saved);
        let run = other.run(&["apply", "plan.json", "--approve", &digest]).assert_code(6);
        assert!(run.stderr.contains("error[wrong_tenant]"), "{run:#?}");
        other.assert_untouched();
        world.assert_untouched();
    }

    #[test]
    fn the_token_expires_while_reading() {
        for request in 1..=4 {
            let world = weather(&format!("expire-after = {request}"));
            assert_refused(&world, 4, &["sign_in_failed"], &["expired"]);
        }
    }
}

mod rights {
    use super::*;

    /// The token does not show what the user's role lacks: then a request went out, which is what
    /// the exit code tells, and the report says that none was accepted.
    #[test]
    fn a_refused_write_is_not_called_a_change() {
        let world = refusing("POST", "oauth2PermissionGrants", 403, "Authorization_RequestDenied");
        let digest = world.digest();
        let run = world.run(&["apply", "--approve", &digest, "--json"]).assert_code(9);
        let report = run.json();
        assert_eq!(report["counts"]["failed"], 1, "{report:#}");
        assert_eq!(report["tenant"], "unchanged", "{report:#}");
        assert!(run.stderr.contains("unchanged; 1 write request sent, none accepted"), "{run:#?}");
        assert!(world.rows("oauth2PermissionGrants").is_empty());
    }

    #[test]
    fn grants_may_not_be_read() {
        let world = refusing("GET", "oauth2PermissionGrants", 403, "Authorization_RequestDenied");
        assert_refused(&world, 4, &["missing_permission"], &["Directory Readers"]);
    }

    #[test]
    fn the_policy_may_not_be_read() {
        let world = refusing("GET", "authorizationPolicy", 403, "Authorization_RequestDenied");
        world.manifest("[user_consent]\nallow = \"none\"\n");
        assert_refused(&world, 4, &["missing_permission"], &["Directory Readers"]);
        let token = world.tenant.token_with(&["User.Read", "Directory.Read.All"]);
        let env = [("CONSENT_TOKEN", token.as_str())];
        assert_refused_as(&world, &env, 4, &["missing_permission"], &["Policy.Read.All"]);
    }

    #[test]
    fn a_token_without_the_right_to_read_names_it() {
        let world = weather("");
        let token = world.tenant.token_with(&["User.Read"]);
        let env = [("CONSENT_TOKEN", token.as_str())];
        assert_refused_as(&world, &env, 4, &["missing_permission"], &["token lacks"]);
    }

    /// The token itself says so: nothing has to be tried.
    #[test]
    fn a_token_that_may_only_read_changes_nothing_and_says_so() {
        let world = weather("");
        let digest = world.digest();
        let token = world.tenant.token_with(READING);
        let args = ["apply", "--approve", &digest];
        let output = world.command(&args).env("CONSENT_TOKEN", &token).output().unwrap();
        let run = Run::of(output).assert_code(4);
        assert!(run.stderr.contains("error[missing_permission]"), "{run:#?}");
        assert!(run.stderr.contains("DelegatedPermissionGrant.ReadWrite.All"), "{run:#?}");
        assert!(run.stderr.contains("tenant: unchanged"), "{run:#?}");
        world.assert_untouched();
        assert!(!world.folder().join(".consent").exists(), "no record of a run that never began");
    }
}

mod names {
    use super::*;

    #[test]
    fn an_app_that_is_nowhere() {
        let world = World::with("");
        world.manifest(&ONE.replace("de8bc8b5-d9f9-48b1", "de8bc8b5-0000-48b1"));
        assert_refused(&world, 3, &["app_not_in_tenant"], &["consent.toml:7:10", "de8bc8b5-0000"]);
    }

    #[test]
    fn a_resource_that_is_nowhere() {
        let world = World::with("");
        world.manifest(&ONE.replace("Microsoft Graph", "Microsoft Graf"));
        let words = ["consent.toml:12:12", "did you mean", "Microsoft Graph"];
        assert_refused(&world, 3, &["unknown_resource"], &words);
        world.manifest(&ONE.replace("Microsoft Graph", "00000000-1111-4222-8333-444444444444"));
        assert_refused(&world, 3, &["resource_not_in_tenant"], &["consent.toml:12:12"]);
    }

    #[test]
    fn a_scope_that_is_not_published() {
        let world = World::with("");
        world.manifest(&ONE.replace("\"User.Read\"", "\"User.Red\""));
        let words = ["consent.toml:13:11", "did you mean", "User.Read"];
        assert_refused(&world, 3, &["unknown_scope"], &words);
    }

    #[test]
    fn a_user_and_a_group_that_are_nowhere() {
        let world = World::with("");
        let body = ONE.replace("[\"alice@contoso.com\"]", "[\"alicia@contoso.com\"]");
        world.manifest(&body);
        assert_refused(&world, 3, &["unknown_user"], &["consent.toml:14:18"]);
        world.manifest(&ONE.replace("users = [\"alice@contoso.com\"]", "groups = [\"GXX\"]"));
        assert_refused(&world, 3, &["unknown_group"], &["consent.toml:14:19"]);
    }

    #[test]
    fn a_group_name_that_several_have_lists_them() {
        let ids = ["6e000000-0000-4000-8000-000000000001", "6e000000-0000-4000-8000-000000000009"];
        let world = World::with(&format!("[[group]]\nid = {:?}\nname = \"GX\"\n", ids[1]));
        world.manifest(&ONE.replace("users = [\"alice@contoso.com\"]", "groups = [\"GX\"]"));
        assert_refused(&world, 3, &["ambiguous_group"], &ids);
    }

    #[test]
    fn everything_is_told_in_one_run() {
        let world = World::with("");
        let body = ONE
            .replace("\"User.Read\"", "\"User.Red\", \"Mial.Read\"")
            .replace("alice@", "alicia@");
        world.manifest(&body);
        assert_refused(&world, 3, &["unknown_scope", "unknown_user"], &["User.Red", "Mial.Read"]);
    }
}

mod reading {
    use super::*;

    const CROWDED: &str = "[[people]]\nprefix = \"w\"\ncount = 1100\n\
        [[bulk_grant]]\nclient = \"Graph Explorer\"\nresource = \"Microsoft Graph\"\n\
        people = \"w\"\nscope = \"User.Read\"\n";

    #[test]
    fn a_list_that_stops_half_way() {
        let world = weather("cut = true");
        assert_refused(&world, 1, &["incomplete_read"], &[]);
    }

    #[test]
    fn a_fault_in_the_middle_of_paging() {
        let world = World::with(&format!("{CROWDED}[weather]\nbroken-page = 2\n"));
        world.manifest(ONE);
        let run = world.run(&["plan"]).assert_code(1);
        assert!(run.stderr.contains("500"), "{run:#?}");
        assert!(run.stderr.contains("tenant: unchanged"), "{run:#?}");
        world.assert_untouched();
    }

    #[test]
    fn a_next_page_elsewhere_is_not_visited() {
        let trap = Trap::set();
        let port = trap.url().rsplit(':').next().unwrap().to_owned();
        let elsewhere =
            [trap.url(), format!("http://localhost:{port}"), format!("http://x@127.0.0.1:{port}")];
        for host in elsewhere {
            let world = World::with(&format!("{CROWDED}[weather]\nlink-host = {host:?}\n"));
            world.manifest(ONE);
            assert_refused(&world, 1, &["incomplete_read"], &["leads out of"]);
            trap.assert_untouched();
        }
    }

    #[test]
    fn a_redirect_is_not_followed() {
        let trap = Trap::set();
        for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"] {
            let answer = format!(
                "HTTP/1.1 {status}\r\nLocation: {}/v1.0/organization\r\nContent-Length: 0\r\n\
                 Connection: close\r\n\r\n",
                trap.url()
            );
            let world = weather("");
            let url = answering(answer);
            let env = [("CONSENT_GRAPH_URL", url.as_str())];
            assert_refused_as(&world, &env, 1, &[], &[&status[..3]]);
            trap.assert_untouched();
        }
    }

    #[test]
    fn answers_that_are_no_graph() {
        for answer in [
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\
             Connection: close\r\n\r\n<html>sign in</html>",
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\
             Connection: close\r\n\r\nnull",
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\
             Connection: close\r\n\r\n{\"value\":[]}",
        ] {
            let world = weather("");
            let url = answering(answer.to_owned());
            let env = [("CONSENT_GRAPH_URL", url.as_str())];
            assert_refused_as(&world, &env, 1, &[], &[]);
        }
    }

    #[test]
    fn nobody_listens() {
        let world = weather("");
        let free = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            format!("http://{}", listener.local_addr().unwrap())
        };
        let env = [("CONSENT_GRAPH_URL", free.as_str())];
        assert_refused_as(&world, &env, 1, &["network"], &[]);
    }

    #[test]
    fn addresses_that_may_not_see_a_token() {
        let world = weather("");
        for url in [
            "http://graph.microsoft.com",
            "http://192.0.2.1",
            "https://127.0.0.1@evil.example",
            "http://127.0.0.1.evil.example",
            "https://user:hunter2@graph.microsoft.com",
            "ftp://127.0.0.1",
            "graph.microsoft.com",
            "https://graph.microsoft.com/?x=1",
        ] {
            assert_refused_as(&world, &[("CONSENT_GRAPH_URL", url)], 3, &["graph_url"], &[]);
            let run = world.run(&["plan", "--graph-url", url]).assert_code(3);
            assert!(!run.all().contains("hunter2"), "{run:#?}");
        }
        assert_eq!(world.counts().http, 0);
    }
}

mod files {
    use super::*;

    #[test]
    fn a_manifest_of_ten_megabytes() {
        let world = World::with("");
        world.manifest(&"# a long story\n".repeat(700_000));
        assert_refused(&world, 3, &["manifest_too_large"], &["4 MiB"]);
        assert_eq!(world.counts().http, 0);
    }

    #[test]
    fn a_manifest_that_is_no_utf8() {
        let world = World::with("");
        let mut bytes = format!("{HEAD}# caf").into_bytes();
        bytes.extend(b"\xe9\n");
        std::fs::write(world.folder().join("consent.toml"), bytes).unwrap();
        assert_refused(&world, 3, &["manifest_not_utf8"], &["line 5"]);
    }

    #[test]
    fn no_manifest() {
        let world = World::with("");
        assert_refused(&world, 3, &["manifest_not_found"], &["consent.toml"]);
        std::fs::create_dir(world.folder().join("consent.toml")).unwrap();
        assert_refused(&world, 3, &["manifest_not_found"], &["holds no *.toml"]);
    }

    #[test]
    fn two_files_declare_the_same_app() {
        let world = World::with("");
        world.file("m/a.toml", &format!("{HEAD}{ONE}"));
        world.file("m/b.toml", "schema = 1\n[app.explorer]\napp_id = \"5e000000-0000-4000-8000-0000000000c2\"\nmode = \"additive\"\n");
        let run = world.run(&["plan", "-f", "m"]).assert_code(3);
        assert!(run.stderr.contains("a.toml") && run.stderr.contains("b.toml:2:"), "{run:#?}");
        assert_eq!(world.counts().http, 0);
    }

    #[test]
    fn several_syntax_errors_are_told_together() {
        let world = World::with("");
        world.manifest("[app.x]\nmode = exact\n[[grant]]\nscopes = [\"a\" \"b\"]\n[limits\n");
        let run = world.run(&["validate"]).assert_code(3);
        for place in ["consent.toml:6:8", "consent.toml:8:15", "consent.toml:9:8"] {
            assert!(run.stderr.contains(place), "{place}: {run:#?}");
        }
        // What follows an unclosed table is not accused of what it does not do.
        world.manifest("[app.x\nmode = \"exact\"\n[[grant]]\nscopes = [\"a\"]\n");
        let run = world.run(&["validate"]).assert_code(3);
        assert!(run.stderr.contains("consent.toml:5:7"), "{run:#?}");
        assert_eq!(run.stderr.matches("error[").count(), 1, "{run:#?}");
    }

    #[test]
    fn the_plan_cannot_be_saved() {
        let world = weather("");
        for (out, code) in [("no/such/folder/plan.json", 3), ("/proc/plan.json", 1), (".", 1)] {
            let run = world.run(&["plan", "--out", out]).assert_code(code);
            assert!(run.stderr.contains("tenant: unchanged"), "{run:#?}");
            assert!(run.stderr.contains("help: "), "{run:#?}");
        }
        world.assert_untouched();
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_written_through() {
        let world = weather("");
        let digest = world.digest();
        let treasure = world.file("treasure", "mine");
        let link = |name: &str| {
            std::os::unix::fs::symlink(&treasure, world.folder().join(name)).unwrap();
        };
        link("out.json");
        link("report.json");
        link("run.log");
        for args in [
            &["plan", "--out", "out.json"][..],
            &["plan", "--report", "json=report.json"],
            &["plan", "--log-file", "run.log"],
        ] {
            let run = world.run(args).assert_code(1);
            assert!(run.stderr.contains("error[file_"), "{run:#?}");
        }
        let args = ["apply", "--approve", &digest, "--log-file", "run.log"];
        world.run(&args).assert_code(1).quietly();
        world.assert_untouched();
        assert_eq!(std::fs::read_to_string(&treasure).unwrap(), "mine");
    }

    #[test]
    fn without_a_record_nothing_is_sent() {
        let world = weather("");
        let digest = world.digest();
        world.file(".consent", "in the way");
        let run = world.run(&["apply", "--approve", &digest]).assert_code(1);
        assert!(run.stderr.contains("tenant: unchanged"), "{run:#?}");
        assert!(run.stderr.contains(".consent"), "{run:#?}");
        world.assert_untouched();
    }

    #[test]
    fn a_report_that_cannot_be_saved_is_told_before_anything_is_sent() {
        let world = weather("");
        let digest = world.digest();
        std::fs::create_dir(world.folder().join("a-folder")).unwrap();
        let args = ["apply", "--approve", &digest, "--report", "json=a-folder"];
        let run = world.run(&args).assert_code(1);
        assert!(run.stderr.contains("tenant: unchanged"), "{run:#?}");
        assert!(run.stderr.contains("a-folder"), "{run:#?}");
        world.assert_untouched();
    }

    #[cfg(unix)]
    #[test]
    fn a_reader_that_leaves_early_is_no_error() {
        let world = weather("");
        let unread = |args: &[&str]| {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            Run::of(
                world
                    .command(args)
                    .stdout(writer)
                    .stderr(Stdio::piped())
                    .spawn()
                    .unwrap()
                    .wait_with_output()
                    .unwrap(),
            )
        };
        for args in [&["plan"][..], &["plan", "--json", "-q"], &["completions", "bash"]] {
            let run = unread(args).assert_code(0);
            assert_eq!(
                run.stderr.lines().filter(|line| line.contains("error")).count(),
                0,
                "{run:#?}"
            );
        }
        unread(&["plan", "--detailed-exitcode"]).assert_code(2).quietly();
        unread(&["plan", "-f", "nowhere"]).assert_code(3).quietly();
        // An apply whose plan nobody can read sends nothing, and does not claim to be done.
        let digest = world.digest();
        let run = unread(&["apply", "--approve", &digest]).assert_code(1);
        assert!(run.stderr.contains("tenant: unchanged"), "{run:#?}");
        world.assert_untouched();
    }
}

#[test]
fn a_group_or_user_that_leads_to_nothing_lists_what_begins_alike() {
    let world = World::with("");
    world.manifest(
        "[app.explorer]\napp_id = \"de8bc8b5-d9f9-48b1-a8ad-b748da725064\"\nmode = \"additive\"\n\
         [[grant]]\napp = \"explorer\"\nresource = \"Microsoft Graph\"\nscopes = [\"User.Read\"]\n\
         for = { groups = [\"GX \"], users = [\"alise@contoso.com\"] }\n",
    );
    let run = world.run(&["plan"]).assert_code(3);
    let text = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("\"GX\" (6e000000-0000-4000-8000-000000000001)"), "{run:#?}");
    assert!(
        text.contains("\"alice@contoso.com\" (0a000000-0000-4000-8000-000000000001)"),
        "{run:#?}"
    );
}
