//! Settings of the tenant that decide who may consent to what.

use serde_json::Value;

use crate::sandbox::collections::{
    admin_consent_request_policy, authorization_policy, permission_classifications,
    permission_grant_policies,
};
use crate::sandbox::seed::Seed;
use crate::sandbox::seed::names::{NameFault, NameIndex, fault};
use crate::sandbox::seed::tables::{ClassificationTable, SeedFile};
use crate::sandbox::tenant::names::SERVICE_PRINCIPALS;

/// What a new tenant has today.
const DEFAULT_POLICIES: [&str; 3] = [
    "ManagePermissionGrantsForSelf.microsoft-user-default-recommended",
    "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-team",
    "ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-chat",
];

pub(super) fn add(file: &SeedFile, seed: &mut Seed, names: &NameIndex) -> Result<(), NameFault> {
    let policies = match &file.user_consent {
        Some(table) => table.policies.clone(),
        None => DEFAULT_POLICIES.map(str::to_owned).to_vec(),
    };
    seed.rows.push((authorization_policy::TABLE, authorization_policy::row(&policies)));
    let requests = match &file.admin_consent_requests {
        Some(set) => admin_consent_request_policy::row(
            set.enabled,
            set.notify,
            set.reminders,
            set.days,
            &set.reviewers,
        ),
        None => admin_consent_request_policy::never_set(),
    };
    seed.rows.push((admin_consent_request_policy::TABLE, requests));
    for (id, name, includes, excludes) in permission_grant_policies::built_in() {
        seed.rows.extend(permission_grant_policies::rows(id, name, None, &includes, &excludes));
    }
    for policy in &file.consent_policy {
        let description = policy.description.as_deref();
        let (includes, excludes) = (&policy.includes, &policy.excludes);
        let rows = permission_grant_policies::rows(
            &policy.id,
            &policy.name,
            description,
            includes,
            excludes,
        );
        seed.rows.extend(rows);
    }
    for table in &file.classification {
        classes(table, seed, names)?;
    }
    Ok(())
}

fn classes(
    table: &ClassificationTable,
    seed: &mut Seed,
    names: &NameIndex,
) -> Result<(), NameFault> {
    let (_, owner) = names.find(&table.resource, &[SERVICE_PRINCIPALS])?;
    let is_owner =
        |(name, row): &&(&str, Value)| *name == SERVICE_PRINCIPALS && row["id"] == owner.as_str();
    let published =
        seed.rows.iter().find(is_owner).map(|(_, row)| row["oauth2PermissionScopes"].clone());
    let published = published.unwrap_or_default();
    let lists = [("low", &table.low), ("medium", &table.medium), ("high", &table.high)];
    for (class, names) in lists {
        for name in names {
            let mut scopes = published.as_array().into_iter().flatten();
            let scope = scopes.find(|scope| scope["value"] == name.get_ref().as_str());
            let id = scope.and_then(|scope| scope["id"].as_str());
            let row = id
                .and_then(|id| permission_classifications::row(&owner, id, name.get_ref(), class));
            let row = row.ok_or_else(|| fault(name, "the resource publishes no such scope"))?;
            seed.rows.push((permission_classifications::TABLE, row));
        }
    }
    Ok(())
}
