//! The real binary against the simulated tenant over HTTP: what a user would notice.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test stops at what it did not expect, and looks at files and clock itself"
)]
#![expect(unreachable_pub, reason = "everything here is used inside one test binary only")]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests stop at a surprise, and look at files, clock and environment themselves"
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests meet the machine as a user does, and a surprise shall fail them"
)]

mod approval;
mod cli;
mod contract;
mod errors;
mod hostile;
mod interop;
mod laws;
mod ledger;
mod openapi;
mod rails;
mod recorder;
mod records;
mod sample;
mod saved;
mod scale;
mod scenarios;
mod secrets;
mod sign_in;
mod storms;
#[cfg(unix)]
mod terminal;
mod world;
