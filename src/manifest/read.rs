//! Sorts the tables of all files into one manifest.

use std::ops::Range;

use toml::de::DeTable;

use crate::manifest::entry::Entry;
use crate::manifest::join::Tables;
use crate::manifest::raw::{Raw, RawTable, remove_torn, table_from};
use crate::manifest::shape::{self, Whole};
use crate::manifest::source::{Source, Sources};
use crate::manifest::suggest::close;
use crate::manifest::syntax::{self, Slip};
use crate::manifest::{HowOften, Manifest, TableName};
use crate::model::finding::{Finding, Findings, Place};
use crate::model::untrusted::shown;

/// What this file finds.
pub(super) const CODES: &[(&str, &str)] = &[
    ("syntax", "text that is no TOML"),
    ("unknown_schema", "a schema number that this version does not read"),
    ("wrong_table", "a table written in another form than its name takes"),
    ("unknown_table", "a table that nobody reads"),
    ("not_a_manifest", "the seed of a simulated tenant, named as a manifest"),
    ("no_manifest", "no file at all"),
    ("too_many_mistakes", "more mistakes than anybody reads"),
];

/// Syntax errors told per file. After many the rest is mostly noise of the first.
const MOST: usize = 20;

/// Syntax errors looked at, to tell which of them follow from others.
const MOST_READ: usize = 100;

/// The only schema there is so far.
const SCHEMA: &str = "1";

/// The tables of the house itself, as people write them.
const OWN: [&str; 5] = ["tenant", "app", "resource", "limits", "accept"];

/// Tables of seeds that no manifest has, the likeliest ones.
const SEEDS: [&str; 5] = ["application", "user", "people", "group", "weather"];

pub(super) fn manifest(sources: &Sources, names: &[TableName]) -> (Option<Manifest>, Findings) {
    let mut findings = Findings::default();
    if sources.0.is_empty() {
        let help = "name a file or a folder with `-f`";
        findings.push(Finding::error("no_manifest", "there is no manifest to read").help(help));
        return (None, findings);
    }
    let mut tables = Tables::default();
    for (file, source) in sources.iter().enumerate() {
        let (whole, torn_at) = (Whole::Yes, None);
        FileReader { file, names, whole, torn_at, tables: &mut tables, findings: &mut findings }
            .read(source);
    }
    let manifest = tables.join(names, sources, &mut findings);
    (Some(manifest), findings)
}

/// Reads one file into the tables of all.
struct FileReader<'a> {
    file: usize,
    names: &'a [TableName],
    whole: Whole,
    /// Where the first syntax error is.
    torn_at: Option<usize>,
    tables: &'a mut Tables,
    findings: &'a mut Findings,
}

