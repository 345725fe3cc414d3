//! What is explored: small tenants with a manifest each, their plans, and what another administrator may
//! do to them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::spent::Spent;
use super::tenant::{Access, App, Assigned, Object, Scopes, Tenant, id_of_grant, scopes};
use crate::kinds::world::{EXPLORER, SIGN, World, client, object, person};
use crate::kinds::{Inputs, Names, Pair, REGISTRY, service_principal};
use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::id::ObjectId;
use crate::model::query::Pages;
use crate::model::request::{Known, later};
use crate::plan::desired::Desired;
use crate::plan::rests::{self, Found};
use crate::plan::{build, fresh};

/// A small world to explore.
pub(super) struct Setting {
    pub(super) name: &'static str,
    /// Without its head.
    pub(super) manifest: String,
    pub(super) start: Tenant,
    /// Whose grants another administrator may make, remove, narrow and widen.
    pub(super) touched: Vec<(ObjectId, Option<ObjectId>)>,
    /// Whom he may assign to an app, or take away from it.
    pub(super) assigned: Vec<(ObjectId, ObjectId)>,
    /// An app that he may make.
    pub(super) made: Option<(ObjectId, App)>,
    /// Most writes that go out together, and actions under way at the same time.
    pub(super) batch: usize,
    pub(super) lanes: usize,
    /// Disturbances on one path.
    pub(super) most: usize,
    /// Those that do not come.
    pub(super) without: Spent,
    pub(super) kept_back: Option<KeptBack>,
    pub(super) store: Store,
}

/// What the machine is not told, so that it is seen to be needed, and that its absence is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeptBack {
    /// What a change rests on that stays as it is.
    RestsOn,
    /// How old an answer is: every one seems to be from just now.
    Age,
    /// That a read shows another id than the answer to the request.
    OtherId,
}

/// Plans are made once for each state of the tenant.
#[derive(Default)]
pub(super) struct Store {
    plans: RefCell<BTreeMap<String, &'static Planned>>,
    looks: RefCell<BTreeMap<String, Look>>,
}

/// A plan, and what it means for people.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) pairs: Vec<Pair>,
    pub(super) changes: Vec<Change>,
    /// What the changes rest on and leave as it is.
    pub(super) rests: Found,
    /// As the plan was made, and as it would leave it.
    pub(super) before: Tenant,
    pub(super) goal: Tenant,
    /// What people could do before and shall be able to do afterwards.
    pub(super) kept: BTreeSet<Access>,
}

/// What a look right before a run makes of a plan; `None`: it is no longer true.
pub(super) type Look = Option<&'static Begun>;

/// A run as it begins.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) changes: Vec<Change>,
    pub(super) already: BTreeSet<Address>,
    pub(super) known: Known,
    /// When the service answered for each object of the plan.
    pub(super) seen: BTreeMap<Address, Duration>,
}

impl Setting {
    pub(super) fn keeps_back(&self, what: KeptBack) -> bool {
        self.kept_back == Some(what)
    }

    fn world(&self, tenant: &Tenant) -> World {
        let mut world = World::new(&self.manifest).group(&["carol"]).direct(Some(&["carol"]));
        for (id, app) in &tenant.apps {
            let app_id = app.app_id.parse().unwrap();
            let all = &mut world.directory.service_principals;
            let live = all.entry(app_id).or_insert_with(|| client(0, &app.app_id));
            (live.id, live.assignment_required) = (*id, app.assignment_required);
        }
        world.grants = tenant.grant_rows();
        world.assignments = tenant.assigned_rows();
        world
    }

    /// The plan that the manifest leads to now.
    pub(super) fn plan(&self, tenant: &Tenant) -> &'static Planned {
        let key = format!("{tenant:?}");
        if let Some(plan) = self.store.plans.borrow().get(&key) {
            return plan;
        }
        let planned: &'static Planned = Box::leak(Box::new(self.planned(tenant)));
        self.store.plans.borrow_mut().insert(key, planned);
        planned
    }

    fn planned(&self, tenant: &Tenant) -> Planned {
        let ((pairs, beside), findings) =
            self.world(tenant).with_inputs(|inputs, pages, findings| {
                let draft = build::draft(Desired::declared(inputs), pages, findings).unwrap();
                assert!(!findings.has_errors());
                let beside = rests::beside(&draft.pairs, pages, inputs.scene).unwrap();
                (draft.pairs, beside)
            });
        let mut changes = build::changes(&pairs, &beside, &Names::default()).unwrap();
        if self.keeps_back(KeptBack::RestsOn) {
            changes.iter_mut().for_each(|change| change.rests_on.clear());
        }
        let rests = rests::used(&changes, beside);
        assert!(!changes.is_empty() || tenant != &self.start, "nothing to do: {findings:?}");
        let goal = carried_out(tenant, &changes);
        let kept = tenant.access().intersection(&goal.access()).cloned().collect();
        Planned { pairs, changes, rests, before: tenant.clone(), goal, kept }
    }

    /// The look behind the approval, as a run makes it. `saved`: of a plan that comes from a file.
    pub(super) fn look(&self, planned: &'static Planned, saved: bool, tenant: &Tenant) -> Look {
        let key = format!("{saved} {:?} {tenant:?}", planned.before);
        if let Some(look) = self.store.looks.borrow().get(&key) {
            return *look;
        }
        let look = |inputs: &Inputs, pages: &Pages| look(planned, saved, inputs, pages);
        let look = self.world(tenant).with_inputs(|inputs, pages, _| look(inputs, pages)).0;
        let look: Look = look.map(|begun| &*Box::leak(Box::new(begun)));
        self.store.looks.borrow_mut().insert(key, look);
        look
    }

    /// Everything that another administrator could do now, in a word, with what he does it to.
    pub(super) fn moves(&self, tenant: &Tenant) -> Vec<(&'static str, Object, Tenant)> {
        let mut all = Vec::new();
        let there = |key: &&(ObjectId, _)| tenant.apps.contains_key(&key.0);
        for key in self.touched.iter().filter(there) {
            for (word, state) in others(tenant.grants.get(key)) {
                let mut after = tenant.clone();
                match state {
                    Some(state) => drop(after.grants.insert(*key, state)),
                    None => drop(after.grants.remove(key)),
                }
                all.push((word, Object::Grant(key.0, key.1), after));
            }
        }
        for (app, who) in self.assigned.iter().filter(|(app, _)| tenant.apps.contains_key(app)) {
            let mut after = tenant.clone();
            let one = Assigned { who: *who, app: *app };
            let there = tenant.assigned.iter().find(|(_, other)| **other == one);
            let (word, id) = match there {
                Some((id, _)) => {
                    after.assigned.remove(id);
                    ("takes away", id.clone())
                }
                None => ("makes", after.assigned(one)),
            };
            all.push((word, Object::Assignment(id), after));
        }
        if let Some((id, app)) = self.made.clone().filter(|(id, _)| !tenant.apps.contains_key(id)) {
            let mut after = tenant.clone();
            after.apps.insert(id, app);
            all.push(("makes the app", Object::App(id), after));
        }
        all
    }
}

