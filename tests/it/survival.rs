//! A saved plan that is carried out under bad luck, and what must hold when it is applied again.

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::gate::Gate;
use crate::ledger::{assert_no_gap, sent};
use crate::scenarios::{app, has, wants};
use crate::world::{Run, SEED, World};

/// One plan, to be carried out in as many worlds as needed: each begins the same.
pub struct Story {
    seed: String,
    manifest: String,
    plan: String,
    pub digest: String,
    /// The grants at the beginning.
    first: Vec<Value>,
    /// The grants at the end, each without the id the tenant gave it.
    end: BTreeSet<String>,
    /// What an undisturbed run sends.
    pub writes: usize,
    /// So many requests carry them.
    pub requests: usize,
    /// The journal of an undisturbed run.
    pub journal: String,
}

impl Story {
    /// Plans this manifest for this tenant, and sees how it ends when nothing happens.
    pub fn of(seed: &str, manifest: String) -> Self {
        // All that Microsoft Graph publishes makes a tenant that is slow to begin, many times over.
        let few = "scopes = [\"User.Read\", \"Mail.Read\", \"Calendars.Read\"]";
        let seed = format!("{}\n{seed}", SEED.replace("publishes = \"microsoft-graph\"", few));
        let world = World::new(&seed);
        world.manifest(&manifest);
        let report = world.run(&["plan", "--out", "plan.json", "--json"]).assert_code(0).json();
        let read = |name: &str| std::fs::read_to_string(world.folder().join(name)).unwrap();
        let mut story = Self {
            seed,
            manifest,
            plan: read("plan.json"),
            digest: report["effect"]["sha256"].as_str().unwrap().to_owned(),
            first: world.rows("oauth2PermissionGrants"),
            end: BTreeSet::new(),
            writes: 0,
            requests: 0,
            journal: String::new(),
        };
        let gate = Gate::before(&world);
        let run = story.start(&world, &gate).wait_with_output().unwrap();
        Run::of(run).assert_code(0).quietly();
        gate.assert_recorded();
        story.end = ends(&world);
        (story.writes, story.requests) = (world.writes().len(), gate.came());
        story.journal = journals(&world).pop().unwrap();
        story
    }

    /// The story of the product: from everybody to 25 people.
    pub fn narrowing() -> Self {
        let people = "[[group]]\nname = \"Makers\"\n[[people]]\nprefix = \"w\"\ncount = 25\n\
                      group = \"Makers\"\n";
        let seed = has("Graph Explorer", None, "User.Read Mail.Read") + people;
        let manifest = app("explorer", "exact")
            + &wants("explorer", r#"["User.Read", "Mail.Read"]"#, r#"{ groups = ["Makers"] }"#);
        Self::of(&seed, manifest)
    }

    /// The tenant and the folder as they are before the first run.
    pub fn world(&self) -> World {
        let world = World::new(&self.seed);
        world.manifest(&self.manifest);
        world.file("plan.json", &self.plan);
        world
    }

    /// Arguments of the apply.
    pub fn args(&self) -> [&str; 4] {
        ["apply", "plan.json", "--approve", &self.digest]
    }

    pub fn command(&self, world: &World, gate: &Gate) -> Command {
        let mut command = world.command(&self.args());
        command.env("CONSENT_GRAPH_URL", gate.url());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn start(&self, world: &World, gate: &Gate) -> Child {
        self.command(world, gate).spawn().unwrap()
    }

    /// Applies the plan again, undisturbed: it ends as it would have ended, nothing that took effect
    /// was sent twice, and nobody was without access in between.
    #[track_caller]
    pub fn finishes(&self, world: &World, what: &str) -> Run {
        let done = world.writes().len();
        let run = world.run(&self.args());
        assert_eq!(run.code, 0, "{what}: {run:#?}");
        self.ended_well(world, what);
        // Those that had taken effect count as already so.
        let counted = match done {
            0 => format!("{} done.", self.writes),
            all if all == self.writes => format!("{all} already so."),
            _ => format!("{} done, {done} already so.", self.writes - done),
        };
        assert!(run.stdout.contains(&counted), "{what}: {counted}: {run:#?}");
        run
    }

    /// What must hold at the end, however often it was begun.
    #[track_caller]
    pub fn ended_well(&self, world: &World, what: &str) {
        assert_eq!(ends(world), self.end, "{what}");
        let writes = world.writes();
        let refused: Vec<_> = writes.iter().filter(|line| line.status >= 300).collect();
        assert!(refused.is_empty(), "{what}: {refused:#?}");
        let once: BTreeSet<String> =
            writes.iter().map(|line| format!("{:?}", sent(line))).collect();
        assert_eq!((once.len(), writes.len()), (self.writes, self.writes), "{what}: sent twice");
        assert_no_gap(&self.first, &writes);
    }
}

/// The grants and service principals of a tenant, without what the service makes up.
fn ends(world: &World) -> BTreeSet<String> {
    let all = ["oauth2PermissionGrants", "servicePrincipals"].map(|name| world.rows(name));
    let plain = |mut row: Value| {
        row.as_object_mut().unwrap().remove("id");
        row.to_string()
    };
    all.into_iter().flatten().map(plain).collect()
}

/// The journals of a world, oldest first.
pub fn journals(world: &World) -> Vec<String> {
    let Ok(folder) = std::fs::read_dir(world.folder().join(".consent/journal")) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// A text for people, however it was wrapped.
pub fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Sends a signal to a process of this test.
#[cfg(unix)]
pub fn signal(process: &Child, signal: rustix::process::Signal) {
    let process = rustix::process::Pid::from_raw(i32::try_from(process.id()).unwrap());
    rustix::process::kill_process(process.unwrap(), signal).unwrap();
}

/// From now on the process can make no file longer than this.
#[cfg(target_os = "linux")]
pub fn limit_files(process: &Child, bytes: usize) {
    use rustix::process::{Pid, Resource, Rlimit, prlimit};
    let process = Pid::from_raw(i32::try_from(process.id()).unwrap());
    let most = |bytes| Rlimit { current: Some(bytes), maximum: Some(bytes) };
    prlimit(process, Resource::Core, most(0)).unwrap();
    prlimit(process, Resource::Fsize, most(u64::try_from(bytes).unwrap())).unwrap();
}

/// The same command behind a line of shell, which ends with `exec "$0" "$@"`.
#[cfg(unix)]
pub fn in_shell(command: &Command, line: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).arg(command.get_program()).args(command.get_args());
    shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(command.get_current_dir().unwrap());
    shell
}

/// Time for a signal to arrive. Nothing fails when it takes longer: the run is held.
pub fn a_moment() {
    std::thread::sleep(std::time::Duration::from_millis(100));
}
