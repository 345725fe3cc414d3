//! Breadth first through every moment that can be reached: the first path to a broken law is a shortest
//! one.

use std::collections::{BTreeMap, HashSet, VecDeque};

use super::law::{Fault, NOT_APPROVED, TWO_IDS};
use super::node::{Node, Phase};
use super::setting::Setting;

/// More than this on one path, and the run does not end.
const LONGEST: usize = 400;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) states: usize,
    pub(super) transitions: usize,
    /// Moments at which a run was over.
    pub(super) ends: usize,
    /// The longest path.
    pub(super) longest: usize,
    /// Broken laws, each with how often, and with a shortest path to it in words.
    pub(super) broken: BTreeMap<Fault, (usize, Vec<String>)>,
}

/// How a moment was reached: from which one, by which of its successors.
type Steps = Vec<(usize, usize)>;

pub(super) fn explore(setting: &Setting) -> Findings {
    let (mut found, mut steps) = (Findings::default(), Steps::new());
    let mut broken: BTreeMap<Fault, (usize, usize, usize)> = BTreeMap::new();
    let first = Node::first(setting);
    let mut seen = HashSet::from([first.key()]);
    let mut open = VecDeque::from([(0, 0, first)]);
    steps.push((0, 0));
    while let Some((at, depth, node)) = open.pop_front() {
        found.longest = found.longest.max(depth);
        assert!(depth < LONGEST, "no end: {:#?}", path(setting, &steps, at, 0));
        for (number, mut next) in node.next(setting).into_iter().enumerate() {
            found.transitions += 1;
            let faults = std::mem::take(&mut next.faults);
            for fault in &faults {
                broken.entry(fault).or_insert((0, at, number)).0 += 1;
            }
            // What a request does that nobody approved leads to everything.
            let lawless = faults.iter().any(|fault| [TWO_IDS, NOT_APPROVED].contains(fault));
            if !lawless && seen.insert(next.key()) {
                found.ends += usize::from(next.phase == Phase::Over);
                steps.push((at, number));
                open.push_back((steps.len() - 1, depth + 1, next));
            }
        }
    }
    found.states = steps.len();
    for (fault, (count, at, number)) in broken {
        found.broken.insert(fault, (count, path(setting, &steps, at, number)));
    }
    found
}

/// The way to a moment and to one of its successors, in words.
fn path(setting: &Setting, steps: &Steps, mut at: usize, number: usize) -> Vec<String> {
    let mut numbers = vec![number];
    while at > 0 {
        numbers.push(steps[at].1);
        at = steps[at].0;
    }
    let mut node = Node::first(setting);
    node.log = Some(Vec::new());
    for number in numbers.into_iter().rev() {
        let Some(next) = node.next(setting).into_iter().nth(number) else { break };
        node = next;
    }
    node.log.unwrap_or_default()
}
