//! The real binary against the simulated tenant over HTTP: what a user would notice.

#![expect(unreachable_pub, reason = "everything here is used inside one test binary only")]

mod contract;
mod interop;
mod laws;
mod openapi;
mod recorder;
mod scenarios;
mod sign_in;
mod world;
