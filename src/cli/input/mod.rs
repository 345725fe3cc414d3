//! What is asked for: arguments, the mistakes in them, which cloud and which files are meant, and the
//! question before anything is written.

pub mod approval;
pub mod args;
pub mod ask;
pub mod clouds;
pub mod forms;
pub mod parse;
pub mod published;
pub mod targets;
pub mod usage;
