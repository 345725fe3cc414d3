//! The schemas that are published: one row for each format.

use crate::model::schema::Schema;
use crate::{approval, plan, render, store};

/// A schema that is published.
#[derive(Debug, Clone, Copy)]
pub struct PublishedSchema {
    /// What `consent schema` calls it, and its file `schemas/NAME.schema.json`.
    pub name: &'static str,
    pub(crate) about: &'static str,
    make: fn() -> Schema,
}

/// All of them.
pub const PUBLISHED: [PublishedSchema; 10] = [
    PublishedSchema {
        name: "manifest",
        about: "one TOML file of a manifest, for editors",
        make: plan::published::manifest,
    },
    PublishedSchema {
        name: "plan",
        about: "a plan saved with `plan --out`",
        make: plan::file::schema,
    },
    PublishedSchema {
        name: "plan_report",
        about: "`plan --json`",
        make: render::plan::json::schema,
    },
    PublishedSchema {
        name: "run_report",
        about: "`apply --json`",
        make: render::run::json::schema,
    },
    PublishedSchema {
        name: "snapshot",
        about: "a file of `.consent/snapshots`",
        make: store::snapshot::schema,
    },
    PublishedSchema {
        name: "journal",
        about: "a line of a file of `.consent/journal`",
        make: store::journal::schema,
    },
    PublishedSchema {
        name: "events",
        about: "a line of `--report ndjson=FILE`",
        make: render::events::schema,
    },
    PublishedSchema {
        name: "approval",
        about: "a file of `PLAN.approvals`, and what it signs",
        make: approval::statement::schema,
    },
    PublishedSchema {
        name: "verification",
        about: "`verify --json`",
        make: approval::verification::schema,
    },
    PublishedSchema {
        name: "validation",
        about: "`validate --json`",
        make: render::finding::json::schema,
    },
];

impl PublishedSchema {
    /// The schema as it is printed and as it stands in its file.
    ///
    /// # Errors
    /// Never: a schema is plain JSON.
    pub fn text(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&(self.make)()).map(|text| text + "\n")
    }
}
