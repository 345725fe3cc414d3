//! The policies that every tenant has, as far as Microsoft says what is in them.
//! <https://learn.microsoft.com/entra/identity/enterprise-apps/manage-app-consent-policies>

use serde_json::{Value, json};

/// Microsoft Graph, and what users may no longer consent to on it under the policy that Microsoft
/// manages: two of them stand for the list, which changes without notice.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const MAIL_READ: &str = "570282fd-fa5c-430d-a7fd-fc8dc98a9dca";
const TASKS_READ_WRITE: &str = "2219042f-cab5-40cc-b0d2-16b1540b4c5f";

/// Two of the mail programs to which users may consent besides.
const MAIL_CLIENTS: [&str; 2] =
    ["f8d98a96-0999-43f5-8af3-69971c7bb423", "9e5f94bc-e8a4-4e73-b8be-63364c29d753"];

/// Id, name and sets of each: included ones, then excluded ones.
pub(crate) fn built_in() -> Vec<(&'static str, &'static str, Vec<Value>, Vec<Value>)> {
    let delegated = json!({"permissionType": "delegated"});
    let application = json!({"permissionType": "application"});
    let users = json!({"permissionType": "delegatedUserConsentable"});
    let mut low = json!({"permissionType": "delegatedUserConsentable"});
    low["permissionClassification"] = json!("low");
    low["clientApplicationsFromVerifiedPublisherOnly"] = json!(true);
    let taken = json!({
        "permissionType": "delegated",
        "resourceApplication": GRAPH,
        "permissions": [MAIL_READ, TASKS_READ_WRITE],
    });
    let mut mail_clients = users.clone();
    mail_clients["clientApplicationIds"] = json!(MAIL_CLIENTS);
    let graph_roles = json!({"permissionType": "application", "resourceApplication": GRAPH});
    vec![
        ("microsoft-user-default-low", "Default User Low Risk Policy", vec![low], Vec::new()),
        (
            "microsoft-user-default-recommended",
            "Microsoft User Default Recommended Policy",
            vec![users.clone()],
            vec![taken],
        ),
        (
            "microsoft-user-default-allow-consent-apps",
            "Microsoft User Default Allow Consent Apps Policy",
            vec![mail_clients],
            Vec::new(),
        ),
        ("microsoft-user-default-legacy", "Default User Legacy Policy", vec![users], Vec::new()),
        (
            "microsoft-application-admin",
            "Application Admin Policy",
            vec![delegated.clone(), application.clone()],
            vec![graph_roles],
        ),
        (
            "microsoft-company-admin",
            "Company Admin Policy",
            vec![application.clone(), delegated],
            Vec::new(),
        ),
        (
            "microsoft-all-application-permissions",
            "All application permissions, for any client app",
            vec![application],
            Vec::new(),
        ),
    ]
}
