//! The same kind, without its types: how the floors above hold kinds of any sort. Each trait is one of
//! [`crate::kinds::Kind`] and its like, with states as JSON. One that is not of the kind's form is
//! [`Unreadable`]: the file was edited or comes from a newer version.

mod declare;
mod observe;
mod propose;
mod prove;
mod reconcile;

pub(crate) use declare::AnyDeclare;
pub(crate) use observe::AnyObserve;
pub(crate) use propose::AnyPropose;
pub(crate) use prove::AnyProve;
pub(crate) use reconcile::AnyReconcile;

use crate::kinds::state_json::states;
use crate::kinds::{
    Compose, Declare, Kind, Observe, Order, Own, Pair, Propose, Prove, Read, Reconcile, Unreadable,
};
use crate::manifest::TableName;
use crate::model::address::Address;
use crate::model::id::ObjectId;
use crate::model::schema::{Schema, state};

/// All of a kind, whatever it is a kind of.
pub trait AnyKind:
    AnyForm + AnyDeclare + Read + AnyObserve + AnyReconcile + AnyPropose + Order + AnyProve
{
    fn name(&self) -> &'static str;
    fn noun(&self) -> Option<&'static str>;
    fn table(&self) -> Option<TableName>;
    fn is_consent(&self) -> bool;
    fn objects(&self, address: &Address) -> Vec<ObjectId>;

    /// Whom both states name beside those of their address.
    fn named(&self, pair: &Pair) -> Result<Vec<ObjectId>, Unreadable>;
}

impl<K> AnyKind for K
where
    K: Declare + Compose + Own + Read + Observe + Reconcile + Propose + Order + Prove,
{
    fn name(&self) -> &'static str {
        K::NAME
    }

    fn noun(&self) -> Option<&'static str> {
        K::NOUN
    }

    fn table(&self) -> Option<TableName> {
        K::TABLE
    }

    fn is_consent(&self) -> bool {
        K::IS_CONSENT
    }

    fn objects(&self, address: &Address) -> Vec<ObjectId> {
        Kind::objects(self, address)
    }

    fn named(&self, pair: &Pair) -> Result<Vec<ObjectId>, Unreadable> {
        let (want, have) = states::<K>(pair)?;
        let specs = want.iter().chain(have.as_ref().map(AsRef::as_ref));
        Ok(specs.flat_map(|spec| Kind::named(self, spec)).collect())
    }
}

/// What tables and states look like.
pub trait AnyForm: Sync {
    fn written(&self) -> Option<Schema>;

    /// The form of a wanted state, as it is saved.
    fn spec_schema(&self) -> Schema;

    /// The form of a state that was found, as it is saved.
    fn found_schema(&self) -> Schema;
}

impl<K: Declare> AnyForm for K {
    fn written(&self) -> Option<Schema> {
        Declare::written(self)
    }

    fn spec_schema(&self) -> Schema {
        state::<K::Spec>()
    }

    fn found_schema(&self) -> Schema {
        state::<K::Found>()
    }
}
