//! The real binary against the simulated tenant over HTTP: what a user would notice.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests meet the machine as a user does, and a surprise shall fail them"
)]
#![expect(unreachable_pub, reason = "everything here is used inside one test binary only")]

mod access;
mod approval;
mod attacker;
mod bad_weather;
mod cli;
mod clouds;
mod contract;
#[cfg(unix)]
mod crash;
#[cfg(unix)]
mod disk;
#[cfg(unix)]
mod doubts;
mod echo;
mod errors;
#[cfg(unix)]
mod files;
mod gate;
mod hostile;
mod identity_tokens;
mod interop;
mod kinds;
mod lanes;
mod laws;
mod ledger;
#[cfg(unix)]
mod lock;
mod made_again;
mod names;
mod offline;
mod openapi;
mod others;
mod outside;
mod parts;
mod past;
mod rails;
mod recorder;
mod records;
#[cfg(unix)]
mod rehearsal;
mod report_files;
mod reports;
mod rests;
mod runners;
mod sample;
mod saved;
mod scale;
mod scenarios;
mod schemas;
mod secrets;
mod secure;
mod sign_in;
#[cfg(unix)]
mod signals;
mod signed;
mod situations;
mod slips;
#[cfg(unix)]
mod survival;
#[cfg(unix)]
mod terminal;
mod waits;
mod weather;
mod world;
