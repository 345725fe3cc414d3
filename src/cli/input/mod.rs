//! What is asked for: arguments, the mistakes in them, which cloud and which files are meant, and the
//! question before anything is written.

pub(crate) mod approval;
pub(crate) mod approval_args;
pub mod args;
pub(crate) mod ask;
pub(crate) mod clouds;
pub(crate) mod drawing;
pub(crate) mod forms;
pub(crate) mod offline;
pub(crate) mod parse;
pub mod published;
pub(crate) mod signing_key;
pub(crate) mod targets;
pub(crate) mod usage;
