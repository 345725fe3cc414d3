//! stub until merge
use crate::kinds::simulated::Collection;
pub static COLLECTIONS: &[&dyn Collection] = &[];
