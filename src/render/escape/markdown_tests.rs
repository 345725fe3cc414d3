use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::*;

/// What draws in Markdown, in HTML, or on one of the platforms.
pub(crate) const EVIL: [&str; 16] = [
    "`",
    "``` x",
    "<script>alert(1)</script>",
    "--> <img src=x onerror=alert(1)>",
    "](https://evil.example) [x",
    "**bold** _it_ ~~gone~~",
    "| a | b |",
    "@octocat #1 GH-1 octo/cat#2",
    "https://evil.example/ www.evil.example evil@example.com",
    ":rocket: &lt; &#64;",
    "</details></summary>",
    "# Ready to apply",
    "\n\n# Ready to apply\n- [x] done",
    "\u{202e}evil\u{2066}",
    " \\` \\",
    "\u{1b}[31m0123456789abcdef0123456789abcdef01234567",
];

fn events(text: &str) -> Vec<Event<'_>> {
    let all = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_FOOTNOTES;
    Parser::new_ext(text, all).collect()
}

/// One code span that holds the text, and nothing else.
fn is_one_span(drawn: &str, text: &str) -> Result<(), TestCaseError> {
    let line = format!("- x {drawn} y\n");
    let events = events(&line);
    let codes: Vec<&str> = events
        .iter()
        .filter_map(|event| match event {
            Event::Code(code) => Some(&**code),
            _ => None,
        })
        .collect();
    let told = shown(text);
    let told = if told.trim().is_empty() { "(blank)".to_owned() } else { told };
    prop_assert_eq!(codes, [told.as_str()], "{}", line);
    let texts: String = events
        .iter()
        .filter_map(|event| match event {
            Event::Text(text) => Some(&**text),
            _ => None,
        })
        .collect();
    prop_assert_eq!(texts, "x  y", "{}", line);
    Ok(())
}

/// Nothing but text and code, and the words are all there.
fn is_a_sentence(text: &str) -> Result<(), TestCaseError> {
    let line = format!("- {}\n", super::text(text));
    let mut words = String::new();
    for event in events(&line) {
        match event {
            Event::Text(text) => {
                prop_assert!(!text.contains(['@', '#', '<', '*', '_', '`', '|']), "{}", line);
                prop_assert!(!text.contains("://"), "{}", line);
                words.push_str(&text);
            }
            Event::Code(text) => words.push_str(&text),
            Event::Start(Tag::List(_) | Tag::Item) | Event::End(_) => {}
            other => prop_assert!(false, "{other:?} in {line}"),
        }
    }
    let bare = |text: &str| text.split_whitespace().collect::<String>().replace("(blank)", "");
    prop_assert_eq!(bare(&words), bare(&shown(text)), "{}", line);
    Ok(())
}

#[test]
fn evil_names_stay_what_they_are() {
    for text in EVIL {
        is_one_span(&code(text), text).unwrap();
        is_one_span(&name(&Untrusted::new(text)), text).unwrap();
        is_a_sentence(text).unwrap();
    }
}

#[test]
fn ordinary_sentences_read_as_they_are_written() {
    let told = super::text("Ready to apply: 3 changes (of 10), read 14:02:11Z, 0.3 s.");
    assert_eq!(told, "Ready to apply: 3 changes (of 10), read 14:02:11Z, 0.3 s.");
    let told = super::text("adele@contoso.com is disabled, write mode = \"exact\" in [app.x].");
    assert_eq!(
        told,
        "`adele@contoso.com` is disabled, write mode `= ` \"exact\" in `[app.x]`."
            .replace("`= `", "`=`")
    );
}

#[test]
fn a_block_ends_where_it_is_ended() {
    for text in EVIL {
        let lines = format!("{}\n```\n~~~\n", shown(text));
        let block = difference(&lines);
        let events = events(&block);
        let inside: String = events
            .iter()
            .filter_map(|event| match event {
                Event::Text(text) => Some(&**text),
                _ => None,
            })
            .collect();
        assert_eq!(inside, lines);
        assert_eq!(events.iter().filter(|event| matches!(event, Event::Start(_))).count(), 1);
    }
}

proptest! {
    #[test]
    fn any_text_stays_what_it_is(text in "[`*_<>\\[\\]()#@!|~\\\\ a-c:/.\u{a}\u{202e}-]{0,30}") {
        is_one_span(&code(&text), &text)?;
        is_a_sentence(&text)?;
    }
}
