//! Beside an oracle that knows no plan and no kind: what people have is asked of the tenant's rows, once as
//! they are and once after all requests, in the words of Microsoft's pages about consent and assignment.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::kinds::world::{
    EXPLORER, GRAPH, GROUP, ORDERS, ORDERS_APP, PEOPLE, World, explorer, grant, object, person,
};
use crate::model::change::Change;
use crate::model::id::ObjectId;
use crate::model::request::Method;
use crate::plan::access::Losers;
use crate::plan::tests::planned;
use crate::plan::{Plan, access};

const SCOPES: [&str; 4] = ["User.Read", "Mail.Read", "Calendars.Read", "offline_access"];
const ROLES: [(u128, &str); 2] = [(71, "User.Read.All"), (72, "Mail.Read")];
/// Of an app for its people.
const SEATS: [(u128, &str); 3] = [(0, "default access"), (97, "Reader"), (98, "Approver")];
const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";

/// App, resource, sort, who: and what that one has.
type Having = BTreeMap<(String, String, String, String), BTreeSet<String>>;

/// The rows of a tenant, as the service stores them.
#[derive(Clone)]
struct Rows {
    grants: Vec<Value>,
    assignments: Vec<Value>,
    /// `appRoleAssignmentRequired` of the app that has roles for people.
    required: bool,
}

impl Rows {
    fn of(world: &World) -> Self {
        let orders = &world.directory.service_principals[&ORDERS_APP.parse().unwrap()];
        let (grants, assignments) = (world.grants.clone(), world.assignments.clone());
        Self { grants, assignments, required: orders.assignment_required }
    }

    /// What the service does with the requests.
    fn after(mut self, changes: &[Change]) -> Self {
        let steps = changes.iter().flat_map(|change| &change.steps);
        for (turn, step) in steps.enumerate() {
            let path: Vec<&str> = step.request.path.split('/').skip(1).collect();
            let body = step.request.body.clone().unwrap_or_default();
            let new = |body: &Value| {
                let mut row = body.clone();
                row["id"] = json!(format!("new-{turn}"));
                row
            };
            match (step.request.method, path.as_slice()) {
                (Method::Post, ["oauth2PermissionGrants"]) => self.grants.push(new(&body)),
                (Method::Patch, ["oauth2PermissionGrants", id]) => {
                    let mut rows = self.grants.iter_mut();
                    rows.find(|row| row["id"] == *id).unwrap()["scope"] = body["scope"].clone();
                }
                (Method::Delete, ["oauth2PermissionGrants", id]) => {
                    self.grants.retain(|row| row["id"] != *id);
                }
                (Method::Post, ["servicePrincipals", _, "appRoleAssignedTo"]) => {
                    self.assignments.push(new(&body));
                }
                (Method::Delete, ["servicePrincipals", _, "appRoleAssignedTo", id]) => {
                    self.assignments.retain(|row| row["id"] != *id);
                }
                (Method::Patch, ["servicePrincipals", _]) => {
                    self.required = body["appRoleAssignmentRequired"].as_bool().unwrap();
                }
                other => panic!("{other:?}"),
            }
        }
        self
    }

    /// What this user or group has. An all-users grant is everybody's, so whoever has nothing of his own
    /// has what it gives; so it is with an app that needs no assignment.
    fn has(&self, who: Option<ObjectId>) -> Having {
        let mut all = Having::new();
        let mut add = |app: &str, resource: &str, sort: &str, name: &str| {
            let who = who.map_or("everybody".to_owned(), |id| id.to_string());
            let key = [app, resource, sort, &who].map(str::to_owned).into();
            all.entry(key).or_default().insert(name.to_owned());
        };
        for row in &self.grants {
            let own = who.is_some_and(|id| row["principalId"] == json!(id));
            if row["consentType"] == "AllPrincipals" || own {
                let names = row["scope"].as_str().unwrap().split(' ').filter(|one| !one.is_empty());
                names.for_each(|name| add("ge", GRAPH_APP, "delegated", name));
            }
        }
        if !self.required {
            add("orders", ORDERS_APP, "sign_in", "sign in");
        }
        for row in &self.assignments {
            let role = row["appRoleId"].as_str().unwrap();
            if who.is_some_and(|id| row["principalId"] == json!(id))
                && row["resourceId"] == json!(object(ORDERS))
            {
                let seat = SEATS.iter().find(|(id, _)| role.ends_with(&format!("{id:012x}")));
                add("orders", ORDERS_APP, "sign_in", seat.unwrap().1);
                add("orders", ORDERS_APP, "sign_in", "sign in");
            }
        }
        all
    }

