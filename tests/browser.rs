//! The page of `--report html` in a real browser: nothing leaves it or runs in it but what is its own, everybody
//! can read and use it, and a huge plan is seen at once.
//!
//! Needs the browser that `CONSENT_BROWSER` names, `node`, and a folder with `node_modules` in it, in which
//! playwright-core and axe-core are (`CONSENT_BROWSER_MODULES`). Where they are not named it says so and ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot begin fails")]
#![expect(clippy::print_stdout, reason = "says that it was skipped")]
#![expect(clippy::disallowed_methods, reason = "writes manifests and seeds")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const NAMES: [&str; 10] =
    ["crm", "okta", "zoom", "ledger", "wiki", "atlas", "minutes", "expenses", "roster", "kiosk"];

const HEAD: &str = "schema = 1\n[tenant]\nid = \"8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7\"\n\
                    domain = \"contoso.onmicrosoft.com\"\n";

const SEED: &str = r#"
[tenant]
id = "8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7"
domain = "contoso.onmicrosoft.com"
name = "Contoso"
operator = "admin@contoso.onmicrosoft.com"
[[user]]
upn = "admin@contoso.onmicrosoft.com"
name = "Administrator"
[[service_principal]]
app_id = "00000003-0000-0000-c000-000000000000"
name = "Microsoft Graph"
publisher_tenant = "microsoft"
publishes = "microsoft-graph"
"#;

/// Names that would be something else than text if anybody took them for it. In TOML.
const EVIL: [&str; 5] = [
    "<script>alert(1)</script>",
    r#"\"><img src=x onerror=alert(2)>"#,
    "</style></template><b>x",
    "--> {{7*7}} ${x}",
    r"ev\u202Eil\u200B\u0007",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    Usual,
    Hostile,
}

/// So many apps, each for so many people: some are given, some narrowed, some taken from.
fn write(folder: &Path, people: usize, apps: usize, words: Words) {
    let mut seed = format!(
        "{SEED}[[group]]\nname = \"Makers\"\n[[people]]\nprefix = \"w\"\ncount = {people}\ngroup = \"Makers\"\n"
    );
    let mut manifest = HEAD.to_owned();
    let reason = match words {
        Words::Usual => "asked for by its owner",
        Words::Hostile => "</script><script>alert(3)</script>",
    };
    for (at, label) in NAMES.iter().enumerate().take(apps) {
        let id = format!("99da6bf4-0000-4000-8000-{at:012}");
        let name = match words {
            Words::Usual => format!("{label} for Teams"),
            Words::Hostile => format!("{}{at}", EVIL[at % EVIL.len()]),
        };
        let scope = ["Mail.Read", "Calendars.Read", "Files.ReadWrite.All"][at % 3];
        let client = format!("client = \"{name}\"\nresource = \"Microsoft Graph\"\n");
        write!(seed, "[[service_principal]]\napp_id = \"{id}\"\nname = \"{name}\"\n").unwrap();
        write!(
            manifest,
            "[app.{label}]\napp_id = \"{id}\"\nmode = \"exact\"\n[[grant]]\napp = \"{label}\"\n\
             resource = \"Microsoft Graph\"\nscopes = [\"User.Read\", \"{scope}\"]\n\
             for = {{ groups = [\"Makers\"] }}\nreason = \"{reason}\"\n"
        )
        .unwrap();
        if at % 4 == 0 {
            write!(seed, "[[grant]]\n{client}scope = \"User.Read Tasks.ReadWrite\"\n").unwrap();
        }
        if at % 5 == 1 {
            let role = "resource = \"Microsoft Graph\"\nrole = \"Calendars.Read\"\n";
            write!(seed, "[[app_role_assignment]]\nprincipal = \"{name}\"\n{role}").unwrap();
        }
        if at % 3 == 1 {
            let some = (people / 2).max(1);
            let of =
                format!("people = \"w\"\ncount = {some}\nscope = \"User.Read Contacts.Read\"\n");
            write!(seed, "[[bulk_grant]]\n{client}{of}").unwrap();
        }
    }
    fs::write(folder.join("consent.toml"), manifest).unwrap();
    fs::write(folder.join("tenant.toml"), seed).unwrap();
}

fn consent(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_consent"));
    command.current_dir(folder).args(arguments).args(["--sandbox", "tenant.toml"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The page of a plan of this size.
fn page(within: &TempDir, name: &str, size: (usize, usize), words: Words) -> PathBuf {
    let folder = within.path().join(name);
    fs::create_dir(&folder).unwrap();
    write(&folder, size.0, size.1, words);
    consent(&folder, &["plan", "--report", "html=plan.html"]);
    folder.join("plan.html")
}

/// The page of the run of a plan that has one.
fn run(planned: &Path) -> PathBuf {
    let folder = planned.parent().unwrap();
    let page = fs::read_to_string(planned).unwrap();
    let at = page.find("sha256:").unwrap();
    let digest = page.get(at..at + 71).unwrap();
    consent(folder, &["apply", "--approve", digest, "--report", "html=run.html"]);
    folder.join("run.html")
}

#[test]
fn the_page_holds_in_a_browser() {
    let named = ["CONSENT_BROWSER", "CONSENT_BROWSER_MODULES"].map(std::env::var_os);
    if named.iter().any(Option::is_none) {
        println!("skipped: no browser (set CONSENT_BROWSER and CONSENT_BROWSER_MODULES)");
        return;
    }
    let folder = TempDir::new().unwrap();
    let hostile = page(&folder, "hostile", (3, 5), Words::Hostile);
    let pages = [
        ("PAGE_FEW", page(&folder, "few", (3, 3), Words::Usual)),
        ("PAGE_MANY", page(&folder, "many", (24, 8), Words::Usual)),
        ("PAGE_HUGE", page(&folder, "huge", (1_000, 10), Words::Usual)),
        ("PAGE_RUN", run(&hostile)),
        ("PAGE_HOSTILE", hostile),
    ];
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/main.mjs");
    let output = Command::new("node").arg(script).envs(pages).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    println!("{told}");
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
}
