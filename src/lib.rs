//! Consent as code for Microsoft Entra ID. Floors from the bottom up; imports point down only.

// Floor 0: the words.
pub mod model;
// Floor 1.
pub mod manifest;
// Floor 2: the managed objects.
pub mod kinds;
// Floor 3: what is wanted beside what is there.
pub mod plan;
// Floor 4, side by side.
pub mod approval;
pub mod graph;
pub mod policy;
pub mod render;
pub mod sandbox;
pub mod store;
// Floor 5: the only one that writes to a tenant.
pub mod apply;
// Floor 6: what is done, without a screen.
pub mod operations;
// Floor 7: the command line.
pub mod cli;
