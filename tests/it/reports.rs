//! Reports for places that review code and run jobs, written by the real binary.

use std::process::Command;

use serde_json::Value;

use crate::hostile::{BODY, DRAWING, quoted, tenant};
use crate::runners;
use crate::world::{HEAD, Run, World};

/// A job of GitHub or of Azure Pipelines: what it sets.
fn job(world: &World, args: &[&str]) -> Command {
    let mut command = world.command(args);
    for name in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
        command.env(name, world.folder().join(name));
    }
    command.env("AGENT_TEMPDIRECTORY", world.private("temp"));
    command.env("GITHUB_WORKSPACE", world.folder().parent().unwrap());
    command
}

fn run(mut command: Command, code: i32) -> Run {
    Run::of(command.output().unwrap()).assert_code(code)
}

fn read(world: &World, name: &str) -> String {
    std::fs::read_to_string(world.folder().join(name)).unwrap()
}

/// Whatever has a name is called so, and the manifest gives it as a reason.
fn hostile() -> World {
    let world = World::new(&tenant(DRAWING, ""));
    let reason = format!("[[grant]]\nreason = {}", quoted(DRAWING));
    world.manifest(&BODY.replace("[[grant]]", &reason));
    world
}

/// The manifest as the repository knows it: the folder of the world lies in the root.
fn path(world: &World) -> String {
    format!("{}/consent.toml", world.folder().file_name().unwrap().to_str().unwrap())
}

#[test]
fn a_job_of_github_is_told_at_the_lines_of_the_manifest() {
    let world = hostile();
    let told = run(job(&world, &["plan", "--report", "github"]), 0);
    let found = runners::github(&told.stdout);
    assert!(!found.is_empty(), "{told:#?}");
    let lines = read(&world, "consent.toml").lines().count();
    for one in &found {
        assert!(["error", "warning", "notice"].contains(&one.word.as_str()), "{one:?}");
        assert_eq!(one.properties["file"], path(&world));
        assert!((1..=lines).contains(&one.properties["line"].parse().unwrap()), "{one:?}");
    }
    assert_eq!(runners::github(&told.stderr), []);
    assert_eq!(runners::azure(&told.all()), []);
    let people = world.run(&["plan", "--full", "--by", "person"]).assert_code(0);
    assert_eq!((runners::github(&people.all()), runners::azure(&people.all())), (vec![], vec![]));
    let outputs = read(&world, "GITHUB_OUTPUT");
    let digest = world.digest();
    for line in ["verdict=ready", "remove=3", "simulated=true", &format!("digest={digest}")] {
        assert!(outputs.lines().any(|one| one == line), "{line} in {outputs}");
    }
    assert!(read(&world, "GITHUB_STEP_SUMMARY").contains(&digest));
    // The next step of the job adds to both.
    let args = ["apply", "--approve", &digest, "--report", "github"];
    run(job(&world, &args), 0).quietly();
    let both = read(&world, "GITHUB_OUTPUT");
    assert!(both.starts_with(&outputs) && both.contains("\nresult=done\n"), "{both}");
}

#[test]
fn a_job_of_azure_is_told_the_same() {
    let world = hostile();
    let told = run(job(&world, &["plan", "--report", "azure"]), 0);
    let found = runners::azure(&told.stdout);
    let values = |name: &str| {
        let named =
            found.iter().find(|one| one.properties.get("variable").is_some_and(|it| it == name));
        named.unwrap_or_else(|| panic!("{name} in {found:#?}")).message.clone()
    };
    assert_eq!((values("verdict").as_str(), values("digest")), ("ready", world.digest()));
    for one in found.iter().filter(|one| one.word == "task.logissue") {
        assert_eq!(one.properties["sourcepath"], path(&world));
    }
    let summary: Vec<_> = found.iter().filter(|one| one.word == "task.uploadsummary").collect();
    let [summary] = summary[..] else { panic!("{found:#?}") };
    assert!(std::fs::read_to_string(&summary.message).unwrap().contains(&world.digest()));
    assert_eq!(runners::github(&told.all()), []);
}

#[test]
fn stdout_is_json_and_nothing_else_where_it_is_asked_for() {
    let world = hostile();
    for format in ["github", "azure"] {
        let told = run(job(&world, &["plan", "--json", "--report", format]), 0);
        let report: Value = serde_json::from_str(&told.stdout).unwrap();
        assert_eq!(report["format"], "consent.plan_report");
        assert_eq!((runners::github(&told.stdout), runners::azure(&told.stdout)), (vec![], vec![]));
        let found = match format {
            "github" => runners::github(&told.stderr),
            _ => runners::azure(&told.stderr),
        };
        assert!(!found.is_empty(), "the runner reads stderr as well: {}", told.stderr);
    }
}

