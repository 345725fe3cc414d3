//! An assignment as an `[[assignment]]`.

use super::{Assignments, Principal, Spec};
use crate::kinds::compose::keys;
use crate::kinds::role::{self, DEFAULT, Holder};
use crate::kinds::{Compose, Composed, Scene, people};

impl Compose for Assignments {
    fn compose(&self, owner: &str, spec: &Spec, scene: &Scene) -> Composed {
        let Spec { client, principal, role, name: _ } = spec;
        if let Some(problem) = scene.other_client(client, owner) {
            return Composed::Never(problem);
        }
        let app = scene.roster.get(owner);
        let app = app.and_then(|app| scene.directory.service_principals.get(app));
        let who = match principal {
            Principal::User(id) => ("users", vec![people::written(*id, scene)].into()),
            Principal::Group(id) => ("groups", vec![people::written_group(*id, scene)].into()),
        };
        let mut table = keys([("app", owner.into()), who]);
        let has_roles = app.is_some_and(|app| !role::for_people(app).is_empty());
        match (*role, app.and_then(|app| role::written(*role, Holder::Person, app))) {
            (DEFAULT, _) if !has_roles => {}
            (DEFAULT, _) => {
                let problem = "default access is for apps without roles for people";
                return Composed::Never(problem.to_owned());
            }
            (_, Some(name)) => drop(table.insert("role".to_owned(), name.into())),
            (id, None) => {
                let problem = app.map(|app| role::not_given(id, app));
                return Composed::Never(
                    problem.unwrap_or_else(|| "the app is not there".to_owned()),
                );
            }
        }
        Composed::Whole(table)
    }
}
