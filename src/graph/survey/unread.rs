//! The second half of a survey: what can only be asked once names led somewhere. Nothing else of a
//! plan waits for it.

use std::collections::BTreeMap;

use futures_util::future::join;
use serde_json::Value;

use crate::graph::Reader;
use crate::graph::error::GraphError;
use crate::graph::survey::questions::{MemberDepth, alike_query, members_query};
use crate::graph::survey::rows::{object_id, user};
use crate::model::directory::{Directory, Group, Lookup};
use crate::model::id::ObjectId;
use crate::model::query::{Query, Rows};
use crate::model::untrusted::Untrusted;

/// Groups that were found, whose members are not read yet.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(super) groups: BTreeMap<ObjectId, UnreadGroup>,
}

/// A group, and which of its members are asked for.
#[derive(Debug)]
pub(super) struct UnreadGroup {
    name: Untrusted,
    /// All, those of groups inside included.
    pub(super) all: bool,
    pub(super) direct: bool,
}

impl UnreadGroup {
    pub(super) fn called(name: Untrusted) -> Self {
        Self { name, all: false, direct: false }
    }
}

impl Unread {
    /// Adds the groups with their members, and what is called alike where a name led to nothing.
    ///
    /// # Errors
    /// When the members of a group could not be read completely. Where the tenant refuses to show
    /// them, the group has none that are known.
    pub(crate) async fn read(
        self,
        reader: &Reader,
        directory: &mut Directory,
    ) -> Result<(), GraphError> {
        let asked = lost_names(directory);
        let all = self
            .groups
            .iter()
            .filter(|(_, group)| group.all)
            .map(|(id, _)| (*id, MemberDepth::All));
        let direct = self.groups.iter().filter(|(_, group)| group.direct);
        let lists: Vec<_> = all.chain(direct.map(|(id, _)| (*id, MemberDepth::Direct))).collect();
        let members: Vec<Query> =
            lists.iter().map(|(id, depth)| members_query(id, *depth)).collect();
        let similar: Vec<Query> =
            asked.iter().map(|(name, kind)| alike_query(name, kind)).collect();
        let (members, similar) = join(reader.read_each(&members), reader.read_each(&similar)).await;
        for (id, UnreadGroup { name, .. }) in self.groups {
            directory.groups.insert(id, Group { id, name, members: None, direct: None });
        }
        for ((id, depth), answer) in lists.into_iter().zip(members) {
            if matches!(answer, Err(GraphError::NotRecorded { .. })) {
                directory.unrecorded.members.insert(id);
                continue;
            }
            let found = users(directory, answer)?;
            if let Some(group) = directory.groups.get_mut(&id) {
                match depth {
                    MemberDepth::All => group.members = found,
                    MemberDepth::Direct => group.direct = found,
                }
            }
        }
        for ((name, kind), answer) in asked.into_iter().zip(similar) {
            // For help only: where it is refused, there is none.
            let found = alike(kind, &answer.unwrap_or_default());
            directory.alike.insert(name, found);
        }
        Ok(())
    }
}

/// Who they are; `None` where the tenant does not show them.
fn users(
    directory: &mut Directory,
    answer: Result<Rows, GraphError>,
) -> Result<Option<Vec<ObjectId>>, GraphError> {
    let rows = match answer {
        Ok(rows) => rows,
        Err(GraphError::Forbidden { .. }) => return Ok(None),
        // Gone between two questions, or hidden: not known to be empty.
        Err(GraphError::Refused { refusal, .. }) if refusal.status == 404 => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut members = Vec::with_capacity(rows.len());
    for row in rows.iter() {
        let user = user(&row)?;
        members.push(user.id);
        directory.users.entry(user.id).or_insert(user);
    }
    members.sort_unstable();
    members.dedup();
    Ok(Some(members))
}

/// Names that begin alike are offered where a name led to nothing.
const ALIKE: usize = 5;

/// Names that led to nothing, with the collection they were looked for in.
fn lost_names(directory: &Directory) -> Vec<(String, &'static str)> {
    let lost = |names: &BTreeMap<String, Lookup>| {
        let lost = names.iter().filter(|(_, found)| **found == Lookup::None);
        lost.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    let users = lost(&directory.user_names).into_iter().map(|name| (name, "users"));
    let groups = lost(&directory.group_names).into_iter().map(|name| (name, "groups"));
    // Without a beginning everything would begin alike.
    users.chain(groups).filter(|(name, _)| !name.trim().is_empty()).collect()
}

/// Ids and names of the rows, the first few by name.
fn alike(kind: &str, rows: &Rows) -> Vec<(ObjectId, Untrusted)> {
    let member = if kind == "users" { "userPrincipalName" } else { "displayName" };
    let named = |row: Value| {
        let found = row.get(member)?.as_str()?;
        Some((object_id(&row).ok()?, Untrusted::new(found)))
    };
    let mut found: Vec<_> = rows.iter().filter_map(named).collect();
    found.sort_by(|a, b| a.1.cmp(&b.1));
    found.truncate(ALIKE);
    found
}
