//! `consent approve`: draws a saved plan, asks, and lets `ssh-keygen` sign what was answered. Asks no tenant.

use std::path::Path;
use std::sync::Arc;

use crate::approval::signature::Signature;
use crate::approval::statement::{Decision, Statement};
use crate::cli::commands::plan as planned_view;
use crate::cli::input::approval::{self, ApprovalPurpose, ApprovalQuestion};
use crate::cli::input::approval_args::ApproveArgs;
use crate::cli::input::args::Global;
use crate::cli::input::signing_key::{self, SigningKey, not_signed};
use crate::cli::input::targets::Targets;
use crate::cli::output::failed::failed;
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::output::files::stored;
use crate::cli::output::rails;
use crate::cli::output::reporting::Reports;
use crate::cli::process::env::Env;
use crate::cli::process::streams::Streams;
use crate::cli::process::{signals, ssh};
use crate::model::clock::Clock;
use crate::model::secret;
use crate::model::shell::{value, word};
use crate::model::untrusted::shown;
use crate::operations::approvals;
use crate::operations::stop::Stop;
use crate::store::approval_files;

/// # Errors
/// When nothing was signed; the failure says why.
pub(crate) async fn run(
    args: &ApproveArgs,
    global: &Global,
    env: &Arc<Env>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let stop = signals::listen();
    let path = [args.plan.clone()];
    Targets::of(global, &[]).reads("PLAN", &path).reads("--key", &args.key).check()?;
    let plan = approvals::to_sign(&args.plan, env.now()).map_err(failed)?;
    let key = signing_key::choose(args.key.as_deref(), env)?;
    let reports = Reports::for_people(global, env);
    planned_view::show(&plan, args.drawing, None, &reports, global, env, streams)?;
    let decision = if args.reject { Decision::Reject } else { Decision::Approve };
    if decision == Decision::Approve {
        rails::stop(&plan)?;
    }
    let again = again(args);
    let asked = ApprovalQuestion {
        purpose: ApprovalPurpose::Sign(decision),
        digest: args.approve.as_deref(),
        again: &again,
    };
    approval::obtain(&plan, &asked, global, env, &stop, streams).await?;
    // A file is written without what is known to be secret, and must be what was signed.
    let note = args.note.as_deref().map(secret::redact);
    let statement = approvals::statement(&plan, decision, note.as_deref(), env.now());
    let signature = signed(&statement, key, env, &stop).await?;
    let (folder, stem) = (approval_files::folder_of(&args.plan), signature.key.file_stem());
    let kept = approvals::keep(&args.plan, &statement.to_bytes(), &signature).map_err(stored)?;
    tracing::debug!("signed with {stem} in {}", shown(&folder.display().to_string()));
    tell(&statement, &signature, &kept, args, global, streams)?;
    Ok(Exit::Done)
}

/// Signs, and looks whether what came back is what it should be before anything of it is kept.
async fn signed(
    statement: &Statement,
    key: SigningKey,
    env: &Arc<Env>,
    stop: &Stop,
) -> Result<Signature, Failure> {
    let (message, signer) = (statement.to_bytes(), Arc::clone(env));
    let work = tokio::task::spawn_blocking(move || ssh::sign(key.path(), &message, &signer));
    let interrupted = || {
        Failure::new(Exit::Declined, "interrupted", "interrupted while signing")
            .help("nothing was signed; run it again")
    };
    let made = match stop.unless(work).await {
        Some(Ok(made)) => made.map_err(|error| not_signed(&error))?,
        Some(Err(_)) | None => return Err(interrupted()),
    };
    let unusable = |because: String| {
        let title = format!("the signature of ssh-keygen cannot be used: {because}");
        Failure::new(Exit::Unexpected, "not_signed", title)
            .help("sign with an ed25519, ecdsa (256 or 384 bits) or rsa key: --key FILE")
    };
    let signature = Signature::parse(&made).map_err(|error| unusable(error.to_string()))?;
    if !signature.is_ours() {
        return Err(unusable("it is for another namespace".to_owned()));
    }
    signature.is_of(&statement.to_bytes()).map_err(|error| unusable(error.to_string()))?;
    Ok(signature)
}

/// The command that leads here.
fn again(args: &ApproveArgs) -> String {
    let ApproveArgs { plan, key, reject, note, approve: _, drawing: _ } = args;
    let mut again = format!("consent approve {}", word(plan));
    if let Some(key) = key {
        again += &format!(" --key {}", word(key));
    }
    if *reject {
        again += " --reject";
    }
    if let Some(note) = note {
        again += &format!(" --note {}", value(note));
    }
    again
}

fn tell(
    statement: &Statement,
    signature: &Signature,
    kept: &Path,
    args: &ApproveArgs,
    global: &Global,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    if global.json {
        streams.out.write_all(&statement.to_bytes())?;
    }
    if global.quiet {
        return Ok(());
    }
    let to: &mut dyn std::io::Write = if global.json { streams.err } else { streams.out };
    let what = match statement.decision {
        Decision::Approve => "Approved",
        Decision::Reject => "Rejected",
    };
    writeln!(to, "\n{what}. Signed by {}", signature.key.fingerprint())?;
    writeln!(to, "in {}", shown(&kept.display().to_string()))?;
    writeln!(to, "Who approved what says: consent verify {} --approvers FILE", word(&args.plan))?;
    Ok(())
}
