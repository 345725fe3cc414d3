//! The error table, row by row.

use super::*;
use crate::graph::answer::Headers;

const NOW: OffsetDateTime = time::macros::datetime!(2026-11-23 20:00:00 UTC);

fn answer(status: u16, code: &str, message: &str) -> Answer {
    let body = serde_json::json!({"error": {"code": code, "message": message}});
    Answer { status, headers: Headers::default(), body: Body::Json(body.into()) }
}

fn plain(status: u16, body: &str) -> Answer {
    Answer { status, headers: Headers::default(), body: Body::parse(body.as_bytes()) }
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted(_) => "accepted",
        Verdict::AlreadyThere(_) => "already",
        Verdict::NotThere(_) => "gone",
        Verdict::NotYet(_) => "not yet",
        Verdict::Wait(..) => "wait",
        Verdict::Again(_) => "again",
        Verdict::Unsure(_) => "unsure",
        Verdict::SignInLost(_) => "sign-in",
        Verdict::Refused(_) => "refused",
    }
}

const ABSENT: &str = "Resource '1' does not exist or one of its queried reference-property \
                      objects are not present.";
const COMPANY: &str = "Unable to read the company information from the directory.";
const NO_RIGHT: &str = "Insufficient privileges to complete the operation.";

#[test]
fn writes_are_judged_by_the_table() {
    use Method::{Delete, Patch, Post, Put};
    let same = "Request_MultipleObjectsWithSameKeyValue";
    let bad = "Request_BadRequest";
    let missing = "Request_ResourceNotFound";
    let table = [
        (Post, 409, same, "Permission entry already exists.", "already"),
        (Post, 400, bad, "Permission entry already exists.", "already"),
        (Post, 400, bad, "Permission being assigned already exists on the object", "already"),
        (Post, 409, same, "EntitlementGrant entry already exists.", "already"),
        (Post, 400, same, "EntitlementGrant entry already exists.", "already"),
        (Post, 409, same, "the service principal name x is already in use.", "already"),
        (Post, 404, missing, ABSENT, "not yet"),
        (Post, 400, missing, ABSENT, "not yet"),
        (Post, 400, missing, "", "not yet"),
        (Post, 400, bad, ABSENT, "not yet"),
        (Post, 400, bad, "Not a valid reference update.", "not yet"),
        (Post, 400, bad, "The appId 'x' does not reference a valid application object.", "not yet"),
        (Post, 404, "Directory_ObjectNotFound", COMPANY, "unsure"),
        (Post, 400, bad, "Permission being assigned was not found on application", "refused"),
        (Post, 400, bad, "Missing property: expiryTime", "refused"),
        (Post, 403, "Authorization_RequestDenied", NO_RIGHT, "refused"),
        (Post, 403, "Directory_QuotaExceeded", "", "refused"),
        (Patch, 400, bad, "Property cannot be updated: clientId", "refused"),
        (Patch, 404, missing, ABSENT, "gone"),
        (Patch, 404, "Directory_ObjectNotFound", COMPANY, "gone"),
        (Put, 404, missing, ABSENT, "gone"),
        (Delete, 404, missing, ABSENT, "gone"),
        (Delete, 400, bad, "EntitlementGrant being updated or deleted is not found.", "gone"),
        (Delete, 400, bad, "Invalid resource identifier for EntitlementGrant.", "refused"),
        (Patch, 409, "Directory_ConcurrencyViolation", "", "again"),
        (Post, 400, "Directory_ConcurrencyViolation", "", "again"),
        (Patch, 412, "ConcurrencyViolation", "", "again"),
        (Patch, 412, "PreconditionFailed", "", "refused"),
        (Post, 401, "InvalidAuthenticationToken", "", "sign-in"),
        (Delete, 429, "TooManyRequests", "", "again"),
        (Post, 429, "UnknownError", "", "again"),
        (Post, 424, "", "", "again"),
        (Post, 503, "ServiceUnavailable", "", "again"),
        (Post, 504, "UnknownError", "", "unsure"),
        (Post, 408, "", "", "unsure"),
        (Post, 500, "UnknownError", "", "unsure"),
        (Delete, 502, "", "", "unsure"),
        (Patch, 509, "", "", "unsure"),
        (Post, 302, "", "", "refused"),
        (Post, 405, "", "", "refused"),
    ];
    for (method, status, code, message, expected) in table {
        let verdict = write_verdict(method, &answer(status, code, message), NOW);
        assert_eq!(word(&verdict), expected, "{method:?} {status} {code} {message}");
    }
}

