//! The world outside, read here and nowhere else: environment, clock, terminal.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads environment and clock"
)]

use std::collections::BTreeMap;
use std::fmt;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use crate::cli::input::args::{ColorWhen, Global};
use crate::model::clock::Clock;
use crate::model::secret;
use crate::render::page::style::Colour;

/// What a run is given of the world. `Debug` shows no variable: some are secrets.
#[derive(Clone)]
pub(crate) struct Env {
    variables: BTreeMap<String, String>,
    pub(crate) terminals: Terminals,
    started: Instant,
    /// The folder that it runs in; empty where the system does not say.
    folder: String,
}

/// Which streams are terminals.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminals {
    pub(crate) stdin: bool,
    pub(crate) stdout: bool,
    pub(crate) stderr: bool,
}

/// Variables of which the whole value is secret.
const SECRETS: [&str; 3] = ["IDENTITY_HEADER", "MSI_SECRET", "SYSTEM_ACCESSTOKEN"];
/// How others are called.
const SECRET_ENDS: [&str; 4] = ["_TOKEN", "_SECRET", "_PASSWORD", "_API_KEY"];

/// `http://user:password@proxy:8080`.
fn password(address: &str) -> Option<&str> {
    let (user, _) = address.split_once("://")?.1.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password)
}

impl Env {
    pub(crate) fn from_process() -> Self {
        // Variables that are not Unicode cannot be ours.
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            variables,
            terminals: Terminals {
                stdin: std::io::stdin().is_terminal(),
                stdout: std::io::stdout().is_terminal(),
                stderr: std::io::stderr().is_terminal(),
            },
            started: Instant::now(),
            folder: std::env::current_dir()
                .map(|folder| folder.display().to_string())
                .unwrap_or_default(),
        }
    }

    /// Nothing of what these variables hold is told from here on, wherever it turns up: a file that a
    /// manifest leads to may repeat all of them.
    pub(crate) fn learn_secrets(&self) {
        for (name, value) in &self.variables {
            let name = name.to_ascii_uppercase();
            if SECRETS.contains(&name.as_str()) || SECRET_ENDS.iter().any(|end| name.ends_with(end))
            {
                secret::learn(value);
            }
            if name.ends_with("_PROXY")
                && let Some(password) = password(value)
            {
                secret::learn(password);
            }
        }
    }

    /// The folder that it runs in.
    pub(crate) fn folder(&self) -> &str {
        &self.folder
    }

    /// A variable that is set and not empty.
    pub(crate) fn var(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A variable that is set, to nothing.
    pub(crate) fn is_empty(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(String::is_empty)
    }

    /// Whether somebody can be asked: the question is on stderr, the answer on stdin.
    pub(crate) fn can_ask(&self, global: &Global) -> bool {
        let in_ci = self.var("CI").is_some_and(|value| value != "false" && value != "0");
        self.terminals.stdin && self.terminals.stderr && !global.no_input && !in_ci
    }

    /// Whether what was said on stderr can be drawn anew.
    pub(crate) fn redraws(&self) -> bool {
        self.terminals.stderr && self.var("TERM") != Some("dumb")
    }

    /// Of what is told to people, on stdout or on stderr.
    pub(crate) fn colour(&self, on_stdout: bool, global: &Global) -> Colour {
        match on_stdout {
            true => self.colour_on(self.terminals.stdout, global),
            false => self.colour_of_errors(global),
        }
    }

    pub(crate) fn colour_of_errors(&self, global: &Global) -> Colour {
        self.colour_on(self.terminals.stderr, global)
    }

    /// `--color`, then NO_COLOR, then CLICOLOR_FORCE, then what the stream is.
    fn colour_on(&self, terminal: bool, global: &Global) -> Colour {
        match global.color {
            ColorWhen::Always => return Colour::Styled,
            ColorWhen::Never => return Colour::Plain,
            ColorWhen::Auto => {}
        }
        if self.var("NO_COLOR").is_some() {
            return Colour::Plain;
        }
        if self.var("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
            return Colour::Styled;
        }
        let can = terminal && self.var("TERM") != Some("dumb");
        if can && self.var("CLICOLOR") != Some("0") { Colour::Styled } else { Colour::Plain }
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env").field("terminals", &self.terminals).finish_non_exhaustive()
    }
}

impl Clock for Env {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn since_start(&self) -> Duration {
        self.started.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::secret::redact;

    fn env(variables: &[(&str, &str)]) -> Env {
        let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let variables = variables.iter().map(text).collect();
        Env { variables, ..Env::from_process() }
    }

    #[test]
    fn what_the_environment_keeps_secret_is_shown_by_nothing() {
        let env = env(&[
            ("CONSENT_TOKEN", "env-token-Zq8opaque7731"),
            ("AZURE_CLIENT_SECRET", "env-secret-8431"),
            ("https_proxy", "http://me:env-proxy-word@proxy.example:8080"),
            ("AZURE_TOKEN_CREDENTIALS", "AzureCliCredential"),
            ("AZURE_FEDERATED_TOKEN_FILE", "/var/run/env/token/of/this/pod"),
        ]);
        assert!(!format!("{env:?}").contains("env-"), "{env:?}");
        env.learn_secrets();
        let text = "env-token-Zq8opaque7731 env-secret-8431 env-proxy-word AzureCliCredential \
                    /var/run/env/token/of/this/pod";
        assert_eq!(
            redact(text),
            "[removed] [removed] [removed] AzureCliCredential /var/run/env/token/of/this/pod"
        );
    }
}
