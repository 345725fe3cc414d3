use super::*;
use crate::graph::patience::Trying;
use crate::model::untrusted::Untrusted;

fn refusal(status: u16) -> Refusal {
    let text = |text: &str| Untrusted::new(text);
    Refusal { status, code: text("Code"), message: text("message"), request_id: None }
}

/// Reads that show nothing until the attempt asks for something else; the seconds waited between.
fn look(attempt: &mut Attempt, sight: &Showed) -> (u64, NextStep) {
    let mut waited = 0;
    for _ in 0..100 {
        match attempt.seen(sight) {
            NextStep::Read(time) => waited += time.as_secs(),
            next => return (waited, next),
        }
    }
    panic!("reads for ever");
}

const AT_ONCE: Duration = Duration::ZERO;

fn unsure(next: &NextStep) -> bool {
    matches!(next, NextStep::Settled(Outcome::Unsure { .. }))
}

#[test]
fn accepted_and_seen_is_shown_as_ours() {
    let mut attempt = Attempt::default();
    assert_eq!(attempt.answered(Verdict::Accepted(None)), NextStep::Read(AT_ONCE));
    assert_eq!(attempt.seen(&Showed::NotShown), NextStep::Read(Duration::from_secs(1)));
    assert_eq!(attempt.seen(&Showed::Shown(None)), NextStep::Shown);
    assert!(attempt.is_ours());
}

#[test]
fn accepted_is_never_sent_again() {
    for (sight, seconds, because) in [
        (Showed::NotShown, 61, "accepted, not yet visible"),
        (Showed::Unreadable, 10, "accepted, could not be read back"),
    ] {
        let mut attempt = Attempt::default();
        attempt.answered(Verdict::Accepted(None));
        let expected = NextStep::Settled(Outcome::unconfirmed(because));
        assert_eq!(look(&mut attempt, &sight), (seconds, expected));
    }
}

#[test]
fn without_an_answer_it_is_looked_for_before_it_is_sent_again_twice_at_most() {
    let mut attempt = Attempt::default();
    for _ in 0..2 {
        assert_eq!(attempt.answered(Verdict::Unsure(refusal(0))), NextStep::Read(AT_ONCE));
        assert_eq!(look(&mut attempt, &Showed::NotShown), (15, NextStep::Send(AT_ONCE)));
    }
    attempt.answered(Verdict::Unsure(refusal(0)));
    let (_, next) = look(&mut attempt, &Showed::NotShown);
    assert!(unsure(&next), "{next:?}");
}

#[test]
fn what_could_not_be_looked_for_is_not_sent_again() {
    let mut attempt = Attempt::default();
    attempt.answered(Verdict::Unsure(refusal(504)));
    let (_, next) = look(&mut attempt, &Showed::Unreadable);
    assert!(unsure(&next), "{next:?}");
}

/// Reads that fail take nothing from the time that replicas get.
#[test]
fn faults_and_replicas_have_a_patience_each() {
    let mut attempt = Attempt::default();
    attempt.answered(Verdict::Accepted(None));
    let mut waited = 0;
    let unread = [Showed::Unreadable, Showed::NotShown].into_iter().cycle().take(4);
    for sight in
        unread.chain([Showed::NotShown, Showed::NotShown, Showed::NotShown, Showed::NotShown])
    {
        let NextStep::Read(time) = attempt.seen(&sight) else { panic!("it gave up: {attempt:?}") };
        waited += time.as_secs();
    }
    assert_eq!(waited, 10 + 61);
    assert_eq!(attempt.seen(&Showed::Shown(None)), NextStep::Shown);
    let mut attempt = Attempt::default();
    attempt.answered(Verdict::Unsure(refusal(500)));
    look(&mut attempt, &Showed::Unreadable);
    assert_eq!(attempt.seen(&Showed::NotShown), NextStep::Read(Duration::from_secs(1)));
}

#[test]
fn a_lost_answer_that_is_found_is_ours() {
    let mut attempt = Attempt::default();
    attempt.answered(Verdict::Unsure(refusal(0)));
    assert_eq!(attempt.seen(&Showed::Shown(None)), NextStep::Shown);
    assert!(attempt.is_ours());
}

#[test]
fn already_there_with_another_content_is_a_failure_and_not_ours() {
    let mut attempt = Attempt::default();
    attempt.answered(Verdict::AlreadyThere(refusal(409)));
    let expected = NextStep::Settled(Outcome::Failed { error: refusal(409) });
    assert_eq!(look(&mut attempt, &Showed::NotShown), (7, expected));
    assert!(!attempt.is_ours());
}

