//! How risky a change is: what its permissions allow, then who gets them and whose app it is, each
//! step with its reason. What is only taken away is rated by the outage it may be.

use std::collections::{BTreeMap, BTreeSet};

use crate::kinds::{Kind, consent_policy, service_principal, user_consent};
use crate::model::audience::Audience;
use crate::model::change::{Change, Permission, PermissionSort, Risk, Tier};
use crate::model::directory::{Directory, MICROSOFT_TENANTS};
use crate::model::id::{AppId, ObjectId, TenantId};
use crate::plan::{AppHead, Plan};
use crate::policy::identity::GRAPH;
use crate::policy::permissions::rule;

/// Up to so many named people, a high permission counts as medium.
pub const FEW_PEOPLE: usize = 25;

/// Who is given one permission in the plan, of one app.
#[derive(Default)]
struct Reach {
    everyone: bool,
    people: BTreeSet<ObjectId>,
}

type Reaches = BTreeMap<Key, Reach>;

/// App, resource, sort and name of a permission: many names are of both sorts.
type Key = (String, AppId, PermissionSort, String);

/// Sets the risk of every change. Changes without permissions that are no consent setting keep none.
///
/// It is that of the tenant as the plan saw it: what an earlier run of the same plan has made since
/// makes nothing more or less risky.
pub fn assess(plan: &mut Plan, directory: &Directory) {
    let reaches = reaches(&plan.changes);
    let open = open_policies(plan, directory);
    let unverified: BTreeMap<String, &'static str> = plan
        .apps
        .iter()
        .filter_map(|app| Some((app.label.clone(), without_publisher(app, plan, directory)?)))
        .collect();
    for change in &mut plan.changes {
        let unverified = unverified.get(&change.address.owner).copied();
        change.risk = risk(change, unverified, &reaches, directory, &open);
    }
}

/// Policies by which everything may be consented to, before the plan changes any of them.
fn open_policies(plan: &Plan, directory: &Directory) -> BTreeSet<String> {
    let mut open = directory.open_policies.clone();
    for pair in &plan.pairs {
        if let (consent_policy::ConsentPolicies::NAME, Some(id)) =
            (pair.address.kind.as_str(), pair.address.parts.first())
        {
            if consent_policy::is_open(&pair.before) {
                open.insert(id.clone());
            } else {
                open.remove(id);
            }
        }
    }
    open
}

fn reaches(changes: &[Change]) -> Reaches {
    let mut reaches = Reaches::new();
    for change in changes {
        for permission in change.permissions.iter().filter(|permission| permission.gained) {
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

fn key(change: &Change, permission: &Permission) -> Key {
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
            .then_some("G3: an app of another organisation without a verified publisher"),
        None => (!made.and_then(|made| made.publisher_tenant).is_some_and(own))
            .then_some("G3: an app whose publisher is not known before it is there"),
    }
}

/// What the plan makes of an app that is not there yet.
fn created(app: &AppHead, plan: &Plan) -> Option<service_principal::Spec> {
    let address = service_principal::address(&app.label);
    let pair = plan.pairs.iter().find(|pair| pair.address == address)?;
    pair.before.is_absent().then(|| pair.after.read().ok()?).flatten()
}

fn risk(
    change: &Change,
    unverified: Option<&'static str>,
    reaches: &Reaches,
    directory: &Directory,
    open: &BTreeSet<String>,
) -> Option<Risk> {
    let mut found: Vec<(Tier, Vec<String>)> = Vec::new();
    let gained = change.permissions.iter().filter(|permission| permission.gained);
    for ((tier, reason, steps), names) in alike(gained, change, unverified, reaches, directory) {
        found.push((tier, [vec![format!("{reason} ({})", names.join(", "))], steps].concat()));
    }
    found.extend(setting(change, open));
    found.extend(outage(change));
    let tier = found.iter().map(|(tier, _)| *tier).max()?;
    let mut reasons: Vec<String> = Vec::new();
    for reason in found.into_iter().filter(|(of, _)| *of == tier).flat_map(|(_, reasons)| reasons) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    Some(Risk { tier, reasons })
}

type Rated = (Tier, String, Vec<String>);

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
        let (base, reason) = base(permission, directory);
        let reach = reaches.get(&key(change, permission));
        let (tier, steps) = in_context(base, permission, reach, unverified);
        alike.entry((tier, reason, steps)).or_default().push(permission.name.clone());
    }
    alike
}

