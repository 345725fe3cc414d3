use super::*;
use crate::graph::verdict::Verdict;
use crate::model::outcome::Refusal;

const NOW: Duration = Duration::from_secs(100);

/// Three that have begun at the places 1, 2 and 3.
fn three() -> ChangesInFlight {
    let mut in_flight = ChangesInFlight::default();
    (1..=3).for_each(|place| in_flight.begin(place, NOW, None));
    in_flight
}

#[test]
fn the_next_step_remembers_who_brought_about_the_last_and_nothing_else() {
    for ours in [true, false] {
        let mut pending = Pending::new(NOW, Some(NOW));
        (pending.ours, pending.sent, pending.under_way, pending.looks) = (ours, true, true, 3);
        pending.attempt.at(NOW, Trying::default()).answered(Verdict::Unsure(Refusal::no_answer()));
        pending.next_step(NOW * 2);
        assert_eq!((pending.step, pending.ours, pending.looked), (1, ours, Some(NOW)));
        assert_eq!((pending.sent, pending.under_way, pending.looks), (false, false, 0));
        assert_eq!(
            (pending.due, pending.from, pending.attempt),
            (Due::Send, NOW * 2, Attempt::default())
        );
    }
}

/// What is looked at before it goes out, or what it rests on, keeps back what the plan has behind it.
#[test]
fn requests_keep_the_order_of_the_plan_behind_a_look() {
    let due = |in_flight: &ChangesInFlight| in_flight.due(Due::Send, NOW, 9);
    let mut in_flight = three();
    assert_eq!((due(&in_flight), in_flight.looking_first()), (vec![1, 2, 3], 0));
    in_flight.get_mut(2).unwrap().look_first(NOW);
    assert_eq!((due(&in_flight), in_flight.looking_first()), (vec![1], 1));
    assert_eq!((in_flight.due(Due::Read, NOW, 9), in_flight.get(2).unwrap().looks), (vec![2], 1));
    let mut in_flight = three();
    in_flight.get_mut(2).unwrap().plan(Due::Look, NOW);
    assert_eq!((due(&in_flight), in_flight.looking_first()), (vec![1], 1));
    assert_eq!(in_flight.unfounded(), [2]);
    // Sent already, it is only looked at once more.
    in_flight.get_mut(2).unwrap().sent = true;
    assert_eq!(due(&in_flight), [1, 3]);
}

#[test]
fn only_what_is_ripe_and_not_under_way_is_due() {
    let mut in_flight = three();
    in_flight.get_mut(2).unwrap().plan(Due::Send, NOW + Duration::from_secs(1));
    let counts = |in_flight: &ChangesInFlight| {
        let due = |most| in_flight.due(Due::Send, NOW, most);
        (due(9), due(1), in_flight.count_of(Due::Send), in_flight.next_due(Due::Send))
    };
    assert_eq!(counts(&in_flight), (vec![1, 3], vec![1], 3, Some(NOW)));
    let ticket = in_flight.send(vec![1, 3], NOW);
    let later = Some(NOW + Duration::from_secs(1));
    assert_eq!(counts(&in_flight), (vec![], vec![], 1, later));
    assert!(!in_flight.all_back());
    assert_eq!((in_flight.arrive(ticket), in_flight.all_back()), (vec![1, 3], true));
    assert_eq!(in_flight.arrive(ticket), [0_usize; 0], "it is over");
    assert_eq!(counts(&in_flight), (vec![1, 3], vec![1], 3, Some(NOW)));
}

/// Of what is due at the time, not under way, what gives up first is the reason.
#[test]
fn what_gives_up_first_is_what_is_waited_for() {
    let fault = || Verdict::Again(Refusal { status: 503, ..Refusal::no_answer() });
    let mut in_flight = three();
    let pause = Duration::from_secs(9);
    in_flight.at(1, NOW).unwrap().attempt.answered(Verdict::Wait(pause, Refusal::no_answer()));
    let later = NOW - Duration::from_secs(50);
    in_flight.at(2, later).unwrap().attempt.answered(fault());
    in_flight.at(2, NOW).unwrap().attempt.answered(fault());
    for place in [1, 2] {
        in_flight.get_mut(place).unwrap().plan(Due::Send, NOW + pause);
    }
    let because = |in_flight: &ChangesInFlight, time| in_flight.because(time, NOW);
    assert_eq!(because(&in_flight, NOW + pause), Because::Fault(503));
    assert_eq!(because(&in_flight, NOW), Because::Replicas, "it waits for nothing");
    in_flight.get_mut(2).unwrap().under_way = true;
    assert_eq!(because(&in_flight, NOW + pause), Because::Service);
    let asked = in_flight.gives_up(Because::Service, NOW).unwrap();
    assert_eq!(asked, NOW + Duration::from_secs(600));
    assert!(in_flight.gives_up(Because::Fault(0), NOW).is_some_and(|at| at < asked));
    assert_eq!(in_flight.gives_up(Because::Replicas, NOW), None);
}