/// Other states of a grant, and how one gets there.
fn others(now: Option<&Scopes>) -> Vec<(&'static str, Option<Scopes>)> {
    let Some(now) = now else {
        return vec![
            ("makes", Some(scopes("Mail.Read User.Read"))),
            ("makes a small", Some(scopes("User.Read"))),
        ];
    };
    let (mut less, mut more) = (now.clone(), now.clone());
    less.pop_first();
    more.insert("Tasks.ReadWrite".to_owned());
    let mut all = vec![("removes", None)];
    all.extend((!less.is_empty()).then_some(("narrows", Some(less))));
    all.extend((more != *now).then_some(("widens", Some(more))));
    all
}

/// What a plan leads to when nothing comes in between.
fn carried_out(tenant: &Tenant, changes: &[Change]) -> Tenant {
    let (mut goal, mut known) = (tenant.clone(), Known::new());
    for step in changes.iter().flat_map(|change| &change.steps) {
        let verdict = goal.write(&step.request.filled(&known));
        let crate::graph::verdict::Verdict::Accepted(body) = verdict else {
            panic!("{}: {verdict:?}", step.request)
        };
        let id = body.and_then(|body| body["id"].as_str().map(str::to_owned));
        known.extend(step.creates.clone().zip(id));
    }
    goal
}

/// The same steps as `operations::run`, without its words.
fn look(planned: &Planned, saved: bool, inputs: &Inputs, pages: &Pages) -> Option<Begun> {
    let planned_too: BTreeSet<&Address> = planned.pairs.iter().map(|pair| &pair.address).collect();
    let (mut now, mut seen) = (Found::new(), BTreeMap::new());
    for kind in REGISTRY {
        let mut add = |address: Address, state, answered| {
            if planned_too.contains(&address) {
                seen.insert(address.clone(), answered);
            }
            now.insert(address, state);
        };
        kind.found(pages, inputs.scene, &mut add).unwrap();
    }
    let id = |(label, app): (&String, &_)| {
        let id = inputs.scene.directory.client_id(*app)?;
        Some((later(&service_principal::address(label)), id.to_string()))
    };
    let known: Known = inputs.scene.roster.iter().filter_map(id).collect();
    let all: Vec<Pair> =
        planned.pairs.iter().cloned().chain(rests::as_pairs(&planned.rests)).collect();
    let odd = fresh::disagreement(&all, inputs.scene, &Names::default()).unwrap();
    let fresh = fresh::look(&planned.pairs, &now, &known).unwrap();
    let done = fresh.done(&planned.changes);
    let gone = rests::gone(&planned.changes, &done, &planned.rests, &now).unwrap();
    if !fresh.stale.is_empty() || !gone.is_empty() || (saved && odd.is_some()) {
        return None;
    }
    let mut changes = planned.changes.clone();
    fresh::fill_in(&mut changes, &known);
    fresh.skip_taken(&mut changes);
    let already = fresh.done(&changes);
    Some(Begun { changes, already, known, seen })
}

/// A text with names in the place of ids.
pub(super) fn told(text: &str) -> String {
    let mut text = text.replace("%20", " ").replace("%27", "'");
    let made = object(super::tenant::MADE);
    let apps = [(object(EXPLORER), "ge"), (object(SIGN), "sign"), (made, "new")];
    let people = ["alice", "bob", "carol"];
    // The id of everybody's grant is how every other one begins.
    for (app, label) in apps {
        for name in people {
            let id = id_of_grant(app, Some(person(name)));
            text = text.replace(&id, &format!("{name}'s grant of {label}"));
        }
        text = text.replace(&id_of_grant(app, None), &format!("everybody's grant of {label}"));
        text = text.replace(&app.to_string(), label);
    }
    for name in people {
        text = text.replace(&person(name).to_string(), name);
    }
    let rest = [(crate::kinds::world::GROUP, "the group"), (crate::kinds::world::GRAPH, "Graph")];
    rest.iter().fold(text, |text, (id, name)| text.replace(&object(*id).to_string(), name))
}

/// An app that is there.
pub(super) fn there(id: u128, app_id: &str) -> (ObjectId, App) {
    (object(id), App { app_id: app_id.to_owned(), assignment_required: false })
}
