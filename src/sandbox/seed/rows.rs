//! From a seed file to rows: ids that were not given are made up, names become ids.

mod roles;
mod settings;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::sandbox::certificate::RegisteredKey;
use crate::sandbox::collections::groups::FORBIDDEN;
use crate::sandbox::collections::oauth2_permission_grants as grants;
use crate::sandbox::collections::service_principals::{self, Profile};
use crate::sandbox::guid::guid_of;
use crate::sandbox::seed::Seed;
use crate::sandbox::seed::names::{NameFault, NameIndex, fault, guid, id_or};
use crate::sandbox::seed::published;
use crate::sandbox::seed::tables::{AppTable, IdentityTable, PublishedPermission, SeedFile};
use crate::sandbox::tenant::names::{
    APPLICATIONS, DEVICES, GRANTS, GROUPS, ORGANIZATION, SERVICE_PRINCIPALS, USERS,
};
use crate::sandbox::token::{Application, Federated, exchange_audience};

/// Owner of most of Microsoft's own applications.
const MICROSOFT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

pub(super) fn of(file: SeedFile) -> Result<Seed, NameFault> {
    let mut names = NameIndex::default();
    let mut seed = Seed {
        tenant_id: guid(&file.tenant.id)?,
        domain: file.tenant.domain.clone(),
        name: file.tenant.name.clone(),
        weather: file.weather.clone(),
        ..Seed::default()
    };
    organization(&mut seed);
    apps(&file, &mut seed, &mut names)?;
    people(&file, &mut seed, &mut names)?;
    groups(&file, &mut seed, &mut names)?;
    let mut once = BTreeSet::new();
    seed.members.retain(|(group, _, member)| once.insert((group.clone(), member.clone())));
    consent(&file, &mut seed, &names)?;
    roles::assignments(&file, &mut seed, &names)?;
    for identity in &file.identity {
        let identity = sign_in(identity, &seed)?;
        seed.identities.push(identity);
    }
    operator(&file, &mut seed, &names)?;
    Ok(seed)
}

fn organization(seed: &mut Seed) {
    let initial = seed.domain.ends_with(".onmicrosoft.com");
    let row = json!({
        "id": seed.tenant_id,
        "deletedDateTime": null,
        "countryLetterCode": "US",
        "createdDateTime": "2019-02-19T09:00:00Z",
        "defaultUsageLocation": null,
        "displayName": seed.name,
        "onPremisesSyncEnabled": null,
        "partnerTenantType": null,
        "tenantType": "AAD",
        "verifiedDomains": [{
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": true,
            "isInitial": initial,
            "name": seed.domain,
            "type": "Managed",
        }],
    });
    seed.rows.push((ORGANIZATION, row));
}

fn apps(file: &SeedFile, seed: &mut Seed, names: &mut NameIndex) -> Result<(), NameFault> {
    for app in &file.service_principal {
        let profile = profile(app, seed)?;
        names.add(&app.name, SERVICE_PRINCIPALS, &profile.id);
        names.add(&profile.app_id, SERVICE_PRINCIPALS, &profile.id);
        names.add(&profile.id, SERVICE_PRINCIPALS, &profile.id);
        seed.rows.push((APPLICATIONS, service_principals::application(&profile)));
        seed.rows.push((SERVICE_PRINCIPALS, service_principals::row(&profile)));
    }
    for app in &file.application {
        let profile = profile(app, seed)?;
        seed.rows.push((APPLICATIONS, service_principals::application(&profile)));
    }
    Ok(())
}

fn profile(app: &AppTable, seed: &Seed) -> Result<Profile, NameFault> {
    let app_id = guid(&app.app_id)?;
    let (mut scopes, mut roles) = match &app.publishes {
        None => (Vec::new(), Vec::new()),
        Some(what) if what.get_ref() == "microsoft-graph" => published::microsoft_graph(),
        Some(what) => return Err(fault(what, "`publishes` can only be \"microsoft-graph\"")),
    };
    scopes.extend(app.scopes.iter().map(|scope| one_scope(&app_id, scope)));
    roles.extend(app.roles.iter().map(|role| one_role(&app_id, role)));
    Ok(Profile {
        id: id_or(app.id.as_ref(), &format!("{}/service principal/{app_id}", seed.tenant_id))?,
        name: app.name.clone(),
        publisher_tenant: Some(match app.publisher_tenant.as_deref() {
            None => seed.tenant_id.clone(),
            Some("microsoft") => MICROSOFT.to_owned(),
            Some(other) => other.to_owned(),
        }),
        verified_publisher: app.verified_publisher.clone(),
        disabled: !app.enabled,
        assignment_required: app.assignment_required,
        scopes,
        roles,
        app_id,
    })
}

