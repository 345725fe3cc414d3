//! The process around a run: environment, clock, signals, streams, the log, and the way to the tenant.

pub mod connect;
pub mod env;
pub mod logging;
pub mod signals;
pub mod streams;
