//! What can be typed. The doc comments are the help text.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli::commands::sandbox_args::SandboxArgs;
use crate::cli::input::approval_args::{ApproveArgs, VerifyArgs};
use crate::cli::input::drawing::DrawingArgs;
use crate::cli::input::published::PUBLISHED;
use crate::graph::quota::WRITES;
use crate::model::cloud::Cloud;
use crate::render::formats::{self, FORMATS, Format};
use crate::render::options::COMMENT_BUDGET;

/// Consent as code for Microsoft Entra ID.
///
/// A TOML manifest says which apps may call which APIs, with which permissions, on behalf of whom.
/// `consent plan` shows what the tenant would have to change; `consent apply` changes exactly that,
/// after an explicit approval.
#[derive(Debug, Parser)]
#[command(name = "consent", version, max_term_width = 80)]
#[command(after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done, or nothing to do
  1  unexpected failure; the tenant is unchanged
  2  differences that may be applied (plan --detailed-exitcode)
  3  usage or manifest invalid
  4  cannot sign in, or a right is missing
  5  stopped by a safety rail (plan: only with --detailed-exitcode)
  6  plan not acceptable: not approved, stale, expired, altered, wrong tenant
  7  another run holds the lock
  8  declined; nothing was changed
  9  partly applied: the tenant has CHANGED
 10  applied, but not all of it could be confirmed
 11  applied, but the report or snapshot could not be saved
1 to 8: no write request was sent. 9 and above: the report says what changed.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what would change; save it with --out
    Plan(PlanArgs),
    /// Make the changes, after an explicit approval
    Apply(ApplyArgs),
    /// Draw a saved plan, or the result of a run, again
    Show(ShowArgs),
    /// Sign that a saved plan is approved, or rejected
    Approve(ApproveArgs),
    /// Say who approved a saved plan, without network
    Verify(VerifyArgs),
    /// Check the manifest, without network
    Validate(ValidateArgs),
    /// Take snapshots of what is there
    Snapshot(SnapshotArgs),
    /// Serve a simulated tenant on 127.0.0.1
    Sandbox(SandboxArgs),
    /// Print the JSON Schema of a format; without a name, list them
    Schema(SchemaArgs),
    /// Print shell completions or man pages
    Completions(CompletionsArgs),
}

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// When to colour: only on a terminal, always, or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", env = "CONSENT_COLOR")]
    pub(crate) color: ColorWhen,
    /// Never ask; implied without a terminal and with CI=true
    #[arg(long, global = true, env = "CONSENT_NO_INPUT", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) no_input: bool,
    /// Print JSON on stdout, people's text on stderr
    #[arg(long, global = true, env = "CONSENT_JSON", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) json: bool,
    /// Only results and errors
    #[arg(short, long, global = true, env = "CONSENT_QUIET", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) quiet: bool,
    /// More about what is going on, on stderr; twice for every request
    #[arg(short, long, global = true, action = clap::ArgAction::Count, env = "CONSENT_VERBOSE")]
    pub(crate) verbose: u8,
    /// Also write the log to this file, one JSON object per line (never holds a token)
    #[arg(long, global = true, value_name = "FILE", env = "CONSENT_LOG_FILE")]
    pub(crate) log_file: Option<PathBuf>,
}

impl ValueEnum for Cloud {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    Auto,
    Always,
    Never,
}

/// Which tenant is talked to, and how.
#[derive(Debug, Clone, Args)]
pub(crate) struct TenantArgs {
    /// Start the embedded simulated tenant from this file instead of a real one
    #[arg(long, value_name = "SEED", env = "CONSENT_SANDBOX", conflicts_with = "graph_url")]
    pub(crate) sandbox: Option<PathBuf>,
    /// Another Graph root, without the version; https only, except loopback
    #[arg(long, value_name = "URL", env = "CONSENT_GRAPH_URL")]
    pub(crate) graph_url: Option<String>,
    /// The cloud of the tenant; the manifest's or the plan's must be the same
    #[arg(long, value_name = "NAME", env = "CONSENT_CLOUD", default_value = "global")]
    pub(crate) cloud: Cloud,
    /// Most requests in flight; fewer while the service throttles
    #[arg(long, value_name = "N", env = "CONSENT_PARALLELISM", default_value = "4",
          value_parser = clap::value_parser!(u8).range(1..=32))]
    pub(crate) parallelism: u8,
    /// How long what fails is tried again, each question for itself; pauses that the service asks for
    /// are not counted
    #[arg(long, value_name = "SECONDS", env = "CONSENT_PATIENCE", default_value = "120",
          value_parser = clap::value_parser!(u16).range(5..=600))]
    pub(crate) patience: u16,
}

/// Where the manifest is.
#[derive(Debug, Clone, Args)]
pub(crate) struct ManifestArgs {
    /// Manifest file, or folder with *.toml files; repeatable
    #[arg(short, long = "file", value_name = "PATH", env = "CONSENT_FILE", value_delimiter = None,
          default_value = "consent.toml")]
    pub(crate) file: Vec<PathBuf>,
}

/// What else is written, for programs and for places where people review.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReportArgs {
    /// Also write a report, as markdown=FILE; `-` is stdout; github and azure take no file; repeatable
    #[arg(long, value_name = "KIND=FILE", env = "CONSENT_REPORT", value_parser = report)]
    pub(crate) report: Vec<Report>,
    /// Characters that a comment may have: the reports markdown and gitlab keep to it
    #[arg(long, value_name = "N", env = "CONSENT_COMMENT_BUDGET", default_value_t = COMMENT_BUDGET,
          value_parser = comment_budget)]
    pub(crate) comment_budget: usize,
    /// Whether reports name people, or only count them
    #[arg(long, value_name = "HOW", env = "CONSENT_PEOPLE", default_value = "show")]
    pub(crate) people: PeopleInReports,
}

