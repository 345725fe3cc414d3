//! The small worlds.

use super::setting::{Setting, Store, there};
use super::spent::Spent;
use super::tenant::{Assigned, MADE, Tenant, scopes};
use crate::kinds::world::{EXPLORER, GROUP, NEW_APP, SIGN, explorer, grant, object, person};
use crate::model::id::ObjectId;

const GE: &str = "de8bc8b5-d9f9-48b1-a8ad-b748da725064";
const SIGN_APP: &str = "5161acce-0000-4000-8000-000000000002";
const TWO: &str = "[\"User.Read\", \"Mail.Read\"]";
const ALL: [Option<&str>; 4] = [None, Some("alice"), Some("bob"), Some("carol")];

/// Disturbances on one path, unless somebody asks for more.
pub(super) const DISTURBANCES: usize = 2;

pub(super) fn depth() -> usize {
    #[expect(
        clippy::disallowed_methods,
        reason = "how far tests explore is asked for from outside"
    )]
    let asked = std::env::var("EXPLORE_DEPTH");
    asked.ok().and_then(|text| text.parse().ok()).unwrap_or(DISTURBANCES)
}

/// One less, where there are too many orders of events.
fn less(most: usize) -> usize {
    most.saturating_sub(1).max(1)
}

fn world(name: &'static str, manifest: String, grants: &[(Option<&str>, &str)]) -> Setting {
    let mut start = Tenant::default();
    start.apps.extend([there(EXPLORER, GE), there(SIGN, SIGN_APP)]);
    for (whom, words) in grants {
        start.grants.insert((object(EXPLORER), whom.map(person)), scopes(words));
    }
    Setting {
        name,
        manifest,
        start,
        touched: touched(EXPLORER, &ALL),
        assigned: Vec::new(),
        made: None,
        batch: 20,
        lanes: 4,
        most: depth(),
        without: Spent::default(),
        kept_back: None,
        store: Store::default(),
    }
}

fn touched(app: u128, whom: &[Option<&str>]) -> Vec<(ObjectId, Option<ObjectId>)> {
    whom.iter().map(|whom| (object(app), whom.map(person))).collect()
}

/// Everybody's grant becomes three people's: alice by herself, bob, who has his own and keeps it, and
/// carol by a group.
pub(super) fn narrowing() -> Setting {
    let whom = "{ users = [\"alice@contoso.com\", \"bob@contoso.com\"], groups = [\"GX\"] }";
    let manifest = explorer("exact") + &grant(TWO, whom);
    let there = [(None, "Mail.Read User.Read"), (Some("bob"), "Mail.Read User.Read")];
    world("narrowing", manifest, &there)
}

/// The same, where answers come for each request by itself: there are many more orders of them.
pub(super) fn one_at_a_time() -> Setting {
    let narrowing = narrowing();
    Setting { name: "narrowing, one by one", batch: 1, most: less(narrowing.most), ..narrowing }
}

/// Alice's and bob's grants become everybody's.
pub(super) fn widening() -> Setting {
    let manifest = explorer("exact") + &grant(TWO, "\"all-users\"");
    let there = [(Some("alice"), "Mail.Read User.Read"), (Some("bob"), "User.Read")];
    world("widening", manifest, &there)
}

/// Everybody and alice change places: each side gives and takes.
pub(super) fn both_at_once() -> Setting {
    let manifest = explorer("exact")
        + &grant("[\"Mail.Read\"]", "\"all-users\"")
        + &grant("[\"User.Read\"]", "{ users = [\"alice@contoso.com\"] }");
    let there = [(None, "User.Read"), (Some("alice"), "Mail.Read")];
    Setting { touched: touched(EXPLORER, &ALL[..2]), ..world("both at once", manifest, &there) }
}

/// What alice has by herself goes, because everybody has it.
pub(super) fn beside() -> Setting {
    let manifest = explorer("exact") + &grant(TWO, "\"all-users\"");
    let there = [(None, "Mail.Read User.Read"), (Some("alice"), "Mail.Read User.Read")];
    Setting { touched: touched(EXPLORER, &ALL[..2]), ..world("beside", manifest, &there) }
}

/// An app is made, with a grant, an assignment and a closed door; in another one a grant is narrowed.
/// Of all worlds the widest.
pub(super) fn new_app() -> Setting {
    let app = format!(
        "[app.new]\napp_id = \"{NEW_APP}\"\nmode = \"exact\"\nprovision = true\n\
         assignment_required = true\n"
    );
    let whom = "{ users = [\"alice@contoso.com\"], assign = true }";
    let new = grant("[\"User.Read\"]", whom).replace("\"ge\"", "\"new\"");
    let manifest = explorer("exact") + &grant("[\"User.Read\"]", "\"all-users\"") + &app + &new;
    let world = world("new app", manifest, &[(None, "Mail.Read User.Read")]);
    let touched = [touched(EXPLORER, &ALL[..1]), touched(MADE, &ALL[1..2])].concat();
    Setting {
        touched,
        assigned: vec![(object(MADE), person("alice"))],
        made: Some(there(MADE, NEW_APP)),
        most: less(world.most),
        ..world
    }
}

/// Assignment comes to be required: alice is assigned, bob will be, and carol by a group.
pub(super) fn door() -> Setting {
    let app = format!(
        "[app.ge]\napp_id = \"{GE}\"\nmode = \"exact\"\ngrants = \"none\"\nassignment_required = true\n"
    );
    let table = "[[assignment]]\napp = \"ge\"\nusers = [\"alice@contoso.com\", \"bob@contoso.com\"]\n\
                 groups = [\"GX\"]\n";
    let mut world = world("door", app + table, &[]);
    let ge = object(EXPLORER);
    world.start.assigned(Assigned { who: person("alice"), app: ge });
    let who = [person("alice"), person("bob"), object(GROUP)];
    Setting { touched: Vec::new(), assigned: who.map(|who| (ge, who)).to_vec(), ..world }
}
