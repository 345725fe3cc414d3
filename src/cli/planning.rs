//! From a manifest and a tenant to a plan: the same steps for `plan` and for `apply`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join3;

use crate::cli::env::Env;
use crate::cli::failure::{Exit, Failure};
use crate::cli::manifests::{self, Loaded};
use crate::cli::session::{Session, told};
use crate::cli::{Streams, rails, warnings};
use crate::graph::survey;
use crate::kinds::{self, Desk, Names, OddAnswer, Pair, REGISTRY, Scene, Unreadable};
use crate::manifest::suggest::did_you_mean;
use crate::model::address::{Address, TENANT};
use crate::model::clock::Clock;
use crate::model::directory::{Directory, Mentions, Organization};
use crate::model::finding::Findings;
use crate::model::id::{AppId, ObjectId};
use crate::model::object_state::ObjectState;
use crate::model::query::{Pages, Query};
use crate::model::untrusted::{Untrusted, shown};
use crate::plan::build::{self, Draft};
use crate::plan::{AppHead, Effect, Extent, LiveSummary, Plan, Source, effect, rests};
use crate::policy;
use crate::store::snapshot::Snapshot;

/// When the service answered for an object, as time since the start of the clock.
pub type Times = BTreeMap<Address, Duration>;

/// Proves that the tenant is the manifest's.
///
/// # Errors
/// When it is another one, or nobody can be asked.
pub async fn tenant(session: &Session, loaded: &Loaded) -> Result<Organization, Failure> {
    let wanted = &loaded.manifest.tenant;
    let tenant = session.check_tenant(wanted.id.value).await?;
    let domain = wanted.domain.as_ref().map(|domain| domain.value.as_str());
    let has = |name: &str| tenant.domains.iter().any(|one| one.raw().eq_ignore_ascii_case(name));
    match domain {
        Some(name) if !has(name) => Err(Failure::new(
            Exit::NotAcceptable,
            "wrong_tenant",
            format!("the tenant {} has no domain {}", wanted.id.value, shown(name)),
        )
        .help("write the domain in [tenant] as the portal shows it, or remove it")),
        _ => Ok(tenant),
    }
}

/// Reads the tenant and compares.
///
/// # Errors
/// When a read fails or is incomplete, or the tenant shows mistakes of the manifest.
pub async fn plan(
    session: &Session,
    loaded: &Loaded,
    only: &[String],
    past: Option<&Snapshot>,
    env: &Arc<Env>,
    streams: &mut Streams<'_>,
    colour: bool,
) -> Result<Plan, Failure> {
    let started = env.since_start();
    let tenant = tenant(session, loaded).await?;
    let read_at = env.now().replace_nanosecond(0).unwrap_or_else(|_| env.now());
    let (mut scene, pages) = look(session, loaded, only).await?;
    add_resources(session, &pages, &mut scene).await?;
    let desk = Desk {
        manifest: &loaded.manifest,
        sources: &loaded.sources,
        scene: &scene,
        today: read_at.date(),
    };
    let mut findings = Findings::default();
    let mut draft = build::draft(&desk, &pages, &mut findings).map_err(odd)?;
    let beside = rests::beside(&draft.pairs, &pages, &scene).map_err(odd)?;
    drop(pages);
    manifests::tell(&findings, &loaded.sources, streams, colour)?;
    let names = names(session, &draft, &scene.directory).await?;
    let mut changes = build::changes(&draft.pairs, &beside, &names).map_err(unreadable)?;
    let rests = rests::used(&changes, beside);
    build::annotate(&mut changes, &scene.directory);
    let live = LiveSummary {
        read_at,
        apps: scene.roster.len(),
        objects: draft.objects.clone(),
        milliseconds: u64::try_from((env.since_start() - started).as_millis()).unwrap_or(u64::MAX),
    };
    let mut plan = Plan {
        tenant,
        cloud: loaded.manifest.tenant.cloud.value,
        manifest: loaded.summary.clone(),
        live,
        made_at: read_at,
        apps: heads(loaded, &scene),
        names: draft.names(&rests, &names),
        unmanaged: draft.unmanaged(&names),
        pairs: draft.pairs,
        rests,
        changes,
        unchanged: draft.unchanged,
        warnings: [draft.remarks, warnings::of(loaded, past, read_at.date())].concat(),
        checks: Vec::new(),
        identity_checks: Vec::new(),
        extent: if only.is_empty() { Extent::Whole } else { Extent::Partial(only.to_vec()) },
        lifted: Vec::new(),
        source: Source::Tenant,
        effect: Effect::default(),
    };
    policy::risk::assess(&mut plan, &scene.directory);
    (plan.checks, plan.lifted) = rails::of_plan(&plan, loaded, &findings, read_at.date());
    plan.identity_checks =
        rails::of_identity(session, &plan, &scene, Some(&loaded.mentions)).await?;
    plan.effect = effect::of(&plan);
    Ok(plan)
}

