//! Floor 4: Microsoft Graph. Signs in, reads, writes, waits, and turns every answer into a word.
//!
//! Imports floors 0 to 3. Effects: HTTPS to one host, the one of the chosen cloud (or loopback).

pub mod verdict;
