//! Whatever a file, a folder, a variable, an argument or a word in a file is called: it draws nothing,
//! begins no line, and no command that is shown does anything but what it says.

use std::ffi::OsString;

use crate::hostile::draws;
use crate::sample::ONE;
use crate::world::{HEAD, Run, SEED, World};

const FORGED: &str = "Plan: 0 to add, 0 to change, 0 to remove. 7 unchanged.";

/// Names that a file can have, and what somebody wants with them.
fn names() -> Vec<OsString> {
    let drawing = "\u{1b}[2J\u{1b}[31mred\u{1b}]0;t\u{7}\u{9b}31m\u{85}\u{202e}nosj\u{2066}\u{2069}\u{61c}\
                   \u{200b}\u{feff}\u{2060}\u{ad}\u{e0041}\u{2800}\u{2028}\t\u{1b}[1A\r";
    let mut all: Vec<OsString> = vec![
        format!("{drawing}\n{FORGED}\n").into(),
        "f g'h\"$(touch owned)`touch owned`;&|".into(),
        "-\u{202e}rf".into(),
        format!("{drawing}{}", "k".repeat(10_000)).into(),
    ];
    #[cfg(unix)]
    all.push(std::os::unix::ffi::OsStringExt::from_vec(b"l\xff\x9b\n\x80".to_vec()));
    all
}

/// A folder for one name: names that are too long for a file stay mere words.
struct Place {
    world: World,
    name: OsString,
}

impl Place {
    fn of(name: OsString) -> Self {
        let world = World::with("");
        world.manifest(ONE);
        world.file("seed.toml", SEED);
        Self { world, name }
    }

    fn put(&self, tail: &str, text: &str) -> OsString {
        let mut name = self.name.clone();
        name.push(tail);
        let path = self.world.folder().join(&name);
        // What cannot be a name is a name that is not there.
        drop(std::fs::write(path, text));
        name
    }

    #[track_caller]
    fn run(&self, args: &[&str], name: &OsString, variables: &[&str]) -> Run {
        let mut command = self.world.command(&[]);
        let words = args.iter().map(|arg| match arg.strip_suffix("NAME") {
            Some(lead) => {
                let mut word = OsString::from(lead);
                word.push(name);
                word
            }
            None => OsString::from(arg),
        });
        command.args(words);
        if args.iter().any(|arg| arg.contains("sandbox") || arg.contains("--graph-url")) {
            command.env_remove("CONSENT_GRAPH_URL");
        }
        for variable in variables {
            command.env(variable, name);
        }
        let run = Run::of(command.output().unwrap());
        assert!((0..=11).contains(&run.code), "{args:?} {name:?}: {run:#?}");
        self.assert_harmless(&run.stdout, args);
        self.assert_harmless(&run.stderr, args);
        assert!(!self.world.folder().join("owned").exists());
        run
    }

    #[track_caller]
    fn assert_harmless(&self, text: &str, args: &[&str]) {
        let found: Vec<char> = text.chars().filter(|c| *c != '\n' && draws(*c)).collect();
        assert!(found.is_empty(), "{args:?} {:?}: {found:?} in {text:?}", self.name);
        let forged = text.lines().any(|line| line.trim_start().starts_with(FORGED));
        assert!(!forged, "{args:?} {:?}: {text}", self.name);
    }

    /// The log of all runs, and what they left.
    #[track_caller]
    fn assert_files_harmless(&self) {
        for path in crate::secrets::files(self.world.folder()) {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            let ours =
                path.ends_with("x.log") || path.components().any(|it| it.as_os_str() == ".consent");
            if ours {
                self.assert_harmless(&text, &[&path.display().to_string()]);
            }
        }
    }
}

const LOG: [&str; 3] = ["-vv", "--log-file", "x.log"];

#[test]
fn files_and_folders_of_any_name_draw_nothing() {
    for name in names() {
        let place = Place::of(name);
        let manifest = format!("{HEAD}{ONE}");
        let texts = [manifest.as_str(), SEED, "{}", "x = \u{1b}[2J", "[grant]\nfoo = 1", ""];
        for text in texts {
            let at = place.put(".toml", text);
            for args in [
                &["validate", "--file=NAME"][..],
                &["plan", "--file=NAME"],
                &["plan", "--file=NAME", "--sandbox", "seed.toml"],
                &["plan", "--sandbox=NAME"],
                &["apply", "--sandbox=NAME"],
                &["apply", "--file=NAME"],
                &["apply", "--", "NAME"],
                &["plan", "--", "NAME"],
                &["approve", "--key=NAME", "--", "NAME"],
                &["verify", "--approvers=NAME", "--", "NAME"],
                &["verify", "--approvers=NAME", "--", "consent.toml"],
                &["sandbox", "--seed", "consent.toml", "--weather-file=NAME"],
            ] {
                place.run(args, &at, &[]);
            }
        }
        let at = place.put("", "");
        let mut folder = at.clone();
        folder.push(".d");
        for args in [
            &["plan", "--out=NAME"][..],
            &["apply", "--", "NAME"],
            &["plan", "--report=json=NAME"],
            &["plan", "--log-file=NAME"],
            &["plan", "--report=NAME"],
            &["plan", "--out=none/NAME"],
            &["validate", "--file=NAME/consent.toml"],
            &["sandbox", "--seed=NAME"],
            &["sandbox", "--seed", "seed.toml", "--weather=NAME"],
            &["sandbox", "--seed", "seed.toml", "--listen=NAME"],
            &["NAME"],
            &["plan", "NAME"],
            &["schema", "NAME"],
            &["completions", "NAME"],
        ] {
            let log: &[&str] = if args[1..].contains(&"--log-file=NAME") { &[] } else { &LOG };
            place.run(&[args, log].concat(), &at, &[]);
        }
        if std::fs::create_dir(place.world.folder().join(&folder)).is_ok() {
            let inner = place.world.folder().join(&folder).join("consent.toml");
            std::fs::write(inner, &manifest).unwrap();
            let digest = place.world.digest();
            let args = ["apply", "--approve", &digest, "--file=NAME"];
            place.run(&[&args[..], &LOG].concat(), &folder, &[]);
            place.run(&["plan", "--file=NAME"], &folder, &[]);
        }
        place.assert_files_harmless();
    }
}

