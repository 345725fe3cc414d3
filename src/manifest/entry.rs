//! One `[[table]]` of the manifest as written: the kind it belongs to gives it its shape.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::manifest::raw::{Raw, RawTable};
use crate::manifest::shape::{self, Whole};
use crate::manifest::source::Located;
use crate::model::finding::{Findings, Place};

/// A table that one of the kinds declared as its own.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The header, `[[grant]]`: what a plan names as the reason.
    pub(crate) place: Place,
    raw: RawTable,
    whole: Whole,
}

impl Entry {
    pub(super) fn new(place: Place, raw: RawTable, whole: Whole) -> Self {
        Self { place, raw, whole }
    }

    /// Reads the table as `T`, a struct with `#[serde(deny_unknown_fields)]` and `Spanned` fields,
    /// without `flatten` and `untagged`, which lose the places. All unknown keys and wrong types
    /// become findings at once. `None` when what is left cannot be judged any further.
    pub(crate) fn read<T: DeserializeOwned>(&self, findings: &mut Findings) -> Option<T> {
        shape::read(&self.place, &self.raw, self.whole, findings)
    }

    /// A key that must be there but that `T` holds as an option, so that several missing ones are
    /// reported together.
    pub(crate) fn required<'v, V>(
        &self,
        name: &str,
        value: &'v Option<V>,
        findings: &mut Findings,
    ) -> Option<&'v V> {
        let is_missing = value.is_none() && self.whole == Whole::Yes && !self.has(name);
        if is_missing && !self.misspelt(name, findings) {
            findings.push(shape::missing(name).at(&self.place));
        }
        value.as_ref()
    }

    /// Whether a key that was told as unknown was probably meant to be this one.
    fn misspelt(&self, name: &str, findings: &Findings) -> bool {
        self.raw.iter().any(|(key, _)| {
            findings.has("unknown_key", &self.place_of(key))
                && shape::meant(key.get_ref(), &[name]).is_some()
        })
    }

    /// Whether the key is written, whatever its value.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.raw.iter().any(|(key, _)| key.get_ref() == name)
    }

    /// A key's text as written, without reading the rest. `None` when it is not there or no text.
    pub(crate) fn text(&self, name: &str) -> Option<Located<String>> {
        let (_, value) = self.raw.iter().find(|(key, _)| key.get_ref() == name)?;
        match value.get_ref() {
            Raw::Text(text) => Some(Located { value: text.clone(), place: self.place_of(value) }),
            _ => None,
        }
    }

    /// Where a part of this table stands.
    pub(crate) fn place_of<T>(&self, part: &Spanned<T>) -> Place {
        self.at(part.span())
    }

    /// A part of this table with its place.
    pub(crate) fn located<T: Clone>(&self, part: &Spanned<T>) -> Located<T> {
        Located { value: part.get_ref().clone(), place: self.place_of(part) }
    }

    /// Where a key of this table stands; the header when it is not written.
    pub(crate) fn key(&self, name: &str) -> Place {
        let key = self.raw.iter().find(|(key, _)| key.get_ref() == name);
        key.map_or_else(|| self.place.clone(), |(key, _)| self.at(key.span()))
    }

    fn at(&self, span: Range<usize>) -> Place {
        Place { file: self.place.file, span }
    }
}
