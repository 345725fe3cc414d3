//! A good plan that was edited by hand. Each line of the input is an edit, `OLD=>NEW`.

use std::sync::OnceLock;

use consent::manifest::source::Sources;
use consent::model::digest::sha256_hex;
use consent::model::finding::Findings;
use consent::plan::{Plan, file};
use consent::{kinds, manifest};

use super::{Target, plan_file, scene};

pub(crate) const TARGET: Target = Target {
    name: "plan_edits",
    run,
    words: "=> \n everyone=>tenant null \"after\" \"before\" delegated_grant narrow blocked \
            consent·effect·1 tenant sha256: \"risk\" \"checks\":·[] ,=> ··=>···· \u{202e} \\u202e \
            \\n User.Read Mail.Read 155bfdc4 11111111",
};

/// Why the plan that is edited here is worth editing: it gives, takes, narrows, sets and creates.
const MANIFEST: &str = include_str!("../corpus/manifest/whole.toml");

fn base() -> &'static (String, Plan) {
    static BASE: OnceLock<(String, Plan)> = OnceLock::new();
    BASE.get_or_init(|| {
        let sources = Sources::one("consent.toml", MANIFEST);
        let (manifest, mut findings) = manifest::parse(&sources, &kinds::tables());
        assert!(!findings.has_errors(), "{findings:?}");
        let manifest = manifest.expect("there is a file");
        let plan = scene::plan(&manifest, &sources, scene::Tenant::usual(), &mut findings).unwrap();
        assert!(!findings.has_errors() && plan.changes.len() > 4, "{findings:?}\n{plan:#?}");
        scene::good(&plan);
        let saved = file::write(&plan);
        let mut read = Findings::default();
        std::mem::swap(&mut read, &mut findings);
        (saved.clone(), file::read(&saved).unwrap())
    })
}

fn run(data: &[u8]) {
    let (saved, plan) = base();
    let edits = String::from_utf8_lossy(data);
    let edits = edits.lines().filter_map(|line| line.split_once("=>"));
    let edited =
        edits.fold(
            saved.clone(),
            |text, (old, new)| {
                if old.is_empty() { text } else { text.replacen(old, new, 1) }
            },
        );
    if edited != *saved {
        assert!(file::read(&edited).is_err(), "edited and accepted: {edited}");
    }
    let sealed = sealed(&edited);
    let Ok(read) = file::read(&sealed) else { return };
    plan_file::proven(&sealed, &read);
    if read.effect.digest == plan.effect.digest {
        assert_eq!(scene::requests(&read), scene::requests(plan), "approved was something else");
        assert_eq!(read.tenant.id, plan.tenant.id);
        assert_eq!(read.checks.is_empty(), plan.checks.is_empty());
    }
}

/// With a checksum that is right again.
fn sealed(text: &str) -> String {
    let mark = "  \"checksum\": ";
    let Some((head, _)) = text.rsplit_once(mark) else { return text.to_owned() };
    format!("{head}{mark}\"sha256:{}\"\n}}\n", sha256_hex(head.as_bytes()))
}
