//! How a plan is drawn, as it can be asked for.

use clap::{Args, ValueEnum};

/// How a plan is drawn.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct DrawingArgs {
    /// Every change, however many
    #[arg(long, env = "CONSENT_FULL", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) full: bool,
    /// What the plan is drawn by: what happens to each app, or what each person gets and loses
    #[arg(long, value_name = "WHAT", env = "CONSENT_BY", default_value = "app")]
    pub(crate) by: DrawnBy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DrawnBy {
    App,
    Person,
}
