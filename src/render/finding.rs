//! Draws findings.