    /// What the app can do by itself.
    fn by_itself(&self) -> Having {
        let mut all = Having::new();
        for row in &self.assignments {
            let role = row["appRoleId"].as_str().unwrap();
            if row["principalId"] == json!(object(EXPLORER)) {
                let role = ROLES.iter().find(|(id, _)| role.ends_with(&format!("{id:012x}")));
                let key = ["ge", GRAPH_APP, "application", "app"].map(str::to_owned).into();
                all.entry(key).or_default().insert(role.unwrap().1.to_owned());
            }
        }
        all
    }
}

/// What is got and lost, where anything is.
type Moves = BTreeMap<(String, String, String, String), (BTreeSet<String>, BTreeSet<String>)>;

fn moves(before: &Having, after: &Having) -> Moves {
    let none = BTreeSet::new();
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).cloned().collect();
    let each = keys.into_iter().map(|key| {
        let (old, new) = (before.get(&key).unwrap_or(&none), after.get(&key).unwrap_or(&none));
        let minus = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect();
        (key, (minus(new, old), minus(old, new)))
    });
    each.filter(|(_, (gets, loses)): &(_, (BTreeSet<_>, BTreeSet<_>))| {
        !gets.is_empty() || !loses.is_empty()
    })
    .collect()
}

/// What the plan says, as its document has it.
fn said(plan: &Plan) -> Moves {
    let document = serde_json::to_value(&plan.access).unwrap();
    let words = |names: &Value| serde_json::from_value::<BTreeSet<String>>(names.clone()).unwrap();
    let one = |entry: &Value| {
        let key =
            ["app", "resource", "sort", "who"].map(|at| entry[at].as_str().unwrap().to_owned());
        (key.into(), (words(&entry["gets"]), words(&entry["loses"])))
    };
    let rows = document.as_array().unwrap();
    let said: Moves = rows.iter().map(one).collect();
    assert_eq!(said.len(), rows.len(), "somebody stands here twice: {document}");
    said
}

/// What a reader takes it to mean for one: his own entry, or else everybody's.
fn meant(said: &Moves, who: &str) -> Moves {
    let mut meant = Moves::new();
    for ((app, resource, sort, of), moved) in said {
        if of == "everybody" || of == who {
            let key = (app.clone(), resource.clone(), sort.clone(), who.to_owned());
            if of == who || !meant.contains_key(&key) {
                meant.insert(key, moved.clone());
            }
        }
    }
    meant.retain(|_, (gets, loses)| !gets.is_empty() || !loses.is_empty());
    meant
}

/// Everybody whom the tenant or the manifest knows, and one who is in neither.
fn all() -> Vec<ObjectId> {
    let people = PEOPLE.map(person);
    people.into_iter().chain([object(GROUP), object(0x57_4a)]).collect()
}

fn judge(world: &World) -> Result<Plan, TestCaseError> {
    let plan = planned(world);
    let before = Rows::of(world);
    let after = before.clone().after(&plan.changes);
    let said = said(&plan);
    for who in all() {
        let truth = moves(&before.has(Some(who)), &after.has(Some(who)));
        prop_assert_eq!(meant(&said, &who.to_string()), truth, "{} in {:#?}", who, said);
    }
    let everybody = moves(&before.has(None), &after.has(None));
    let app = moves(&before.by_itself(), &after.by_itself());
    for ((app_label, resource, sort, who), moved) in &said {
        let key = (app_label.clone(), resource.clone(), sort.clone(), "everybody".to_owned());
        match who.as_str() {
            "everybody" => prop_assert_eq!(everybody.get(&key), Some(moved)),
            "app" => {}
            // No entry says what everybody's says, or nothing where everybody has none.
            who => {
                let none = (BTreeSet::new(), BTreeSet::new());
                prop_assert_ne!(everybody.get(&key).unwrap_or(&none), moved, "{}", who);
            }
        }
    }
    let own = |said: &Moves| -> Moves {
        said.iter().filter(|(key, _)| key.3 == "app").map(|(k, v)| (k.clone(), v.clone())).collect()
    };
    prop_assert_eq!(own(&said), app);
    for key in everybody.keys() {
        prop_assert!(said.contains_key(key), "{:?} is missing in {:#?}", key, said);
    }
    Ok(plan)
}

