//! The tenant's rows, as a service or somebody in between could send them: who and what is looked up,
//! the grants, the policy. A plan is made of them, or they are called odd.

use consent::manifest::source::Sources;
use consent::model::finding::Findings;
use consent::render::finding::text::draw;
use consent::render::page::style::Colour;
use consent::{kinds, manifest};
use serde_json::Value;

use super::{Target, judge, scene};

pub(crate) const TARGET: Target = Target {
    name: "tenant",
    run,
    words: "\"apps\":·[ \"users\":·[ \"groups\":·[ \"grants\":·[ \"policy\":·{ \"name\":·\" \
            \"row\":·{ \"members\":·[ \"id\":·\" \"appId\":·\" \"displayName\":·\" \
            \"oauth2PermissionScopes\":·[ \"appRoles\":·[ \"value\":·\" \"isEnabled\":·false \
            \"type\":·\"Admin\" \"userPrincipalName\":·\" #EXT# \"userType\":·\"Guest\" \
            \"accountEnabled\":·false \"clientId\":·\" \"consentType\":·\"Principal\" \
            \"AllPrincipals\" \"principalId\":·\" \"resourceId\":·\" \"scope\":·\"· \
            \"scope\":·null \"permissionGrantPoliciesAssigned\":·[ \"appOwnerOrganizationId\":·\" \
            \"verifiedPublisher\":·{ managepermissiongrantsforself. \u{130} \
            ManagePermissionGrantsForSel\u{212a}",
};

const MANIFEST: &str = include_str!("../corpus/manifest/whole.toml");

fn run(data: &[u8]) {
    let Ok(answers) = serde_json::from_slice::<Value>(data) else { return };
    let tenant = match scene::Tenant::read(&answers) {
        Ok(tenant) => tenant,
        Err(error) => return judge::draws_nothing(&error.to_string()),
    };
    let sources = Sources::one("consent.toml", MANIFEST);
    let (manifest, mut findings) = manifest::parse(&sources, &kinds::tables());
    let manifest = manifest.expect("there is a file");
    let plan = match scene::plan(&manifest, &sources, &tenant, &mut findings) {
        Ok(plan) => plan,
        Err(odd) => return judge::draws_nothing(&odd.to_string()),
    };
    drawn(&findings, &sources);
    if !findings.has_errors() {
        scene::good(&plan);
    }
}

fn drawn(findings: &Findings, sources: &Sources) {
    let mut out = Vec::new();
    draw(findings, sources, Colour::Plain, &str::to_owned, &mut out).unwrap();
    judge::draws_nothing(&String::from_utf8(out).unwrap());
}
