//! Lists of approvers: what a line may say, and what it may not.

use time::macros::datetime;

use super::samples::{NOW, SampleKey};
use crate::approval::approvers::{Approvers, KeyRefused};

fn key() -> SampleKey {
    SampleKey::ed25519(1)
}

/// `NAMES [OPTIONS]` and the key.
fn list(head: &str) -> String {
    key().line(head)
}

fn who(text: &str) -> Result<Vec<String>, KeyRefused> {
    let approvers = Approvers::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    approvers.of_key(&key().blob, NOW).map(|names| names.into_iter().collect())
}

#[test]
fn lines_are_read_as_openssh_reads_them() {
    for head in [
        "alice@contoso.com",
        "\"alice@contoso.com\"",
        "alice@contoso.com namespaces=\"consent-approval@v1\"",
        "alice@contoso.com namespaces=\"git,consent-*\"",
        "alice@contoso.com namespaces=\"a \\\" b,\\\\\" ,*\",valid-before=\"20270101Z\"",
        "alice@contoso.com NameSpaces=\"*,!git\"",
        "alice@contoso.com valid-after=\"20261124Z\"",
        "alice@contoso.com valid-after=\"202611241200Z\",valid-before=\"20261124120001UTC\"",
        "\t alice@contoso.com \t valid-before=\"20270101Z\",namespaces=\"consent-approval@v1\" ",
    ] {
        let text = format!("# who may approve\n\n{}", list(head));
        assert_eq!(who(&text), Ok(vec!["alice@contoso.com".to_owned()]), "{head}");
        assert!(who(&text.replace('\n', "\r\n")).is_ok(), "{head}");
    }
    let two = who(&list("alice,Alice Smith").replace("alice,Alice Smith", "\"alice,Alice Smith\""));
    assert_eq!(two, Ok(vec!["Alice Smith".to_owned(), "alice".to_owned()]));
    let twice = list("alice") + &list("team namespaces=\"git\"") + &list("al");
    assert_eq!(who(&twice), Ok(vec!["al".to_owned(), "alice".to_owned()]));
}

#[test]
fn a_key_counts_in_its_time_and_for_its_use() {
    for (head, wanted) in [
        ("a namespaces=\"git\"", KeyRefused::ForOthers),
        ("a namespaces=\"*,!consent-approval@v1\"", KeyRefused::ForOthers),
        ("a namespaces=\"\"", KeyRefused::ForOthers),
        (
            "a valid-after=\"20261124120001Z\"",
            KeyRefused::NotYet(datetime!(2026-11-24 12:00:01 UTC)),
        ),
        (
            "a valid-before=\"20261124115959Z\"",
            KeyRefused::Past(datetime!(2026-11-24 11:59:59 UTC)),
        ),
    ] {
        assert_eq!(who(&list(head)), Err(wanted), "{head}");
    }
    assert_eq!(who(&SampleKey::ed25519(2).line("bob")), Err(KeyRefused::Unknown));
}

#[test]
fn a_line_that_names_nobody_for_certain_is_told_with_its_number() {
    for (line, wanted) in [
        ("alice".to_owned(), "it names nobody, or no key"),
        ("alice ".to_owned(), "it names nobody, or no key"),
        ("\"alice ssh-ed25519 AAAA".to_owned(), "a double quote is not closed"),
        (list("alice,"), "a name is empty"),
        (list("*@contoso.com"), "is a pattern"),
        (list("!alice"), "is a pattern"),
        (list("ali\u{200b}ce"), "holds what nobody sees"),
        (list("alice cert-authority"), "cert-authority:"),
        (list("alice namespaces=\"git\",cert-authority"), "cert-authority:"),
        (list("alice namespaces=git"), "stands in double quotes"),
        (list("alice namespaces=\"git"), "stands in double quotes"),
        (list("alice namespaces=\"a\",namespaces=\"b\""), "stands there twice"),
        (list("alice namespaces=\"a\"valid-after=\"20260101Z\""), "stands a comma"),
        (list("alice namespaces=\"a\",no-touch-required"), "is no option that is known"),
        (list("alice no-touch-required"), "neither an option that is known"),
        (list("alice verify-required"), "neither an option that is known"),
        (list("alice valid-after=\"20260101\""), "put a Z behind it"),
        (list("alice valid-after=\"20261301Z\""), "is no time"),
        (list("alice valid-after=\"2026-1-1Z\""), "is no time"),
        (list("alice valid-after=\"20270101Z\",valid-before=\"20260101Z\""), "before it begins"),
        ("alice ssh-ed25519".to_owned(), "there is no key"),
        ("alice ssh-ed25519 %%%".to_owned(), "its key is no base64"),
        (list("alice").replace(" ssh-ed25519 ", " ssh-rsa "), "its key is none of the type"),
    ] {
        let text = format!("{}# one\n{}\n", list("good"), line.trim_end_matches('\n'));
        let mistakes = Approvers::parse(&text).unwrap_err();
        assert_eq!(mistakes.len(), 1, "{line}");
        assert_eq!(mistakes[0].line, 3, "{line}");
        let told = mistakes[0].to_string();
        assert!(told.contains(wanted), "{line}: {told}");
        assert_eq!(crate::model::untrusted::shown(&told), told);
    }
    assert_eq!(Approvers::parse("x\ny\n").unwrap_err().len(), 2, "all of them are told");
}