/// One change's own part of it, asked of the oracle: what its holder gets or loses that it moves.
fn judge_each(world: &World, plan: &Plan) -> Result<(), TestCaseError> {
    let before = Rows::of(world);
    let after = before.clone().after(&plan.changes);
    for change in &plan.changes {
        use crate::model::audience::Audience::{Everyone, Group, One, Tenant};
        let sign_in = change.address.kind == "service_principal";
        let truth = match change.subject.audience {
            One(id) | Group(id) => moves(&before.has(Some(id)), &after.has(Some(id))),
            Tenant if !sign_in => moves(&before.by_itself(), &after.by_itself()),
            Everyone | Tenant => moves(&before.has(None), &after.has(None)),
        };
        let names = |taken: bool| -> BTreeSet<String> {
            let moved = truth.iter().filter(|(key, _)| key.0 == change.address.owner);
            let moved = moved.flat_map(|(_, (gets, loses))| if taken { loses } else { gets });
            let own = |name: &&String| {
                let mut all = change.permissions.iter();
                all.any(|one| one.name == **name && if taken { one.lost } else { one.gained })
            };
            moved.filter(own).cloned().collect()
        };
        let outcome = plan.access.of(change);
        let raw = |names: &BTreeSet<crate::model::untrusted::Untrusted>| -> BTreeSet<String> {
            names.iter().map(|name| name.raw().to_owned()).collect()
        };
        prop_assert_eq!(raw(&outcome.gets), names(false), "{}", change.address);
        prop_assert_eq!(raw(&outcome.loses), names(true), "{}", change.address);
        prop_assert_eq!(outcome.losers == Losers::Nobody, outcome.loses.is_empty());
    }
    Ok(())
}

#[derive(Debug, Clone)]
struct Case {
    exact: bool,
    /// Of everybody, or of a person by number.
    grants: BTreeMap<Option<usize>, BTreeSet<usize>>,
    roles: BTreeSet<usize>,
    /// Of a person by number, or the group.
    seats: BTreeSet<(Option<usize>, usize)>,
    required: bool,
    tables: Vec<(Option<BTreeSet<usize>>, bool, BTreeSet<usize>)>,
    wanted_roles: BTreeSet<usize>,
    wanted_seats: Vec<(BTreeSet<usize>, bool, usize)>,
    required_then: Option<bool>,
}

prop_compose! {
    fn case()(
        exact in any::<bool>(),
        grants in btree_map(option::of(0..PEOPLE.len()), btree_set(0..SCOPES.len(), 0..4), 0..6),
        roles in btree_set(0..ROLES.len(), 0..=2),
        seats in btree_set((option::of(0..PEOPLE.len()), 1..SEATS.len()), 0..5),
        required in any::<bool>(),
        tables in vec(
            (option::weighted(0.7, btree_set(0..3_usize, 0..3)), any::<bool>(), btree_set(0..SCOPES.len(), 1..4)),
            0..4,
        ),
        wanted_roles in btree_set(0..ROLES.len(), 0..=2),
        wanted_seats in vec((btree_set(0..3_usize, 1..3), any::<bool>(), 1..SEATS.len()), 0..3),
        required_then in option::of(any::<bool>()),
    ) -> Case {
        Case { exact, grants, roles, seats, required, tables, wanted_roles, wanted_seats, required_then }
    }
}

impl Case {
    fn manifest(&self) -> String {
        let mode = if self.exact { "exact" } else { "additive" };
        let mut text = explorer(mode);
        if self.tables.is_empty() && self.wanted_roles.is_empty() {
            text += "grants = \"none\"\n";
        }
        text += &format!("[app.orders]\napp_id = \"{ORDERS_APP}\"\nmode = \"{mode}\"\n");
        text += "grants = \"none\"\n";
        if let Some(required) = self.required_then {
            text += &format!("assignment_required = {required}\n");
        }
        text += "[limits]\nprincipals = 100\n";
        for (users, group, names) in &self.tables {
            let names: Vec<&str> = names.iter().map(|at| SCOPES[*at]).collect();
            text += &grant(&format!("{names:?}"), &whom(users.as_ref(), *group));
        }
        if !self.wanted_roles.is_empty() {
            let roles: Vec<&str> = self.wanted_roles.iter().map(|at| ROLES[*at].1).collect();
            text += "[[app_role]]\napp = \"ge\"\nresource = \"Microsoft Graph\"\n";
            text += &format!("roles = {roles:?}\n");
        }
        for (users, group, seat) in &self.wanted_seats {
            text += &format!("[[assignment]]\napp = \"orders\"\nrole = \"{}\"\n", SEATS[*seat].1);
            text += &format!("users = {:?}\n", upns(users));
            text += if *group { "groups = [\"GX\"]\n" } else { "" };
        }
        text
    }

