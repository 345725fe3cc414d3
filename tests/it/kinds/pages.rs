//! The page of each kind tells the truth about its requests.

use std::collections::BTreeSet;

use consent::graph::rights::{Access, needed};
use consent::kinds::REGISTRY;
use serde_json::Value;

use super::{STAGES, of_kind};

/// `(known after service_principal/tasks)` stands where an id will be.
fn without_placeholders(request: &str) -> String {
    let mut parts = request.split("(known after ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "later" + part.split_once(')').unwrap().1)
}

/// `DELETE /servicePrincipals/{id}/appRoleAssignedTo/{id}`: method and path, without ids and body.
fn shape(request: &str) -> String {
    let request = without_placeholders(request);
    let (method, rest) = request.split_once(' ').unwrap();
    let path = rest.split_once(" {").map_or(rest, |(path, _)| path);
    let mut shaped = method.to_owned() + " ";
    let mut names_objects = false;
    for part in path.trim_start_matches('/').split('/') {
        shaped += if names_objects { "/{id}" } else { "/" };
        shaped += if names_objects { "" } else { part };
        // Below `policies` stand names, some of them of collections.
        names_objects = !names_objects && part != "policies";
    }
    shaped
}

/// The rows of a page's table of writes: request and permission.
fn told(kind: &str) -> BTreeSet<(String, String)> {
    let root = env!("CARGO_MANIFEST_DIR");
    let path = format!("{root}/docs/reference/kinds/{}.md", kind.replace('_', "-"));
    let page = std::fs::read_to_string(path).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.map(|row| row.split('`').skip(1).step_by(2).collect::<Vec<_>>());
    cells.map(|cells| (cells[0].to_owned(), (*cells.last().unwrap()).to_owned())).collect()
}

#[test]
fn a_page_tells_each_request_that_its_kind_sends_and_no_other() {
    for kind in REGISTRY.iter().map(|kind| kind.name()) {
        let mut sent = BTreeSet::new();
        for stage in STAGES.iter() {
            let plan: Value = serde_json::from_str(&stage.plan).unwrap();
            for change in of_kind(&plan, kind) {
                let requests = change["requests"].as_array().unwrap().iter();
                sent.extend(requests.map(|request| {
                    let shape = shape(request.as_str().unwrap());
                    let path = shape.split_once(' ').unwrap().1;
                    let right = needed(Access::Write, path).permission;
                    (shape.clone(), right.to_owned())
                }));
            }
        }
        assert_eq!(told(kind), sent, "{kind}");
    }
}
