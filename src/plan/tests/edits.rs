//! The plan file: what was written is read, and nothing else.

use std::sync::LazyLock;

use proptest::prelude::*;
use time::macros::datetime;

use super::planned;
use crate::kinds::world::{World, explorer, grant};
use crate::model::risk::{Risk, Tier};
use crate::plan::file::{PlanFileError, expiry, read, write};
use crate::plan::{Plan, SaidBy, effect};

/// With a creation, removals, a split grant, a setting and something unmanaged.
fn plan() -> Plan {
    let tables = grant("[\"Mail.Read\"]", "\"all-users\"")
        + "reason = \"FLOW-118\"\n"
        + &grant("[\"User.Read\"]", "{ users = [\"alice@contoso.com\"] }")
        + "[user_consent]\nallow = \"none\"\n";
    let world = World::new(explorer("exact") + &tables)
        .has("everyone", "User.Read")
        .has("alice", "Mail.Read")
        .has("frank", "openid");
    let mut plan = Plan { source: SaidBy::File, ..planned(&world) };
    // The directory is not saved, so what only it knows is not either.
    for permission in plan.changes.iter_mut().flat_map(|change| &mut change.permissions) {
        permission.admin_only = None;
    }
    let risk = Risk { tier: Tier::High, reasons: vec!["P205: mail".to_owned().into()] };
    let pair = &plan.pairs[0].address;
    let own = plan.changes.iter_mut().filter(|change| change.object() == pair);
    own.for_each(|change| change.risk = Some(risk.clone()));
    plan.effect = effect::of(&plan);
    plan
}

static TEXT: LazyLock<String> = LazyLock::new(|| write(&plan()));

#[test]
fn what_was_written_is_read_and_written_again_byte_for_byte() {
    let plan = plan();
    assert!(plan.changes.len() > plan.pairs.len(), "one is split");
    let text = write(&plan);
    let again = read(&text).unwrap();
    assert_eq!(again, plan);
    assert_eq!(write(&again), text);
}

#[test]
fn no_line_can_be_changed_removed_or_doubled() {
    let text = write(&plan());
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for at in 0..lines.len() {
        for edited in [String::new(), lines[at].repeat(2), lines[at].replace('\n', " \n")] {
            let mut all: Vec<&str> = lines.clone();
            all[at] = &edited;
            assert!(read(&all.concat()).is_err(), "line {}: {edited}", at + 1);
        }
    }
}

#[test]
fn what_the_effect_does_not_hold_is_guarded_too() {
    let text = write(&plan());
    for (from, to) in [
        ("\"a warning\"", "\"no warning\""),
        ("FLOW-118", "FLOW-119"),
        ("\"milliseconds\": 312", "\"milliseconds\": 313"),
        ("\"name\": \"Contoso\"", "\"name\": \"Fabrikam\""),
        ("\"text\": \"too many\"", "\"text\": \"fine\""),
        ("\"made_by\": \"consent ", "\"made_by\": \"other "),
    ] {
        assert!(text.contains(from), "{from}");
        let error = read(&text.replacen(from, to, 1)).unwrap_err();
        assert!(matches!(error, PlanFileError::Altered { .. }), "{from}: {error}");
    }
}

#[test]
fn another_request_or_state_is_told_with_its_line() {
    let text = write(&plan()).replacen("openid", "Mail.Read", 1);
    let told = read(&text).unwrap_err().to_string();
    assert!(told.starts_with("it was altered after it was made: in its effect, line "), "{told}");
    assert!(told.contains("openid") && told.contains("Mail.Read"), "both are shown: {told}");
}

#[test]
fn the_state_of_another_object_is_refused_before_anything_is_derived() {
    let plan = plan();
    let mut foreign = plan.clone();
    let first = foreign.pairs[0].before.clone();
    foreign.pairs[1].before = first;
    let names = foreign.names.clone();
    let refused = crate::plan::build::changes(&foreign.pairs, &plan.rests, &names).unwrap_err();
    assert_eq!(refused.problem, "the state of another object stands here");
    let twice = [plan.pairs[0].clone(), plan.pairs[0].clone()];
    assert_eq!(
        crate::plan::build::changes(&twice, &plan.rests, &names).unwrap_err().problem,
        "it stands here twice"
    );
}

