//! The simulated tenant as it was saved, in the first line, and what is asked of it afterwards.

use consent::model::untrusted::shown;
use consent::sandbox::server::saved;
use consent::sandbox::weather::Weather;

use super::{Target, judge, requests};

pub(crate) const TARGET: Target = Target {
    name: "state",
    run,
    words: "{\"format\":\"consent.sandbox\",\"format_version\":1, \"tenant\":\" \"minted\": \
            \"tables\":{ \"users\":[ \"servicePrincipals\":[ \"applications\":[ \
            \"oauth2PermissionGrants\":[ \"policies/authorizationPolicy\":[ \"members\":{ \
            \"unseen\":[ \"fresh\":{ 255 18446744073709551615 {\"id\":\" \"appId\":\" \
            {\"id\":\"\"} \nPOST·/servicePrincipals·{\"appId\":\" \nGET·/users/ \
            \nPOST·/oauth2PermissionGrants·{\"clientId\":\" \
            \nPATCH·/policies/authorizationPolicy·{\"displayName\":\"x\"} \
            \nDELETE·/servicePrincipals/",
};

fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (state, asked) = text.split_once('\n').unwrap_or((&text, ""));
    let mut world = requests::world(Weather::default());
    match saved(state, &world.tenant.id) {
        Ok(saved) => {
            world.restore(saved);
            requests::ask(&mut world, asked);
            requests::kept(&world);
        }
        Err(error) => judge::draws_nothing(&shown(&error.to_string())),
    }
}
