//! What was probably meant by what is wrong.

use super::*;

#[test]
fn a_word_of_people_s_leads_to_the_well_known_name() {
    for (wrong, right) in [
        ("graph", "did you mean \"Microsoft Graph\"?"),
        ("https://graph.microsoft.com", "did you mean \"Microsoft Graph\"?"),
        ("SharePoint", "did you mean \"Office 365 SharePoint Online\"?"),
        ("storage", "did you mean \"Azure Storage\"?"),
    ] {
        let text = GOOD.replace("Microsoft Graph", wrong);
        assert_eq!(help_of(&text, "unknown_resource"), right, "{wrong}");
    }
    let text = GOOD.replace("Microsoft Graph", "https://www.microsoft.com");
    assert!(help_of(&text, "unknown_resource").contains("[resource.LABEL]"));
}

#[test]
fn a_day_is_known_however_it_is_written() {
    let day = |text: &str| help_of(&GOOD.replace("2027-06-30", text), "invalid_value");
    for text in ["\"30.06.2027\"", "\"2027-06-30\"", "\"2027/6/30\"", "2027-06-30T00:00:00Z"] {
        assert!(day(text).contains("2027-06-30"), "{text}: {}", day(text));
    }
    let bare = |text: &str| help_of(&GOOD.replace("2027-06-30", text), "syntax");
    assert_eq!(bare("30.06.2027"), "write a day as 2027-06-30, without quotes");
    assert_eq!(bare("31.12.2026"), "write a day as 2026-12-31, without quotes");
    // Nobody knows which of them is the month.
    assert!(!bare("06/07/2027").contains("-07"), "{}", bare("06/07/2027"));
}

#[test]
fn a_seed_is_no_manifest_with_a_hundred_mistakes() {
    let seed = GOOD.replacen("schema = 1\n", "", 1) + "[[user]]\nname = \"adele\"\n[[group]]\n";
    assert_eq!(told_of(&seed), ["not_a_manifest 21:3"]);
    assert!(told_of(&format!("schema = 1\n{seed}")).contains(&"unknown_table 22:3".to_owned()));
}

#[test]
fn a_key_of_another_table_is_led_to_it() {
    let grant = |key: &str| {
        let text = GOOD.replace("provision = true", &format!("{key} = [\"User.Read\"]"));
        help_of(&text, "unknown_key")
    };
    assert!(grant("scopes").contains("[[grant]]") && grant("grant").contains("[[grant]]"));
    assert!(grant("roles").contains("[[app_role]]"));
    let text =
        GOOD.replace("for = { users = [\"adele@contoso.com\"], guests = true }", "users = []");
    assert_eq!(told_of(&text), ["unknown_key 15:1"]);
    assert!(help_of(&text, "unknown_key").contains("for = {"));
}

#[test]
fn a_syntax_error_is_told_once_and_its_table_is_not_called_incomplete() {
    for (right, wrong, expected) in [
        ("\"exact\"", "exact", "syntax 7:8"),
        (
            "[\"offline_access\", \"Tasks.ReadWrite\"]",
            "[offline_access, Tasks.ReadWrite]",
            "syntax 14:11",
        ),
        ("\"Tasks.ReadWrite\"]", "\"Tasks.ReadWrite]", "syntax 14:46"),
        ("[[grant]]", "[[grant]", "syntax 11:9"),
        ("reason = ", "reason: ", "syntax 16:7"),
    ] {
        assert_eq!(told_of(&GOOD.replacen(right, wrong, 1)), [expected], "{wrong}");
    }
}

/// Counted, not timed: what is compared letter by letter for all suggestions of a run.
#[test]
fn a_crowd_of_unknown_names_is_not_compared_with_a_crowd_of_others() {
    let apps: String = (0..900)
        .map(|i| format!("[app.outlook-tasks-{i}]\napp_id = \"99da6bf4-4525-4bfa-b39f-{i:012}\"\nmode = \"additive\"\n"))
        .collect();
    let grant = |i: usize| {
        format!(
            "[[grant]]\napp = \"outlook-tusks-{i}\"\nresource = \"Microsft Graph\"\n\
             scopes = [\"User.Read\"]\nfor = \"all-users\"\n"
        )
    };
    let grants: String = (0..10_000).map(grant).collect();
    let text = format!("{GOOD}{apps}{grants}");
    let pairs = suggest::work::of(|| drop(told_of(&text)));
    assert!(pairs > 0 && pairs < 20_000_000, "{pairs}");
}
