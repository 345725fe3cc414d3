//! JSON as it leaves the program: whoever prints it, nothing in it draws, and a program still reads
//! the very same texts.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::model::untrusted::harmless_json;

/// Writes a value as indented JSON with a line end. The same value is always the same bytes.
///
/// # Errors
/// When the writer fails.
pub fn write_pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write(value, PrettyFormatter::new(), out)
}

/// Writes a value as one line.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write(value, CompactFormatter, out)
}

fn write(value: &impl Serialize, formatter: impl Formatter, out: &mut dyn Write) -> io::Result<()> {
    let mut buffered = BufWriter::new(out);
    value.serialize(&mut Serializer::with_formatter(&mut buffered, Harmless(formatter)))?;
    buffered.write_all(b"\n")?;
    buffered.flush()
}

/// The form of another one, in which nothing draws.
struct Harmless<F>(F);

impl<F: Formatter> Formatter for Harmless<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        text: &str,
    ) -> io::Result<()> {
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.contains("##") {
            return out.write_all(text.as_bytes());
        }
        out.write_all(harmless_json(text).as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::untrusted::shown;

    #[test]
    fn nothing_draws_and_all_reads_back_the_same() {
        let evil = "Az\u{1b}[31m\u{9b}2J\u{202e}\u{e0041}\n東京 \"q\" \u{7f}";
        let (mut pretty, mut line) = (Vec::new(), Vec::new());
        write_pretty(&vec![evil], &mut pretty).unwrap();
        write_line(&vec![evil], &mut line).unwrap();
        assert!(line.iter().filter(|byte| **byte == b'\n').count() == 1 && line.ends_with(b"]\n"));
        for bytes in [pretty, line] {
            let text = String::from_utf8(bytes).unwrap();
            let drawing: Vec<String> = text.split('\n').map(shown).collect();
            assert_eq!(drawing.join("\n"), text, "{text:?}");
            assert!(text.contains("東京"), "{text}");
            assert_eq!(serde_json::from_str::<Vec<String>>(&text).unwrap(), vec![evil]);
        }
    }
}
