//! Gathers what the rules ask about. The rules themselves are in `policy`.

use std::collections::BTreeSet;

use time::Date;

use crate::graph::auth::Claims;
use crate::graph::rights::{Access, needed};
use crate::graph::{Reader, survey};
use crate::kinds::{REGISTRY, Scene};
use crate::manifest::app::Protect;
use crate::model::change::PermissionSort;
use crate::model::directory::{Directory, Mentions};
use crate::model::finding::Findings;
use crate::model::query::Pages;
use crate::operations::manifest::Loaded;
use crate::operations::{Failed, lookup};
use crate::plan::{Check, DayLimit, Lifted, Plan, holdings};
use crate::policy::identity::{GRAPH, Identity, Need};
use crate::policy::limits::{self, Acceptance, RemovalLimit};
use crate::policy::{self, Case};

/// What stops this plan, whoever applies it, and which rails are lifted for it.
pub(crate) fn of_plan(
    plan: &Plan,
    loaded: &Loaded,
    findings: &Findings,
    today: Date,
) -> (Vec<Check>, Vec<Lifted>) {
    let limit = removal_limit(loaded);
    let apps = loaded.manifest.apps.iter();
    let protected = apps.filter(|(_, app)| app.protect == Protect::Yes);
    let protected = protected.map(|(label, _)| label.clone()).collect();
    let case = Case { plan, limit: &limit, protected: &protected, findings, today };
    (policy::of_plan(&case), policy::lifted(&case))
}

/// What the runs of one day may take from, by the manifest.
pub(crate) fn removals_a_day(loaded: &Loaded, today: Date) -> DayLimit {
    limits::a_day(&removal_limit(loaded), today)
}

fn removal_limit(loaded: &Loaded) -> RemovalLimit {
    let stated = &loaded.manifest.limits;
    let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let accept = loaded.manifest.accept.revoke.as_ref().map(|accepted| Acceptance {
        max: size(accepted.max),
        until: accepted.until,
        reason: accepted.reason.clone(),
        place: loaded.sources.line(&accepted.place),
    });
    RemovalLimit {
        revoke: size(stated.revoke),
        revoke_percent: size(stated.revoke_percent),
        accept,
    }
}

/// What stops this plan as long as it is this identity that applies it: the same for a plan just made
/// and for a saved one. `mentions` is what the manifest names; a saved plan has no manifest, and then
/// everything that a manifest could name counts as needed. `pages`: all that there is, where it was read
/// already.
///
/// # Errors
/// When a read fails. The tenant is asked only where the plan is about the identity's own app.
pub(crate) async fn of_identity(
    reader: &Reader,
    plan: &Plan,
    scene: &Scene,
    mentions: Option<&Mentions>,
    pages: Option<Pages>,
) -> Result<Vec<Check>, Failed> {
    // Nobody is signed in to a record.
    let Some(claims) = reader.claims().await? else { return Ok(Vec::new()) };
    let own = own_labels(plan, &claims, &scene.directory);
    if own.is_empty() {
        return Ok(Vec::new());
    }
    let found = match pages {
        Some(pages) => lookup::observed(&pages, scene, &mut |_, _| {})?,
        None => lookup::found(reader, scene).await?,
    };
    let itself = Mentions { apps: [GRAPH].into(), ..Mentions::default() };
    let itself = survey::survey(reader, &itself).await?;
    let holdings = holdings::of(&own, &found, &plan.pairs, &itself)?;
    let identity = Identity {
        labels: own,
        object: claims.object,
        sort: Some(match claims.is_delegated() {
            true => PermissionSort::Delegated,
            false => PermissionSort::Application,
        }),
        holdings,
        needs: needs(plan, scene, mentions),
    };
    Ok(policy::of_identity(plan, &identity))
}

/// What the plan calls the app that the token is for. A token that does not say is not judged.
fn own_labels(plan: &Plan, claims: &Claims, directory: &Directory) -> BTreeSet<String> {
    let itself = claims.object.and_then(|id| directory.by_object_id(id)).map(|sp| sp.app_id);
    let Some(app) = claims.app.or(itself) else { return BTreeSet::new() };
    plan.apps.iter().filter(|head| head.app_id == app).map(|head| head.label.clone()).collect()
}

/// Everything that consent does for such a plan: reads of names, and reads and writes of each kind.
fn needs(plan: &Plan, scene: &Scene, mentions: Option<&Mentions>) -> Vec<Need> {
    let named = |some: fn(&Mentions) -> bool| mentions.is_none_or(some);
    let mut rights = vec![
        needed(Access::Read, "/organization"),
        needed(Access::Read, "/servicePrincipals"),
        needed(Access::Read, "/directoryObjects/getByIds"),
    ];
    if named(|mentions| !mentions.users.is_empty()) {
        rights.push(needed(Access::Read, "/users"));
    }
    if named(|mentions| !mentions.groups.is_empty() || !mentions.whole_groups.is_empty()) {
        rights.push(needed(Access::Read, "/groups"));
    }
    if named(|mentions| !mentions.groups.is_empty()) {
        rights.push(needed(Access::Read, "/groups/transitiveMembers"));
    }
    for query in REGISTRY.iter().flat_map(|kind| kind.reads(scene)) {
        // What a kind reads is what it writes.
        rights.extend([Access::Read, Access::Write].map(|access| needed(access, &query.path)));
    }
    let steps = plan.changes.iter().flat_map(|change| &change.steps);
    rights.extend(steps.flat_map(|step| {
        let proof = needed(Access::Read, &step.proof.read.path);
        [needed(Access::Write, &step.request.path), proof]
    }));
    let rests = plan.changes.iter().flat_map(|change| &change.rests_on);
    rights.extend(rests.map(|rest| needed(Access::Read, &rest.proof.read.path)));
    let mut needs: Vec<Need> = rights
        .into_iter()
        .map(|right| Need(right.sufficient().map(str::to_owned).collect()))
        .collect();
    needs.sort();
    needs.dedup();
    needs
}
