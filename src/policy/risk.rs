//! How risky it is what a change gives: what the permissions allow, then who gets them and whose app it is,
//! each step with its reason. What is taken is no matter of risk, see `plan/outage.rs`.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::kinds::service_principal;
use crate::model::address::Address;
use crate::model::audience::Audience;
use crate::model::change::{Change, Consent, Lets, Permission, PermissionSort};
use crate::model::directory::{Directory, MICROSOFT_TENANTS, ServicePrincipal};
use crate::model::id::{AppId, ObjectId, TenantId};
use crate::model::risk::{About, Reason, Risk, Tier};
use crate::plan::access::{AccessOutcome, is_about_access};
use crate::plan::{AppHead, Plan, build};
use crate::policy::identity::GRAPH;
use crate::policy::permissions::{Publisher, rule, rule_of_other};

/// Up to so many named people, a high permission counts as medium.
pub(crate) const FEW_PEOPLE: usize = 25;

/// Who is given one permission in the plan, of one app.
#[derive(Default)]
struct GivenTo {
    everyone: bool,
    people: BTreeSet<ObjectId>,
}

type Reaches = BTreeMap<PermissionKey, GivenTo>;

/// App, resource, sort and name of a permission: many names are of both sorts.
type PermissionKey = (String, Option<AppId>, PermissionSort, String);

/// Sets the risk of every change. One that gives no permission and opens no consent has none.
///
/// It is that of the tenant as the plan saw it: what an earlier run of the same plan has made since
/// makes nothing more or less risky.
pub fn assess(plan: &mut Plan, directory: &Directory) {
    let outcomes: Vec<AccessOutcome> =
        plan.changes.iter().map(|change| plan.access.of(change)).collect();
    let reaches = reaches(&plan.changes, &outcomes);
    let open = open_policies(plan, directory);
    let unverified: BTreeMap<String, &'static str> = plan
        .apps
        .iter()
        .filter_map(|app| Some((app.label.clone(), without_publisher(app, plan, directory)?)))
        .collect();
    for (change, outcome) in plan.changes.iter_mut().zip(&outcomes) {
        let unverified = unverified.get(&change.address.owner).copied();
        change.risk = risk((change, outcome), unverified, &reaches, directory, &open);
    }
}

/// Rates what is left alone as if the plan gave it. What all users have or an app has by itself comes first,
/// and of that the most powerful. `made`: the changes that would make each of it.
pub(crate) fn assess_unmanaged(plan: &mut Plan, mut made: Vec<Change>, directory: &Directory) {
    build::annotate(&mut made, directory);
    let outcomes: Vec<AccessOutcome> = made.iter().map(AccessOutcome::all_of).collect();
    let reaches = reaches(&made, &outcomes);
    let none = BTreeSet::new();
    let rated: BTreeMap<&Address, (bool, Option<Tier>)> = made
        .iter()
        .zip(&outcomes)
        .map(|(change, outcome)| {
            let risk = risk((change, outcome), None, &reaches, directory, &none);
            (&change.address, (is_wide(change), risk.map(|risk| risk.tier)))
        })
        .collect();
    for found in &mut plan.unmanaged {
        found.risk = rated.get(&found.address).and_then(|(_, tier)| *tier);
    }
    plan.unmanaged.sort_by_key(|found| {
        let wide = rated.get(&found.address).is_some_and(|(wide, _)| *wide);
        (!wide, Reverse(found.risk))
    });
}

/// All users have it, or the app by itself.
fn is_wide(change: &Change) -> bool {
    let by_itself = |one: &Permission| one.sort == PermissionSort::Application;
    change.subject.audience == Audience::Everyone || change.permissions.iter().any(by_itself)
}

