use super::scope;
use crate::kinds::world::graph;
use crate::model::finding::{Finding, Findings, Place};

fn look(text: &str) -> (Option<String>, Vec<Finding>) {
    let mut findings = Findings::default();
    let found = scope(text, &graph(), &Place { file: 0, span: 0..1 }, &mut findings);
    (found.map(|name| name.as_str().to_owned()), findings.iter().cloned().collect())
}

#[test]
fn the_exact_name_is_taken_without_a_word() {
    assert_eq!(look("Mail.Read"), (Some("Mail.Read".to_owned()), Vec::new()));
}

#[test]
fn names_that_differ_are_never_taken() {
    for text in
        ["", " ", "mail.read", "Mail.Read ", "Mail.Read Mail.ReadWrite", "Mail.\u{202e}Read"]
    {
        let (found, findings) = look(text);
        assert_eq!((found, findings.len()), (None, 1), "{text:?}");
        let drawn = findings[0].title.contains('\u{202e}');
        assert!(!drawn && findings[0].help.is_some() && findings[0].place.is_some());
    }
}

#[test]
fn several_names_in_one_text_are_told_apart() {
    let help = look("User.Read Mail.Read").1.remove(0).help.unwrap();
    assert_eq!(help, "write one list item per permission: [\"User.Read\", \"Mail.Read\"]");
    // A blank around one name is none between two.
    let help = look("User.Read ").1.remove(0).help.unwrap();
    assert_eq!(help, "did you mean \"User.Read\"?");
}

#[test]
fn an_id_that_is_no_scope_of_the_resource_is_told_as_an_id() {
    let (_, findings) = look("e1fe6dd8-ba31-4d61-89e7-88639da4683d");
    assert_eq!(findings[0].code, "permission_id");
    assert_eq!(findings[0].help.as_deref(), Some("write the name that Microsoft Graph publishes"));
}

#[test]
fn what_stands_in_requests_for_tokens_is_led_to_the_name() {
    let help = |text: &str| look(text).1.remove(0).help.unwrap();
    assert_eq!(
        help("https://graph.microsoft.com/Mail.Read"),
        "write its name alone: \"Mail.Read\""
    );
    assert!(help("https://graph.microsoft.com/.default").contains("each permission is listed"));
}

/// Counted, not timed: once nobody is told any more, nothing is compared.
#[test]
fn a_crowd_of_unknown_permissions_is_not_compared_with_all_there_are() {
    let mut findings = Findings::default();
    let graph = graph();
    let mut look = |from: usize, to: usize| {
        crate::manifest::suggest::work::of(|| {
            for start in from..to {
                let place = Place { file: 0, span: start..start + 1 };
                scope("Mail.Raed", &graph, &place, &mut findings);
            }
        })
    };
    assert!(look(0, 500) > 0);
    assert_eq!(look(500, 20_000), 0);
}
