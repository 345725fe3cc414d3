//! Suites of test cases as JUnit's XML, which every place that runs tests can show.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::model::safe::Safe;
use crate::render::escape::xml;

/// How such a file of ours begins.
pub(crate) const BEGINS: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"consent ";

/// What became of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TestEnd {
    Passed,
    /// It is not as it should be, for this reason.
    Failed(Safe),
    /// Nobody knows.
    Unsure(Safe),
    /// Nothing was tried, or a person should look.
    Skipped(Safe),
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TestCase {
    pub(crate) name: Safe,
    pub(crate) end: TestEnd,
}

/// Cases that belong together: those of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suite {
    pub(crate) name: Safe,
    pub(crate) cases: Vec<TestCase>,
}

/// Writes all suites under this title.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write(title: &'static str, suites: &[Suite], out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(io::BufWriter::new(out), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let name = format!("consent {title}").into();
    let all = || suites.iter().flat_map(|suite| &suite.cases);
    let root = element("testsuites", &[("name", &name)], &counts(all()));
    xml.write_event(Event::Start(root))?;
    for one in suites {
        suite(one, &mut xml)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
    let mut out = xml.into_inner();
    out.write_all(b"\n")?;
    out.flush()
}

fn suite<W: Write>(suite: &Suite, xml: &mut Writer<W>) -> io::Result<()> {
    let mut numbers = counts(suite.cases.iter()).to_vec();
    let skipped = suite.cases.iter().filter(|one| matches!(one.end, TestEnd::Skipped(_))).count();
    numbers.push(("skipped", skipped));
    xml.write_event(Event::Start(element("testsuite", &[("name", &suite.name)], &numbers)))?;
    let mut names: BTreeMap<&Safe, usize> = BTreeMap::new();
    for case in &suite.cases {
        // Of two cases of one name, places show the first one alone.
        let number = names.entry(&case.name).or_default();
        *number += 1;
        let name = match *number {
            1 => case.name.clone(),
            number => format!("{} #{number}", case.name).into(),
        };
        one(&suite.name, &name, &case.end, xml)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuite")))
}

fn one<W: Write>(class: &Safe, name: &Safe, end: &TestEnd, xml: &mut Writer<W>) -> io::Result<()> {
    let case = element("testcase", &[("classname", class), ("name", name)], &[]);
    let (tag, message) = match end {
        TestEnd::Passed => return xml.write_event(Event::Empty(case)),
        TestEnd::Failed(message) => ("failure", message),
        TestEnd::Unsure(message) => ("error", message),
        TestEnd::Skipped(message) => ("skipped", message),
    };
    xml.write_event(Event::Start(case))?;
    xml.write_event(Event::Start(element(tag, &[("message", message)], &[])))?;
    xml.write_event(Event::Text(BytesText::new(&xml::text(message))))?;
    xml.write_event(Event::End(BytesEnd::new(tag)))?;
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

fn counts<'a>(cases: impl Iterator<Item = &'a TestCase>) -> [(&'static str, usize); 3] {
    let (mut tests, mut failures, mut errors) = (0, 0, 0);
    for case in cases {
        tests += 1;
        failures += usize::from(matches!(case.end, TestEnd::Failed(_)));
        errors += usize::from(matches!(case.end, TestEnd::Unsure(_)));
    }
    [("tests", tests), ("failures", failures), ("errors", errors)]
}

fn element(
    tag: &'static str,
    texts: &[(&'static str, &Safe)],
    numbers: &[(&'static str, usize)],
) -> BytesStart<'static> {
    let mut element = BytesStart::new(tag);
    for (name, value) in texts {
        element.push_attribute((*name, &*xml::text(value)));
    }
    for (name, number) in numbers {
        element.push_attribute((*name, number.to_string().as_str()));
    }
    element
}
