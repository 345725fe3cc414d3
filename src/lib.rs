//! Consent as code for Microsoft Entra ID. Floors from the bottom up; imports point down only.

// Floor 0: the words.
pub mod model;
// Floor 2.
pub mod kinds;
// Floor 4, side by side.
pub mod graph;
pub mod sandbox;
// Floor 3.
pub mod plan;