#[test]
fn already_there_after_a_lost_answer_is_no_certain_failure() {
    let mut attempt = Attempt::default();
    attempt.answered(Verdict::Unsure(refusal(0)));
    look(&mut attempt, &Showed::NotShown);
    attempt.answered(Verdict::AlreadyThere(refusal(409)));
    let (_, next) = look(&mut attempt, &Showed::NotShown);
    assert!(unsure(&next), "{next:?}");
}

#[test]
fn not_there_and_not_seen_is_tried_twice_and_fails_in_the_end() {
    let mut attempt = Attempt::default();
    for _ in 0..2 {
        attempt.answered(Verdict::NotThere(refusal(404)));
        assert_eq!(look(&mut attempt, &Showed::NotShown).1, NextStep::Send(AT_ONCE));
    }
    attempt.answered(Verdict::NotThere(refusal(404)));
    let (_, next) = look(&mut attempt, &Showed::NotShown);
    assert_eq!(next, NextStep::Settled(Outcome::Failed { error: refusal(404) }));
}

/// An object that was just made, and whose change another replica refuses.
#[test]
fn not_there_of_an_object_that_is_read_is_waited_for_as_long_as_a_reference() {
    let mut attempt = Attempt::default();
    let mut waited = 0;
    let next = loop {
        assert_eq!(attempt.answered(Verdict::NotThere(refusal(404))), NextStep::Read(AT_ONCE));
        let (seconds, next) = look(&mut attempt, &Showed::Otherwise);
        waited += seconds;
        if next != NextStep::Send(AT_ONCE) {
            break next;
        }
    };
    assert_eq!(waited, 91);
    assert_eq!(next, NextStep::Settled(Outcome::Failed { error: refusal(404) }));
}

#[test]
fn a_reference_that_is_not_there_yet_is_waited_for() {
    let mut attempt = Attempt::default();
    let mut waited = 0;
    let next = loop {
        match attempt.answered(Verdict::NotYet(refusal(404))) {
            NextStep::Send(time) => waited += time.as_secs(),
            next => break next,
        }
    };
    assert_eq!(
        (waited, next),
        (91, NextStep::Read(AT_ONCE)),
        "it may have taken effect all the same"
    );
    let (_, next) = look(&mut attempt.clone(), &Showed::NotShown);
    assert_eq!(next, NextStep::Settled(Outcome::Failed { error: refusal(404) }));
    assert_eq!(attempt.seen(&Showed::Shown(None)), NextStep::Shown);
    assert!(attempt.is_ours());
}

#[test]
fn the_services_pauses_are_kept_and_have_an_end() {
    let mut attempt = Attempt::default();
    let wait = |seconds| Verdict::Wait(Duration::from_secs(seconds), refusal(429));
    assert_eq!(attempt.answered(wait(17)), NextStep::Send(Duration::from_secs(17)));
    let told = attempt.wait(AT_ONCE).unwrap();
    assert_eq!((told.because, told.gives_up), (Because::Service, Some(PAUSES)));
    assert_eq!(attempt.answered(wait(0)), NextStep::Send(Duration::from_secs(1)), "never at once");
    let next = attempt.answered(wait(600));
    assert_eq!(next, NextStep::Settled(Outcome::Failed { error: refusal(429) }));
}

#[test]
fn a_pause_over_ten_minutes_ends_the_run_and_not_the_change() {
    let mut attempt = Attempt::default();
    let long = Duration::from_secs(601);
    assert_eq!(attempt.answered(Verdict::Wait(long, refusal(429))), NextStep::LongPause(long));
    assert_eq!(attempt.abandoned(), Outcome::NotStarted);
}

/// Faults that nobody says the length of: two minutes from the first send, attempts included.
#[test]
fn without_a_word_how_long_it_is_tried_for_two_minutes() {
    for took in [0, 1, 30] {
        let (mut attempt, mut now, mut sends) = (Attempt::default(), AT_ONCE, 0);
        let next = loop {
            attempt.at(now, Trying { seed: 7, ..Trying::default() }).departs();
            (now, sends) = (now + Duration::from_secs(took), sends + 1);
            match attempt
                .at(now, Trying { seed: 7, ..Trying::default() })
                .answered(Verdict::Again(refusal(503)))
            {
                NextStep::Send(pause) => {
                    let told = attempt.wait(now).unwrap();
                    assert_eq!((told.because, told.until), (Because::Fault(503), now + pause));
                    assert_eq!(told.gives_up, Some(Duration::from_secs(120)));
                    now += pause;
                }
                next => break next,
            }
        };
        assert_eq!(next, NextStep::Settled(Outcome::Failed { error: refusal(503) }));
        assert!((100..=150).contains(&now.as_secs()) && sends < 20, "{took}: {now:?}, {sends}");
    }
}

