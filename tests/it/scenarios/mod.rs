//! Real situations with their exact calls, one file per concern.

mod adoption;
mod crowd;
mod founding;
mod narrowing;
mod provisioning;
mod scopes;
mod workflow;

/// Object ids of the fixture.
pub const GRAPH: &str = "9a000000-0000-4000-8000-000000000001";
pub const EXPLORER: &str = "c1000000-0000-4000-8000-000000000001";
pub const ALICE: &str = "0a000000-0000-4000-8000-000000000001";
pub const BOB: &str = "0a000000-0000-4000-8000-000000000002";
pub const CAROL: &str = "0a000000-0000-4000-8000-000000000003";
pub const DAVE: &str = "0a000000-0000-4000-8000-000000000004";
pub const ERIN: &str = "0a000000-0000-4000-8000-000000000005";
pub const FRANK: &str = "0a000000-0000-4000-8000-000000000006";

/// Ids of the fixture's grants, as the scenarios have them.
pub const EXPLORER_ALL: &str = "AAAAwQAAAECAAAAAAAAAAQAAAJoAAABAgAAAAAAAAAE";
pub const EXPLORER_ALICE: &str = "AAAAwQAAAECAAAAAAAAAAQAAAJoAAABAgAAAAAAAAAEAAAAKAAAAQIAAAAAAAAAB";
pub const EXPLORER_BOB: &str = "AAAAwQAAAECAAAAAAAAAAQAAAJoAAABAgAAAAAAAAAEAAAAKAAAAQIAAAAAAAAAC";
pub const SIGN_ALL: &str = "AAAAwQAAAECAAAAAAAAAAgAAAJoAAABAgAAAAAAAAAE";
pub const ORDERS_UI_ALL: &str = "AAAAwQAAAECAAAAAAAAAAwAAAJoAAABAgAAAAAAAAAM";

/// An app of the fixture in a manifest.
pub fn app(label: &str, mode: &str) -> String {
    let app_id = match label {
        "explorer" => "de8bc8b5-d9f9-48b1-a8ad-b748da725064",
        "sign" => "5e000000-0000-4000-8000-0000000000c2",
        "orders-ui" => "5e000000-0000-4000-8000-0000000000c3",
        _ => panic!("no app of the fixture is called {label}"),
    };
    format!("[app.{label}]\napp_id = \"{app_id}\"\nmode = \"{mode}\"\n")
}

/// Permissions on Microsoft Graph, in a manifest. `scopes` and `whom` are TOML.
pub fn wants(label: &str, scopes: &str, whom: &str) -> String {
    format!(
        "[[grant]]\napp = \"{label}\"\nresource = \"Microsoft Graph\"\nscopes = {scopes}\nfor = {whom}\n"
    )
}

/// A grant on Microsoft Graph that the tenant has. No user: all users.
pub fn has(client: &str, user: Option<&str>, scope: &str) -> String {
    let user = user.map(|user| format!("user = \"{user}\"\n")).unwrap_or_default();
    format!(
        "[[grant]]\nclient = \"{client}\"\nresource = \"Microsoft Graph\"\n{user}scope = \"{scope}\"\n"
    )
}