#[test]
fn an_address_cannot_hold_a_line_end() {
    let text = write(&plan()).replacen("\"delegated_grant/ge/", "\"delegated_grant/g\\ne/", 1);
    assert!(matches!(read(&text).unwrap_err(), PlanFileError::NotAPlan(_)));
}

#[test]
fn a_newer_format_says_that_it_is_newer() {
    let newer = "\"format_version\": 4,\n  \"new\": {},";
    let text = write(&plan()).replacen("\"format_version\": 3,", newer, 1);
    assert!(matches!(read(&text).unwrap_err(), PlanFileError::Newer { found: 4 }));
}

/// Its effect leaves out what this version has approved: it is refused, and never read as if it did not.
#[test]
fn an_older_format_is_refused_with_a_clear_word() {
    let kept = include_str!("older-plan.json");
    assert!(kept.contains("consent effect 1"));
    let told = read(kept).unwrap_err().to_string();
    assert!(told.starts_with("it was written by an older version (format 1; "), "{told}");
    let renumbered =
        sealed_anew(&TEXT.replacen("\"format_version\": 3", "\"format_version\": 1", 1));
    assert!(matches!(read(&renumbered).unwrap_err(), PlanFileError::Older { found: 1 }));
    let lifted = sealed_anew(&kept.replacen("\"format_version\": 1", "\"format_version\": 3", 1));
    assert!(read(&lifted).is_err());
}

#[test]
fn other_documents_are_told_apart() {
    let other = read("{\"format\": \"consent.\\u001b[2Jsnapshot\"}").unwrap_err();
    assert_eq!(
        other.to_string(),
        "its format is \"consent.<U+001B>[2Jsnapshot\", not \"consent.plan\""
    );
    for text in ["[]", "null", "{}", "x", "{\"format\": \"consent.plan\"}", "{\"format\": 1}"] {
        assert!(matches!(read(text).unwrap_err(), PlanFileError::NotAPlan(_)), "{text}");
    }
    for version in ["0", "-1", "1.5", "\"1\""] {
        let text = format!("{{\"format\": \"consent.plan\", \"format_version\": {version}}}");
        assert!(matches!(read(&text).unwrap_err(), PlanFileError::NotAPlan(_)), "{text}");
    }
}

/// Whatever length is left of it, and where it was cut is told.
#[test]
fn a_file_that_was_cut_short_is_told_so() {
    let text = TEXT.as_str();
    for length in (0..text.len()).filter(|length| length % 7 == 0 || length + 40 > text.len()) {
        let Some(part) = text.get(..length) else { continue };
        let error = read(part).unwrap_err();
        let PlanFileError::CutShort { line } = error else { panic!("{length}: {error}") };
        let lines = part.lines().count();
        assert!(line == lines || line == lines + 1, "{length}: {line} of {lines}");
    }
}

/// As somebody would do who wants the file to be taken for whole.
fn sealed_anew(text: &str) -> String {
    let mark = "  \"checksum\": \"sha256:";
    let head = text.rsplit_once(mark).map_or(text, |(head, _)| head);
    let digest = crate::model::digest::sha256_hex(head.as_bytes());
    format!("{head}{mark}{digest}\"\n}}\n")
}

/// The next version reads the plans of this one, as long as the format is the same.
/// Whoever sees only what went wrong must be able to find it.
#[test]
fn what_a_copy_does_to_a_file_is_told_and_a_wrong_value_with_its_line() {
    let text = write(&plan());
    let told = |text: &str| read(text).unwrap_err().to_string();
    assert!(told(&text.replace('\n', "\r\n")).contains("CR LF"));
    assert!(told(&format!("\u{feff}{text}")).contains("byte order mark"));
    let line = text.lines().count() + 1;
    assert!(
        told(&format!("{text}\n")).contains(&format!("line {line}, an empty one, is too many"))
    );
    let at = text.lines().position(|line| line.contains("\"made_at\"")).unwrap() + 1;
    let wrong = text.replacen("\"made_at\": \"2", "\"made_at\": \"x", 1);
    assert!(told(&wrong).contains(&format!("line {at} ")), "{}", told(&wrong));
    let huge = text.replace("\"format_version\": 3", "\"format_version\": 99999999999999999999");
    assert!(told(&huge).contains("no format version that this version knows"));
}

