//! The run's files as text, and the way from a place in them to line and column.

use std::ops::Range;
use std::sync::OnceLock;

use crate::model::finding::Place;
use crate::model::untrusted::shown;
use crate::model::written_at::{TextPosition, WrittenAt};

/// One manifest file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As given on the command line, or the folder as given and the file's name.
    pub(crate) path: String,
    /// As it stands on the disk, with its byte order mark and line ends.
    pub text: String,
    /// Where each line begins. Found once: a large plan asks for thousands of lines.
    starts: OnceLock<Vec<usize>>,
}

impl Source {
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), starts: OnceLock::new() }
    }

    /// Number of the line that holds the byte `at`, from 1, and the byte it begins with.
    pub(crate) fn line_at(&self, at: usize) -> (usize, usize) {
        let starts = self.starts.get_or_init(|| {
            let ends = self.text.match_indices('\n').map(|(end, _)| end + 1);
            std::iter::once(0).chain(ends).collect()
        });
        let line = starts.partition_point(|start| *start <= at).max(1);
        (line, starts.get(line - 1).copied().unwrap_or(0))
    }
}

/// All files of the run. [`Place::file`] counts them from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources(pub Vec<Source>);

impl Sources {
    /// One file, for callers that hold the text already.
    pub fn one(path: &str, text: &str) -> Self {
        Self(vec![Source::new(path, text)])
    }

    pub fn get(&self, file: usize) -> Option<&Source> {
        self.0.get(file)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.iter()
    }

    /// `consent.toml:14`, safe to print. The column is not counted: a manifest can have all its tables
    /// on one long line.
    pub(crate) fn line(&self, place: &Place) -> String {
        match self.get(place.file) {
            Some(source) => {
                format!("{}:{}", shown(&source.path), source.line_at(place.span.start).0)
            }
            None => "(unknown file)".to_owned(),
        }
    }

    /// The same with columns, for programs; `None` for an unknown file.
    pub(crate) fn stretch(&self, place: &Place) -> Option<WrittenAt> {
        let source = self.get(place.file)?;
        let position = |at: usize| {
            let point = Place { file: place.file, span: at..at };
            let (line, column) = self.position(&point);
            TextPosition { line, column }
        };
        let (from, to) = (position(place.span.start), position(place.span.end));
        Some(WrittenAt { file: source.path.clone(), from, to: to.max(from) })
    }

    /// Line and column of the place's first character, both from 1. Columns count characters, and a
    /// byte order mark is none. A place outside its file is the file's end.
    pub(crate) fn position(&self, place: &Place) -> (usize, usize) {
        let Some(source) = self.get(place.file) else { return (1, 1) };
        let at = floor(&source.text, place.span.start);
        let (line, start) = source.line_at(at);
        (line, source.text[start..at].chars().filter(|c| *c != BOM).count() + 1)
    }
}

/// Byte order mark: allowed before the first line, and no part of it.
pub(crate) const BOM: char = '\u{feff}';

/// The nearest character border at or before `at`, so that slicing never panics.
pub(crate) fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

/// A value and where somebody wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    pub value: T,
    pub(crate) place: Place,
}

impl<T> Located<T> {
    pub(crate) fn new(value: T, file: usize, span: Range<usize>) -> Self {
        Self { value, place: Place { file, span } }
    }

    /// Another value at the same place.
    pub(crate) fn with<U>(&self, value: U) -> Located<U> {
        Located { value, place: self.place.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(text: &str, start: usize) -> (usize, usize) {
        let place = Place { file: 0, span: start..start + 1 };
        Sources::one("consent.toml", text).position(&place)
    }

    #[test]
    fn lines_and_columns_count_characters() {
        assert_eq!(position("a = 1\nb = 2", 6), (2, 1));
        assert_eq!(position("a = 1\r\n\r\nb = 2", 9), (3, 1));
        assert_eq!(position("n = \"Söhne\" x", 13), (1, 13));
        assert_eq!(position("\ta = 1", 1), (1, 2));
        assert_eq!(position("\u{feff}a = 1", 3), (1, 1));
    }

    #[test]
    fn a_place_outside_or_inside_a_character_does_not_panic() {
        assert_eq!(position("abc", 99), (1, 4));
        assert_eq!(position("\u{1f600}", 2), (1, 1));
        let nowhere = Place { file: 7, span: 0..1 };
        assert_eq!(Sources::default().line(&nowhere), "(unknown file)");
    }

    #[test]
    fn a_file_name_cannot_draw() {
        let sources = Sources::one("a\u{1b}[31m.toml", "x");
        assert_eq!(sources.line(&Place { file: 0, span: 0..1 }), "a<U+001B>[31m.toml:1");
    }
}
