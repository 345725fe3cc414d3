use super::*;
use crate::graph::verdict::Verdict;
use crate::model::outcome::Refusal;

const NOW: Duration = Duration::from_secs(100);

/// Three that have begun at the places 1, 2 and 3.
fn three() -> Flights {
    let mut flights = Flights::default();
    (1..=3).for_each(|place| flights.begin(place, NOW, None));
    flights
}

#[test]
fn the_next_step_remembers_who_brought_about_the_last_and_nothing_else() {
    for ours in [true, false] {
        let mut flight = Flight::new(NOW, Some(NOW));
        (flight.ours, flight.sent, flight.aloft, flight.looks) = (ours, true, true, 3);
        flight.attempt.at(NOW, Trying::default()).answered(Verdict::Unsure(Refusal::no_answer()));
        flight.next_step(NOW * 2);
        assert_eq!((flight.step, flight.ours, flight.looked), (1, ours, Some(NOW)));
        assert_eq!((flight.sent, flight.aloft, flight.looks), (false, false, 0));
        assert_eq!(
            (flight.due, flight.from, flight.attempt),
            (Due::Send, NOW * 2, Attempt::default())
        );
    }
}

/// What is looked at before it goes out, or what it rests on, keeps back what the plan has behind it.
#[test]
fn requests_keep_the_order_of_the_plan_behind_a_look() {
    let due = |flights: &Flights| flights.due(Due::Send, NOW, 9);
    let mut flights = three();
    assert_eq!((due(&flights), flights.looking_first()), (vec![1, 2, 3], 0));
    flights.get_mut(2).unwrap().look_first(NOW);
    assert_eq!((due(&flights), flights.looking_first()), (vec![1], 1));
    assert_eq!((flights.due(Due::Read, NOW, 9), flights.get(2).unwrap().looks), (vec![2], 1));
    let mut flights = three();
    flights.get_mut(2).unwrap().plan(Due::Look, NOW);
    assert_eq!((due(&flights), flights.looking_first()), (vec![1], 1));
    assert_eq!(flights.unfounded(), [2]);
    // Sent already, it is only looked at once more.
    flights.get_mut(2).unwrap().sent = true;
    assert_eq!(due(&flights), [1, 3]);
}

#[test]
fn only_what_is_ripe_and_not_under_way_is_due() {
    let mut flights = three();
    flights.get_mut(2).unwrap().plan(Due::Send, NOW + Duration::from_secs(1));
    let counts = |flights: &Flights| {
        let due = |most| flights.due(Due::Send, NOW, most);
        (due(9), due(1), flights.count_of(Due::Send), flights.next_due(Due::Send))
    };
    assert_eq!(counts(&flights), (vec![1, 3], vec![1], 3, Some(NOW)));
    let ticket = flights.send(vec![1, 3], NOW);
    let later = Some(NOW + Duration::from_secs(1));
    assert_eq!(counts(&flights), (vec![], vec![], 1, later));
    assert!(!flights.all_back());
    assert_eq!((flights.arrive(ticket), flights.all_back()), (vec![1, 3], true));
    assert_eq!(flights.arrive(ticket), [0_usize; 0], "it is over");
    assert_eq!(counts(&flights), (vec![1, 3], vec![1], 3, Some(NOW)));
}

/// Of what is due at the time, not under way, what gives up first is the reason.
#[test]
fn what_gives_up_first_is_what_is_waited_for() {
    let fault = || Verdict::Again(Refusal { status: 503, ..Refusal::no_answer() });
    let mut flights = three();
    let pause = Duration::from_secs(9);
    flights.at(1, NOW).unwrap().attempt.answered(Verdict::Wait(pause, Refusal::no_answer()));
    let later = NOW - Duration::from_secs(50);
    flights.at(2, later).unwrap().attempt.answered(fault());
    flights.at(2, NOW).unwrap().attempt.answered(fault());
    for place in [1, 2] {
        flights.get_mut(place).unwrap().plan(Due::Send, NOW + pause);
    }
    let because = |flights: &Flights, time| flights.because(time, NOW);
    assert_eq!(because(&flights, NOW + pause), Because::Fault(503));
    assert_eq!(because(&flights, NOW), Because::Replicas, "it waits for nothing");
    flights.get_mut(2).unwrap().aloft = true;
    assert_eq!(because(&flights, NOW + pause), Because::Service);
    let asked = flights.gives_up(Because::Service, NOW).unwrap();
    assert_eq!(asked, NOW + Duration::from_secs(600));
    assert!(flights.gives_up(Because::Fault(0), NOW).is_some_and(|at| at < asked));
    assert_eq!(flights.gives_up(Because::Replicas, NOW), None);
}
