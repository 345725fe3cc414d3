//! Looks up all that a manifest mentions, with as few requests as possible: everything that can be
//! asked for at once goes into the same batches, and only group members wait for their groups.

pub(crate) mod astray;
pub(crate) mod questions;
pub mod rows;
pub(crate) mod unread;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;
use serde_json::Value;

use crate::graph::Reader;
use crate::graph::error::GraphError;
use crate::graph::survey::questions::{app_query, group_query, resource_query, user_query};
use crate::graph::survey::rows::{group_label, object_id, service_principal, user};
use crate::graph::survey::unread::{Unread, UnreadGroup};
use crate::model::directory::{Directory, Lookup, Mentions, ServicePrincipal, Sort};
use crate::model::id::{AppId, ObjectId};
use crate::model::query::{Query, Rows};
use crate::model::untrusted::Untrusted;

/// Most ids that `getByIds` takes.
const MOST_IDS: usize = 1_000;

/// What has a name that people read.
const NAMED: &[&str] = &["user", "group", "servicePrincipal"];

/// What one query is for.
enum Purpose<'a> {
    App(AppId),
    User(&'a str),
    Group(&'a str),
}

/// Everything mentioned, looked up.
///
/// # Errors
/// When anything could not be read completely. A user or group that the tenant refuses to show is
/// [`Lookup::Forbidden`] instead. A group whose members cannot be read has none that are known: it
/// must never look like an empty one.
pub(crate) async fn survey(reader: &Reader, mentions: &Mentions) -> Result<Directory, GraphError> {
    let (mut directory, unread) = look_up(reader, mentions).await?;
    unread.read(reader, &mut directory).await?;
    Ok(directory)
}

/// The first half of a survey: everything that can be asked for by name. Service principals are
/// complete with it; the members of groups are not there yet.
///
/// # Errors
/// When anything could not be read completely.
pub(crate) async fn look_up(
    reader: &Reader,
    mentions: &Mentions,
) -> Result<(Directory, Unread), GraphError> {
    let mut directory = Directory::default();
    let (subjects, queries) = questions(mentions, &mut directory);
    let answers = reader.read_each(&queries).await;
    let mut groups = BTreeMap::new();
    for (subject, answer) in subjects.iter().zip(answers) {
        match subject {
            Purpose::App(app) => add_app(&mut directory, *app, answer)?,
            Purpose::User(name) => add_user(&mut directory, name, answer)?,
            Purpose::Group(name) => {
                if let Some((id, shown)) = add_group(&mut directory, name, answer)? {
                    let group = groups.entry(id).or_insert_with(|| UnreadGroup::called(shown));
                    group.all |= mentions.groups.contains(*name);
                    group.direct |= mentions.whole_groups.contains(*name);
                }
            }
        }
    }
    Ok((directory, Unread { groups }))
}

/// What is asked for what. A text that can be no name is answered at once.
fn questions<'a>(
    mentions: &'a Mentions,
    directory: &mut Directory,
) -> (Vec<Purpose<'a>>, Vec<Query>) {
    let Mentions { apps, users, groups, whole_groups } = mentions;
    let mut subjects = Vec::new();
    let mut queries = Vec::new();
    for app in apps {
        subjects.push(Purpose::App(*app));
        queries.push(app_query(*app));
    }
    for name in users {
        match user_query(name) {
            Some(query) => {
                subjects.push(Purpose::User(name));
                queries.push(query);
            }
            None => {
                directory.user_names.insert(name.clone(), Lookup::None);
            }
        }
    }
    for name in groups.union(whole_groups) {
        match group_query(name) {
            Some(query) => {
                subjects.push(Purpose::Group(name));
                queries.push(query);
            }
            None => {
                directory.group_names.insert(name.clone(), Lookup::None);
            }
        }
    }
    (subjects, queries)
}

fn add_app(
    directory: &mut Directory,
    app: AppId,
    answer: Result<Rows, GraphError>,
) -> Result<(), GraphError> {
    let rows = match answer {
        Err(GraphError::NotRecorded { .. }) => {
            directory.unrecorded.apps.insert(app);
            return Ok(());
        }
        answer => answer?,
    };
    if let Some(row) = rows.first() {
        let found = service_principal(&row)?;
        if found.app_id != app {
            let because = "the answer is about another app".to_owned();
            return Err(GraphError::Incomplete { what: format!("app {app}"), because });
        }
        directory.service_principals.insert(app, found);
    }
    Ok(())
}

