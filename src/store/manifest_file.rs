//! Reads the manifest's files.
