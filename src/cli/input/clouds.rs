//! Which cloud a run talks to. Whoever runs it says so: the cloud's sign-in service gets the secret, and a
//! manifest or a plan may come from a stranger.

use std::path::Path;

use crate::cli::input::args::TenantArgs;
use crate::cli::output::failure::{Exit, Failure};
use crate::graph::endpoint::Endpoint;
use crate::model::cloud::Cloud;
use crate::model::shell::word;
use crate::model::untrusted::shown;
use crate::operations::manifest::Loaded;
use crate::plan::Plan;

/// Before anything is signed in to. `again` is the command that leads here.
///
/// # Errors
/// When the manifest's tenant is in another cloud.
pub(crate) fn of_manifest(loaded: &Loaded, args: &TenantArgs, again: &str) -> Result<(), Failure> {
    let written = &loaded.manifest.tenant.cloud;
    let (theirs, ours) = (written.value.name(), args.cloud.name());
    if written.value == args.cloud {
        return Ok(());
    }
    let line = loaded.sources.line(&written.place);
    let title = format!("{line} is about the cloud \"{theirs}\", and this run about \"{ours}\"");
    Err(Failure::new(Exit::Invalid, "other_cloud", title)
        .help(format!("if its tenant is there, say so yourself: {again} --cloud {theirs}"))
        .help(format!("if it is not, write cloud = \"{ours}\" in [tenant]")))
}

/// The same for a saved plan.
///
/// # Errors
/// When it was made in another cloud.
pub(crate) fn of_plan(path: &Path, plan: &Plan, args: &TenantArgs) -> Result<(), Failure> {
    let (theirs, ours) = (plan.cloud.name(), args.cloud.name());
    if plan.cloud == args.cloud {
        return Ok(());
    }
    let file = shown(&path.display().to_string());
    let title = format!("{file} is about the cloud \"{theirs}\", and this run about \"{ours}\"");
    let path = word(path);
    Err(Failure::new(Exit::NotAcceptable, "other_cloud", title)
        .help(format!("if its tenant is there, say so: consent apply {path} --cloud {theirs}"))
        .help("if it is not, make it anew with: consent plan --out FILE"))
}

/// The Graph of a run.
///
/// # Errors
/// When the address is none, or that of another cloud's Graph.
pub(crate) fn endpoint(args: &TenantArgs) -> Result<Endpoint, Failure> {
    let cloud = args.cloud;
    let Some(url) = &args.graph_url else {
        return Endpoint::of(cloud).map_err(|error| no_graph(&error.to_string(), cloud));
    };
    let endpoint = Endpoint::parse(url).map_err(|error| no_graph(&error.to_string(), cloud))?;
    match endpoint.home() {
        Some(other) if other != cloud => {
            let (theirs, ours) = (other.name(), cloud.name());
            let title = format!(
                "--graph-url is the Graph of \"{theirs}\", and this run is about \"{ours}\""
            );
            Err(Failure::new(Exit::Invalid, "other_cloud", title)
                .help(format!("name the cloud instead of its Graph: --cloud {theirs}")))
        }
        _ => Ok(endpoint.in_cloud(cloud)),
    }
}

fn no_graph(error: &str, cloud: Cloud) -> Failure {
    Failure::new(Exit::Invalid, "graph_url", format!("failed to {error}"))
        .help(format!("write it as {}, without the version", cloud.graph()))
}

/// The flag that leads to the same cloud again.
pub(crate) fn flag(cloud: Cloud) -> String {
    match cloud {
        Cloud::Global => String::new(),
        other => format!(" --cloud {}", other.name()),
    }
}
