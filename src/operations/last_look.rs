//! The look after a run: what there is now, and what is left to do.

use time::Date;

use crate::graph::Reader;
use crate::model::outcome::{RunReport, Stopped};
use crate::operations::manifest::Loaded;
use crate::operations::{Failed, lookup, plan};
use crate::plan::Plan;
use crate::store::snapshot::Objects;

/// What there was at the end.
pub(crate) struct LastLook {
    pub(crate) found: Option<Objects>,
    /// Why nobody knows what is left to do.
    pub(crate) unseen: Option<Unseen>,
}

/// Why there was no last look.
#[derive(Debug)]
pub(crate) enum Unseen {
    SignInLost,
    /// The run was left at once.
    Left,
    Failed(Failed),
}

impl LastLook {
    pub(crate) fn none(because: Unseen) -> Self {
        Self { found: None, unseen: Some(because) }
    }
}

/// Reads everything again: a fresh plan must be empty, or hold exactly what failed. Of a saved plan,
/// whose manifest may be anywhere, the objects are looked at. A run that lost its sign-in cannot look;
/// its report says so by `remaining` being absent.
pub(crate) async fn look(
    reader: &Reader,
    plan: &Plan,
    manifest: Option<&Loaded>,
    today: Date,
    report: &mut RunReport,
) -> LastLook {
    if matches!(report.stopped, Some(Stopped::SignIn { .. })) {
        return LastLook::none(Unseen::SignInLost);
    }
    let mut unseen = None;
    if let Some(loaded) = manifest {
        match plan::afresh(reader, loaded, &plan.extent, today).await {
            Ok((remaining, found)) => {
                report.remaining = Some(remaining);
                return LastLook { found: Some(found), unseen: None };
            }
            // The record shall hold what is there all the same.
            Err(error) => unseen = Some(Unseen::Failed(error)),
        }
    }
    let look = async {
        let scene = lookup::scene_of(reader, plan).await?;
        let found = lookup::found(reader, &scene).await?;
        if manifest.is_none() {
            let known = lookup::known(&scene);
            report.remaining = Some(lookup::remaining(plan, &found, &known)?);
        }
        Ok(found)
    };
    match look.await {
        Ok(found) => LastLook { found: Some(found), unseen },
        Err(error) => LastLook::none(unseen.unwrap_or(Unseen::Failed(error))),
    }
}
