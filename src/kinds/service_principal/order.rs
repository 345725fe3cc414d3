//! A new service principal is made first, and closed later.

use super::{ServicePrincipals, encode};
use crate::kinds::{Order, Staying};
use crate::model::change::Change;

impl Order for ServicePrincipals {
    /// A new service principal is made first, and closed by a change of its own: in between, people
    /// are assigned to it.
    fn link(&self, changes: &mut Vec<Change>, _staying: Staying<'_>) {
        let closings: Vec<Change> = changes.iter_mut().filter_map(encode::split).collect();
        changes.extend(closings);
    }
}
