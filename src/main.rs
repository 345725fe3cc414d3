//! `consent`: hands the words of the command line over, and returns the exit code. Nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    consent::cli::main(std::env::args_os().collect())
}