#[test]
fn without_their_platform_they_say_so() {
    let world = hostile();
    for format in ["github", "azure"] {
        let told = world.run(&["plan", "--report", format]).assert_code(3);
        assert!(told.stderr.contains("no_platform"), "{told:#?}");
    }
    world.assert_untouched();
}

#[test]
fn mistakes_stand_at_their_lines() {
    let world = World::new(&tenant("Contoso", ""));
    let evil = quoted(&format!("{DRAWING}x"));
    world.manifest(&format!("{BODY}\n[app.sign2]\napp_id = 7\nmode = \"exact\"\n{evil} = 1\n"));
    let args = [
        "plan",
        "--report",
        "sarif=a.sarif",
        "--report",
        "junit=a.xml",
        "--report",
        "gitlab=a.json",
    ];
    let told = run(job(&world, &[&args[..], &["--report", "github"]].concat()), 3);
    let wrong =
        1 + read(&world, "consent.toml").lines().position(|line| line == "app_id = 7").unwrap();
    let log: Value = serde_json::from_str(&read(&world, "a.sarif")).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let at = |one: &Value| one["locations"][0]["physicalLocation"]["region"]["startLine"].clone();
    assert!(results.iter().any(|one| at(one) == wrong), "{results:#?}");
    let found = runners::github(&told.stdout);
    assert!(found.iter().any(|one| one.properties["line"] == wrong.to_string()), "{told:#?}");
    assert!(found.iter().all(|one| one.word == "error" || one.word == "warning"), "{found:?}");
    assert!(read(&world, "GITHUB_OUTPUT").contains("verdict=invalid\n"));
    assert!(read(&world, "a.json").contains("consent/wrong_type"));
    assert!(read(&world, "a.xml").contains("wrong_type at "));
}

#[test]
fn a_report_is_written_over_its_own_kind_and_nothing_else() {
    let world = hostile();
    let args = [
        "plan",
        "--report",
        "sarif=a.sarif",
        "--report",
        "junit=a.xml",
        "--report",
        "gitlab=q.json",
    ];
    for _ in 0..2 {
        world.run(&args).assert_code(0).quietly();
    }
    for (report, there) in [
        ("sarif=x", "{\"$schema\": \"x\", \"version\": \"2.1.0\", \"runs\": []}"),
        ("junit=x", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"mine\"/>"),
        ("gitlab=x", "[\n  {\n    \"check_name\": \"mine\"}]"),
    ] {
        world.file("x", there);
        let told = world.run(&["plan", "--report", report]).assert_code(3);
        assert!(told.stderr.contains("not_ours"), "{told:#?}");
        assert_eq!(read(&world, "x"), there);
    }
    // The comment stands beside: no page of somebody else's goes.
    world.file("README.md", "# Mine\n");
    let told = world.run(&["plan", "--report", "gitlab=README.json"]).assert_code(3);
    assert!(told.stderr.contains("not_ours"), "{told:#?}");
    assert_eq!(read(&world, "README.md"), "# Mine\n");
    let told = world.run(&["plan", "--report", "gitlab=same.md"]).assert_code(3);
    assert!(told.stderr.contains("same_target"), "{told:#?}");
}

#[test]
fn junit_is_as_the_schema_of_jenkins_says() {
    let linter = Command::new("xmllint").arg("--version").output();
    if !linter.is_ok_and(|output| output.status.success()) {
        println!("skipped: no xmllint (it is in Debian's libxml2-utils)");
        return;
    }
    let world = hostile();
    let digest = world.digest();
    world.run(&["plan", "--report", "junit=plan.xml"]).assert_code(0).quietly();
    world
        .run(&["apply", "--approve", &digest, "--report", "junit=run.xml"])
        .assert_code(0)
        .quietly();
    world.file("consent.toml", &format!("{HEAD}\n[app.sign]\napp_id = 7\n"));
    world.run(&["plan", "--report", "junit=mistakes.xml"]).assert_code(3).quietly();
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/formats/junit-10.xsd");
    for file in ["plan.xml", "run.xml", "mistakes.xml"] {
        assert!(read(&world, file).contains("<testcase "), "{file} says nothing");
        let args = ["--noout", "--nonet", "--schema", schema, file];
        let done = Command::new("xmllint").args(args).current_dir(world.folder()).output().unwrap();
        assert!(done.status.success(), "{file}: {}", String::from_utf8_lossy(&done.stderr));
    }
}
