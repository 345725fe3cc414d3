# `just --list` in a checkout; what stands in a recipe can be typed as well.

# what is typed most while working
check:
    cargo check --all-targets

# what a commit must pass
test:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    cargo test

# documents and schemas anew from what the binary says; read the difference before it is committed
bless:
    UPDATE_TRANSCRIPTS=1 cargo test --test transcripts
    UPDATE_SCHEMAS=1 cargo test --test it schemas

# every parser, for SECONDS each
fuzz seconds="60":
    .ci/fuzz {{seconds}}

# the figures of docs/reference/performance.md
measure:
    cargo run --release --example measure

# the tests of one file, tested
mutants file:
    cargo mutants -f {{file}} -- --lib
