//! What reports say of the rules that their remarks are about.

use crate::model::risk::Tier;
use crate::plan::outage::CutOff;
use crate::render::remarks::remark::RemarkSort;

/// What is said of a rule.
pub(super) struct RuleText {
    /// A few words.
    pub(super) short: String,
    pub(super) help: &'static str,
    /// How much harm it can do to security, from 0 to 10. Source: GitHub reads it as critical above 9.0, high from
    /// 7.0, medium from 4.0, low above 0. What only takes something has none.
    pub(super) harm: Option<&'static str>,
    pub(super) tags: &'static [&'static str],
}

const SECURITY: &[&str] = &["security", "consent", "entra"];
const ACCESS: &[&str] = &["access", "consent", "entra"];

pub(super) fn text(sort: &RemarkSort) -> RuleText {
    let (short, help, harm) = match sort {
        RemarkSort::Gives(tier) => gives(*tier),
        RemarkSort::CutsOff(who) => cuts_off(*who),
        RemarkSort::Stops(rule) => (
            format!("Apply is stopped by {rule}"),
            "The plan can be read and saved, and not applied. Change the manifest, or lift the rail in \
             `[accept]` with a number, a date and a reason where that is meant.",
            // What signs in could otherwise give itself whatever it likes.
            (**rule == *"self_escalation").then_some("9.5"),
        ),
        RemarkSort::Lifted(rail) => (
            format!("The rail {rail} is lifted"),
            "The manifest lifts a rail that would stop this plan. Look at the number, the date and the reason.",
            None,
        ),
        RemarkSort::Plan => (
            "Said of the whole plan".to_owned(),
            "Read the sentence before the plan is approved.",
            None,
        ),
        RemarkSort::Result(word) => (
            format!("A change is {}", word.replace('_', " ")),
            "The run did not bring this change to its end. Plan again: what is left stands in the new plan.",
            None,
        ),
        RemarkSort::Stopped => (
            "The run ended early".to_owned(),
            "What was not started was not sent. Plan again: what is left stands in the new plan.",
            None,
        ),
        RemarkSort::Finding(code, _) => (
            format!("Manifest: {}", code.replace('_', " ")),
            "The reference of findings says what this code means and what to do about it.",
            None,
        ),
    };
    let tags = if harm.is_some() { SECURITY } else { ACCESS };
    RuleText { short, help, harm, tags }
}

fn gives(tier: Tier) -> (String, &'static str, Option<&'static str>) {
    let harm = match tier {
        Tier::Critical => "9.5",
        Tier::High => "8.0",
        Tier::Medium => "5.0",
        Tier::Low => "2.0",
    };
    let help = "Somebody can do more afterwards. Look at who gets it, through which app, and whether a smaller \
                permission would do.";
    (format!("Gives {} power", tier.word()), help, Some(harm))
}

fn cuts_off(who: CutOff) -> (String, &'static str, Option<&'static str>) {
    let whom = match who {
        CutOff::Everybody => "all users",
        CutOff::App => "the app itself",
        CutOff::People => "single people",
    };
    let help = "Somebody can do less afterwards. Make sure that nobody needs it any more.";
    (format!("Cuts off {whom}"), help, None)
}
