//! One file per command. The arguments of its `run` say what a command may touch.

pub(crate) mod apply;
pub(crate) mod approve;
pub(crate) mod completions;
pub(crate) mod plan;
pub(crate) mod sandbox;
pub(crate) mod sandbox_args;
pub(crate) mod schema;
pub(crate) mod show;
pub(crate) mod snapshot;
pub(crate) mod validate;
pub(crate) mod verify;
