//! What apps, people and groups have on apps.

use serde_json::Value;
use toml::Spanned;
use uuid::Uuid;

use crate::sandbox::collections::app_role_assignments::{self as app_roles, DEFAULT_ROLE};
use crate::sandbox::guid::guid_of;
use crate::sandbox::seed::Seed;
use crate::sandbox::seed::names::{NameFault, NameIndex, fault};
use crate::sandbox::seed::tables::SeedFile;
use crate::sandbox::tenant::names::{APP_ROLE_ASSIGNMENTS, GROUPS, SERVICE_PRINCIPALS, USERS};

pub(super) fn assignments(
    file: &SeedFile,
    seed: &mut Seed,
    names: &NameIndex,
) -> Result<(), NameFault> {
    for table in &file.app_role_assignment {
        let (kind, principal) =
            names.find(&table.principal, &[USERS, GROUPS, SERVICE_PRINCIPALS])?;
        let (_, resource) = names.find(&table.resource, &[SERVICE_PRINCIPALS])?;
        let principal = row_of(seed, kind, &principal);
        let resource = row_of(seed, SERVICE_PRINCIPALS, &resource);
        let (Some(principal), Some(resource)) = (principal, resource) else { continue };
        let role = match &table.role {
            None => DEFAULT_ROLE.to_owned(),
            Some(role) => id_of(role, resource)?,
        };
        let triple = format!("{}/{}/{role}", principal["id"], resource["id"]);
        let other = guid_of(&format!("{}/app role assignment/{triple}", seed.tenant_id));
        let kind = app_roles::principal_type(kind);
        let row = app_roles::row(kind, principal, resource, &role, &other);
        seed.rows.extend(row.map(|row| (APP_ROLE_ASSIGNMENTS, row)));
    }
    Ok(())
}

fn row_of<'a>(seed: &'a Seed, table: &str, id: &str) -> Option<&'a Value> {
    let mut rows = seed.rows.iter().filter(|(of, _)| *of == table);
    rows.find(|(_, row)| row["id"] == id).map(|(_, row)| row)
}

fn id_of(role: &Spanned<String>, resource: &Value) -> Result<String, NameFault> {
    let text = role.get_ref();
    let mut roles = resource["appRoles"].as_array().into_iter().flatten();
    let id = roles.find(|one| one["value"] == text.as_str()).and_then(|one| one["id"].as_str());
    match id {
        Some(id) => Ok(id.to_owned()),
        None if Uuid::try_parse(text).is_ok() => Ok(text.to_ascii_lowercase()),
        None => Err(fault(role, format!("the resource has no role {text:?}"))),
    }
}
