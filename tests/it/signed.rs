//! Signed approvals, with the real OpenSSH on both sides: what `consent approve` keeps, `ssh-keygen -Y verify`
//! accepts, and what `ssh-keygen -Y sign` makes, `consent verify` accepts.

mod refused;
mod token;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::sample::ONE;
use crate::world::{Run, World};

const NAMESPACE: &str = "consent-approval@v1";

/// A saved plan, and keys of people who may approve it.
struct Desk {
    world: World,
    digest: String,
}

/// A test that cannot be made here says so.
fn skipped(why: &str) {
    use std::io::Write as _;
    drop(writeln!(std::io::stderr(), "skipped: {why}"));
}

/// Runs a program of OpenSSH in the folder.
fn ssh(world: &World, program: &str, args: &[&str], input: &[u8]) -> Output {
    use std::io::Write as _;
    let mut command = Command::new(program);
    command.args(args).current_dir(world.folder()).env_remove("SSH_AUTH_SOCK");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdin.take().unwrap().write_all(input));
    child.wait_with_output().unwrap()
}

impl Desk {
    /// `None` where there is no OpenSSH: then the test says so and looks at nothing.
    fn new() -> Option<Self> {
        if Command::new("ssh-keygen").arg("-?").output().is_err() {
            skipped("there is no ssh-keygen");
            return None;
        }
        let world = World::with("");
        world.manifest(ONE);
        world.run(&["plan", "--out", "my.plan"]).assert_code(0).quietly();
        let digest = world.digest();
        world.file("approvers", "# who may approve\n");
        Some(Self { world, digest })
    }

    /// A key that lies in a file of this name, and a line of approvers for it.
    fn key(&self, name: &str, sort: &[&str], options: &str) {
        let args = [&["-q", "-N", "", "-C", "a comment", "-f", name, "-t"], sort].concat();
        let made = ssh(&self.world, "ssh-keygen", &args, b"");
        assert!(made.status.success(), "{made:?}");
        self.approver(name, options);
    }

    fn approver(&self, name: &str, options: &str) {
        let key = std::fs::read_to_string(self.path(&format!("{name}.pub"))).unwrap();
        let mut list = std::fs::read_to_string(self.path("approvers")).unwrap();
        list += &format!("{name}@contoso.com {options} {key}");
        self.world.file("approvers", &list);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.world.folder().join(name)
    }

    fn approve(&self, more: &[&str]) -> Run {
        self.world.run(&[&["approve", "my.plan", "--approve", &self.digest], more].concat())
    }

    fn verify(&self) -> Run {
        self.world.run(&["verify", "my.plan", "--approvers", "approvers"])
    }

    /// What `verify --json` says of each signature: who, or why not.
    fn verdicts(&self) -> Vec<String> {
        let run = self.world.run(&["verify", "my.plan", "--approvers", "approvers", "--json"]);
        let report = run.json();
        assert_eq!(report["valid"] == true, run.code == 0, "{report:#}");
        let mut all: Vec<String> = report["signatures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| match one["refused"]["because"].as_str() {
                Some(because) => because.to_owned(),
                None => format!("{}: {}", one["decision"]["by"][0], one["decision"]["decision"]),
            })
            .map(|told| told.replace('"', ""))
            .collect();
        all.sort();
        all
    }

    /// The statements that lie beside the plan.
    fn statements(&self) -> Vec<PathBuf> {
        let folder = self.path("my.plan.approvals");
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
        paths.sort();
        paths
    }

    /// As anybody checks a statement without this program.
    fn openssh_verifies(&self, name: &str, statement: &Path) -> bool {
        let signature = format!("{}.sig", statement.display());
        let who = format!("{name}@contoso.com");
        let args =
            ["-Y", "verify", "-f", "approvers", "-I", &who, "-n", NAMESPACE, "-s", &signature];
        let bytes = std::fs::read(statement).unwrap();
        ssh(&self.world, "ssh-keygen", &args, &bytes).status.success()
    }

    /// Lets `ssh-keygen` alone sign these bytes, and puts both files there.
    fn put(&self, key: &str, namespace: &str, file: &str, bytes: &[u8]) {
        let args = ["-Y", "sign", "-n", namespace, "-f", key];
        let made = ssh(&self.world, "ssh-keygen", &args, bytes);
        assert!(made.status.success(), "{made:?}");
        std::fs::create_dir_all(self.path("my.plan.approvals")).unwrap();
        std::fs::write(self.path(&format!("my.plan.approvals/{file}")), bytes).unwrap();
        std::fs::write(self.path(&format!("my.plan.approvals/{file}.sig")), made.stdout).unwrap();
    }
}

const ED25519: &[&str] = &["ed25519"];

