//! `consent sandbox`: serves a simulated tenant until it is stopped, for any Graph client.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::commands::sandbox_args::SandboxArgs;
use crate::cli::input::args::Global;
use crate::cli::output::failed::failed;
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::output::files::{named, stored};
use crate::cli::process::env::Env;
use crate::cli::process::signals;
use crate::cli::process::streams::Streams;
use crate::model::clock::Clock;
use crate::model::shell::word;
use crate::model::untrusted::shown;
use crate::operations::session::read_seed;
use crate::sandbox::server::{self, Running, ServerOptions};
use crate::sandbox::weather::{Weather, file};
use crate::store::opened::Reach;
use crate::store::place::RecordPlace;
use crate::store::{report_file, sandbox_state};

/// # Errors
/// When the seed is not usable or the address cannot be listened on.
pub(crate) async fn run(
    args: &SandboxArgs,
    global: &Global,
    env: &Arc<Env>,
    streams: &mut Streams<'_>,
) -> Result<Exit, Failure> {
    let (seed, _) = read_seed(&args.seed).map_err(failed)?;
    let clock: Arc<dyn Clock> = Arc::<Env>::clone(env);
    let options = ServerOptions {
        listen: args.listen,
        weather: weather(args)?,
        secure: args.tls,
        ..ServerOptions::new(clock)
    };
    let running = server::start(seed, options).await.map_err(|error| {
        Failure::new(Exit::Unexpected, "sandbox", format!("failed to serve: {error}"))
            .help("--listen takes a loopback address; 127.0.0.1:0 takes a free port")
    })?;
    let stop = signals::listen();
    let root = root(&running, &args.seed)?;
    announce(&running, &args.seed, root.as_deref(), global, streams)?;
    // Served until somebody stops it: there is nothing else to wait for.
    stop.unless(watch(&running, streams)).await;
    running.stop().await;
    Ok(Exit::Done)
}

/// Says where the weather lets somebody else change something that the tenant refuses: a slip in the
/// weather would be looked for in vain in what follows.
async fn watch(running: &Running, streams: &mut Streams<'_>) {
    let mut seen = 0;
    loop {
        let news = running.meanwhile_after(seen).await;
        seen += news.len();
        for line in news.iter().filter(|line| !line.took_effect) {
            let what = shown(&format!("{} {}", line.method, line.path));
            // Nobody reading it is no reason to stop; /sandbox/meanwhile has it as well.
            drop(writeln!(streams.err, "Meanwhile {what} was refused: {}", line.status));
        }
    }
}

/// Trouble from the command line, on top of the seed's own: words on top of a file.
fn weather(args: &SandboxArgs) -> Result<Weather, Failure> {
    let mut words = Weather { latency: args.latency, ..Weather::default() };
    for word in &args.weather {
        words.add(word).map_err(|error| {
            Failure::new(Exit::Invalid, "weather", shown(&error.to_string()))
                .help("for example: --weather 429=5 --weather lost=10%")
        })?;
    }
    let Some(path) = &args.weather_file else { return Ok(words) };
    let help = "name a TOML file with a [weather] table";
    let text = report_file::read_text(path, Reach::Folder)
        .map_err(|error| named(error, help.to_owned()))?;
    let file = file::parse(&path.display().to_string(), &text).map_err(|error| {
        Failure::new(Exit::Invalid, "weather", error.to_string())
            .help("the file holds one [weather] table, with the keys of a seed's")
    })?;
    Ok(words.over(file))
}

/// Variables by which clients find the certificates that they trust: OpenSSL and Rust, Python's requests,
/// Node.js.
const TRUST: [&str; 3] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

/// The file of the certificate that clients have to trust, where the server is one of https.
fn root(running: &Running, seed: &Path) -> Result<Option<PathBuf>, Failure> {
    let Some(pem) = running.root() else { return Ok(None) };
    let path =
        sandbox_state::keep_root(RecordPlace::beside(seed).folder(), running.address().port(), pem)
            .map_err(stored)?;
    Ok(Some(path))
}

/// The URL alone on stdout's first line, so that a script can read it; then what to export.
fn announce(
    running: &Running,
    seed: &Path,
    root: Option<&Path>,
    global: &Global,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let Streams { out, err } = streams;
    writeln!(out, "{}", running.url())?;
    writeln!(out, "export CONSENT_GRAPH_URL={}", running.url())?;
    writeln!(out, "export CONSENT_TOKEN={}", running.token())?;
    if let Some(root) = root {
        let root = word(root);
        TRUST.iter().try_for_each(|name| writeln!(out, "export {name}={root}"))?;
    }
    out.flush()?;
    if global.quiet {
        return Ok(());
    }
    writeln!(
        err,
        "Serving the simulated tenant of {} (Ctrl-C ends it; nothing is kept).\n\
         Sign-in for other clients: AZURE_AUTHORITY_HOST={}",
        shown(&seed.display().to_string()),
        running.url(),
    )?;
    if root.is_some() {
        writeln!(
            err,
            "Clients have to trust its certificate: see the last lines of what to export.\n\
             It vouches for this machine's own addresses only, and for 90 days."
        )?;
    } else {
        writeln!(err, "Microsoft's libraries for Python refuse http there: use --tls for them.")?;
    }
    Ok(())
}
