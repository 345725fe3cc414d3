//! The real binary against the simulated tenant over HTTP: what a user would notice.

mod scenarios;
mod world;
