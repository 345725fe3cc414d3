//! Floor 4: drawing. Plain data in, text out, one file per format.
//!
//! Imports floors 0 to 3. No effects of its own: it writes to the writer it is handed.

pub mod finding;
