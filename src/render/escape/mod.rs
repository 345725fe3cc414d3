//! One way for each target in which text of others may stand there. All take [`Safe`]: nothing in it draws, ends a
//! line, or is a command of a runner, before anything is escaped.
//!
//! [`Safe`]: crate::model::safe::Safe

pub(crate) mod azure;
pub(crate) mod github;
pub(crate) mod markdown;
pub(crate) mod uri;
pub(crate) mod xml;