/// What took a minute to get lost is looked for, and sent once more; then it is enough.
#[test]
fn answers_that_are_long_in_getting_lost_use_up_the_patience() {
    let (mut attempt, mut now, mut sends) = (Attempt::default(), AT_ONCE, 0);
    loop {
        attempt.at(now, Trying::default()).departs();
        (now, sends) = (now + Duration::from_secs(60), sends + 1);
        attempt.at(now, Trying::default()).answered(Verdict::Unsure(refusal(0)));
        if look(&mut attempt, &Showed::NotShown).1 != NextStep::Send(AT_ONCE) {
            break;
        }
    }
    assert_eq!(sends, 2);
}

#[test]
fn a_wait_for_replicas_says_how_long_it_is_at_most() {
    let mut attempt = Attempt::default();
    let at = Duration::from_secs(5);
    attempt.at(at, Trying::default()).answered(Verdict::Accepted(None));
    attempt.seen(&Showed::NotShown);
    let wait = attempt.wait(at).unwrap();
    assert_eq!(wait.gives_up, Some(Duration::from_secs(5 + 61)));
    assert_eq!((wait.because, wait.until.as_secs()), (Because::Replicas, 6));
    assert_eq!(attempt.wait(wait.until), None, "then it is over");
}

/// What was read, how often, and whether a request may have taken effect, each in its own words.
#[test]
fn what_was_never_shown_is_told_as_what_it_is() {
    let (before, accepted) = (|| Some(ReadFor::Before), || Some(ReadFor::Accepted));
    let doubt = || Some(ReadFor::InDoubt(refusal(500)));
    let refused = [ReadFor::There(refusal(409)), ReadFor::NotThere(refusal(409))];
    let refused = refused.into_iter().chain([ReadFor::Last(refusal(409))]).map(Some);
    let mut table = vec![
        (before(), "doubtful seen", "no clear answer, and then not as it was any more"),
        (before(), "doubtful", "no clear answer, and then not as it was any more"),
        (before(), "", "not_read"),
        (before(), "seen", "changed_meanwhile"),
        (accepted(), "", "accepted, could not be read back"),
        (accepted(), "seen", "accepted, not yet visible"),
        (accepted(), "seen changed", "accepted, not yet visible"),
        (None, "", "accepted, could not be read back"),
        (None, "seen", "accepted, not yet visible"),
        (doubt(), "doubtful", "and it could not be read"),
        (doubt(), "doubtful seen", "and it is not visible"),
        (doubt(), "doubtful seen changed", "and somebody else has changed it"),
    ];
    for reading in refused {
        let first = "no clear answer at first, and not visible as it should be";
        table.push((reading.clone(), "doubtful", first));
        table.push((reading.clone(), "doubtful seen", first));
        table.push((reading.clone(), "", "refused, and how things are could not be read"));
        table.push((reading, "seen", "Code"));
    }
    for (reading, facts, expected) in table {
        let is = |fact: &str| facts.contains(fact);
        let (doubtful, changed, sightings) =
            (is("doubtful"), is("changed"), usize::from(is("seen")));
        let attempt =
            Attempt { reading, doubtful, changed, sightings, unread: 1, ..Attempt::default() };
        let told = match attempt.never_shown() {
            Outcome::Unsure { because, .. } => because,
            Outcome::Failed { error } => error.code.raw().to_owned(),
            other => panic!("{other:?}"),
        };
        assert!(told.ends_with(expected), "{:?} {facts:?}: {told}", attempt.reading);
    }
}

#[test]
fn refused_is_refused_unless_an_earlier_one_may_have_worked() {
    let expected = NextStep::Settled(Outcome::Failed { error: refusal(403) });
    assert_eq!(Attempt::default().answered(Verdict::Refused(refusal(403))), expected);
    let mut attempt = Attempt::default();
    attempt.answered(Verdict::Unsure(refusal(0)));
    look(&mut attempt, &Showed::NotShown);
    assert_eq!(attempt.answered(Verdict::Refused(refusal(403))), NextStep::Read(AT_ONCE));
    // So has "not there" been told of what was carried out.
    let mut attempt = Attempt::default();
    attempt.answered(Verdict::NotYet(refusal(404)));
    assert_eq!(attempt.answered(Verdict::Refused(refusal(403))), NextStep::Read(AT_ONCE));
}

