//! The programs of OpenSSH, which sign: the private key stays with them, whether it lies in a file, an agent
//! or a token that somebody touches.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::approval::NAMESPACE;
use crate::cli::process::env::Env;

/// How long a signature is waited for: somebody looks for a token, or types a passphrase.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often one looks whether it is there.
const LOOK: Duration = Duration::from_millis(20);
/// More than any key or signature has; what another program says may be endless.
const LONGEST: u64 = 64 * 1024;

/// Why there is no signature, or no key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SshError {
    #[error("run {program}: {source}")]
    Start { program: &'static str, source: io::Error },
    /// What it said, which may be anything.
    #[error("sign: {program} ended with {status}: {said}")]
    Ended { program: &'static str, status: ExitStatus, said: String },
    #[error("wait for {program}: nothing came within five minutes")]
    TooLong { program: &'static str },
}

/// Lets `ssh-keygen` sign a message, and returns what it made of it. Its questions go to the terminal.
///
/// # Errors
/// When it cannot be started, does not sign, or takes too long.
pub(crate) fn sign(key: &Path, message: &[u8], env: &Env) -> Result<Vec<u8>, SshError> {
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "sign", "-n", NAMESPACE, "-f"]).arg(key);
    let asks = match env.terminals.stderr {
        true => Stdio::inherit(),
        false => Stdio::piped(),
    };
    run("ssh-keygen", command, asks, message)
}

/// The public keys that ssh-agent holds, a line each; none where there is no agent.
///
/// # Errors
/// When there is an agent that cannot be asked.
pub(crate) fn keys_of_agent(env: &Env) -> Result<Vec<String>, SshError> {
    if env.var("SSH_AUTH_SOCK").is_none() {
        return Ok(Vec::new());
    }
    let mut command = Command::new("ssh-add");
    command.arg("-L");
    let listed = match run("ssh-add", command, Stdio::piped(), b"") {
        // This is how it says that it holds none.
        Err(SshError::Ended { status, .. }) if status.code() == Some(1) => return Ok(Vec::new()),
        listed => listed?,
    };
    let listed = String::from_utf8_lossy(&listed).into_owned();
    Ok(listed.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect())
}

/// The key that git signs with, where that is one of SSH: a hint, and no more. Only what the person set
/// counts, and not what a repository brings.
pub(crate) fn key_of_git() -> Option<String> {
    let setting = |name: &str| {
        let mut command = Command::new("git");
        command.args(["config", "--global", "--get", name]);
        let said = run("git", command, Stdio::null(), b"").ok()?;
        Some(String::from_utf8(said).ok()?.trim().to_owned()).filter(|said| !said.is_empty())
    };
    setting("gpg.format").filter(|format| format == "ssh")?;
    setting("user.signingkey").filter(|key| !key.contains(' '))
}

fn run(
    program: &'static str,
    mut command: Command,
    asks: Stdio,
    message: &[u8],
) -> Result<Vec<u8>, SshError> {
    let failed = |source| SshError::Start { program, source };
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(asks);
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        // One that ends without reading says itself why.
        drop(input.write_all(message));
    }
    let status = ended(&mut child).map_err(failed)?;
    let Some(status) = status else {
        drop(child.kill());
        drop(child.wait());
        return Err(SshError::TooLong { program });
    };
    let said = |pipe: Option<&mut dyn Read>| {
        let mut said = Vec::new();
        if let Some(pipe) = pipe {
            pipe.take(LONGEST).read_to_end(&mut said).map_err(failed)?;
        }
        Ok(said)
    };
    let told = said(child.stderr.as_mut().map(|pipe| pipe as &mut dyn Read))?;
    let made = said(child.stdout.as_mut().map(|pipe| pipe as &mut dyn Read))?;
    match status.success() {
        true => Ok(made),
        false => {
            let said = String::from_utf8_lossy(&told).trim().replace('\n', "; ");
            Err(SshError::Ended { program, status, said })
        }
    }
}

/// `None` when it takes too long. What it prints meanwhile fits into the system's own buffers.
fn ended(child: &mut Child) -> io::Result<Option<ExitStatus>> {
    let mut waited = Duration::ZERO;
    while waited < PATIENCE {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(LOOK);
        waited += LOOK;
    }
    Ok(None)
}
