//! A plan, and what became of it, without the people in it: for reports that everybody may read.
//!
//! People become `person 1`, `person 2` and so on, by the order of their ids, the same everywhere in one plan;
//! their ids become ids of nobody, also inside of ids that Entra makes of several, and addresses of mail
//! that stand in anybody's words are taken out. The digest stays that of the effect with its names.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::{Change, FieldChange, Part, Why};
use crate::model::id::ObjectId;
use crate::model::object_state::ObjectState;
use crate::model::outcome::{Line, Outcome, Refusal, RunReport};
use crate::model::request::Request;
use crate::model::untrusted::Untrusted;
use crate::plan::access::AccessHolder;
use crate::plan::{Check, Plan, Unmanaged};

/// What stands for an address of mail.
const MAIL: &str = "(hidden)";

/// The shortest text that can hold an id in Entra's own form: 16 bytes in base64url.
const SHORTEST: usize = 22;

/// Takes the people of one plan out of whatever is said of it.
pub(crate) struct WithoutPeople {
    people: BTreeMap<ObjectId, usize>,
    /// Their names and ids.
    words: Option<AhoCorasick>,
    /// What stands for each of these.
    instead: Vec<String>,
}

impl WithoutPeople {
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut found: BTreeMap<ObjectId, Option<&Untrusted>> = BTreeMap::new();
        let holders = plan.access.entries().iter().filter_map(|entry| match entry.who {
            AccessHolder::One(id) => Some((id, None)),
            AccessHolder::Everybody | AccessHolder::App => None,
        });
        let changed = plan.changes.iter().filter_map(|change| match change.subject.audience {
            Audience::One(id) => Some((id, change.subject.person.as_ref())),
            Audience::Everyone | Audience::Group(_) | Audience::Tenant => None,
        });
        // Only a user has a name of this form.
        let named = plan.names.0.iter().filter(|(_, name)| name.raw().contains('@'));
        let named = named.map(|(id, name)| (*id, Some(name)));
        for (id, name) in holders.chain(changed).chain(named) {
            let known = found.entry(id).or_default();
            *known = name.or(*known);
        }
        for change in &plan.changes {
            if let Audience::Group(id) = change.subject.audience {
                found.remove(&id);
            }
        }
        Self::with(&found)
    }

    fn with(found: &BTreeMap<ObjectId, Option<&Untrusted>>) -> Self {
        let (mut words, mut instead) = (Vec::new(), Vec::new());
        let mut people = BTreeMap::new();
        for (number, (id, name)) in (1..).zip(found) {
            people.insert(*id, number);
            words.push(id.to_string());
            instead.push(ObjectId::hidden(number).to_string());
            if let Some(name) = name.filter(|name| !name.raw().is_empty()) {
                words.push(name.raw().to_owned());
                instead.push(called(number));
            }
        }
        let searched = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(&words);
        Self { people, words: searched.ok(), instead }
    }

    /// The plan as everybody may read it. It can be drawn and reported, and nothing else.
    pub(crate) fn plan(&self, plan: &Plan) -> Plan {
        let mut hidden = plan.clone();
        hidden.pairs.clear();
        hidden.rests = Default::default();
        let names = std::mem::take(&mut hidden.names.0).into_iter();
        hidden.names.0 = names.map(|(id, name)| (self.id(id), self.name(id, &name))).collect();
        hidden.changes.iter_mut().for_each(|change| self.change(change));
        hidden.access.rename(&|who| match who {
            AccessHolder::One(id) => AccessHolder::One(self.id(id)),
            AccessHolder::Everybody | AccessHolder::App => who,
        });
        for Unmanaged { address, text, risk: _ } in &mut hidden.unmanaged {
            self.address(address);
            *text = self.untrusted(text);
        }
        for Check { rule: _, text, help } in
            hidden.checks.iter_mut().chain(&mut hidden.identity_checks)
        {
            self.in_place(text);
            self.in_place(help);
        }
        hidden.warnings.iter_mut().for_each(|text| self.in_place(text));
        for lifted in &mut hidden.lifted {
            self.in_place(&mut lifted.reason);
        }
        hidden.effect.text = self.text(&hidden.effect.text).into();
        hidden
    }

    /// What became of the plan.
    pub(crate) fn run(&self, report: &RunReport) -> RunReport {
        let lines = report.lines.iter().map(|line| self.line(line)).collect();
        RunReport { lines, ..report.clone() }
    }

    /// What became of one change.
    pub(crate) fn line(&self, line: &Line) -> Line {
        let Line { address, mut outcome } = line.clone();
        match &mut outcome {
            Outcome::Failed { error } => {
                let Refusal { status: _, code: _, message, request_id: _ } = error;
                *message = self.untrusted(message);
            }
            Outcome::Unsure { because, accepted: _ } => self.in_place(because),
            Outcome::Skipped { needs } => self.address(needs),
            Outcome::Done | Outcome::Already | Outcome::NotStarted => {}
        }
        Line { address: self.place(&address), outcome }
    }

    /// Where it stands.
    pub(crate) fn place(&self, address: &Address) -> Address {
        let mut address = address.clone();
        self.address(&mut address);
        address
    }

    fn change(&self, change: &mut Change) {
        self.address(&mut change.address);
        if let Some(Part { of }) = &mut change.part {
            self.address(of);
        }
        let subject = &mut change.subject;
        if let Audience::One(id) = subject.audience {
            subject.person = subject.person.as_ref().map(|name| self.name(id, name));
            subject.audience = Audience::One(self.id(id));
        } else {
            subject.person = subject.person.as_ref().map(|name| self.untrusted(name));
        }
        for FieldChange { name: _, kept, gained, lost } in &mut change.fields {
            for name in kept.iter_mut().chain(gained).chain(lost) {
                *name = self.untrusted(name);
            }
        }
        change.before = self.state(&change.before);
        change.after = self.state(&change.after);
        change.steps.iter_mut().for_each(|step| self.request(&mut step.request));
        change.needs.iter_mut().for_each(|need| self.address(need));
        change.rests_on.clear();
        change.notes.iter_mut().for_each(|note| self.in_place(note));
        for Why { line, reason, owner, until: _, at: _ } in &mut change.why {
            self.in_place(line);
            reason.iter_mut().chain(owner).for_each(|text| self.in_place(text));
        }
    }

    fn request(&self, request: &mut Request) {
        self.in_place(&mut request.path);
        request.body.iter_mut().for_each(|body| self.value(body));
    }

    fn state(&self, state: &ObjectState) -> ObjectState {
        let mut value = state.value();
        self.value(&mut value);
        value.into()
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.in_place(text),
            Value::Array(all) => all.iter_mut().for_each(|one| self.value(one)),
            Value::Object(all) => all.values_mut().for_each(|one| self.value(one)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn address(&self, address: &mut Address) {
        address.parts.iter_mut().for_each(|part| self.in_place(part));
    }

    fn id(&self, id: ObjectId) -> ObjectId {
        self.people.get(&id).map_or(id, |number| ObjectId::hidden(*number))
    }

    fn name(&self, id: ObjectId, name: &Untrusted) -> Untrusted {
        match self.people.get(&id) {
            Some(number) => Untrusted::new(called(*number)),
            None => self.untrusted(name),
        }
    }

    fn untrusted(&self, text: &Untrusted) -> Untrusted {
        Untrusted::new(self.text(text.raw()))
    }

    fn in_place(&self, text: &mut String) {
        *text = self.text(text);
    }

    /// Any text without them.
    pub(crate) fn text(&self, text: &str) -> String {
        let text = match &self.words {
            Some(words) => words.replace_all(text, &self.instead),
            None => text.to_owned(),
        };
        without_mail(&self.inside_of_ids(&text))
    }

    /// Ids that Entra makes of those of a client, a resource and a person hold the person's.
    fn inside_of_ids(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        for piece in text.split_inclusive(|c| !is_part(c)) {
            let word = piece.trim_end_matches(|c| !is_part(c));
            let hidden = (word.len() >= SHORTEST).then(|| self.inside_of(word)).flatten();
            out.push_str(hidden.as_deref().unwrap_or(word));
            out.push_str(&piece[word.len()..]);
        }
        out
    }

    fn inside_of(&self, word: &str) -> Option<String> {
        let mut bytes = URL_SAFE_NO_PAD.decode(word).ok()?;
        let mut found = false;
        for at in 0..bytes.len().saturating_sub(15) {
            let own: [u8; 16] = bytes.get(at..at + 16)?.try_into().ok()?;
            if let Some(number) = self.people.get(&ObjectId::from(own)) {
                bytes
                    .get_mut(at..at + 16)?
                    .copy_from_slice(&<[u8; 16]>::from(ObjectId::hidden(*number)));
                found = true;
            }
        }
        found.then(|| URL_SAFE_NO_PAD.encode(bytes))
    }
}

fn called(number: usize) -> String {
    format!("person {number}")
}

/// Without what has the form of an address of mail, whoever it is of.
pub(crate) fn without_mail(text: &str) -> String {
    if !text.contains('@') {
        return text.to_owned();
    }
    let ends = |c: char| c.is_whitespace() || "\"'`<>()[]{},;|=".contains(c);
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(ends) {
        let word = piece.trim_end_matches(ends);
        let is_mail = word.split_once('@').is_some_and(|(name, domain)| {
            !name.is_empty() && domain.trim_end_matches(['.', ':']).contains('.')
        });
        out.push_str(if is_mail { MAIL } else { word });
        out.push_str(&piece[word.len()..]);
    }
    out
}

#[cfg(test)]
#[path = "without_people_tests.rs"]
mod tests;