fn add_user(
    directory: &mut Directory,
    name: &str,
    answer: Result<Rows, GraphError>,
) -> Result<(), GraphError> {
    let lookup = match answer {
        Ok(rows) => match rows.first() {
            Some(row) => {
                let user = user(&row)?;
                let id = user.id;
                directory.users.insert(id, user);
                Lookup::One(id)
            }
            None => Lookup::None,
        },
        Err(GraphError::Forbidden { .. }) => Lookup::Forbidden,
        Err(GraphError::NotRecorded { .. }) => Lookup::NotRecorded,
        Err(error) => return Err(error),
    };
    directory.user_names.insert(name.to_owned(), lookup);
    Ok(())
}

/// The group with its name, where there is one.
fn add_group(
    directory: &mut Directory,
    name: &str,
    answer: Result<Rows, GraphError>,
) -> Result<Option<(ObjectId, Untrusted)>, GraphError> {
    let mut found = None;
    let lookup = match answer {
        Ok(rows) => match &rows.iter().collect::<Vec<_>>()[..] {
            [] => Lookup::None,
            [row] => {
                let id = object_id(row)?;
                let shown = row.get("displayName").and_then(Value::as_str).unwrap_or_default();
                found = Some((id, Untrusted::new(shown)));
                Lookup::One(id)
            }
            several => {
                let mut all = Vec::new();
                for row in several {
                    all.push((object_id(row)?, group_label(row)));
                }
                all.sort();
                Lookup::Several(all)
            }
        },
        Err(GraphError::Forbidden { .. }) => Lookup::Forbidden,
        Err(GraphError::NotRecorded { .. }) => Lookup::NotRecorded,
        Err(error) => return Err(error),
    };
    directory.group_names.insert(name.to_owned(), lookup);
    Ok(found)
}

/// Service principals by object id, with all that they publish. Those that are gone are absent.
///
/// # Errors
/// When anything could not be read completely.
pub(crate) async fn resources(
    reader: &Reader,
    ids: &BTreeSet<ObjectId>,
) -> Result<Vec<ServicePrincipal>, GraphError> {
    let queries: Vec<Query> = ids.iter().map(|id| resource_query(*id)).collect();
    let mut found = Vec::new();
    for answer in reader.read_each(&queries).await {
        found.extend(answer?.first().map(|row| service_principal(&row)).transpose()?);
    }
    Ok(found)
}

/// Names of directory objects: user principal name, which is unique, or display name. Unknown ids, and
/// objects that the service shows without a name, are absent.
///
/// # Errors
/// When anything could not be read completely.
pub(crate) async fn names(
    reader: &Reader,
    ids: &BTreeSet<ObjectId>,
) -> Result<BTreeMap<ObjectId, Untrusted>, GraphError> {
    let known = known(reader, ids).await?;
    Ok(known.into_iter().filter_map(|(id, (name, _))| Some((id, name?))).collect())
}

/// The same with the sort of each object, as far as the service says it.
///
/// # Errors
/// When anything could not be read completely.
pub(crate) async fn known(
    reader: &Reader,
    ids: &BTreeSet<ObjectId>,
) -> Result<BTreeMap<ObjectId, (Option<Untrusted>, Option<Sort>)>, GraphError> {
    let ids: Vec<ObjectId> = ids.iter().copied().collect();
    // Of a row only this is kept, as soon as it comes: there may be a hundred thousand.
    let read = ids
        .chunks(MOST_IDS)
        .map(|chunk| async move { called(&reader.by_ids(chunk, NAMED).await?) });
    Ok(try_join_all(read).await?.into_iter().flatten().collect())
}

type Called = (ObjectId, (Option<Untrusted>, Option<Sort>));

fn called(rows: &[Value]) -> Result<Vec<Called>, GraphError> {
    let text = |row: &Value, member: &str| {
        row.get(member)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let called = |row: &Value| {
        let name = text(row, "userPrincipalName").or_else(|| text(row, "displayName"));
        let sort = text(row, "@odata.type").and_then(|sort| match sort.as_str() {
            "#microsoft.graph.user" => Some(Sort::User),
            "#microsoft.graph.group" => Some(Sort::Group),
            "#microsoft.graph.servicePrincipal" => Some(Sort::ServicePrincipal),
            _ => None,
        });
        Ok((object_id(row)?, (name.map(Untrusted::new), sort)))
    };
    rows.iter().map(called).collect()
}