#[test]
fn a_plan_of_another_version_is_read() {
    let ours = format!("consent {}", env!("CARGO_PKG_VERSION"));
    let other = sealed_anew(&TEXT.replacen(&ours, "consent 0.0.9", 1));
    assert_ne!(other, *TEXT);
    assert_eq!(read(&other).unwrap(), plan());
    let edited = TEXT.replacen(&ours, "consent 0.0.9", 1);
    assert!(matches!(read(&edited).unwrap_err(), PlanFileError::Altered { .. }));
}

/// Behind a checksum that fits, too.
#[test]
fn a_time_at_the_end_of_time_does_not_panic() {
    for value in VALUES {
        let (before, rest) = TEXT.split_once("\"made_at\": ").unwrap();
        let (_, after) = rest.split_once('\n').unwrap();
        let edited = sealed_anew(&format!("{before}\"made_at\": {value},\n{after}"));
        assert!(read(&edited).is_err(), "{value}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_is_read_and_none_panics(
        at in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        way in 0..4u8,
    ) {
        let text = TEXT.clone();
        let mut bytes = text.clone().into_bytes();
        let (at, other) = (at.index(bytes.len()), other.index(bytes.len()));
        match way {
            0 => bytes[at] = byte,
            1 => bytes.truncate(at),
            2 => bytes.swap(at, other),
            _ => bytes.insert(at, byte),
        }
        let damaged = String::from_utf8_lossy(&bytes).into_owned();
        prop_assume!(damaged != text);
        prop_assert!(read(&damaged).is_err());
    }

    #[test]
    fn swapped_digits_are_found(at in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()) {
        let text = TEXT.clone();
        let digits: Vec<usize> = text.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at).collect();
        let mut bytes = text.clone().into_bytes();
        bytes.swap(digits[at.index(digits.len())], digits[other.index(digits.len())]);
        let swapped = String::from_utf8(bytes).unwrap();
        prop_assume!(swapped != text);
        prop_assert!(read(&swapped).is_err());
    }

    /// The same with a checksum that fits: nothing that can be written into a plan makes a reader
    /// panic, and what is read is what would be written.
    #[test]
    fn no_value_panics_behind_a_checksum_that_fits(
        at in any::<prop::sample::Index>(),
        value in prop::sample::select(VALUES),
    ) {
        let lines: Vec<&str> = TEXT.lines().collect();
        let (at, mut edited) = (at.index(lines.len()), String::new());
        for (number, line) in lines.iter().enumerate() {
            match line.rsplit_once(": ").filter(|_| number == at) {
                Some((name, old)) => {
                    let comma = if old.ends_with(',') { "," } else { "" };
                    edited.push_str(&format!("{name}: {value}{comma}\n"));
                }
                None if number == at => edited.push_str(&format!("{value},\n")),
                None => edited.push_str(&format!("{line}\n")),
            }
        }
        let edited = sealed_anew(&edited);
        if let Ok(plan) = read(&edited) {
            let own = |line: &&str| !line.contains("\"made_by\"") && !line.contains("\"checksum\"");
            let again = write(&plan);
            prop_assert!(again.lines().filter(own).eq(edited.lines().filter(own)), "{}", edited);
        }
    }
}

/// What people write into files, and what breaks programs.
const VALUES: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "18446744073709551616",
    "1e400",
    "\"\"",
    "\"x\"",
    "\"9999-12-31T23:59:59Z\"",
    "\"-9999-01-01T00:00:00Z\"",
    "\"2026-11-23T14:02:11.5+23:59\"",
    "\"00000000-0000-0000-0000-000000000000\"",
    "\"delegated_grant/ge\"",
    "\"user_consent/tenant\"",
    "\"consent.plan\"",
    "\"\\u202e\\u0000\\ud83d\\ude00\"",
    "{}",
    "[]",
    "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]",
    "{\"partial\": []}",
    "{\"x\": {\"y\": [null]}}",
];
#[test]
fn a_plan_of_the_end_of_time_is_only_a_plan() {
    for made_at in [datetime!(9999-12-31 23:59:59 UTC), datetime!(9999-12-31 23:59:59 -23:59)] {
        let plan = Plan { made_at, ..plan() };
        let again = read(&write(&plan)).unwrap();
        assert!(expiry(&again) > made_at);
        assert!(crate::model::clock::stamp(expiry(&again)).starts_with("9999-12-31T23:59:59"));
    }
}
