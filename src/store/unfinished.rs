//! Whether the last run came to its end. Never stops anything: what cannot be
//! read or understood is told, and the tenant is what counts.

use super::StoreError;
use super::journal::{self, Recovered};
use super::records::{RecordName, RecordSort, Records};
use super::snapshot::{Snapshot, State};
use crate::model::unfinished::Unfinished;
use crate::model::untrusted::shown;

/// The last run, if it did not come to its end. `last` is the newest snapshot with its name, where
/// there is one that can be read.
pub(crate) fn look(
    records: &dyn Records,
    last: Option<&(RecordName, Snapshot)>,
) -> Option<Unfinished> {
    let journal = match last {
        Some((_, snapshot)) => journal::of_run(records, &snapshot.run),
        None => records.list(RecordSort::Journal).map(|mut names| names.pop()),
    };
    let begun = last.is_some_and(|(_, snapshot)| snapshot.state == State::Started);
    match (journal.ok().flatten(), last) {
        (Some(journal), _) => {
            journaled(records, &journal, last.map(|(_, snapshot)| snapshot), begun)
        }
        (None, Some((name, snapshot))) if begun => Some(never_sent(records, name, snapshot)),
        (None, _) => None,
    }
}

/// Killed before its journal was there.
fn never_sent(records: &dyn Records, name: &RecordName, snapshot: &Snapshot) -> Unfinished {
    Unfinished {
        started: snapshot.started.clone(),
        tenant: Some(snapshot.tenant.id),
        record: shown(&records.path(name).to_string_lossy()),
        sent: 0,
        open: Vec::new(),
        torn: false,
        damage: None,
        under_way: false,
    }
}

fn journaled(
    records: &dyn Records,
    name: &RecordName,
    last: Option<&Snapshot>,
    begun: bool,
) -> Option<Unfinished> {
    let under_way = records.under_way(name);
    let ended = journal::ended(records, name).unwrap_or(false);
    if ended && !begun && !under_way {
        return None;
    }
    let (recovered, damage) = match journal::read(records, name) {
        Ok(recovered) => (recovered, None),
        Err(error) => (Recovered::default(), Some(told(&error))),
    };
    let header = recovered.header.as_ref();
    let of_name = || name.stem().to_owned();
    let started = header.map(|one| &one.started).or(last.map(|last| &last.started));
    Some(Unfinished {
        started: started.cloned().unwrap_or_else(of_name),
        tenant: header.map(|header| header.tenant).or(last.map(|last| last.tenant.id)),
        record: shown(&records.path(name).to_string_lossy()),
        sent: recovered.sent(),
        open: recovered.open(),
        torn: recovered.torn,
        damage,
        under_way,
    })
}

fn told(error: &StoreError) -> String {
    format!("failed to {error}")
}