fn one_scope(app_id: &str, scope: &PublishedPermission) -> Value {
    match scope {
        PublishedPermission::Name(name) => {
            let id = published::made_up_id(app_id, "scope", name);
            published::scope(&id, name, "User", true, name)
        }
        PublishedPermission::Full(full) => {
            let made_up = || published::made_up_id(app_id, "scope", &full.value);
            let id = full.id.clone().unwrap_or_else(made_up);
            let kind = full.kind.as_deref().unwrap_or("User");
            let display = full.display.as_deref().unwrap_or(&full.value);
            published::scope(&id, &full.value, kind, full.enabled, display)
        }
    }
}

fn one_role(app_id: &str, role: &PublishedPermission) -> Value {
    match role {
        PublishedPermission::Name(name) => {
            let id = published::made_up_id(app_id, "role", name);
            published::role(&id, name, &["Application"], true, name)
        }
        PublishedPermission::Full(full) => {
            let made_up = || published::made_up_id(app_id, "role", &full.value);
            let id = full.id.clone().unwrap_or_else(made_up);
            let members: Vec<&str> = match &full.members {
                Some(members) => members.iter().map(String::as_str).collect(),
                None => vec!["Application"],
            };
            let display = full.display.as_deref().unwrap_or(&full.value);
            published::role(&id, &full.value, &members, full.enabled, display)
        }
    }
}

/// A user row. Guests have no mail box here, so their address is the outside one.
fn user(id: &str, upn: &str, name: &str, mail: Option<&str>, guest: bool, enabled: bool) -> Value {
    json!({
        "id": id,
        "deletedDateTime": null,
        "accountEnabled": enabled,
        "companyName": null,
        "createdDateTime": "2019-02-19T09:00:00Z",
        "department": null,
        "displayName": name,
        "externalUserState": if guest { Some("Accepted") } else { None },
        "givenName": name.split(' ').next(),
        "jobTitle": null,
        "mail": mail.unwrap_or(upn),
        "mailNickname": upn.split('@').next(),
        "surname": name.split_once(' ').map(|(_, rest)| rest),
        "userPrincipalName": upn,
        "userType": if guest { "Guest" } else { "Member" },
    })
}

fn people(file: &SeedFile, seed: &mut Seed, names: &mut NameIndex) -> Result<(), NameFault> {
    for table in &file.user {
        let upn = table.upn.get_ref();
        let id = id_or(table.id.as_ref(), &format!("{}/user/{upn}", seed.tenant_id))?;
        if names.objects.contains_key(&upn.to_lowercase()) {
            return Err(fault(&table.upn, format!("{upn:?} is declared twice")));
        }
        names.add(upn, USERS, &id);
        names.add(&id, USERS, &id);
        let name = table.name.as_deref().unwrap_or(upn);
        let row = user(&id, upn, name, table.mail.as_deref(), table.guest, !table.disabled);
        seed.rows.push((USERS, row));
    }
    for table in &file.people {
        let domain = table.domain.as_ref().unwrap_or(&seed.domain).clone();
        let mut crowd = Vec::new();
        for number in 1..=*table.count.get_ref() {
            let upn = format!("{}{number:05}@{domain}", table.prefix);
            let id = guid_of(&format!("{}/user/{upn}", seed.tenant_id));
            let name = format!("{} {number:05}", table.prefix);
            seed.rows.push((USERS, user(&id, &upn, &name, None, false, true)));
            names.add(&upn, USERS, &id);
            crowd.push(id);
        }
        names.crowds.insert(table.prefix.clone(), crowd);
    }
    Ok(())
}