#[test]
fn abandoning_says_what_is_known() {
    assert_eq!(Attempt::default().abandoned(), Outcome::NotStarted);
    let mut throttled = Attempt::default();
    throttled.answered(Verdict::Wait(Duration::from_secs(9), refusal(429)));
    assert_eq!(throttled.abandoned(), Outcome::NotStarted);
    let mut early = Attempt::default();
    early.answered(Verdict::NotYet(refusal(400)));
    assert_eq!(early.abandoned(), Outcome::Failed { error: refusal(400) });
    let mut doubtful = Attempt::default();
    doubtful.answered(Verdict::Unsure(refusal(0)));
    assert!(matches!(doubtful.abandoned(), Outcome::Unsure { .. }));
}

/// Where there was no answer there is no status to be told.
#[test]
fn without_an_answer_our_own_words_tell_why() {
    let told = |status| no_clear_answer(&refusal(status), "it is not visible");
    assert_eq!(told(0), "no clear answer (message), and it is not visible");
    assert_eq!(told(504), "no clear answer (504 Code: message), and it is not visible");
}

fn failed_with(next: &NextStep) -> &str {
    match next {
        NextStep::Settled(Outcome::Failed { error }) => error.code.raw(),
        next => panic!("{next:?}"),
    }
}

/// Sent again, it would undo what somebody else did.
#[test]
fn what_somebody_else_changed_is_not_sent_again() {
    let mut attempt = Attempt::default();
    attempt.answered(Verdict::Unsure(refusal(500)));
    let (waited, next) = look(&mut attempt, &Showed::Changed);
    let because = "no clear answer (500 Code: message), and somebody else has changed it";
    assert_eq!((waited, next), (15, NextStep::Settled(Outcome::in_doubt(because))));
    // Replicas may have shown an older one.
    let mut attempt = Attempt::default();
    attempt.answered(Verdict::Unsure(refusal(500)));
    attempt.seen(&Showed::Changed);
    assert_eq!(look(&mut attempt, &Showed::Otherwise).1, NextStep::Send(AT_ONCE));
}

#[test]
fn what_is_looked_at_first_goes_out_as_it_was_seen() {
    let looking = || {
        let mut attempt = Attempt::default();
        attempt.answered(Verdict::Wait(Duration::from_secs(10), refusal(429)));
        attempt.look_first();
        attempt
    };
    assert_eq!(looking().seen(&Showed::Otherwise), NextStep::Send(AT_ONCE));
    assert_eq!(looking().seen(&Showed::Shown(None)), NextStep::Shown);
    assert!(!looking().is_ours());
    for (sight, code, seconds) in [
        (Showed::Changed, "changed_meanwhile", 7),
        (Showed::NotShown, "changed_meanwhile", 7),
        (Showed::Unreadable, "not_read", 10),
    ] {
        let (waited, next) = look(&mut looking(), &sight);
        assert_eq!((waited, failed_with(&next)), (seconds, code));
    }
}

#[test]
fn what_is_another_object_than_was_meant_is_no_lag() {
    let mut attempt = Attempt::default();
    attempt.answered(Verdict::Accepted(None));
    let next = attempt.seen(&Showed::Another("appId is 2, not 1".to_owned()));
    assert_eq!(failed_with(&next), "not_the_one_that_was_meant");
}

/// Each read is repeated within itself, for two minutes: three of those are too long for one object.
#[test]
fn a_read_that_spent_its_patience_is_not_made_again() {
    let at = Duration::from_secs;
    let mut attempt = Attempt::default();
    attempt.at(at(10), Trying::default()).answered(Verdict::Accepted(None));
    let next = attempt.at(at(129), Trying::default()).seen(&Showed::Unreadable);
    let because = "accepted, could not be read back";
    assert_eq!(next, NextStep::Settled(Outcome::unconfirmed(because)));
    // The time of reads that were made is none of it.
    let mut attempt = Attempt::default();
    attempt.at(at(10), Trying::default()).answered(Verdict::Accepted(None));
    attempt.at(at(300), Trying::default()).seen(&Showed::NotShown);
    assert_eq!(
        attempt.at(at(301), Trying::default()).seen(&Showed::Unreadable),
        NextStep::Read(at(2))
    );
    assert_eq!(
        attempt.at(at(360), Trying::default()).seen(&Showed::Unreadable),
        NextStep::Read(at(8))
    );
    assert!(matches!(
        attempt.at(at(420), Trying::default()).seen(&Showed::Unreadable),
        NextStep::Settled(_)
    ));
}