/// Policies by which everything may be consented to, before the plan changes any of them.
fn open_policies(plan: &Plan, directory: &Directory) -> BTreeSet<String> {
    let mut open = directory.open_policies.clone();
    for change in &plan.changes {
        match &change.consent {
            Some(Consent::Policy { id, was_open: true, .. }) => drop(open.insert(id.clone())),
            Some(Consent::Policy { id, was_open: false, .. }) => drop(open.remove(id)),
            Some(Consent::Users { .. }) | None => {}
        }
    }
    open
}

fn reaches(changes: &[Change], outcomes: &[AccessOutcome]) -> Reaches {
    let mut reaches = Reaches::new();
    for (change, outcome) in changes.iter().zip(outcomes) {
        for permission in given(change, outcome) {
            let reach = reaches.entry(key(change, permission)).or_default();
            match change.subject.audience {
                Audience::One(id) => {
                    reach.people.insert(id);
                }
                Audience::Everyone | Audience::Group(_) | Audience::Tenant => reach.everyone = true,
            }
        }
    }
    reaches
}

/// What the change gives and somebody really gets by it. A class gives nobody a permission, and opens one
/// to all.
fn given<'a>(
    change: &'a Change,
    outcome: &'a AccessOutcome,
) -> impl Iterator<Item = &'a Permission> {
    let is_setting = !is_about_access(change);
    change.consented().filter(move |one| one.gained && (is_setting || outcome.gives(one)))
}

fn key(change: &Change, permission: &Permission) -> PermissionKey {
    let Permission { resource, sort, name, .. } = permission;
    (change.address.owner.clone(), *resource, *sort, name.clone())
}

/// Why an app counts as one without a verified publisher: one of another organisation, Microsoft apart,
/// or one that is not there yet, unless it must be the tenant's own to be given anything. What the
/// service does not say of an app that is there is not held against it.
fn without_publisher(app: &AppHead, plan: &Plan, directory: &Directory) -> Option<&'static str> {
    let own = |tenant: TenantId| tenant == plan.tenant.id || MICROSOFT_TENANTS.contains(&tenant);
    let made = created(app, plan);
    match directory.service_principals.get(&app.app_id).filter(|_| made.is_none()) {
        Some(there) if there.verified_publisher.is_some() => None,
        Some(there) => there
            .publisher_tenant
            .is_some_and(|tenant| !own(tenant))
            .then_some("an app of another organisation without a verified publisher"),
        None => (!made.and_then(|made| made.publisher_tenant).is_some_and(own))
            .then_some("an app whose publisher is not known before it is there"),
    }
}

/// What the plan makes of an app that is not there yet.
fn created(app: &AppHead, plan: &Plan) -> Option<service_principal::Spec> {
    let address = service_principal::address(&app.label);
    let pair = plan.pairs.iter().find(|pair| pair.address == address)?;
    pair.before.is_absent().then(|| pair.after.read().ok()?).flatten()
}

fn risk(
    (change, outcome): (&Change, &AccessOutcome),
    unverified: Option<&'static str>,
    reaches: &Reaches,
    directory: &Directory,
    open: &BTreeSet<String>,
) -> Option<Risk> {
    let mut found: Vec<(Tier, Vec<Reason>)> = Vec::new();
    let given = given(change, outcome);
    for ((tier, base, steps), names) in alike(given, change, unverified, reaches, directory) {
        let reason = Reason::new(base.rule, base.says, About::Permissions(names));
        found.push((tier, [vec![reason], steps].concat()));
    }
    let alone = consent(change, open);
    found.extend(alone.map(|(tier, reason)| (tier, vec![reason])));
    let tier = found.iter().map(|(tier, _)| *tier).max()?;
    let mut reasons: Vec<Reason> = Vec::new();
    for reason in found.into_iter().filter(|(of, _)| *of == tier).flat_map(|(_, reasons)| reasons) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    Some(Risk { tier, reasons })
}

type Rated = (Tier, Base, Vec<Reason>);

/// What a permission allows by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Base {
    rule: &'static str,
    says: &'static str,
}