#[test]
fn values_of_any_form_draw_nothing() {
    for name in names() {
        let place = Place::of(name.clone());
        for args in [
            &["plan", "--app=NAME"][..],
            &["plan", "--graph-url=NAME"],
            &["plan", "--graph-url=http://127.0.0.1:1/NAME"],
            &["plan", "--graph-url=https://NAME"],
            &["apply", "--approve=NAME"],
            &["approve", "--note=NAME", "consent.toml"],
            &["plan", "--color=NAME"],
            &["plan", "--parallelism=NAME"],
        ] {
            place.run(&[args, &LOG].concat(), &name, &[]);
        }
        for variable in [
            "CONSENT_FILE",
            "CONSENT_OUT",
            "CONSENT_APP",
            "CONSENT_REPORT",
            "CONSENT_SANDBOX",
            "CONSENT_GRAPH_URL",
            "CONSENT_LOG_FILE",
            "CONSENT_COLOR",
            "CONSENT_PARALLELISM",
            "CONSENT_APPROVE",
            "CONSENT_APPROVERS",
            "CONSENT_KEY",
            "CONSENT_NOTE",
            "CONSENT_TOKEN",
            "TERM",
        ] {
            for args in [&["plan"][..], &["apply"], &["plan", "--help"], &["verify", "x.plan"]] {
                place.run(args, &name, &[variable]);
            }
        }
        for variables in [
            &["AZURE_TOKEN_CREDENTIALS"][..],
            &["AZURE_AUTHORITY_HOST", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_ID"],
            &["AZURE_TENANT_ID", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_ID"],
            &["AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_ID"],
            &["AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_ID"],
            &["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "AZURE_CLIENT_ID"],
            &["SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN", "AZURE_CLIENT_ID"],
            &[
                "SYSTEM_OIDCREQUESTURI",
                "SYSTEM_ACCESSTOKEN",
                "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
                "AZURESUBSCRIPTION_CLIENT_ID",
            ],
            &["IDENTITY_ENDPOINT"],
        ] {
            let with = [variables, &["CONSENT_TOKEN"]].concat();
            let mut command = place.world.command(&["plan", "-vv"]);
            command.envs(with.iter().map(|variable| (variable, &name)));
            let run = Run::of(command.env_remove("CONSENT_TOKEN").output().unwrap());
            place.assert_harmless(&run.all(), variables);
        }
        place.assert_files_harmless();
    }
}

/// Words of a seed, of the weather, of a manifest, of a saved plan and of records.
#[test]
fn words_within_files_draw_nothing() {
    for name in names().iter().filter_map(|name| name.to_str()) {
        let place = Place::of(name.into());
        let json = serde_json::to_string(name).unwrap();
        // The same text in one line, whatever the library would choose.
        let quoted = json.replace('\u{7f}', "\\u007f");
        words_of_a_seed(&place, &quoted, name);
        words_of_a_manifest(&place, &quoted);
        place.world.manifest(ONE);
        let digest = place.world.digest();
        place.world.run(&["plan", "--out", "plan.json"]).assert_code(0).quietly();
        place.world.run(&["apply", "--approve", &digest]).assert_code(0).quietly();
        words_of_a_plan(&place, &json, &digest);
        words_of_records(&place, &json);
        place.assert_files_harmless();
    }
}

fn words_of_a_seed(place: &Place, quoted: &str, name: &str) {
    let seeds = [
        format!("[tenant]\n{quoted} = 1\n"),
        format!("{quoted} = 1\n"),
        format!("{SEED}\n[[grant]]\nclient = {quoted}\nresource = {quoted}\nscope = \"x\"\n"),
        format!("{SEED}\n[[group]]\nname = \"g\"\nmembers = [{quoted}]\n"),
        format!("{SEED}\n[weather]\nlatency = {quoted}\n"),
        format!("{SEED}\n[weather]\n{quoted} = 1\n"),
        format!(
            "{SEED}\n[[service_principal]]\nid = {quoted}\napp_id = {quoted}\nname = {quoted}\n"
        ),
        format!("{SEED}\n[[identity]]\napp_id = {quoted}\ncertificate = {quoted}\n"),
        format!("{SEED}\n[[identity]]\napp_id = {quoted}\npermissions = [{quoted}]\n"),
        format!("{SEED}\n[[user]]\nupn = {quoted}\nname = 7\n"),
        format!("{SEED}\n[[people]]\nprefix = {quoted}\ncount = 3\ngroup = {quoted}\n"),
        format!("x = {name}\n"),
    ];
    for seed in &seeds {
        place.world.file("bad.toml", seed);
        let at = OsString::from("bad.toml");
        for args in [
            &["plan", "--sandbox=NAME"][..],
            &["apply", "--sandbox=NAME"],
            &["sandbox", "--seed", "consent.toml", "--weather-file=NAME"],
            &["validate", "--file=NAME"],
            &["apply", "--", "NAME"],
        ] {
            place.run(&[args, &LOG].concat(), &at, &[]);
        }
    }
}

fn words_of_a_manifest(place: &Place, quoted: &str) {
    let manifest = format!("{HEAD}{ONE}");
    let quoted = quoted.to_owned();
    for (old, new) in [
        ("\"explorer\"", quoted.clone()),
        ("[app.explorer]", format!("[app.{quoted}]")),
        ("mode", quoted.clone()),
        ("\"exact\"", quoted.clone()),
        ("\"Microsoft Graph\"", quoted.clone()),
        ("\"User.Read\"", quoted.clone()),
        ("\"alice@contoso.com\"", quoted.clone()),
        ("\"contoso.onmicrosoft.com\"", quoted.clone()),
        ("for = ", format!("reason = {quoted}\nowner = {quoted}\nfor = ")),
    ] {
        place.world.file("consent.toml", &manifest.replace(old, &new));
        for command in ["validate", "plan", "apply"] {
            place.run(&[&[command][..], &LOG].concat(), &place.name, &[]);
        }
    }
}

fn words_of_a_plan(place: &Place, json: &str, digest: &str) {
    let world = &place.world;
    let saved = std::fs::read_to_string(world.folder().join("plan.json")).unwrap();
    for word in [
        "explorer",
        "Graph Explorer",
        "delegated_grant",
        "Contoso",
        "contoso.onmicrosoft.com",
        "consent.plan",
        "alice@contoso.com",
        "User.Read",
        "consent.toml",
        "grant",
    ] {
        world.file("edited.json", &saved.replace(&format!("\"{word}\""), json));
        let run = ["apply", "edited.json", "--approve", digest];
        place.run(&[&run[..], &LOG].concat(), &place.name, &[]);
    }
}

fn words_of_records(place: &Place, json: &str) {
    for record in crate::secrets::files(&place.world.folder().join(".consent")) {
        let Ok(text) = std::fs::read_to_string(&record) else { continue };
        for word in ["explorer", "delegated_grant", "consent.journal", "consent.snapshot", "end"] {
            std::fs::write(&record, text.replace(&format!("\"{word}\""), json)).unwrap();
            place.run(&["plan"], &place.name, &[]);
            place.run(&["apply"], &place.name, &[]);
        }
        std::fs::write(&record, text).unwrap();
    }
}

/// What is shown to be run next is run by a shell, letter by letter.
#[cfg(unix)]
#[test]
fn the_next_command_works_as_it_is_shown() {
    let names = ["my plan", "it's $(touch owned);a&b", "-x", "x\\y \"z\" \u{6771}\u{4eac}"];
    for (name, saved) in names.iter().flat_map(|name| [(name, false), (name, true)]) {
        let world = World::with("");
        std::fs::create_dir(world.folder().join(name)).unwrap();
        let manifest = format!("{name}/my consent.toml");
        world.file(&manifest, &format!("{HEAD}{ONE}"));
        let out = format!("--out={name}/the plan of a rather long name, longer than a line.json");
        let file = format!("--file={manifest}");
        let args = if saved { vec!["plan", &file, &out] } else { vec!["plan", &file] };
        let plan = world.run(&args).assert_code(0);
        let (_, next) = plan.stdout.split_once("\nNext    ").expect(&plan.stdout);
        let json = world.command(&["plan", &file, "--json"]).output().unwrap();
        let digest = Run::of(json).json()["effect"]["sha256"].as_str().unwrap().to_owned();
        let binary = env!("CARGO_BIN_EXE_consent");
        let line = next.trim_end().replacen("consent", &format!("'{binary}'"), 1);
        let mut sh = std::process::Command::new("sh");
        sh.args(["-c", &format!("{line} --approve {digest}")]).current_dir(world.folder());
        let surrounding = world.command(&[]);
        let variables = surrounding.get_envs().filter_map(|(name, value)| Some((name, value?)));
        sh.env_clear().envs(variables);
        let run = Run::of(sh.output().unwrap());
        assert_eq!(run.code, 0, "{next}: {run:#?}");
        assert!(!world.folder().join("owned").exists());
    }
}
