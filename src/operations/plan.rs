//! From a manifest and a tenant to a plan: the same steps for `plan` and for `apply`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::{join, join3};
use time::OffsetDateTime;

use crate::graph::{Reader, survey};
use crate::kinds::{Inputs, Names, REGISTRY, Scene};
use crate::manifest::suggest::did_you_mean;
use crate::model::address::{Address, TENANT};
use crate::model::change::Change;
use crate::model::clock::Clock;
use crate::model::directory::{Directory, Mentions, Organization};
use crate::model::finding::Findings;
use crate::model::id::AppId;
use crate::model::object_state::ObjectState;
use crate::model::query::{Pages, Query};
use crate::operations::lookup::{self, add_by_id, observed, queries};
use crate::operations::manifest::Loaded;
use crate::operations::{Failed, Tell, notes, offline, outside, rails, told, watch};
use crate::plan::access::{self, AccessChanges};
use crate::plan::build::{self, Draft};
use crate::plan::desired::Desired;
use crate::plan::offline::Offline;
use crate::plan::{AppHead, Effect, Extent, LiveSummary, Plan, SaidBy, effect, rests};
use crate::policy;
use crate::store::snapshot::Snapshot;

/// Proves that the tenant is the manifest's.
///
/// # Errors
/// When it is another one, or nobody can be asked.
async fn tenant(reader: &Reader, loaded: &Loaded) -> Result<Organization, Failed> {
    let wanted = &loaded.manifest.tenant;
    let tenant = reader.check_tenant(wanted.id.value).await?;
    let domain = wanted.domain.as_ref().map(|domain| domain.value.as_str());
    let has = |name: &str| tenant.domains.iter().any(|one| one.raw().eq_ignore_ascii_case(name));
    match domain {
        Some(name) if !has(name) => {
            let (tenant, domain) = (wanted.id.value, name.to_owned());
            Err(Failed::NoSuchDomain { tenant, domain })
        }
        _ => Ok(tenant),
    }
}

/// Reads the tenant and compares.
///
/// # Errors
/// When a read fails or is incomplete, or the tenant shows mistakes of the manifest.
pub(crate) async fn make(
    reader: &Reader,
    loaded: &Loaded,
    only: &[String],
    past: Option<&Snapshot>,
    clock: &dyn Clock,
    tell: &Tell<'_>,
) -> Result<Plan, Failed> {
    watch::reading(reader, tell, compare(reader, loaded, only, past, clock, tell)).await
}

async fn compare(
    reader: &Reader,
    loaded: &Loaded,
    only: &[String],
    past: Option<&Snapshot>,
    clock: &dyn Clock,
    tell: &Tell<'_>,
) -> Result<Plan, Failed> {
    let started = clock.since_start();
    let tenant = tenant(reader, loaded).await?;
    let made_at = clock.now().replace_nanosecond(0).unwrap_or_else(|_| clock.now());
    let (offline, today) = (offline::of(reader, made_at), made_at.date());
    let counted = outside::look(reader, only.is_empty());
    let (looked, counted) = join(look(reader, loaded, only), counted).await;
    let Looked { mut scene, pages, unheld } = looked?;
    let outside = counted.map(|counted| outside::count(&counted, &scene, &pages));
    add_resources(reader, &pages, &mut scene).await?;
    let inputs =
        Inputs { manifest: &loaded.manifest, sources: &loaded.sources, scene: &scene, today };
    let mut findings = unheld;
    let mut draft = build::draft(Desired::declared(&inputs), &pages, &mut findings)?;
    let findings = told(findings, &loaded.sources, tell)?;
    let beside = rests::beside(&draft.pairs, &pages, &scene)?;
    add_by_id(reader, lookup::resources(&draft.pairs)?, &mut scene.directory).await?;
    let access = access::of(&draft.pairs, &pages, &scene)?;
    drop(pages);
    let names = names(reader, &draft, &scene.directory).await?;
    let mut changes = build::changes(&draft.pairs, &beside, &names)?;
    complete(&mut changes, &access, &scene);
    let rests = rests::used(&changes, beside);
    let read_at = offline.as_ref().map_or(made_at, |offline| offline.taken_at);
    let live = live(read_at, clock.since_start() - started, &scene, &draft);
    let (unmanaged, made) = draft.unmanaged(&names);
    let mut plan = Plan {
        tenant,
        simulated: reader.is_simulated(),
        cloud: loaded.manifest.tenant.cloud.value,
        manifest: loaded.summary.clone(),
        live,
        made_at,
        offline,
        apps: heads(loaded, &scene),
        names: draft.names(&rests, &names),
        resources: build::resources(&changes),
        unmanaged,
        outside,
        pairs: draft.pairs,
        rests,
        changes,
        access,
        unchanged: draft.unchanged,
        warnings: [draft.remarks, notes::of(loaded, past, today)].concat(),
        checks: Vec::new(),
        identity_checks: Vec::new(),
        extent: extent(only),
        removals_a_day: rails::removals_a_day(loaded, today),
        lifted: Vec::new(),
        source: SaidBy::Tenant,
        effect: Effect::default(),
    };
    rate(&mut plan, made, &scene.directory);
    (plan.checks, plan.lifted) = rails::of_plan(&plan, loaded, &findings, today);
    plan.identity_checks =
        rails::of_identity(reader, &plan, &scene, Some(&loaded.mentions), None).await?;
    plan.effect = effect::of(&plan);
    Ok(plan)
}

