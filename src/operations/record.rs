//! What a run puts on record before anything goes out: its snapshot, and its journal.

use crate::graph::auth::Claims;
use crate::model::address::Address;
use crate::model::change::Change;
use crate::model::outcome::{Line, Outcome, RunReport, Stopped};
use crate::model::untrusted::Untrusted;
use crate::operations::approved::Approved;
use crate::plan::Plan;
use crate::policy::limits;
use crate::store::chain::{self, OpenSnapshot};
use crate::store::journal::Journal;
use crate::store::snapshot::{self, Beginning, Objects};
use crate::store::{StoreError, manifest_file};

/// Snapshot and journal last before anything goes out.
///
/// # Errors
/// When either cannot be written: then the run must not begin.
pub(crate) fn begin<'a>(
    run: &Approved<'a>,
    plan: &Plan,
    claims: &Claims,
    before: Objects,
) -> Result<(OpenSnapshot<'a>, Journal), StoreError> {
    let id = uuid::Uuid::now_v7().to_string();
    let text = |id: String| Untrusted::new(id);
    let beginning = Beginning {
        run: id.clone(),
        tenant: plan.tenant.clone(),
        simulated: plan.simulated,
        manifest: manifest_file::names_from(run.home, &plan.manifest.files),
        apps: plan.apps.clone(),
        part: plan.extent.only().to_vec(),
        managed: limits::managed(plan),
        removals: removals(plan),
        effect: plan.effect.clone(),
        approval: snapshot::Approval { how: run.approval, who: claims.name.clone() },
        actor: snapshot::Actor {
            app_id: claims.app.map(|id| text(id.to_string())),
            object_id: claims.object.map(|id| text(id.to_string())),
        },
        before,
    };
    let now = run.clock.now();
    let mut open = chain::begin(run.records, now, beginning)?;
    match Journal::create(run.records, &id, plan.tenant.id, &plan.effect.digest, now) {
        Ok(journal) => Ok((open, journal)),
        Err(error) => {
            // The run is over before it began. Where this cannot be written either, the next run
            // finds a snapshot without a journal, and says that nothing had been sent.
            let stopped = Stopped::Journal { because: error.to_string() };
            drop(open.finish(now, &nothing_sent(plan, stopped), None));
            Err(error)
        }
    }
}

/// Addresses of what the plan takes from. An object that has several changes stands here for each.
fn removals(plan: &Plan) -> Vec<Address> {
    let taking = plan.changes.iter().filter(|change| change.is_removal());
    taking.map(|change| change.address.clone()).collect()
}

fn nothing_sent(plan: &Plan, stopped: Stopped) -> RunReport {
    let line =
        |change: &Change| Line { address: change.address.clone(), outcome: Outcome::NotStarted };
    RunReport {
        lines: plan.changes.iter().map(line).collect(),
        stopped: Some(stopped),
        writes_sent: 0,
        remaining: None,
    }
}