impl FileReader<'_> {
    fn read(mut self, source: &Source) {
        let (root, errors) = DeTable::parse_recoverable(&source.text);
        let slips: Vec<Slip> = errors.iter().take(MOST_READ).map(slip).collect();
        let torn: Vec<Range<usize>> = slips.iter().map(|slip| slip.span.clone()).collect();
        for slip in syntax::causes(&source.text, slips).into_iter().take(MOST) {
            let twice = slip.message.starts_with("duplicate key");
            let finding = twice.then(|| self.twice(root.get_ref(), source, &slip.span)).flatten();
            let place = self.place(slip.span.clone());
            let plain = || syntax::finding(&source.text, &slip).at(&place);
            let finding = finding.unwrap_or_else(plain);
            self.tables.torn.entry(self.file).or_insert_with(|| finding.clone());
            self.findings.push(finding);
        }
        if let Some(place) = self.seed(root.get_ref()) {
            self.tables.written("schema");
            self.tables.written("tenant");
            let title = "this is no manifest, but the seed of a simulated tenant";
            let help = "name the seed with --sandbox, and with -f what that tenant shall be like";
            self.findings.push(Finding::error("not_a_manifest", title).at(&place).help(help));
            return;
        }
        let mut rows = table_from(root.get_ref());
        if !torn.is_empty() {
            self.torn_at = torn.iter().map(|span| span.start).min();
            self.whole = Whole::Torn;
            self.tables.whole = Whole::Torn;
            remove_torn(&mut rows, &torn);
        }
        for (key, value) in rows {
            if self.findings.is_full() {
                return;
            }
            let at = self.place(key.span());
            let span = value.span();
            self.table(&key.into_inner(), &at, span, value.into_inner());
        }
    }

    /// Where a table stands that only seeds have, in a file that does not call itself a manifest.
    fn seed(&self, root: &DeTable) -> Option<Place> {
        let named = |name: &str| root.iter().find(|(key, _)| **key.get_ref() == *name);
        let table = SEEDS.iter().find_map(|name| named(name)).filter(|_| named("schema").is_none());
        table.map(|(key, _)| self.place(key.span()))
    }

    fn is_torn_above(&self, key: &Place) -> bool {
        self.torn_at.is_some_and(|at| at < key.span.start)
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place { file: self.file, span }
    }

    fn table(&mut self, name: &str, key: &Place, span: Range<usize>, value: Raw) {
        let kind = self.names.iter().find(|table| table.name == name).copied();
        match (name, kind) {
            ("schema", _) => self.schema(&self.place(span), &value),
            ("app" | "resource", _) => self.labelled(name, key, value),
            ("tenant" | "limits" | "accept", _) => self.once(name, key, span, value),
            (_, Some(TableName { times: HowOften::Once, .. })) => self.once(name, key, span, value),
            (_, Some(TableName { times: HowOften::Repeated, .. })) => {
                self.repeated(name, key, value)
            }
            // Keys of a table whose header could not be read.
            (_, None) if !matches!(value, Raw::Table(_)) && self.is_torn_above(key) => {}
            (_, None) => self.unknown(name, key),
        }
    }

    fn schema(&mut self, place: &Place, value: &Raw) {
        self.tables.written("schema");
        if !matches!(value, Raw::Number(text) if text == SCHEMA) {
            let finding = Finding::error("unknown_schema", "this schema is not known");
            let help = "write `schema = 1`; a higher number needs a newer consent";
            self.findings.push(finding.at(place).help(help));
        }
    }

    fn once(&mut self, name: &str, key: &Place, span: Range<usize>, value: Raw) {
        match value {
            Raw::Table(raw) => {
                let place = self.place(if span.is_empty() { key.span.clone() } else { span });
                self.add(name, place, raw);
            }
            other => self.wrong(name, key, &other, &format!("[{name}]")),
        }
    }

    fn repeated(&mut self, name: &str, key: &Place, value: Raw) {
        let Raw::List(list) = value else {
            return self.wrong(name, key, &value, &format!("[[{name}]]"));
        };
        for one in list {
            let place = self.place(one.span());
            match one.into_inner() {
                Raw::Table(raw) => self.add(name, place, raw),
                other => self.wrong(name, &place, &other, &format!("[[{name}]]")),
            }
        }
    }

    fn labelled(&mut self, name: &str, key: &Place, value: Raw) {
        let Raw::Table(labels) = value else {
            return self.wrong(name, key, &value, &format!("[{name}.LABEL]"));
        };
        for (label, value) in labels {
            let place = self.place(label.span());
            match value.into_inner() {
                Raw::Table(raw) => {
                    let entry = Entry::new(place, raw, self.whole);
                    self.tables.labelled(name, label.into_inner(), entry);
                }
                other => self.wrong(name, &place, &other, &format!("[{name}.LABEL]")),
            }
        }
    }

    fn add(&mut self, name: &str, place: Place, raw: RawTable) {
        self.tables.add(name, Entry::new(place, raw, self.whole));
    }

    fn wrong(&mut self, name: &str, place: &Place, found: &Raw, form: &str) {
        self.tables.written(name);
        // Behind a syntax error the parser guesses where tables begin, and may guess their form wrong.
        if self.whole == Whole::Torn {
            return;
        }
        self.findings.push(wrong(name, form, found.sort()).at(place));
    }

    /// A header of a name that stood before. What is wrong may be the one above: `[grant]` makes a
    /// mistake of every `[[grant]]` that is right. `None` where there is no more to say than the parser
    /// does.
    fn twice(&self, root: &DeTable, source: &Source, span: &Range<usize>) -> Option<Finding> {
        let text = source.text.as_str();
        let here = brackets(text, span)?;
        let (first, _) =
            root.iter().find(|(key, _)| Some(key.get_ref().as_ref()) == text.get(span.clone()))?;
        let name = first.get_ref().as_ref();
        let kind = self.names.iter().find(|table| table.name == name);
        match kind.map(|table| table.times) {
            Some(HowOften::Repeated) => {
                let above = brackets(text, &first.span()) == Some(1) && here == 2;
                let finding = wrong(name, &format!("[[{name}]]"), "a table");
                above.then(|| finding.at(&self.place(first.span())))
            }
            None if !OWN.contains(&name) => None,
            _ => {
                let labelled = matches!(name, "app" | "resource");
                let help = if labelled {
                    format!("\"{name}\" is written as [{name}.LABEL], once for each label")
                } else {
                    format!("[{name}] stands once: put all its keys below the first one")
                };
                Some(
                    Finding::error("syntax", "duplicate key")
                        .at(&self.place(span.clone()))
                        .help(help),
                )
            }
        }
    }

    fn unknown(&mut self, name: &str, place: &Place) {
        let own = OWN.iter().copied().chain(self.names.iter().map(|table| table.name));
        let known: Vec<&str> = own.chain(["schema"]).collect();
        let mut finding = shape::unknown(name, &known);
        if let Some(meant) = close(name, known.iter().copied()) {
            self.tables.written(&meant);
        }
        finding.code = "unknown_table";
        finding.title = format!("nobody reads \"{}\"", shown(name)).into();
        self.findings.push(finding.at(place));
    }
}

/// How many brackets a header has whose only name stands here; `None` for anything but a header.
fn brackets(text: &str, name: &Range<usize>) -> Option<usize> {
    let before = text.get(..name.start)?.rsplit('\n').next()?.trim();
    let after = text.get(name.end..)?.trim_start();
    match before {
        "[[" if after.starts_with("]]") => Some(2),
        "[" if after.starts_with(']') => Some(1),
        _ => None,
    }
}

fn wrong(name: &str, form: &str, found: &str) -> Finding {
    let title = format!("\"{}\" is written as {form}, and this is {found}", shown(name));
    let help = format!("write {form} on a line of its own, and its keys below");
    Finding::error("wrong_table", title).help(help)
}

fn slip(error: &toml::de::Error) -> Slip {
    Slip { message: error.message().to_owned(), span: error.span().unwrap_or(0..0) }
}
