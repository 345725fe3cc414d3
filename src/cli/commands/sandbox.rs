//! stub
use crate::cli::Streams;
use crate::cli::args::SandboxArgs;
use crate::cli::env::Env;
use crate::cli::failure::{Exit, Failure};
use std::sync::Arc;
pub async fn run(_: &SandboxArgs, _: &Arc<Env>, _: &mut Streams<'_>) -> Result<Exit, Failure> {
    Ok(Exit::Done)
}