#[test]
fn every_sort_of_key_signs_and_both_sides_agree() {
    let Some(desk) = Desk::new() else { return };
    let sorts: [(&str, &[&str]); 4] = [
        ("alice", ED25519),
        ("bob", &["ecdsa", "-b", "256"]),
        ("carol", &["ecdsa", "-b", "384"]),
        ("dan", &["rsa", "-b", "2048"]),
    ];
    for (at, (name, sort)) in sorts.into_iter().enumerate() {
        desk.key(name, sort, "namespaces=\"consent-approval@v1\"");
        let before = desk.statements();
        let run = desk.approve(&["--key", name, "--note", "seen \u{202e}by me"]).assert_code(0);
        assert!(run.stdout.contains("Approved. Signed by SHA256:"), "{run:#?}");
        assert!(run.stdout.contains("1 change"), "the plan is drawn first: {run:#?}");
        let now = desk.statements();
        let statement = now.iter().find(|path| !before.contains(path)).unwrap();
        assert!(desk.openssh_verifies(name, statement), "{name}");
        assert!(!desk.openssh_verifies(if at == 0 { "nobody" } else { "alice" }, statement));
        let verified = desk.verify().assert_code(0);
        assert!(verified.stdout.contains(&format!("approved  by {name}@contoso.com, 20")));
        assert!(verified.stdout.contains("\"seen <U+202E>by me\""), "{verified:#?}");
        let told = ssh(&desk.world, "ssh-keygen", &["-l", "-f", &format!("{name}.pub")], b"");
        let told = String::from_utf8(told.stdout).unwrap();
        assert!(verified.stdout.contains(told.split(' ').nth(1).unwrap()), "{verified:#?}");
    }
    assert_eq!(desk.verdicts().len(), 4);
    // What somebody signs with OpenSSH alone counts as well.
    desk.key("erin", ED25519, "");
    let statement = std::fs::read(&desk.statements()[0]).unwrap();
    desk.put("erin", NAMESPACE, "whatever.json", &statement);
    assert!(desk.verdicts().contains(&"erin@contoso.com: approve".to_owned()));
    // A key that is not supported is told before anything is kept.
    desk.key("frank", &["ecdsa", "-b", "521"], "");
    let run = desk.approve(&["--key", "frank"]).assert_code(1);
    assert!(run.stderr.contains("error[not_signed]"), "{run:#?}");
    assert!(run.stderr.contains("nistp521"), "{run:#?}");
    assert_eq!(desk.statements().len(), 5);
}

/// An agent of its own, ended with the test.
struct Agent {
    child: std::process::Child,
    socket: PathBuf,
}

