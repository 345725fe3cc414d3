//! One of each kind.

use super::Specimen;

/// At least one for every kind of the registry.
pub const SPECIMENS: &[Specimen] =
    &[SERVICE_PRINCIPAL, DELEGATED_GRANT, EVERYBODYS_GRANT, USER_CONSENT];

/// Once it is there, it stays.
const SERVICE_PRINCIPAL: Specimen = Specimen {
    kind: "service_principal",
    seed: "",
    create: r#"
[app.tasks]
app_id = "99da6bf4-4525-4bfa-b39f-b6a35789c240"
mode = "exact"
provision = true
grants = "none"
"#,
    change: None,
    delete: None,
};

const DELEGATED_GRANT: Specimen = Specimen {
    kind: "delegated_grant",
    seed: r#"
[[grant]]
client = "Acme Sign"
resource = "Microsoft Graph"
scope = " User.Read  Calendars.Read"
"#,
    create: r#"
[app.explorer]
app_id = "de8bc8b5-d9f9-48b1-a8ad-b748da725064"
mode = "exact"
[[grant]]
app = "explorer"
resource = "Microsoft Graph"
scopes = ["User.Read", "Mail.Read"]
for = { groups = ["GX"] }
"#,
    change: Some(
        r#"
[app.explorer]
app_id = "de8bc8b5-d9f9-48b1-a8ad-b748da725064"
mode = "exact"
[[grant]]
app = "explorer"
resource = "Microsoft Graph"
scopes = ["User.Read", "Calendars.Read"]
for = { users = ["alice@contoso.com", "frank@contoso.com"] }
"#,
    ),
    delete: Some(
        r#"
[app.explorer]
app_id = "de8bc8b5-d9f9-48b1-a8ad-b748da725064"
mode = "exact"
grants = "none"
"#,
    ),
};

const EVERYBODYS_GRANT: Specimen = Specimen {
    kind: "delegated_grant",
    seed: "",
    create: r#"
[app.ui]
app_id = "5e000000-0000-4000-8000-0000000000c3"
mode = "exact"
[[grant]]
app = "ui"
resource = "Microsoft Graph"
scopes = ["User.Read"]
for = "all-users"
"#,
    change: Some(
        r#"
[app.ui]
app_id = "5e000000-0000-4000-8000-0000000000c3"
mode = "exact"
[[grant]]
app = "ui"
resource = "Microsoft Graph"
scopes = ["User.Read"]
for = { groups = ["GX"] }
"#,
    ),
    delete: Some(
        r#"
[app.ui]
app_id = "5e000000-0000-4000-8000-0000000000c3"
mode = "exact"
grants = "none"
"#,
    ),
};

const USER_CONSENT: Specimen = Specimen {
    kind: "user_consent",
    seed: "",
    create: "[user_consent]\nallow = \"none\"\n",
    change: Some("[user_consent]\nallow = \"low-risk\"\n"),
    delete: Some("[user_consent]\nallow = \"microsoft-recommended\"\n"),
};
