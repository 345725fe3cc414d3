//! The world outside, read here and nowhere else: environment, clock, terminal.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads environment and clock"
)]

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use crate::cli::args::{ColorWhen, Global};
use crate::model::clock::Clock;

/// What a run is given of the world.
#[derive(Debug, Clone)]
pub struct Env {
    variables: BTreeMap<String, String>,
    pub terminals: Terminals,
    started: Instant,
}

/// Which streams are terminals.
#[derive(Debug, Clone, Copy)]
pub struct Terminals {
    pub stdin: bool,
    pub stdout: bool,
    pub stderr: bool,
}

impl Env {
    pub fn from_process() -> Self {
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
        }
    }

    /// A variable that is set and not empty.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A variable that is set, to nothing.
    pub fn is_empty(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(String::is_empty)
    }

    /// Whether somebody can be asked: the question is on stderr, the answer on stdin.
    pub fn can_ask(&self, global: &Global) -> bool {
        let in_ci = self.var("CI").is_some_and(|value| value != "false" && value != "0");
        self.terminals.stdin && self.terminals.stderr && !global.no_input && !in_ci
    }

    /// Whether what was said on stderr can be drawn anew.
    pub fn redraws(&self) -> bool {
        self.terminals.stderr && self.var("TERM") != Some("dumb")
    }

    pub fn colour_of_output(&self, global: &Global) -> bool {
        self.colour(global, self.terminals.stdout)
    }

    pub fn colour_of_errors(&self, global: &Global) -> bool {
        self.colour(global, self.terminals.stderr)
    }

    /// `--color`, then NO_COLOR, then CLICOLOR_FORCE, then what the stream is.
    fn colour(&self, global: &Global, terminal: bool) -> bool {
        match global.color {
            ColorWhen::Always => return true,
            ColorWhen::Never => return false,
            ColorWhen::Auto => {}
        }
        if self.var("NO_COLOR").is_some() {
            return false;
        }
        if self.var("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
            return true;
        }
        terminal && self.var("TERM") != Some("dumb") && self.var("CLICOLOR") != Some("0")
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