/// What was read, and how long it took.
fn live(read_at: OffsetDateTime, took: Duration, scene: &Scene, draft: &Draft) -> LiveSummary {
    LiveSummary {
        read_at,
        apps: scene.roster.len(),
        objects: draft.objects.clone(),
        milliseconds: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    }
}

/// What it gives, and what it leaves alone. `made`: the changes that would make the latter.
fn rate(plan: &mut Plan, made: Vec<Change>, directory: &Directory) {
    let first = access::pointless(plan);
    let old = plan.offline.as_ref().and_then(Offline::warning);
    plan.warnings.splice(0..0, old.into_iter().chain(first));
    policy::risk::assess(plan, directory);
    policy::risk::assess_unmanaged(plan, made, directory);
}

/// Adds to the changes what only the tenant knows of them.
fn complete(changes: &mut [Change], access: &AccessChanges, scene: &Scene) {
    build::annotate(changes, &scene.directory);
    access::own_app(changes, &scene.roster);
    access::note(changes, access);
}

/// What was looked up, and read.
struct Looked {
    scene: Scene,
    pages: Pages,
    /// What a record does not say, where one is read in place of the tenant.
    unheld: Findings,
}

/// Looks up everything that the manifest names, and reads all that there is of it. Who is in a group
/// and what an app has do not wait for each other: at a hundred thousand people each takes seconds.
async fn look(reader: &Reader, loaded: &Loaded, only: &[String]) -> Result<Looked, Failed> {
    let roster = roster(loaded, only)?;
    let (directory, unread) = survey::look_up(reader, &loaded.mentions).await?;
    let settings = REGISTRY.iter().flat_map(|kind| kind.settings(&loaded.manifest, &directory));
    let settings = settings.collect();
    let mut scene = Scene { roster, settings, directory, apps_only: apps_only(only) };
    let unheld = offline::unheld(reader, loaded, &mut scene);
    let queries: Vec<Query> =
        queries(&scene).into_iter().filter(|query| reader.holds(query)).collect();
    let lost = scene.directory.lost(&loaded.mentions.apps);
    let (members, pages, astray) = join3(
        unread.read(reader, &mut scene.directory),
        reader.read(&queries),
        survey::astray::look(reader, &lost),
    )
    .await;
    members?;
    scene.directory.astray = astray;
    Ok(Looked { scene, pages: pages?, unheld })
}

/// What the plan is about, in the manifest's order of labels.
fn extent(only: &[String]) -> Extent {
    let mut labels = only.to_vec();
    labels.sort();
    labels.dedup();
    if labels.is_empty() { Extent::Whole } else { Extent::Partial(labels) }
}

