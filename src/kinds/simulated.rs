//! stub until merge
pub trait Collection: Sync {}