impl Agent {
    fn start(desk: &Desk) -> Self {
        let socket = desk.path("agent");
        let mut command = Command::new("ssh-agent");
        command.args(["-D", "-a"]).arg(&socket).stdout(Stdio::null());
        let child = command.spawn().unwrap();
        for _ in 0..500 {
            if socket.exists() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Self { child, socket }
    }

    fn add(&self, desk: &Desk, key: &str) {
        let mut command = Command::new("ssh-add");
        command.arg(desk.path(key)).env("SSH_AUTH_SOCK", &self.socket);
        assert!(command.output().unwrap().status.success());
        // Only the agent has it from now on.
        std::fs::remove_file(desk.path(key)).unwrap();
    }

    fn run(&self, desk: &Desk, args: &[&str]) -> Run {
        let mut command = desk.world.command(args);
        Run::of(command.env("SSH_AUTH_SOCK", &self.socket).output().unwrap())
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn the_only_key_of_an_agent_signs_and_of_several_one_is_named() {
    let Some(desk) = Desk::new() else { return };
    if Command::new("ssh-agent").arg("-?").output().is_err() {
        skipped("there is no ssh-agent");
        return;
    }
    desk.key("alice", ED25519, "");
    desk.key("bob", ED25519, "");
    let args = ["approve", "my.plan", "--approve", &desk.digest];
    let run = desk.approve(&[]).assert_code(3);
    assert!(run.stderr.contains("error[no_key]: no key is named, and no ssh-agent is there"));
    let agent = Agent::start(&desk);
    let run = agent.run(&desk, &args).assert_code(3);
    assert!(run.stderr.contains("ssh-agent holds none"), "{run:#?}");
    agent.add(&desk, "alice");
    agent.run(&desk, &args).assert_code(0).quietly();
    assert!(desk.openssh_verifies("alice", &desk.statements()[0]));
    assert_eq!(desk.verdicts(), ["alice@contoso.com: approve"]);
    agent.add(&desk, "bob");
    desk.world.file(".gitconfig", "[gpg]\nformat = ssh\n[user]\nsigningkey = bob.pub\n");
    let run = agent.run(&desk, &args).assert_code(3);
    assert!(run.stderr.contains("ssh-agent holds 2 keys, and none is named"), "{run:#?}");
    assert_eq!(run.stderr.matches("ssh-ed25519 SHA256:").count(), 2, "{run:#?}");
    assert!(run.stderr.contains("git signs with `--key bob.pub`"), "{run:#?}");
    agent.run(&desk, &[&args[..], &["--key", "bob.pub"]].concat()).assert_code(0).quietly();
    let all = ["alice@contoso.com: approve", "bob@contoso.com: approve"];
    assert_eq!(desk.verdicts(), all);
}

#[test]
fn nothing_is_signed_without_an_approval_of_exactly_that_effect() {
    let Some(desk) = Desk::new() else { return };
    desk.key("alice", ED25519, "");
    let run = desk.world.run(&["approve", "my.plan", "--key", "alice"]).assert_code(6);
    assert!(run.stderr.contains("error[not_approved]"), "{run:#?}");
    let advised = format!("consent approve my.plan --key alice --approve {}", desk.digest);
    assert!(run.stderr.contains(&advised), "{run:#?}");
    let other = ["approve", "my.plan", "--key", "alice", "--approve", "sha256:00"];
    let run = desk.world.run(&other).assert_code(6);
    assert!(run.stderr.contains("error[other_effect]"), "{run:#?}");
    let long = "x".repeat(1_001);
    desk.approve(&["--key", "alice", "--note", &long]).assert_code(3).quietly();
    let run = desk.approve(&["--key", "not-there"]).assert_code(1);
    assert!(run.stderr.contains("error[not_signed]"), "{run:#?}");
    let run = desk.approve(&["--key", "\u{1b}[2J\u{202e}x"]).assert_code(1);
    assert!(!run.all().contains(['\u{1b}', '\u{202e}']), "{run:#?}");
    assert!(!desk.path("my.plan.approvals").exists());
    let run = desk.verify().assert_code(6);
    assert!(run.stderr.contains("error[not_enough_approvals]: nobody has signed my.plan"));
    desk.world.assert_untouched();
}

/// What could not be applied anyway is not approved; whoever is against it may say so.
#[test]
fn a_blocked_plan_is_only_rejected() {
    use crate::scenarios::{app, wants};
    let Some(desk) = Desk::new() else { return };
    desk.key("alice", ED25519, "");
    let three = wants("explorer", r#"["User.Read"]"#, r#"{ groups = ["GX"] }"#);
    desk.world.manifest(&format!("{}{three}[limits]\nprincipals = 2\n", app("explorer", "exact")));
    desk.world.run(&["plan", "--out", "my.plan"]).assert_code(0).quietly();
    let digest = desk.world.digest();
    let args = ["approve", "my.plan", "--approve", &digest, "--key", "alice"];
    let run = desk.world.run(&args).assert_code(5);
    assert!(run.stderr.contains("principals_limit"), "{run:#?}");
    assert!(!desk.path("my.plan.approvals").exists());
    desk.world.run(&[&args[..], &["--reject"]].concat()).assert_code(0).quietly();
    assert_eq!(desk.verdicts(), ["alice@contoso.com: reject"]);
}

/// What `--json` prints is what was signed, byte for byte, and both agree with the schema by which every run
/// is looked at.
#[test]
fn json_is_the_statement() {
    let Some(desk) = Desk::new() else { return };
    desk.key("alice", ED25519, "");
    let run = desk.approve(&["--key", "alice", "--json"]).assert_code(0);
    let kept = std::fs::read_to_string(&desk.statements()[0]).unwrap();
    assert_eq!(run.stdout, kept);
    let statement: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(statement["effect"], desk.digest.as_str());
    assert_eq!(statement["policy"], Value::Null);
    assert_eq!(statement["note"], Value::Null);
    let plan: Value =
        serde_json::from_str(&std::fs::read_to_string(desk.path("my.plan")).unwrap()).unwrap();
    let at = |value: &Value| {
        let format = &time::format_description::well_known::Rfc3339;
        time::OffsetDateTime::parse(value.as_str().unwrap(), format).unwrap()
    };
    assert_eq!(at(&statement["expires_at"]), at(&plan["expires_at"]));
    desk.approve(&["--key", "alice", "--quiet"]).assert_code(0).quietly();
    assert_eq!(desk.statements().len(), 1, "the same key signs in the same place");
}

#[cfg(unix)]
#[test]
fn a_terminal_is_asked() {
    use crate::terminal::{end, open};
    let Some(desk) = Desk::new() else { return };
    desk.key("alice", ED25519, "");
    for (more, question, told, answer, code) in [
        (&[][..], "Sign that you approve 1 change to Contoso", "not approved", "no", 8),
        (&["--reject"], "Sign that you reject 1 change to Contoso", "not rejected", "n", 8),
        (&[], "Sign that you approve 1 change to Contoso", "Approved.", "yes", 0),
        (&["--reject"], "Sign that you reject 1 change to Contoso", "Rejected.", "yes", 0),
    ] {
        let args = [&["approve", "my.plan", "--key", "alice", "--color", "never"], more].concat();
        let mut session = open(&desk.world, &args, &[]);
        let asked = session.exp_string("Type yes to sign, anything else signs nothing: ").unwrap();
        assert!(asked.contains(question), "{asked}");
        session.send_line(answer).unwrap();
        let (text, ended) = end(session);
        assert_eq!(ended, code, "{text}");
        assert!(text.contains(told), "{text}");
    }
    assert_eq!(desk.verdicts(), ["alice@contoso.com: reject"]);
}
