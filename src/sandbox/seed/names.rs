//! Names and ids of a seed file: what is called so, and where it says something that cannot be.

use std::collections::BTreeMap;

use toml::Spanned;
use uuid::Uuid;

use crate::sandbox::guid::guid_of;

/// What is wrong, and at which byte of the file.
#[derive(Debug)]
pub(super) struct NameFault {
    pub(crate) at: usize,
    pub(crate) message: String,
}

pub(super) fn fault<T>(place: &Spanned<T>, message: impl Into<String>) -> NameFault {
    NameFault { at: place.span().start, message: message.into() }
}

/// What names lead to. A name that several objects have leads nowhere.
#[derive(Default)]
pub(super) struct NameIndex {
    pub(crate) objects: BTreeMap<String, Vec<(&'static str, String)>>,
    pub(crate) crowds: BTreeMap<String, Vec<String>>,
}

impl NameIndex {
    pub(super) fn add(&mut self, name: &str, table: &'static str, id: &str) {
        self.objects.entry(name.to_lowercase()).or_default().push((table, id.to_owned()));
    }

    pub(super) fn find(
        &self,
        name: &Spanned<String>,
        of: &[&str],
    ) -> Result<(&'static str, String), NameFault> {
        let text = name.get_ref();
        let found: Vec<_> = self
            .objects
            .get(&text.to_lowercase())
            .into_iter()
            .flatten()
            .filter(|(table, _)| of.contains(table))
            .collect();
        match found[..] {
            [one] => Ok(one.clone()),
            [] => Err(fault(name, format!("nothing in this seed is called {text:?}"))),
            _ => Err(fault(name, format!("several objects are called {text:?}; write an id"))),
        }
    }
}

pub(super) fn guid(text: &Spanned<String>) -> Result<String, NameFault> {
    let value = text.get_ref();
    match Uuid::try_parse(value) {
        Ok(_) if value.len() == 36 => Ok(value.to_ascii_lowercase()),
        _ => Err(fault(text, "not a GUID of the form 00000000-0000-0000-0000-000000000000")),
    }
}

pub(super) fn id_or(given: Option<&Spanned<String>>, from: &str) -> Result<String, NameFault> {
    given.map_or_else(|| Ok(guid_of(from)), guid)
}
