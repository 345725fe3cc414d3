//! The real binary against the simulated tenant over HTTP: what a user would notice.

#![expect(unreachable_pub, reason = "everything here is used inside one test binary only")]

mod ledger;
mod rails;
mod records;
mod saved;
mod scale;
mod scenarios;
mod storms;
mod world;
