//! Which key signs: the one that is named, or the only one that ssh-agent holds.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::NamedTempFile;

use crate::approval::public_key;
use crate::cli::output::failure::{Exit, Failure};
use crate::cli::output::files::stored;
use crate::cli::process::env::Env;
use crate::cli::process::ssh::{self, SshError};
use crate::model::shell::word;
use crate::model::untrusted::shown;
use crate::store::approval_files;

/// A key in the form that `ssh-keygen` takes.
#[derive(Debug)]
pub(crate) enum SigningKey {
    Named(PathBuf),
    /// The public half of a key of the agent.
    Agent(NamedTempFile),
}

impl SigningKey {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Named(path) => path,
            Self::Agent(file) => file.path(),
        }
    }
}

/// # Errors
/// When none is named, and the agent holds none or several.
pub(crate) fn choose(named: Option<&Path>, env: &Env) -> Result<SigningKey, Failure> {
    if let Some(path) = named {
        return Ok(SigningKey::Named(path.to_owned()));
    }
    let keys = ssh::keys_of_agent(env).map_err(|error| not_signed(&error))?;
    match &keys[..] {
        [only] => {
            let file = approval_files::public_key(&format!("{only}\n")).map_err(stored)?;
            Ok(SigningKey::Agent(file))
        }
        [] => {
            let title = match env.var("SSH_AUTH_SOCK") {
                None => "no key is named, and no ssh-agent is there",
                Some(_) => "no key is named, and ssh-agent holds none",
            };
            Err(hinted(no_key(title.to_owned())))
        }
        many => {
            let title = format!("ssh-agent holds {} keys, and none is named", many.len());
            let listed = many.iter().take(20).map(|line| told(line)).collect();
            Err(hinted(no_key(title).detail(listed)))
        }
    }
}

fn no_key(title: String) -> Failure {
    Failure::new(Exit::Invalid, "no_key", title).help(
        "name the key, or the public half of one that ssh-agent holds: \
         consent approve PLAN --key FILE",
    )
}

fn hinted(failure: Failure) -> Failure {
    match ssh::key_of_git() {
        Some(key) => failure.help(format!("git signs with `--key {}`", word(Path::new(&key)))),
        None => failure,
    }
}

/// One line of the agent: type, fingerprint and what its owner calls it.
fn told(line: &str) -> String {
    let mut words = line.splitn(3, ' ');
    let name = words.next().unwrap_or_default();
    let blob = words.next().and_then(|base64| STANDARD.decode(base64).ok());
    let hash = blob.map(|blob| public_key::fingerprint(&blob)).unwrap_or_default();
    shown(&format!("{name} {hash} {}", words.next().unwrap_or_default()))
}

/// Nothing was signed.
pub(crate) fn not_signed(error: &SshError) -> Failure {
    let failure = Failure::new(Exit::Unexpected, "not_signed", format!("failed to {error}"));
    match error {
        SshError::Start { .. } => failure.help("install OpenSSH: its ssh-keygen signs"),
        SshError::Ended { .. } => failure
            .help("try it alone: `echo x | ssh-keygen -Y sign -n consent-approval@v1 -f KEY`"),
        SshError::TooLong { .. } => failure.help("see that the agent or the token answers"),
    }
}
