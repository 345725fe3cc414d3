//! The pipelines of `examples/ci`, looked at by the linters of their formats, and run: each step of theirs by bash, with
//! the variables that their platform sets, against the simulated tenant and a stand-in for the platform's service.

#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests meet the machine as a user does, say what they skip, and a surprise shall fail them"
)]

#[path = "ci/azure.rs"]
mod azure;
#[path = "ci/azure_service.rs"]
mod azure_service;
#[path = "ci/bash.rs"]
mod bash;
#[path = "ci/expression.rs"]
mod expression;
#[path = "ci/github.rs"]
mod github;
#[path = "ci/github_main.rs"]
mod github_main;
#[path = "ci/github_service.rs"]
mod github_service;
#[path = "ci/gitlab.rs"]
mod gitlab;
#[path = "ci/gitlab_service.rs"]
mod gitlab_service;
#[path = "ci/job.rs"]
mod job;
#[path = "ci/linters.rs"]
mod linters;
#[path = "ci/repository.rs"]
mod repository;
#[path = "ci/service.rs"]
mod service;
#[path = "ci/step.rs"]
mod step;
#[path = "ci/tenant.rs"]
mod tenant;
#[path = "ci/workflow.rs"]
mod workflow;