/// Looks up everything that the manifest names, and reads all that there is of it. Who is in a group
/// and what an app has do not wait for each other: at a hundred thousand people each takes seconds.
async fn look(
    session: &Session,
    loaded: &Loaded,
    only: &[String],
) -> Result<(Scene, Pages), Failure> {
    let reader = session.graph.reader();
    let roster = roster(loaded, only)?;
    let (directory, unread) = survey::look_up(&reader, &loaded.mentions).await.map_err(told)?;
    let settings = REGISTRY.iter().flat_map(|kind| kind.settings(&loaded.manifest, &directory));
    let settings = settings.collect();
    let mut scene = Scene { roster, settings, directory, apps_only: !only.is_empty() };
    let queries = queries(&scene);
    let lost = scene.directory.lost(&loaded.mentions.apps);
    let (members, pages, astray) = join3(
        unread.read(&reader, &mut scene.directory),
        reader.read(&queries),
        survey::astray::look(&reader, &lost),
    )
    .await;
    members.map_err(told)?;
    scene.directory.astray = astray;
    Ok((scene, pages.map_err(told)?))
}

/// The apps that are asked for, by label.
fn roster(loaded: &Loaded, only: &[String]) -> Result<BTreeMap<String, AppId>, Failure> {
    for label in only {
        if !loaded.manifest.apps.contains_key(label) {
            let title = format!("no app is declared as \"{}\"", shown(label));
            let labels = loaded.manifest.apps.keys().map(String::as_str);
            let help = did_you_mean(label, labels).unwrap_or_else(|| {
                "--app takes a label of the manifest: the LABEL of an [app.LABEL]".to_owned()
            });
            return Err(Failure::new(Exit::Invalid, "unknown_app", title).help(help));
        }
    }
    let asked = |label: &String| only.is_empty() || only.contains(label);
    let apps = loaded.manifest.apps.iter().filter(|(label, _)| asked(label));
    Ok(apps.map(|(label, app)| (label.clone(), app.app_id.value)).collect())
}

fn queries(scene: &Scene) -> Vec<Query> {
    REGISTRY.iter().flat_map(|kind| kind.reads(scene)).collect()
}

/// Adds to the directory what the answers speak of and the manifest does not.
async fn add_resources(session: &Session, pages: &Pages, scene: &mut Scene) -> Result<(), Failure> {
    let reader = session.graph.reader();
    let open = REGISTRY.iter().flat_map(|kind| kind.open_policies(pages));
    scene.directory.open_policies.extend(open);
    let mut apps: BTreeSet<AppId> =
        REGISTRY.iter().flat_map(|kind| kind.apps(pages, scene)).collect();
    apps.retain(|app| !scene.directory.service_principals.contains_key(app));
    if !apps.is_empty() {
        let mentions = Mentions { apps, ..Mentions::default() };
        let (found, _) = survey::look_up(&reader, &mentions).await.map_err(told)?;
        scene.directory.service_principals.extend(found.service_principals);
    }
    let spoken_of = REGISTRY.iter().flat_map(|kind| kind.resources(pages, scene)).collect();
    add_by_id(session, spoken_of, &mut scene.directory).await
}

/// Looks up those of these service principals that are not known yet. Those that are gone stay unknown.
///
/// # Errors
/// When a read fails or is incomplete.
pub async fn add_by_id(
    session: &Session,
    mut ids: BTreeSet<ObjectId>,
    directory: &mut Directory,
) -> Result<(), Failure> {
    ids.retain(|id| directory.by_object_id(*id).is_none());
    for found in survey::resources(&session.graph.reader(), &ids).await.map_err(told)? {
        directory.service_principals.insert(found.app_id, found);
    }
    Ok(())
}

/// Adds the consent policies by which everything may be consented to, where these settings say that they
/// matter.
///
/// # Errors
/// When a read fails or is incomplete.
pub async fn add_open_policies(
    session: &Session,
    settings: BTreeSet<Address>,
    directory: &mut Directory,
) -> Result<(), Failure> {
    let pages = pages(session, &Scene { settings, ..Scene::default() }).await?;
    directory.open_policies.extend(REGISTRY.iter().flat_map(|kind| kind.open_policies(&pages)));
    Ok(())
}

/// All reads of all kinds, at once.
///
/// # Errors
/// When any of them fails or is incomplete.
pub async fn pages(session: &Session, scene: &Scene) -> Result<Pages, Failure> {
    session.graph.reader().read(&queries(scene)).await.map_err(told)
}

/// Everything that is there now, of all kinds.
///
/// # Errors
/// When a read fails, or an answer is not of the documented shape.
pub async fn found(
    session: &Session,
    scene: &Scene,
) -> Result<BTreeMap<Address, ObjectState>, Failure> {
    observed(&pages(session, scene).await?, scene, &mut |_, _| {})
}

/// The same, and when the service answered for each of these objects.
///
/// # Errors
/// As above.
pub async fn found_when(
    session: &Session,
    scene: &Scene,
    pairs: &[Pair],
) -> Result<(BTreeMap<Address, ObjectState>, Times), Failure> {
    let pages = pages(session, scene).await?;
    let planned: BTreeSet<&Address> = pairs.iter().map(|pair| &pair.address).collect();
    let mut times = Times::new();
    let found = observed(&pages, scene, &mut |address, answered| {
        if planned.contains(address) {
            times.insert(address.clone(), answered);
        }
    })?;
    // What is not there was answered for as well; nothing of it could be replaced or removed.
    Ok((found, times))
}

