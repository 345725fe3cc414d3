//! The journal's lines about requests, answers and results. Pure.

use crate::apply::action::Outgoing;
use crate::apply::proof::id_of;
use crate::graph::verdict::Verdict;
use crate::model::change::Change;
use crate::model::outcome::{Outcome, Refusal, RunReport};
use crate::store::journal::JournalEvent;

/// Before requests go out.
pub(crate) fn sending(changes: &[Change], outgoing: &[Outgoing]) -> Vec<JournalEvent> {
    let event = |Outgoing { place, step, request }: &Outgoing| JournalEvent::Sending {
        address: changes[*place].address.clone(),
        step: *step,
        request: request.clone(),
    };
    outgoing.iter().map(event).collect()
}

/// After their answers came.
pub(crate) fn answers(
    changes: &[Change],
    outgoing: &[Outgoing],
    verdicts: &[Verdict],
) -> Vec<JournalEvent> {
    let event = |(out, verdict): (&Outgoing, &Verdict)| {
        let (meaning, error, id) = meaning(verdict);
        JournalEvent::Answer {
            address: changes[out.place].address.clone(),
            step: out.step,
            meaning: meaning.to_owned(),
            error: error.cloned(),
            id,
        }
    };
    outgoing.iter().zip(verdicts).map(event).collect()
}

/// Once results are certain.
pub(crate) fn outcomes(changes: &[Change], news: &[(usize, Outcome)]) -> Vec<JournalEvent> {
    let event = |(place, outcome): &(usize, Outcome)| JournalEvent::Outcome {
        address: changes[*place].address.clone(),
        outcome: outcome.clone(),
    };
    news.iter().map(event).collect()
}

/// The last line.
pub(crate) fn end(report: &RunReport) -> JournalEvent {
    JournalEvent::End { stopped: report.stopped.clone(), writes_sent: report.writes_sent }
}

fn meaning(verdict: &Verdict) -> (&'static str, Option<&Refusal>, Option<String>) {
    match verdict {
        Verdict::Accepted(body) => ("accepted", None, body.as_ref().and_then(id_of)),
        Verdict::AlreadyThere(error) => ("already_there", Some(error), None),
        Verdict::NotThere(error) => ("not_there", Some(error), None),
        Verdict::NotYet(error) => ("not_yet", Some(error), None),
        Verdict::Wait(_, error) | Verdict::Again(error) => ("wait", Some(error), None),
        Verdict::Unsure(error) => ("unsure", Some(error), None),
        Verdict::SignInLost(error) => ("sign_in_lost", Some(error), None),
        Verdict::Refused(error) => ("refused", Some(error), None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::apply::rehearsal::{address, gives, refusal};

    /// Which answer was to which request, what it meant, and why; of what was made, its id.
    #[test]
    fn an_answer_is_recorded_with_its_meaning() {
        let why = || refusal(418);
        let made = Some(json!({"id": "made"}));
        let table = [
            (Verdict::Accepted(made), "accepted", None, Some("made")),
            (Verdict::Accepted(None), "accepted", None, None),
            (Verdict::AlreadyThere(why()), "already_there", Some(why()), None),
            (Verdict::NotThere(why()), "not_there", Some(why()), None),
            (Verdict::NotYet(why()), "not_yet", Some(why()), None),
            (Verdict::Wait(std::time::Duration::ZERO, why()), "wait", Some(why()), None),
            (Verdict::Again(why()), "wait", Some(why()), None),
            (Verdict::Unsure(why()), "unsure", Some(why()), None),
            (Verdict::SignInLost(why()), "sign_in_lost", Some(why()), None),
            (Verdict::Refused(why()), "refused", Some(why()), None),
        ];
        let changes = [gives("a"), gives("b")];
        let out = |step| Outgoing { place: 1, step, request: changes[1].steps[0].request.clone() };
        let outgoing: Vec<Outgoing> = (0..table.len()).map(out).collect();
        let verdicts: Vec<Verdict> = table.iter().map(|row| row.0.clone()).collect();
        let expected: Vec<JournalEvent> = table
            .into_iter()
            .enumerate()
            .map(|(step, (_, meaning, error, id))| JournalEvent::Answer {
                address: address("b"),
                step,
                meaning: meaning.to_owned(),
                error,
                id: id.map(str::to_owned),
            })
            .collect();
        assert_eq!(answers(&changes, &outgoing, &verdicts), expected);
    }
}
