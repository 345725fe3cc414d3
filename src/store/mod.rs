//! Floor 4: files. Reads manifests.
//!
//! Imports floors 0 to 3. Effects: files, each in the one place that says so at its top.

pub mod manifest_file;