fn observed(
    pages: &Pages,
    scene: &Scene,
    when: &mut dyn FnMut(&Address, Duration),
) -> Result<BTreeMap<Address, ObjectState>, Failure> {
    let mut found = BTreeMap::new();
    for kind in REGISTRY {
        let mut add = |address: Address, state: ObjectState, answered: Duration| {
            when(&address, answered);
            found.insert(address, state);
        };
        kind.found(pages, scene, &mut add).map_err(odd)?;
    }
    Ok(found)
}

/// How many objects a plan of this manifest would have now, and everything that is there.
///
/// # Errors
/// When a read fails, or the manifest no longer fits the tenant.
pub async fn afresh(
    session: &Session,
    loaded: &Loaded,
    today: time::Date,
) -> Result<(usize, BTreeMap<Address, ObjectState>), Failure> {
    let (mut scene, pages) = look(session, loaded, &[]).await?;
    add_resources(session, &pages, &mut scene).await?;
    let Loaded { manifest, sources, .. } = loaded;
    let desk = Desk { manifest, sources, scene: &scene, today };
    let mut findings = Findings::default();
    let draft = build::draft(&desk, &pages, &mut findings).map_err(odd)?;
    if findings.has_errors() {
        return Err(Failure::drawn(Exit::Invalid, "the manifest no longer fits the tenant"));
    }
    Ok((draft.pairs.len(), observed(&pages, &scene, &mut |_, _| {})?))
}

/// The scene of a plan, without its manifest.
///
/// # Errors
/// When the look-up fails, or a state is not of its kind's form.
pub async fn scene_of(session: &Session, plan: &Plan) -> Result<Scene, Failure> {
    let roster: BTreeMap<String, AppId> =
        plan.apps.iter().map(|head| (head.label.clone(), head.app_id)).collect();
    let mut mentions = Mentions { apps: roster.values().copied().collect(), ..Mentions::default() };
    for pair in plan.pairs.iter().cloned().chain(rests::as_pairs(&plan.rests)) {
        if let Some((_, kind)) = kinds::by_name(&pair.address.kind) {
            mentions.extend(kind.mentioned(&pair).map_err(unreadable)?);
        }
    }
    let directory = survey::survey(&session.graph.reader(), &mentions).await.map_err(told)?;
    let addresses = plan.pairs.iter().map(|pair| &pair.address).chain(plan.rests.keys());
    // Of an app, that the plan is about such things of it is all there is to know.
    let about = |address: &Address| match address.owner.as_str() {
        TENANT => address.clone(),
        owner => Address::new(&address.kind, owner, []),
    };
    let settings = addresses.map(about).collect();
    Ok(Scene { roster, settings, directory, apps_only: false })
}

async fn names(session: &Session, draft: &Draft, directory: &Directory) -> Result<Names, Failure> {
    let mut names = Names::from_directory(directory);
    let strangers = draft.strangers(&names);
    if !strangers.is_empty() {
        let found = survey::names(&session.graph.reader(), &strangers).await.map_err(told)?;
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

fn odd(error: OddAnswer) -> Failure {
    Failure::new(Exit::Unexpected, "incomplete_read", format!("failed to read the tenant: {error}"))
        .help("nothing is decided on an answer that is not understood; run again with -v")
}

pub fn unreadable(error: Unreadable) -> Failure {
    Failure::new(
        Exit::Unexpected,
        "state_unreadable",
        format!("failed to read the state of {error}"),
    )
}

/// How many pairs are not at their goal.
///
/// # Errors
/// When a state is not of its kind's form.
pub fn remaining(
    plan: &Plan,
    now: &BTreeMap<Address, ObjectState>,
    known: &crate::model::request::Known,
) -> Result<usize, Failure> {
    let fresh = crate::plan::fresh::look(&plan.pairs, now, known).map_err(unreadable)?;
    Ok(plan.pairs.len() - fresh.reached.len())
}

/// Ids of service principals that were created since the plan was made.
pub fn known(scene: &Scene) -> crate::model::request::Known {
    let id = |(label, app): (&String, &AppId)| {
        let id = scene.directory.client_id(*app)?;
        let address = kinds::service_principal::address(label);
        Some((crate::model::request::later(&address), id.to_string()))
    };
    scene.roster.iter().filter_map(id).collect()
}

/// The name that the app of this label is to have, if it is told, where these pairs make it.
pub fn made(pairs: &[Pair], label: &str) -> Option<Option<Untrusted>> {
    let address = kinds::service_principal::address(label);
    let pair = pairs.iter().find(|pair| pair.address == address && pair.before.is_absent())?;
    let spec = pair.after.read::<kinds::service_principal::Spec>().ok()??;
    Some(spec.name)
}
