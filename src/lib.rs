//! Consent as code for Microsoft Entra ID. Floors from the bottom up; imports point down only.

// Floor 0: the words.
pub mod model;
// Floor 3.
pub mod plan;
