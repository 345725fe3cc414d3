//! One of each kind.

use super::Specimen;

/// At least one for every kind of the registry.
pub const SPECIMENS: &[Specimen] = &[
    SERVICE_PRINCIPAL,
    ASSIGNMENT_REQUIRED,
    DELEGATED_GRANT,
    EVERYBODYS_GRANT,
    APP_ROLE,
    ASSIGNMENT,
    USER_CONSENT,
    CONSENT_REQUESTS,
    CLASSIFICATION,
    CONSENT_POLICY,
    POLICY_IN_USE,
];

/// Once it is there, it stays.
const SERVICE_PRINCIPAL: Specimen = Specimen {
    kind: "service_principal",
    seed: "",
    create: r#"
[app.tasks]
app_id = "99da6bf4-4525-4bfa-b39f-b6a35789c240"
name = "OutlookTasksConnector-PowerApps and Flow"
publisher_tenant = "ac000000-0000-4000-8000-000000000001"
mode = "exact"
provision = true
grants = "none"
"#,
    change: None,
    delete: None,
};

/// Made, closed behind those who are assigned, and opened again.
const ASSIGNMENT_REQUIRED: Specimen = Specimen {
    kind: "service_principal",
    seed: "",
    create: r#"
[app.tasks]
app_id = "99da6bf4-4525-4bfa-b39f-b6a35789c240"
mode = "exact"
provision = true
grants = "none"
assignment_required = true
[[assignment]]
app = "tasks"
users = ["alice@contoso.com"]
groups = ["GX"]
"#,
    change: Some(
        r#"
[app.tasks]
app_id = "99da6bf4-4525-4bfa-b39f-b6a35789c240"
mode = "exact"
grants = "none"
assignment_required = false
"#,
    ),
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

const APP_ROLE: Specimen = Specimen {
    kind: "app_role",
    seed: r#"
[[app_role_assignment]]
principal = "Acme Sign"
resource = "Microsoft Graph"
role = "User.Read.All"
"#,
    create: r#"
[app.ui]
app_id = "5e000000-0000-4000-8000-0000000000c3"
mode = "exact"
[resource.orders]
app_id = "5e000000-0000-4000-8000-000000000003"
[[app_role]]
app = "ui"
resource = "Microsoft Graph"
roles = ["User.Read.All", "Mail.Read"]
[[app_role]]
app = "ui"
resource = "orders"
roles = ["Orders.Admin"]
"#,
    change: Some(
        r#"
[app.ui]
app_id = "5e000000-0000-4000-8000-0000000000c3"
mode = "exact"
[[app_role]]
app = "ui"
resource = "Microsoft Graph"
roles = ["User.Read.All", "Calendars.Read"]
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

/// Bob is assigned from the beginning, and what another app has on this one is none of its business.
const ASSIGNMENT: Specimen = Specimen {
    kind: "assignment",
    seed: r#"
[[app_role_assignment]]
principal = "bob@contoso.com"
resource = "Orders UI"
[[app_role_assignment]]
principal = "Acme Sign"
resource = "Orders UI"
[[app_role_assignment]]
principal = "alice@contoso.com"
resource = "Acme Sign"
"#,
    create: r#"
[app.ui]
app_id = "5e000000-0000-4000-8000-0000000000c3"
mode = "exact"
grants = "none"
[[assignment]]
app = "ui"
users = ["alice@contoso.com", "bob@contoso.com"]
groups = ["GX"]
"#,
    change: Some(
        r#"
[app.ui]
app_id = "5e000000-0000-4000-8000-0000000000c3"
mode = "exact"
grants = "none"
[[assignment]]
app = "ui"
users = ["bob@contoso.com", "carol@contoso.com"]
groups = ["GY"]
"#,
    ),
    delete: Some(
        r#"
[app.ui]
app_id = "5e000000-0000-4000-8000-0000000000c3"
mode = "exact"
grants = "none"
[[assignment]]
app = "ui"
users = ["bob@contoso.com"]
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

/// The service counts its versions, so that it never is as it was before.
const CONSENT_REQUESTS: Specimen = Specimen {
    kind: "consent_requests",
    seed: r#"
[admin_consent_requests]
days = 30
reviewers = ["/v1.0/users/0a000000-0000-4000-8000-000000000002"]
"#,
    create: r#"
[admin_consent_requests]
enabled = true
notify = true
"#,
    change: Some(
        r#"
[admin_consent_requests]
enabled = true
days = 14
reviewers = { users = ["alice@contoso.com"], groups = ["GX"] }
"#,
    ),
    delete: None,
};

const CLASSIFICATION: Specimen = Specimen {
    kind: "classification",
    seed: r#"
[[classification]]
resource = "Orders API"
low = ["orders.read"]
"#,
    create: r#"
[[classification]]
resource = "Microsoft Graph"
low = ["User.Read", "openid"]
"#,
    change: Some(
        r#"
[[classification]]
resource = "Microsoft Graph"
low = ["openid", "profile"]
medium = ["User.Read"]
"#,
    ),
    delete: Some(
        r#"
[[classification]]
resource = "Microsoft Graph"
low = []
"#,
    ),
};

const CONSENT_POLICY: Specimen = Specimen {
    kind: "consent_policy",
    seed: r#"
[[consent_policy]]
id = "theirs"
name = "Not ours"
includes = [{ permissionType = "delegated" }]
"#,
    create: r#"
[[consent_policy]]
id = "mine"
name = "Low risk"
description = "For everybody"
include = [{ permission_classification = "low" }]
exclude = [{ resource = "Microsoft Graph", permissions = ["Mail.Read"] }]
"#,
    change: Some(
        r#"
[[consent_policy]]
id = "mine"
name = "Low risk of verified publishers"
description = ""
include = [{ permission_classification = "low", verified_publisher_only = true }]
exclude = [{ resource = "Microsoft Graph", permissions = ["Mail.Read", "Calendars.Read"] }]
"#,
    ),
    delete: Some(
        r#"
[[consent_policy]]
id = "mine"
remove = true
"#,
    ),
};

const POLICY_IN_USE: Specimen = Specimen {
    kind: "consent_policy",
    seed: "",
    create: r#"
[user_consent]
allow = { policies = ["mine"] }
[[consent_policy]]
id = "mine"
name = "Low risk"
include = [{ permission_classification = "low" }]
"#,
    change: Some(
        r#"
[user_consent]
allow = { policies = ["mine", "microsoft-user-default-low"] }
[[consent_policy]]
id = "mine"
name = "Low risk"
include = [{ permission_classification = "low", verified_publisher_only = true }]
"#,
    ),
    delete: Some(
        r#"
[user_consent]
allow = "microsoft-recommended"
[[consent_policy]]
id = "mine"
remove = true
"#,
    ),
};
