//! What can be typed to sign a plan, and to look at signatures. The doc comments are the help text.

use std::path::PathBuf;

use clap::Args;

use crate::approval::statement::LONGEST_NOTE;
use crate::cli::input::drawing::DrawingArgs;

#[derive(Debug, Args)]
pub(crate) struct ApproveArgs {
    /// A plan saved with `consent plan --out`
    #[arg(value_name = "PLAN")]
    pub(crate) plan: PathBuf,
    /// The key to sign with, or the public half of one that ssh-agent holds; without it, the agent's only key
    #[arg(long, value_name = "FILE", env = "CONSENT_KEY")]
    pub(crate) key: Option<PathBuf>,
    /// Sign that the plan must not be applied
    #[arg(long, env = "CONSENT_REJECT", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) reject: bool,
    /// What to say with it; it is signed, too
    #[arg(long, value_name = "TEXT", env = "CONSENT_NOTE", value_parser = note)]
    pub(crate) note: Option<String>,
    /// Sign for exactly the effect with this digest; the only way without a terminal
    #[arg(long, value_name = "DIGEST", env = "CONSENT_APPROVE")]
    pub(crate) approve: Option<String>,
    #[command(flatten)]
    pub(crate) drawing: DrawingArgs,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// A plan saved with `consent plan --out`
    #[arg(value_name = "PLAN")]
    pub(crate) plan: PathBuf,
    /// Who may approve, by which keys: a file of allowed signers, as ssh-keygen(1) describes it
    #[arg(long, value_name = "FILE", env = "CONSENT_APPROVERS")]
    pub(crate) approvers: PathBuf,
}

fn note(text: &str) -> Result<String, String> {
    match text.chars().count() <= LONGEST_NOTE {
        true => Ok(text.to_owned()),
        false => Err(format!("a note has {LONGEST_NOTE} characters at most")),
    }
}
