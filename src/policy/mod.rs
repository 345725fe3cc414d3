//! Floor 4: what a plan must be told before people read it. One file per rule.
//!
//! Imports floors 0 to 3. Pure: no effects, no clock, no files.

pub mod limits;
pub mod permissions;
pub mod risk;

#[cfg(test)]
mod tests;