/// The tenant's settings are in no part unless they are named.
fn apps_only(only: &[String]) -> bool {
    !only.is_empty() && !only.iter().any(|label| label == TENANT)
}

/// The apps that are asked for, by label.
fn roster(loaded: &Loaded, only: &[String]) -> Result<BTreeMap<String, AppId>, Failed> {
    for label in only.iter().filter(|label| *label != TENANT) {
        if !loaded.manifest.apps.contains_key(label) {
            let labels = loaded.manifest.apps.keys().map(String::as_str);
            let help = did_you_mean(label, labels).unwrap_or_else(|| {
                "--app takes a label of the manifest, the LABEL of an [app.LABEL], or `tenant`"
                    .to_owned()
            });
            return Err(Failed::UnknownApp { label: label.clone(), help });
        }
    }
    let asked = |label: &String| only.is_empty() || only.contains(label);
    let apps = loaded.manifest.apps.iter().filter(|(label, _)| asked(label));
    Ok(apps.map(|(label, app)| (label.clone(), app.app_id.value)).collect())
}

/// Adds to the directory what the answers speak of and the manifest does not.
pub(super) async fn add_resources(
    reader: &Reader,
    pages: &Pages,
    scene: &mut Scene,
) -> Result<(), Failed> {
    let open = REGISTRY.iter().flat_map(|kind| kind.open_policies(pages));
    scene.directory.open_policies.extend(open);
    let mut apps: BTreeSet<AppId> =
        REGISTRY.iter().flat_map(|kind| kind.apps(pages, scene)).collect();
    apps.retain(|app| !scene.directory.service_principals.contains_key(app));
    if !apps.is_empty() {
        let mentions = Mentions { apps, ..Mentions::default() };
        let (found, _) = survey::look_up(reader, &mentions).await?;
        scene.directory.service_principals.extend(found.service_principals);
    }
    let spoken_of = REGISTRY.iter().flat_map(|kind| kind.resources(pages, scene)).collect();
    add_by_id(reader, spoken_of, &mut scene.directory).await
}

/// How many objects a plan of this manifest would have now, and everything that is there.
///
/// # Errors
/// When a read fails, or the manifest no longer fits the tenant.
pub(crate) async fn afresh(
    reader: &Reader,
    loaded: &Loaded,
    extent: &Extent,
    today: time::Date,
) -> Result<(usize, BTreeMap<Address, ObjectState>), Failed> {
    let Looked { mut scene, pages, .. } = look(reader, loaded, extent.only()).await?;
    add_resources(reader, &pages, &mut scene).await?;
    let Loaded { manifest, sources, .. } = loaded;
    let inputs = Inputs { manifest, sources, scene: &scene, today };
    let mut findings = Findings::default();
    let draft = build::draft(Desired::declared(&inputs), &pages, &mut findings)?;
    if findings.has_errors() {
        return Err(Failed::NoLongerFits);
    }
    Ok((draft.pairs.len(), observed(&pages, &scene, &mut |_, _| {})?))
}

async fn names(reader: &Reader, draft: &Draft, directory: &Directory) -> Result<Names, Failed> {
    let mut names = Names::from_directory(directory);
    let strangers = draft.strangers(&names);
    if !strangers.is_empty() {
        let found = survey::names(reader, &strangers).await?;
        names.0.extend(found);
    }
    Ok(names)
}

fn heads(loaded: &Loaded, scene: &Scene) -> Vec<AppHead> {
    let head = |(label, app_id): (&String, &AppId)| {
        let live = scene.directory.service_principals.get(app_id).map(|sp| sp.name.clone());
        let said = loaded.manifest.apps.get(label).and_then(|app| app.name.as_ref());
        AppHead {
            label: label.clone(),
            name: live.unwrap_or_else(|| AppHead::not_there(said.map(|name| name.value.as_str()))),
            app_id: *app_id,
        }
    };
    scene.roster.iter().map(head).collect()
}
