//! The second half of a survey: what can only be asked once names led somewhere. Nothing else of a
//! plan waits for it.

use std::collections::BTreeMap;

use futures_util::future::join;
use serde_json::Value;

use crate::graph::Reader;
use crate::graph::error::GraphError;
use crate::graph::survey::rows::{object_id, user};
use crate::graph::survey::{GROUP, USER};
use crate::model::directory::{Directory, Group, Lookup};
use crate::model::id::ObjectId;
use crate::model::query::{Consistency, Missing, Query, Rows, literal};
use crate::model::untrusted::Untrusted;

const MEMBER: &str = "id,userPrincipalName,accountEnabled,userType";

/// Groups that were found, by id with their names, whose members are not read yet.
#[derive(Debug)]
pub struct Unread {
    pub(super) groups: BTreeMap<ObjectId, Untrusted>,
}

impl Unread {
    /// Adds the members of groups, and what is called alike where a name led to nothing.
    ///
    /// # Errors
    /// When the members of a group could not be read completely. Where the tenant refuses to show
    /// them, the group is [`Lookup::Forbidden`].
    pub async fn read(self, reader: &Reader, directory: &mut Directory) -> Result<(), GraphError> {
        let asked = lost_names(directory);
        let members: Vec<Query> = self.groups.keys().map(members_query).collect();
        let similar: Vec<Query> =
            asked.iter().map(|(name, kind)| alike_query(name, kind)).collect();
        let (members, similar) = join(reader.read_each(&members), reader.read_each(&similar)).await;
        for ((id, name), answer) in self.groups.into_iter().zip(members) {
            add_members(directory, id, name, answer)?;
        }
        for ((name, kind), answer) in asked.into_iter().zip(similar) {
            // For help only: where it is refused, there is none.
            let found = alike(kind, &answer.unwrap_or_default());
            directory.alike.insert(name, found);
        }
        Ok(())
    }
}

fn members_query(id: &ObjectId) -> Query {
    // The cast to users needs $count and the header, says the reference.
    let cast = "transitiveMembers/microsoft.graph.user";
    let path = format!("/groups/{id}/{cast}?$select={MEMBER}&$top=999&$count=true");
    Query::list(path, Consistency::Eventual, Missing::Error)
}

fn add_members(
    directory: &mut Directory,
    id: ObjectId,
    name: Untrusted,
    answer: Result<Rows, GraphError>,
) -> Result<(), GraphError> {
    let rows = match answer {
        Ok(rows) => rows,
        Err(GraphError::Forbidden { .. }) => {
            hide(directory, id);
            return Ok(());
        }
        // Gone between two questions, or hidden: not known to be empty.
        Err(GraphError::Refused { refusal, .. }) if refusal.status == 404 => {
            hide(directory, id);
            return Ok(());
        }
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
    directory.groups.insert(id, Group { id, name, members });
    Ok(())
}

/// A group whose members cannot be read is forbidden under each of its names.
fn hide(directory: &mut Directory, id: ObjectId) {
    for lookup in directory.group_names.values_mut() {
        if *lookup == Lookup::One(id) {
            *lookup = Lookup::Forbidden;
        }
    }
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

fn alike_query(name: &str, kind: &str) -> Query {
    let start: String = name.trim().chars().take(3).collect();
    let (member, select) =
        if kind == "users" { ("userPrincipalName", USER) } else { ("displayName", GROUP) };
    let filter = format!("startswith({member},{})", literal(&start));
    let path = format!("/{kind}?$filter={filter}&$select={select}&$top=20");
    Query::list(path, Consistency::Default, Missing::Nothing)
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