#[test]
fn a_success_has_to_look_like_one() {
    let judge = |answer: &Answer| write_verdict(Method::Post, answer, NOW);
    assert_eq!(judge(&plain(204, "")), Verdict::Accepted(None));
    let created = judge(&plain(201, r#"{"id":"x"}"#));
    assert_eq!(created, Verdict::Accepted(Some(serde_json::json!({"id": "x"}))));
    assert_eq!(word(&judge(&plain(200, "<html>please log in</html>"))), "unsure");
    assert_eq!(word(&judge(&plain(201, r#"{"id":"x"#))), "unsure");
    assert_eq!(word(&judge(&plain(200, r#"{"error":{"code":"x"}}"#))), "unsure");
}

#[test]
fn waits_are_as_long_as_the_service_says() {
    let mut throttled = answer(429, "TooManyRequests", "");
    for nothing in [None, Some("0"), Some("soon"), Some("Mon, 23 Nov 2026 19:59:00 GMT")] {
        if let Some(text) = nothing {
            throttled.headers.insert("Retry-After", text);
        }
        assert_eq!(word(&write_verdict(Method::Post, &throttled, NOW)), "again", "{nothing:?}");
        assert_eq!(word(&batch_verdict(&throttled, NOW)), "again", "{nothing:?}");
        assert!(matches!(read_verdict(&throttled, NOW), ReadVerdict::Again(_)), "{nothing:?}");
    }
    throttled.headers.insert("Retry-After", "Mon, 23 Nov 2026 20:00:12 GMT");
    assert!(matches!(
        write_verdict(Method::Post, &throttled, NOW),
        Verdict::Wait(wait, _) if wait.as_secs() == 12
    ));
}

#[test]
fn a_stronger_sign_in_is_a_lost_sign_in() {
    let mut step_up = answer(403, "Authorization_RequestDenied", "");
    step_up
        .headers
        .insert("WWW-Authenticate", "Bearer error=\"insufficient_claims\", claims=\"x\"");
    assert_eq!(word(&write_verdict(Method::Post, &step_up, NOW)), "sign-in");
    assert!(matches!(read_verdict(&step_up, NOW), ReadVerdict::SignInLost(_)));
    assert_eq!(word(&batch_verdict(&step_up, NOW)), "sign-in");
    assert_eq!(word(&batch_verdict(&plain(403, ""), NOW)), "refused", "the right is missing");
}

#[test]
fn silence_is_an_answer_that_says_nothing_of_when() {
    let why = || Refusal::no_answer();
    let silent = [Verdict::unanswered(), Verdict::Unsure(why()), Verdict::Again(why())];
    let told = [
        Verdict::Accepted(None),
        Verdict::AlreadyThere(why()),
        Verdict::NotThere(why()),
        Verdict::NotYet(why()),
        Verdict::Wait(Duration::ZERO, why()),
        Verdict::SignInLost(why()),
        Verdict::Refused(why()),
    ];
    for (verdicts, expected) in [(&silent[..], true), (&told[..], false)] {
        for verdict in verdicts {
            assert_eq!(verdict.is_silent(), expected, "{verdict:?}");
        }
    }
}

#[test]
fn reads_are_judged_by_the_table() {
    let word = |answer: &Answer| match read_verdict(answer, NOW) {
        ReadVerdict::Json(_) => "json",
        ReadVerdict::NotThere(_) => "missing",
        ReadVerdict::Wait(..) => "wait",
        ReadVerdict::Again(_) => "again",
        ReadVerdict::SignInLost(_) => "sign-in",
        ReadVerdict::Forbidden(_) => "forbidden",
        ReadVerdict::Refused(_) => "refused",
    };
    let table = [
        (plain(200, "{}"), "json"),
        (plain(200, ""), "again"),
        (plain(200, r#"{"value":[{"id""#), "again"),
        (answer(404, "Request_ResourceNotFound", ABSENT), "missing"),
        (answer(404, "Directory_ObjectNotFound", COMPANY), "again"),
        (answer(403, "Authorization_RequestDenied", NO_RIGHT), "forbidden"),
        (answer(401, "InvalidAuthenticationToken", ""), "sign-in"),
        (answer(429, "TooManyRequests", ""), "again"),
        (answer(503, "", ""), "again"),
        (answer(500, "", ""), "again"),
        (answer(504, "", ""), "again"),
        (answer(501, "", ""), "refused"),
        (answer(400, "Request_UnsupportedQuery", ""), "refused"),
        (plain(307, ""), "refused"),
    ];
    for (answer, expected) in table {
        assert_eq!(word(&answer), expected, "{answer:?}");
    }
}

#[test]
fn a_refused_batch_did_nothing_and_a_lost_one_is_unsure() {
    for (status, expected) in
        [(400, "refused"), (404, "refused"), (401, "sign-in"), (429, "again"), (503, "again")]
    {
        assert_eq!(word(&batch_verdict(&plain(status, ""), NOW)), expected, "{status}");
    }
    for status in [204, 408, 500, 502, 504] {
        assert_eq!(word(&batch_verdict(&plain(status, ""), NOW)), "unsure", "{status}");
    }
}
