//! One file per command. The arguments of its `run` say what a command may touch.

pub mod apply;
pub mod completions;
pub mod plan;
pub mod sandbox;
pub mod sandbox_args;
pub mod schema;
pub mod validate;
