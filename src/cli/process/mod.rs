//! The process around a run: environment, clock, signals, streams, the log, and the way to the tenant.

pub(crate) mod connect;
pub(crate) mod env;
pub(crate) mod logging;
pub(crate) mod signals;
pub(crate) mod ssh;
pub(crate) mod streams;