/// Permissions that are rated alike, with their names.
fn alike<'a>(
    permissions: impl Iterator<Item = &'a Permission>,
    change: &Change,
    unverified: Option<&'static str>,
    reaches: &Reaches,
    directory: &Directory,
) -> BTreeMap<Rated, Vec<String>> {
    let mut alike: BTreeMap<Rated, Vec<String>> = BTreeMap::new();
    for permission in permissions {
        let (tier, base) = base(permission, directory);
        let reach = reaches.get(&key(change, permission));
        let (tier, steps) = in_context(tier, permission, reach, unverified);
        alike.entry((tier, base, steps)).or_default().push(permission.name.clone());
    }
    alike
}

/// What the permission alone allows.
fn base(permission: &Permission, directory: &Directory) -> (Tier, Base) {
    let Permission { resource, sort, ref name, admin_only, .. } = *permission;
    let rating = if resource == Some(GRAPH) {
        rule(sort, name, admin_only)
    } else {
        let publisher = resource.and_then(|app| directory.service_principals.get(&app));
        let publisher = if publisher.is_some_and(ServicePrincipal::is_microsofts) {
            Publisher::Microsoft
        } else {
            Publisher::Other
        };
        rule_of_other(resource, publisher, (sort, name, admin_only))
    };
    (rating.tier, Base { rule: rating.id, says: rating.says })
}

/// The steps G1 and G3. Critical is reached only by a permission and never lowered.
fn in_context(
    base: Tier,
    permission: &Permission,
    reach: Option<&GivenTo>,
    unverified: Option<&'static str>,
) -> (Tier, Vec<Reason>) {
    let mut tier = base;
    let mut steps = Vec::new();
    let people =
        reach.filter(|reach| !reach.everyone).map_or(usize::MAX, |reach| reach.people.len());
    let delegated = permission.sort == PermissionSort::Delegated;
    if tier == Tier::High && delegated && people <= FEW_PEOPLE {
        tier = Tier::Medium;
        let says = format!("at most {FEW_PEOPLE} named people get it: high becomes medium");
        steps.push(Reason::new("G1", says, About::Reach));
    }
    if let Some(why) = unverified.filter(|_| tier == Tier::Medium) {
        tier = Tier::High;
        let says = format!("{why}: medium becomes high");
        steps.push(Reason::new("G3", says, About::Publisher));
    }
    (tier, steps)
}

/// Settings that let people consent by themselves, and policies by which somebody may.
fn consent(change: &Change, open: &BTreeSet<String>) -> Option<(Tier, Reason)> {
    let (tier, rule, says) = match change.consent.as_ref()? {
        Consent::Users { by } if change.gives => users(by, open)?,
        // A policy may not be used yet: it is rated like its use, since that shows its id only.
        Consent::Policy { lets: Some(Lets::Everything), .. } => {
            (Tier::High, "S4", "the policy lets everything be consented to")
        }
        Consent::Policy { lets: Some(Lets::More), .. } => {
            (Tier::Medium, "S5", "the policy lets more be consented to")
        }
        Consent::Users { .. } | Consent::Policy { lets: None, .. } => return None,
    };
    Some((tier, Reason::new(rule, says, About::Consent)))
}

/// Of several policies the widest counts. One that is made by the same plan is rated there.
fn users(by: &[String], open: &BTreeSet<String>) -> Option<(Tier, &'static str, &'static str)> {
    let rated = by.iter().map(|id| match &*id.to_lowercase() {
        "microsoft-user-default-legacy" => {
            (Tier::High, "S1", "everybody may consent to any app by themselves")
        }
        "microsoft-user-default-low" => {
            (Tier::Low, "S3", "everybody may consent to low-risk permissions by themselves")
        }
        id if open.contains(id) => {
            (Tier::High, "S4", "everybody may consent by a policy that lets everything through")
        }
        _ => (Tier::Medium, "S2", "everybody may consent to more by themselves"),
    });
    rated.max_by_key(|(tier, _, _)| *tier)
}

#[cfg(test)]
#[path = "risk_tests.rs"]
mod tests;
