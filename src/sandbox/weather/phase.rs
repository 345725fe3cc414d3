//! When a weather holds.

use std::time::Duration;

use serde::Deserialize;
use serde::de::Error as _;

use crate::sandbox::weather::rule::{Meanwhile, Refusal, Slow};
use crate::sandbox::weather::{Weather, rule::Said};

/// A weather for a while, on top of what holds otherwise.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Phase {
    /// First and last request, counted from 1; absent: open.
    pub requests: (Option<u64>, Option<u64>),
    /// Seconds since the server started, the last one included; absent: open.
    pub seconds: (Option<u64>, Option<u64>),
    pub weather: Weather,
}

const WHEN: [&str; 4] = ["from-request", "to-request", "from-second", "to-second"];

impl Phase {
    /// Whether it holds for this request, counted from 1, so long after the start.
    pub fn holds(&self, request: u64, elapsed: Duration) -> bool {
        let within = |(from, to): (Option<u64>, Option<u64>), at: u64| {
            from.is_none_or(|from| from <= at) && to.is_none_or(|to| at <= to)
        };
        within(self.requests, request) && within(self.seconds, elapsed.as_secs())
    }
}

/// When, and beside it the keys of any weather. (serde cannot refuse unknown keys in a flattened
/// table.)
impl<'de> Deserialize<'de> for Phase {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut table = toml::Table::deserialize(from)?;
        let mut when = [None; 4];
        for (name, place) in WHEN.iter().zip(&mut when) {
            let Some(value) = table.remove(*name) else { continue };
            let number = value.as_integer().and_then(|number| u64::try_from(number).ok());
            *place = Some(number.ok_or_else(|| {
                D::Error::custom(format!("{name} takes a number, counted from 1"))
            })?);
        }
        if when == [None; 4] {
            return Err(D::Error::custom(format!("a phase says when: {}", WHEN.join(", "))));
        }
        let weather: Weather = table.try_into().map_err(|error: toml::de::Error| {
            D::Error::custom(format!("{}; or {}", error.message(), WHEN.join(", ")))
        })?;
        if !weather.phase.is_empty() {
            return Err(D::Error::custom("a phase has no phases of its own"));
        }
        let [first, last, start, end] = when;
        Ok(Self { requests: (first, last), seconds: (start, end), weather })
    }
}

/// The weather of one server run as it goes by.
#[derive(Debug)]
pub struct Sky {
    base: Weather,
    phases: Vec<Phase>,
    holding: Vec<bool>,
    now: Weather,
    refusals: Vec<Rule<Refusal>>,
    slow: Vec<Rule<Slow>>,
    meanwhile: Vec<Rule<Meanwhile>>,
}

/// A rule, and what became of it.
#[derive(Debug)]
pub struct Rule<T> {
    /// It is one of this phase's.
    phase: Option<usize>,
    pub rule: T,
    /// Requests it could have struck.
    pub met: u64,
    /// Requests it struck.
    pub struck: u32,
}

impl Sky {
    pub fn new(mut base: Weather) -> Self {
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
    pub fn turn(&mut self, request: u64, elapsed: Duration) -> bool {
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
    pub fn now(&self) -> &Weather {
        &self.now
    }

    /// Refusals for such a request, nearest first.
    pub fn refusals(&mut self, said: &Said) -> impl Iterator<Item = &mut Rule<Refusal>> {
        let Self { refusals, holding, .. } = self;
        refusals.iter_mut().filter(|rule| rule.holds(holding) && rule.rule.means(said))
    }

    /// The nearest rule about how long such a request takes.
    pub fn slow(&self, said: &Said) -> Option<&Slow> {
        let mut rules = self.slow.iter().filter(|rule| rule.holds(&self.holding));
        rules.find(|rule| rule.rule.means(said)).map(|rule| &rule.rule)
    }

    /// What somebody else does before this request.
    pub fn meanwhile(&mut self, request: u64, said: &Said) -> Vec<Meanwhile> {
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

fn rules<T>(phase: Option<usize>, from: &mut Vec<T>) -> impl Iterator<Item = Rule<T>> + use<T> {
    std::mem::take(from).into_iter().map(move |rule| Rule { phase, rule, met: 0, struck: 0 })
}

impl<T> Rule<T> {
    fn holds(&self, holding: &[bool]) -> bool {
        self.phase.is_none_or(|phase| holding.get(phase).copied().unwrap_or(false))
    }
}
