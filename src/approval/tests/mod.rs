//! What must hold of signatures, lists of approvers, and of whoever judges them.

mod approvers;
mod judge;
mod samples;
mod signature;
