//! Flags of `consent sandbox`. They stand beside their command because the simulated tenant itself reads how
//! long a request shall take.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::sandbox::weather::measure::Latency;

#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// The simulated tenant, as a TOML file
    #[arg(long, value_name = "FILE", env = "CONSENT_SEED")]
    pub(crate) seed: PathBuf,
    /// Loopback address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", env = "CONSENT_LISTEN", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// Serve https, with a certificate for this machine that clients are told to trust
    #[arg(long, env = "CONSENT_TLS")]
    pub(crate) tls: bool,
    /// Every request takes this long, as 40ms or 2s or 20ms..200ms
    #[arg(long, value_name = "TIME", env = "CONSENT_LATENCY")]
    pub(crate) latency: Option<Latency>,
    /// Trouble, repeatable: 429=N, lag=N, lost=5%, and more (see the sandbox's reference)
    #[arg(long, value_name = "WORD", env = "CONSENT_WEATHER", value_delimiter = ',')]
    pub(crate) weather: Vec<String>,
    /// Trouble as a TOML file with the seed's [weather]; on top of the seed's own, below --weather
    #[arg(long, value_name = "FILE", env = "CONSENT_WEATHER_FILE")]
    pub(crate) weather_file: Option<PathBuf>,
}