    fn world(&self) -> World {
        let mut world = World::new(self.manifest()).group(&["alice", "bob", "frank"]);
        for (whom, names) in &self.grants {
            let names: Vec<&str> = names.iter().map(|at| SCOPES[*at]).collect();
            world = world.has(whom.map_or("everyone", |at| PEOPLE[at]), &names.join(" "));
        }
        for at in &self.roles {
            world = world.assigned("ServicePrincipal", object(EXPLORER), GRAPH, ROLES[*at].0);
        }
        for (whom, seat) in &self.seats {
            let (sort, id) =
                whom.map_or(("Group", object(GROUP)), |at| ("User", person(PEOPLE[at])));
            world = world.assigned(sort, id, ORDERS, SEATS[*seat].0);
        }
        let orders = world.directory.service_principals.get_mut(&ORDERS_APP.parse().unwrap());
        orders.unwrap().assignment_required = self.required;
        world
    }
}

fn upns(users: &BTreeSet<usize>) -> Vec<String> {
    users.iter().map(|at| format!("{}@contoso.com", PEOPLE[*at])).collect()
}

fn whom(users: Option<&BTreeSet<usize>>, group: bool) -> String {
    let Some(users) = users else { return "\"all-users\"".to_owned() };
    let group = if group || users.is_empty() { ", groups = [\"GX\"]" } else { "" };
    format!("{{ users = {:?}{group} }}", upns(users)).replace("users = [], ", "")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn gets_and_loses_are_the_difference_of_what_people_have(case in case()) {
        let world = case.world();
        let plan = judge(&world)?;
        judge_each(&world, &plan)?;
    }

    #[test]
    fn the_order_of_rows_and_of_pairs_changes_nothing(case in case(), turn in 0..7_usize) {
        let world = case.world();
        let plan = planned(&world);
        let mut other = world.clone();
        for rows in [&mut other.grants, &mut other.assignments] {
            let turn = turn.min(rows.len());
            rows.rotate_left(turn);
            rows.reverse();
        }
        prop_assert_eq!(&planned(&other).access, &plan.access);
        let again = world.with_inputs(|inputs, pages, _| {
            let mut pairs = plan.pairs.clone();
            let turn = turn.min(pairs.len());
            pairs.rotate_left(turn);
            access::of(&pairs, pages, inputs.scene).unwrap()
        });
        prop_assert_eq!(&again.0, &plan.access);
    }

    /// What all users have, given to single ones or taken from them, changes nothing for anybody.
    #[test]
    fn what_is_only_redundant_has_no_entries(
        own in btree_map(0..PEOPLE.len(), btree_set(0..SCOPES.len(), 1..4), 0..4),
        wanted in vec((btree_set(0..3_usize, 1..3), btree_set(0..SCOPES.len(), 1..4)), 0..3),
        exact in any::<bool>(),
    ) {
        let everything = format!("{SCOPES:?}");
        let mut text = explorer(if exact { "exact" } else { "additive" });
        if exact || wanted.is_empty() {
            text += &grant(&everything, "\"all-users\"");
        }
        for (users, names) in &wanted {
            let names: Vec<&str> = names.iter().map(|at| SCOPES[*at]).collect();
            text += &grant(&format!("{names:?}"), &whom(Some(users), false));
        }
        let mut world = World::new(text).has("everyone", &SCOPES.join(" "));
        for (at, names) in &own {
            let names: Vec<&str> = names.iter().map(|at| SCOPES[*at]).collect();
            world = world.has(PEOPLE[*at], &names.join(" "));
        }
        let mut plan = judge(&world)?;
        prop_assert!(plan.access.is_empty(), "{:?}", plan.access);
        crate::plan::access::note(&mut plan.changes, &plan.access);
        let said = "Nobody's access changes: all users have it by the grant that is left alone.";
        for change in &plan.changes {
            prop_assert!(change.notes.iter().any(|note| note == said), "{:?}", change.notes);
        }
    }
}
