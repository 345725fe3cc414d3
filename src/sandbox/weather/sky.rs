//! The weather of one server run as it goes by: what holds when, and which rules have struck.

use std::time::Duration;

use crate::sandbox::weather::rule::Said;
use crate::sandbox::weather::rule::{Meanwhile, RefusalRule, Slow};
use crate::sandbox::weather::{Phase, Weather};

/// The weather of one server run.
#[derive(Debug)]
pub(crate) struct Sky {
    base: Weather,
    phases: Vec<Phase>,
    holding: Vec<bool>,
    now: Weather,
    refusals: Vec<RuleInForce<RefusalRule>>,
    slow: Vec<RuleInForce<Slow>>,
    meanwhile: Vec<RuleInForce<Meanwhile>>,
}

/// A rule, and what became of it.
#[derive(Debug)]
pub(crate) struct RuleInForce<T> {
    /// It is one of this phase's.
    phase: Option<usize>,
    pub(crate) rule: T,
    /// Requests it could have struck.
    pub(crate) met: u64,
    /// Requests it struck.
    pub(crate) struck: u32,
}

impl Sky {
    pub(crate) fn new(mut base: Weather) -> Self {
        let mut phases = std::mem::take(&mut base.phase);
        let (mut refusals, mut slow, mut meanwhile) = (Vec::new(), Vec::new(), Vec::new());
        // What is nearer comes first: a later phase before an earlier one, the rest last.
        for (phase, weather) in phases.iter_mut().map(|phase| &mut phase.weather).enumerate().rev()
        {
            refusals.extend(rules(Some(phase), &mut weather.refuse));
            slow.extend(rules(Some(phase), &mut weather.slow));
            meanwhile.extend(rules(Some(phase), &mut weather.meanwhile));
        }
        refusals.extend(rules(None, &mut base.refuse));
        slow.extend(rules(None, &mut base.slow));
        meanwhile.extend(rules(None, &mut base.meanwhile));
        let holding = vec![false; phases.len()];
        Self { now: base.clone(), base, phases, holding, refusals, slow, meanwhile }
    }

    /// Goes on to this request. Says whether the weather is another one than before.
    pub(crate) fn turn(&mut self, request: u64, elapsed: Duration) -> bool {
        let mut changed = false;
        for (phase, holding) in self.phases.iter().zip(&mut self.holding) {
            let holds = phase.holds(request, elapsed);
            changed |= holds != *holding;
            *holding = holds;
        }
        if changed {
            let holding = self.phases.iter().zip(&self.holding).filter(|(_, holds)| **holds);
            self.now = holding
                .fold(self.base.clone(), |below, (phase, _)| phase.weather.clone().over(below));
        }
        changed
    }

    /// What holds now, but for rules.
    pub(crate) fn now(&self) -> &Weather {
        &self.now
    }

    /// Refusals for such a request, nearest first.
    pub(crate) fn refusals(
        &mut self,
        said: &Said,
    ) -> impl Iterator<Item = &mut RuleInForce<RefusalRule>> {
        let Self { refusals, holding, .. } = self;
        refusals.iter_mut().filter(|rule| rule.holds(holding) && rule.rule.means(said))
    }

    /// The nearest rule about how long such a request takes.
    pub(crate) fn slow(&self, said: &Said) -> Option<&Slow> {
        let mut rules = self.slow.iter().filter(|rule| rule.holds(&self.holding));
        rules.find(|rule| rule.rule.means(said)).map(|rule| &rule.rule)
    }

    /// What somebody else does before this request.
    pub(crate) fn meanwhile(&mut self, request: u64, said: &Said) -> Vec<Meanwhile> {
        let Self { meanwhile, holding, .. } = self;
        let due = meanwhile.iter_mut().filter(|rule| {
            let Meanwhile { before_request, before, times, .. } = &rule.rule;
            rule.holds(holding)
                && rule.struck < *times
                && *before_request <= request
                && before.means(said)
        });
        due.map(|rule| {
            rule.struck += 1;
            rule.rule.clone()
        })
        .collect()
    }
}

fn rules<T>(
    phase: Option<usize>,
    from: &mut Vec<T>,
) -> impl Iterator<Item = RuleInForce<T>> + use<T> {
    std::mem::take(from).into_iter().map(move |rule| RuleInForce { phase, rule, met: 0, struck: 0 })
}

impl<T> RuleInForce<T> {
    fn holds(&self, holding: &[bool]) -> bool {
        self.phase.is_none_or(|phase| holding.get(phase).copied().unwrap_or(false))
    }
}