/// What the permission alone allows. Only the names of Microsoft Graph follow the grammar of the rules.
fn base(permission: &Permission, directory: &Directory) -> (Tier, String) {
    if permission.resource == GRAPH {
        let rule = rule(permission.sort, &permission.name, permission.admin_only);
        return (rule.tier, format!("{}: {}", rule.id, rule.says));
    }
    let microsofts = directory
        .service_principals
        .get(&permission.resource)
        .is_some_and(crate::model::directory::ServicePrincipal::is_microsofts);
    let (tier, text) = match permission.name.as_str() {
        "openid" | "profile" | "email" | "offline_access" => (Tier::Low, "P302: signs people in"),
        "full_access_as_app" | "full_access_as_user" | "Exchange.ManageAsApp" => {
            (Tier::Critical, "P401: everything in everybody's mailbox")
        }
        "user_impersonation" if microsofts => (Tier::High, "P402: everything there, as the user"),
        _ if microsofts && permission.sort == PermissionSort::Application => {
            (Tier::High, "P405: something in a service of Microsoft, with nobody signed in")
        }
        _ if microsofts => (Tier::Medium, "P403: a service of Microsoft without rules of its own"),
        _ => (Tier::Medium, "P404: a custom API: ask its owner what it allows"),
    };
    (tier, text.to_owned())
}

/// The steps G1 and G3. Critical is reached only by a permission and never lowered.
fn in_context(
    base: Tier,
    permission: &Permission,
    reach: Option<&Reach>,
    unverified: Option<&'static str>,
) -> (Tier, Vec<String>) {
    let mut tier = base;
    let mut steps = Vec::new();
    let people =
        reach.filter(|reach| !reach.everyone).map_or(usize::MAX, |reach| reach.people.len());
    let delegated = permission.sort == PermissionSort::Delegated;
    if tier == Tier::High && delegated && people <= FEW_PEOPLE {
        tier = Tier::Medium;
        steps.push(format!("G1: at most {FEW_PEOPLE} named people get it: high becomes medium"));
    }
    if let Some(why) = unverified.filter(|_| tier == Tier::Medium) {
        tier = Tier::High;
        steps.push(format!("{why}: medium becomes high"));
    }
    (tier, steps)
}

/// Settings that let people consent by themselves, and policies by which somebody may.
fn setting(change: &Change, open: &BTreeSet<String>) -> Option<(Tier, Vec<String>)> {
    let (tier, text) = match change.address.kind.as_str() {
        "user_consent" if change.gives => self::user_consent(change, open)?,
        "consent_policy" => consent_policy(change)?,
        _ => return None,
    };
    Some((tier, vec![text.to_owned()]))
}

/// Of several policies the widest counts. One that is made by the same plan is rated there.
fn user_consent(change: &Change, open: &BTreeSet<String>) -> Option<(Tier, &'static str)> {
    let rated = user_consent::gained(change).into_iter().map(|id| match &*id.to_lowercase() {
        "microsoft-user-default-legacy" => {
            (Tier::High, "S1: everybody may consent to any app by themselves")
        }
        "microsoft-user-default-low" => {
            (Tier::Low, "S3: everybody may consent to low-risk permissions by themselves")
        }
        id if open.contains(id) => {
            (Tier::High, "S4: everybody may consent by a policy that lets everything through")
        }
        _ => (Tier::Medium, "S2: everybody may consent to more by themselves"),
    });
    rated.max_by_key(|(tier, _)| *tier)
}

/// A policy may not be used yet: it is rated like its use, since that shows its id only.
fn consent_policy(change: &Change) -> Option<(Tier, &'static str)> {
    let sets = |field: &str| change.fields.iter().find(|one| one.name == field);
    let included = sets("includes").map(|field| field.gained.as_slice()).unwrap_or_default();
    let readmitted = sets("excludes").is_some_and(|field| !field.lost.is_empty());
    if included.iter().any(|set| set.raw().starts_with("everything")) {
        return Some((Tier::High, "S4: the policy lets everything be consented to"));
    }
    (!included.is_empty() || readmitted)
        .then_some((Tier::Medium, "S5: the policy lets more be consented to"))
}

/// A revocation can be the outage: rated by who loses something, not by what the permission allowed.
fn outage(change: &Change) -> Option<(Tier, Vec<String>)> {
    if !change.takes {
        return None;
    }
    let (tier, text) = match change.subject.audience {
        Audience::Everyone => (Tier::Medium, "R1: everybody loses it"),
        Audience::Tenant => (Tier::Medium, "R2: the app or the tenant as such loses it"),
        Audience::One(_) => (Tier::Low, "R3: one person loses it"),
        Audience::Group(_) => (Tier::Medium, "R4: a group loses it"),
    };
    Some((tier, vec![text.to_owned()]))
}

#[cfg(test)]
#[path = "risk_tests.rs"]
mod tests;
