//! What kinds are given to declare from.

use time::Date;

use crate::kinds::{Ownership, Scene, service_principal};
use crate::manifest::Manifest;
use crate::manifest::app::Mode;
use crate::manifest::entry::Entry;
use crate::manifest::note::Note;
use crate::manifest::source::{Located, Sources};
use crate::model::change::Why;
use crate::model::request::later;

/// What the manifest says, beside the scene it is about.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    pub manifest: &'a Manifest,
    pub sources: &'a Sources,
    pub scene: &'a Scene,
    /// UTC.
    pub today: Date,
}

impl Inputs<'_> {
    /// The object id of an app's service principal, or the placeholder of the one that will be created;
    /// `None` for a label that no app has.
    pub(crate) fn client(&self, label: &Located<String>) -> Option<String> {
        let app = self.manifest.app(label).ok()?;
        match self.scene.directory.client_id(app.app_id.value) {
            Some(id) => Some(id.to_string()),
            // Without `provision` the service principal's own kind reports it, once per app.
            None => Some(later(&service_principal::address(&label.value))),
        }
    }

    /// What the `mode` of an app says of what is not declared. Nothing of the tenant as such is removed
    /// by it.
    pub(crate) fn by_mode(&self, owner: &str) -> Ownership {
        match self.manifest.apps.get(owner).map(|app| app.mode.value) {
            Some(Mode::Exact) => Ownership::Exact,
            Some(Mode::Additive) | None => Ownership::Additive,
        }
    }

    /// Where a table stands, and what people wrote beside it.
    pub(crate) fn why(&self, entry: &Entry, note: &Note) -> Why {
        let mut line = self.sources.line(&entry.place);
        if note.over(self.today) {
            line.push_str(", past its until");
        }
        Why {
            line,
            reason: note.reason.as_ref().map(|reason| reason.value.clone()),
            owner: note.owner.as_ref().map(|owner| owner.value.clone()),
            until: note.until.as_ref().map(|until| until.value.to_string()),
            at: self.sources.stretch(&entry.place),
        }
    }
}
