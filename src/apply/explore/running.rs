//! The machine does whatever it can at one moment.

use std::rc::Rc;

use super::judge;
use super::law::NO_END;
use super::node::{Flying, Node, Phase};
use super::setting::Setting;
use crate::apply::action::{Action, Now, Outgoing};
use crate::apply::in_flight::Ticket;

/// Actions that a machine may begin at one time without an answer.
const ENOUGH: usize = 200;

impl Node {
    /// Lets the machine begin whatever it can.
    pub(super) fn go_on(&mut self, setting: &Setting) {
        self.waits = None;
        for _ in 0..ENOUGH {
            let Some(machine) = &mut self.machine else { return };
            self.memory.settled.extend(machine.take_news().into_iter().map(|(place, _)| place));
            if self.flying.len() >= setting.lanes {
                return;
            }
            let now = self.now;
            let moment = Now { now, quota_from: now, asked_from: now, batch: setting.batch };
            match machine.next_action(moment) {
                Action::Send(ticket, outgoing) => self.depart(ticket, outgoing),
                Action::Read(ticket, queries) => {
                    let flying = Flying::Read(ticket, Rc::new(queries), None);
                    self.flying.push(flying);
                }
                Action::Wait(time, _) if !time.is_zero() => {
                    self.waits = Some(time);
                    return;
                }
                Action::Await if !self.flying.is_empty() => return,
                Action::End => {
                    self.phase = Phase::Over;
                    judge::the_end(self);
                    return;
                }
                Action::Wait(..) | Action::Await => break,
            }
        }
        self.faults.push(NO_END);
        self.phase = Phase::Over;
    }

    fn depart(&mut self, ticket: Ticket, outgoing: Vec<Outgoing>) {
        for out in &outgoing {
            judge::departure(self, out);
            self.say(|| format!("  the run sends {}", out.request));
        }
        self.flying.push(Flying::Write(ticket, Rc::new(outgoing)));
    }
}