fn groups(file: &SeedFile, seed: &mut Seed, names: &mut NameIndex) -> Result<(), NameFault> {
    for device in &file.device {
        let id = id_or(device.id.as_ref(), &format!("{}/device/{}", seed.tenant_id, device.name))?;
        names.add(&device.name, DEVICES, &id);
        seed.rows.push((DEVICES, json!({"id": id, "displayName": device.name})));
    }
    let mut ids = Vec::new();
    for group in &file.group {
        let id = id_or(group.id.as_ref(), &format!("{}/group/{}", seed.tenant_id, group.name))?;
        names.add(&group.name, GROUPS, &id);
        names.add(&id, GROUPS, &id);
        if group.forbidden {
            seed.rows.push((FORBIDDEN, json!({"id": id})));
        }
        let nickname: String =
            group.name.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        let row = json!({
            "id": id,
            "deletedDateTime": null,
            "createdDateTime": "2019-02-19T09:00:00Z",
            "description": null,
            "displayName": group.name,
            "groupTypes": [],
            "isAssignableToRole": null,
            "mail": null,
            "mailEnabled": false,
            "mailNickname": nickname,
            "membershipRule": null,
            "membershipRuleProcessingState": null,
            "onPremisesSyncEnabled": null,
            "proxyAddresses": [],
            "securityEnabled": true,
            "visibility": if group.hidden { Some("HiddenMembership") } else { None },
        });
        seed.rows.push((GROUPS, row));
        ids.push(id);
    }
    // Only now, so that a group may have members that are declared after it.
    for (group, id) in file.group.iter().zip(ids) {
        for member in &group.members {
            let of = [USERS, GROUPS, SERVICE_PRINCIPALS, DEVICES];
            let (table, member) = names.find(member, &of)?;
            seed.members.push((id.clone(), table, member));
        }
    }
    for table in &file.people {
        let Some(group) = &table.group else { continue };
        let (_, group) = names.find(group, &[GROUPS])?;
        let crowd = names.crowds.get(&table.prefix).into_iter().flatten();
        seed.members.extend(crowd.map(|id| (group.clone(), USERS, id.clone())));
    }
    Ok(())
}

fn consent(file: &SeedFile, seed: &mut Seed, names: &NameIndex) -> Result<(), NameFault> {
    let app = |name| names.find(name, &[SERVICE_PRINCIPALS]).map(|(_, id)| id);
    for grant in &file.grant {
        let (client, resource) = (app(&grant.client)?, app(&grant.resource)?);
        let user = grant.user.as_ref().map(|user| names.find(user, &[USERS])).transpose()?;
        let user = user.as_ref().map(|(_, id)| id.as_str());
        let scope = json!(grant.scope);
        seed.rows.extend(grants::row(&client, &resource, user, &scope).map(|row| (GRANTS, row)));
    }
    for bulk in &file.bulk_grant {
        let (client, resource) = (app(&bulk.client)?, app(&bulk.resource)?);
        let crowd = names
            .crowds
            .get(bulk.people.get_ref())
            .ok_or_else(|| fault(&bulk.people, "no [[people]] of this seed has that prefix"))?;
        let count = bulk.count.map_or(crowd.len(), |count| count as usize);
        let scope = json!(bulk.scope);
        for user in crowd.iter().take(count) {
            let row = grants::row(&client, &resource, Some(user), &scope);
            seed.rows.extend(row.map(|row| (GRANTS, row)));
        }
    }
    settings::add(file, seed, names)
}

fn sign_in(table: &IdentityTable, seed: &Seed) -> Result<Application, NameFault> {
    let app_id = guid(&table.app_id)?;
    let key = table
        .certificate
        .as_ref()
        .map(|pem| {
            RegisteredKey::from_pem(pem.get_ref())
                .ok_or_else(|| fault(pem, "not a PEM certificate or public key with an RSA key"))
        })
        .transpose()?;
    Ok(Application {
        object_id: id_or(
            table.id.as_ref(),
            &format!("{}/service principal/{app_id}", seed.tenant_id),
        )?,
        app_id,
        secret: table.secret.clone(),
        secret_expired: table.secret_expired,
        key,
        federated: table.federated.as_ref().map(|federated| Federated {
            issuer: federated.issuer.clone(),
            subject: federated.subject.clone(),
            audience: federated.audience.clone().unwrap_or_else(exchange_audience),
        }),
        permissions: table.permissions.clone(),
    })
}

/// Whoever is named, else the first enabled member of the tenant, else somebody made up.
fn operator(file: &SeedFile, seed: &mut Seed, names: &NameIndex) -> Result<(), NameFault> {
    if let Some(upn) = &file.tenant.operator {
        seed.operator = (names.find(upn, &[USERS])?.1, upn.get_ref().clone());
        return Ok(());
    }
    let first = seed.rows.iter().find_map(|(table, row)| {
        let fits = *table == USERS && row["userType"] == "Member" && row["accountEnabled"] == true;
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        fits.then(|| (text("id"), text("userPrincipalName")))
    });
    seed.operator = first.unwrap_or_else(|| {
        let upn = format!("admin@{}", seed.domain);
        (guid_of(&format!("{}/user/{upn}", seed.tenant_id)), upn)
    });
    Ok(())
}
