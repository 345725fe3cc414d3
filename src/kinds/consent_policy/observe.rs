//! Reading policies: one list, in which the condition sets come along.
//! <https://learn.microsoft.com/graph/api/permissiongrantpolicy-list>

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::{Conditions, ConsentPolicies, Found, Spec, address, condition, is_built_in};
use crate::kinds::{Each, Kind, Observe, OddAnswer, Pair, Read, Scene, user_consent};
use crate::model::address::{Address, TENANT};
use crate::model::id::{AppId, NotAPathId, PathId};
use crate::model::query::{Consistency, Missing, Pages, Query, Rows};
use crate::model::untrusted::shown;

pub(super) const PATH: &str = "/policies/permissionGrantPolicies";

impl Read for ConsentPolicies {
    fn reads(&self, scene: &Scene) -> Vec<Query> {
        scene.is_about(Self::NAME).then(read).into_iter().collect()
    }

    /// APIs and clients of every policy, so that people read names also of what the manifest no
    /// longer has.
    fn apps(&self, pages: &Pages, scene: &Scene) -> BTreeSet<AppId> {
        let mut apps = BTreeSet::new();
        // What is odd is told when it is observed.
        let odd = self.observe(pages, scene, &mut |_, have, _| {
            let sets = have.spec.include.iter().chain(&have.spec.exclude);
            apps.extend(sets.flat_map(Conditions::apps));
        });
        drop(odd);
        apps
    }

    /// Policies, Microsoft's own among them, one of whose included sets is everything. What is odd is told
    /// when it is observed.
    fn open_policies(&self, pages: &Pages) -> BTreeSet<String> {
        let rows = pages.rows(&read()).into_iter().flat_map(Rows::iter);
        let read = rows.filter_map(|row| Row::deserialize(row).ok());
        let is_open = |row: &Row| {
            sets(&row.includes).is_ok_and(|sets| sets.values().any(Conditions::is_everything))
        };
        read.filter(is_open).map(|row| row.id.as_str().to_lowercase()).collect()
    }

    /// Whether a policy by which users shall consent lets everything through is known of the policies only.
    /// They are read for the setting wherever the plan read them: also where it is about one of them.
    fn rates(&self, pair: &Pair) -> Option<Address> {
        let named =
            pair.address == user_consent::address() && user_consent::names_others(&pair.after);
        (named || pair.address.kind == Self::NAME).then(|| Address::new(Self::NAME, TENANT, []))
    }
}

impl Observe for ConsentPolicies {
    fn observe(&self, pages: &Pages, scene: &Scene, found: Each<Found>) -> Result<(), OddAnswer> {
        if !scene.is_about(ConsentPolicies::NAME) {
            return Ok(());
        }
        let rows = pages.rows(&read()).ok_or_else(|| odd("was not read"))?;
        for row in rows.iter() {
            let row = Row::deserialize(row).map_err(|error| odd(&shown(&error.to_string())))?;
            if is_built_in(row.id.as_str()) {
                continue;
            }
            found(address(row.id.as_str()), policy(row, scene)?, rows.answered());
        }
        Ok(())
    }
}

pub(super) fn read() -> Query {
    Query::list(PATH, Consistency::Default, Missing::Error)
}

/// As Graph answers. Without its sets a policy would look as if it had none.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: PathId,
    display_name: Option<String>,
    description: Option<String>,
    includes: Vec<Value>,
    excludes: Vec<Value>,
}

/// Ids of all policies of the tenant, Microsoft's own among them; `None` where they were not read.
pub(super) fn ids(pages: &Pages) -> Option<Vec<String>> {
    let id = |row: Value| Some(row.get("id")?.as_str()?.to_owned());
    Some(pages.rows(&read())?.iter().filter_map(id).collect())
}

fn policy(row: Row, scene: &Scene) -> Result<Found, OddAnswer> {
    let Row { id, display_name, description, includes, excludes } = row;
    let (include, exclude) = (sets(&includes)?, sets(&excludes)?);
    let spec = Spec {
        id,
        name: display_name.unwrap_or_default(),
        description: description.filter(|text| !text.is_empty()),
        include: include.values().cloned().collect(),
        exclude: exclude.values().cloned().collect(),
        names: condition::names(include.values().chain(exclude.values()), &scene.directory),
    };
    Ok(Found { spec, include, exclude })
}

fn sets(rows: &[Value]) -> Result<BTreeMap<PathId, Conditions>, OddAnswer> {
    let mut sets = BTreeMap::new();
    for row in rows {
        let set = Conditions::from_wire(row).map_err(|error| odd(&shown(&error.to_string())))?;
        let id = row.get("id").and_then(Value::as_str);
        let id = id.ok_or_else(|| odd("has a condition set without an id"))?;
        sets.insert(id.parse().map_err(|error: NotAPathId| odd(&error.to_string()))?, set);
    }
    Ok(sets)
}

fn odd(problem: &str) -> OddAnswer {
    OddAnswer::new("the list of consent policies", problem)
}
