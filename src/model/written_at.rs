//! Where in a manifest something is written, as annotations and code scanning want it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::schema::form;

/// The longest such text that is read, in bytes: a path has at most 4,096.
const LONGEST: usize = 5_000;

/// A character of a file, both from 1. Columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A stretch of a manifest file. In documents `consent.toml:14:1-14:12`: the last position is that behind
/// the last character.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WrittenAt {
    /// As given on the command line. Of a saved plan the file's word.
    pub(crate) file: String,
    pub(crate) from: Position,
    pub(crate) to: Position,
}

form!(WrittenAt, {
    "description": "File, line and column of where it begins, and line and column of where it ends.",
    "type": "string"
});

impl WrittenAt {
    /// The beginning of a line, as it is told: `consent.toml:60`.
    pub(crate) fn line(told: &str) -> Self {
        let parts = told.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
        let (file, line) = parts.filter(|(_, line)| *line > 0).unwrap_or((told, 1));
        let at = Position { line, column: 1 };
        Self { file: file.to_owned(), from: at, to: at }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl fmt::Display for WrittenAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}-{}", self.file, self.from, self.to)
    }
}

impl FromStr for Position {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        let (line, column) = text.split_once(':').ok_or("no column")?;
        let position = number(line).zip(number(column));
        position.map(|(line, column)| Self { line, column }).ok_or("no line and column")
    }
}

impl FromStr for WrittenAt {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > LONGEST {
            return Err("too long for a file, a line and a column");
        }
        // A file name may hold anything: what follows it is read from the end.
        let (start, to) = text.rsplit_once('-').ok_or("no end")?;
        let (start, column) = start.rsplit_once(':').ok_or("no column")?;
        let (file, line) = start.rsplit_once(':').ok_or("no line")?;
        let from: Position = format!("{line}:{column}").parse()?;
        let to: Position = to.parse()?;
        if file.is_empty() || to < from {
            return Err("no stretch of a file");
        }
        Ok(Self { file: file.to_owned(), from, to })
    }
}

impl Serialize for WrittenAt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for WrittenAt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for file in ["consent.toml", "a:b-c:1/d.toml", "C:\\x\\consent.toml"] {
            let from = Position { line: 14, column: 1 };
            let at =
                WrittenAt { file: file.to_owned(), from, to: Position { line: 15, column: 3 } };
            assert_eq!(at.to_string().parse::<WrittenAt>(), Ok(at));
        }
    }

    #[test]
    fn a_line_that_is_told_is_found_again() {
        for (told, file, line) in [
            ("consent.toml:60", "consent.toml", 60),
            ("C:\\x.toml:7", "C:\\x.toml", 7),
            ("x.toml", "x.toml", 1),
            ("x.toml:0", "x.toml:0", 1),
        ] {
            let at = WrittenAt::line(told);
            assert_eq!((at.file.as_str(), at.from.line, at.from.column), (file, line, 1), "{told}");
        }
    }

    #[test]
    fn what_is_no_stretch_of_a_file_is_refused() {
        for text in ["", "x", "x:1:1", "x:0:1-1:1", "x:2:1-1:9", ":1:1-1:2", "x:1:1-a:b"] {
            assert!(text.parse::<WrittenAt>().is_err(), "{text}");
        }
        assert!(format!("{}:1:1-1:2", "x".repeat(LONGEST)).parse::<WrittenAt>().is_err());
    }
}