/// What reports say of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PeopleInReports {
    Show,
    Hide,
}

/// Below that a comment could not even count what nobody may overlook.
const LEAST_COMMENT: usize = 4_000;

fn comment_budget(text: &str) -> Result<usize, String> {
    let budget = text.parse().map_err(|_| "it is no number of characters".to_owned())?;
    if budget < LEAST_COMMENT {
        return Err(format!("a comment needs {LEAST_COMMENT} characters at least"));
    }
    Ok(budget)
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) manifest: ManifestArgs,
    #[command(flatten)]
    pub(crate) tenant: TenantArgs,
    /// Save the plan for `consent apply FILE` (mode 0600)
    #[arg(long, value_name = "FILE", env = "CONSENT_OUT")]
    pub(crate) out: Option<PathBuf>,
    /// Ask no tenant and open no connection: plan by the snapshot of --from, to review and never to apply
    #[arg(long, env = "CONSENT_OFFLINE", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) offline: bool,
    /// With --offline, the snapshot that stands for the tenant; `consent snapshot take` makes one
    #[arg(long, value_name = "SNAPSHOT", env = "CONSENT_FROM")]
    pub(crate) from: Option<PathBuf>,
    /// Only this app, or `tenant` for the tenant's settings; repeatable: a part of the manifest, with a
    /// digest of its own
    #[arg(long, value_name = "LABEL", env = "CONSENT_APP")]
    pub(crate) app: Vec<String>,
    #[command(flatten)]
    pub(crate) reports: ReportArgs,
    #[command(flatten)]
    pub(crate) drawing: DrawingArgs,
    /// Exit with 2 when there are changes, with 5 when a rail stops them
    #[arg(long, env = "CONSENT_DETAILED_EXITCODE", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) detailed_exitcode: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// A plan saved with `consent plan --out`; without it, the manifest is planned now
    #[arg(value_name = "PLAN")]
    pub(crate) plan: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) manifest: ManifestArgs,
    #[command(flatten)]
    pub(crate) tenant: TenantArgs,
    /// Only this app, or `tenant` for the tenant's settings; repeatable. A saved plan must be that part
    #[arg(long, value_name = "LABEL", env = "CONSENT_APP")]
    pub(crate) app: Vec<String>,
    /// Writes within 150 s that the service allows; lower it where other tools share the app, 0
    /// leaves it to the service to say
    #[arg(long, value_name = "N", env = "CONSENT_WRITE_QUOTA", default_value_t = WRITES)]
    pub(crate) write_quota: u32,
    /// Approve exactly the effect with this digest; the only way without a terminal
    #[arg(long, value_name = "DIGEST", env = "CONSENT_APPROVE")]
    pub(crate) approve: Option<String>,
    #[command(flatten)]
    pub(crate) reports: ReportArgs,
    #[command(flatten)]
    pub(crate) drawing: DrawingArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// A plan saved with `consent plan --out`, or a run's record in .consent/snapshots
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) reports: ReportArgs,
    #[command(flatten)]
    pub(crate) drawing: DrawingArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    #[command(flatten)]
    pub(crate) manifest: ManifestArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SnapshotArgs {
    #[command(subcommand)]
    pub(crate) command: SnapshotCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotCommand {
    /// Note what a plan of the manifest needs to know of the tenant; changes nothing
    Take(TakeArgs),
}

#[derive(Debug, Args)]
pub(crate) struct TakeArgs {
    #[command(flatten)]
    pub(crate) manifest: ManifestArgs,
    #[command(flatten)]
    pub(crate) tenant: TenantArgs,
    /// Where to write it (mode 0600); without it, beside the records of runs
    #[arg(long, value_name = "FILE", env = "CONSENT_TO")]
    pub(crate) to: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// The format
    #[arg(value_name = "NAME", value_parser = PUBLISHED.map(|one| one.name))]
    pub(crate) name: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell to complete for, or `man` for the man page
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Elvish,
    Fish,
    Man,
    Powershell,
    Zsh,
}

/// One `--report`.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(crate) format: &'static Format,
    pub(crate) to: Target,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Stdout,
    File(PathBuf),
    /// Where the platform wants it.
    Platform,
}

fn report(text: &str) -> Result<Report, String> {
    let (name, to) = match text.split_once('=') {
        Some((name, to)) => (name, Some(to)),
        None => (text, None),
    };
    let Some(format) = formats::named(name) else {
        let known = FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ");
        return Err(format!("no report of the kind \"{name}\"; there is: {known}"));
    };
    let to = match (format.is_named(), to) {
        (true, None) => return Err(format!("write it as {name}=FILE, or {name}=- for stdout")),
        (true, Some("")) => return Err("a file name is missing behind =".to_owned()),
        (true, Some("-")) => Target::Stdout,
        (true, Some(file)) => Target::File(PathBuf::from(file)),
        (false, None) => Target::Platform,
        (false, Some(_)) => return Err(format!("{name} takes no file: the platform has its own")),
    };
    Ok(Report { format, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_are_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn reports_are_read() {
        let json = report("json=-").unwrap();
        assert_eq!((json.format.name, json.to), ("json", Target::Stdout));
        assert!(report("yaml=x").is_err());
        assert!(report("json").is_err());
    }
}
