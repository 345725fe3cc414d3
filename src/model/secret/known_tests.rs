use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::*;

const SECRET: &str = "Qx7~/w+\"Zp 3.kL9v_=TmE4sR8";

fn known(secrets: &[&str]) -> KnownSecrets {
    let mut known = KnownSecrets::new();
    secrets.iter().for_each(|secret| known.learn(secret));
    known
}

fn veiled(known: &KnownSecrets, text: &str) -> String {
    String::from_utf8(known.veiled(text.as_bytes()).into_owned()).unwrap()
}

#[track_caller]
fn assert_gone(known: &KnownSecrets, text: &str) {
    let safe = veiled(known, text);
    assert!(safe.contains(REMOVED), "{text:?} is told: {safe:?}");
    // Up to three characters of base64 at either end hold bits of the neighbours.
    assert!(safe.replace(REMOVED, "").len() <= text.len() - SECRET.len() + 4, "{safe:?}");
}

#[test]
fn every_form_in_which_it_travels_is_found() {
    let known = known(&[SECRET]);
    let json = serde_json::to_string(&serde_json::json!({ "a": SECRET })).unwrap();
    let twice = serde_json::to_string(&json).unwrap();
    let form: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let lower = "Qx7~%2fw%2b%22Zp%203.kL9v_%3dTmE4sR8".to_owned();
    let percent = form.replace('+', "%20");
    for text in [SECRET.to_owned(), json.replace('/', "\\/"), json, twice, percent, form, lower] {
        assert_gone(&known, &format!("before {text} after"));
    }
    for before in ["", "a", "ab", "client:", "client-1:"] {
        for after in ["", "x", ":y", "xyz"] {
            let bytes = format!("{before}{SECRET}{after}");
            assert_gone(&known, &STANDARD.encode(&bytes));
            assert_gone(&known, &URL_SAFE_NO_PAD.encode(&bytes));
        }
    }
}

#[test]
fn a_part_that_lets_nobody_guess_the_rest_stays_and_any_longer_one_goes() {
    let token = format!("AbCdEf{}", "0x9yZ-qRsTuV_wKmN".repeat(20));
    let known = known(&[&token]);
    for (from, to) in [(0, 16), (1, 17), (5, 30), (7, 200), (token.len() - 16, token.len())] {
        let text = format!("a \"{}\" b", &token[from..to]);
        assert_eq!(veiled(&known, &text), "a \"[removed]\" b", "{from}..{to}");
    }
    assert_eq!(veiled(&known, &token[3..15]), &token[3..15]);
    let twice = format!("{token}{token} {}", &token[..40]);
    assert_eq!(veiled(&known, &twice), "[removed] [removed]");
}

#[test]
fn short_ones_count_as_words_and_the_shortest_not_at_all() {
    let known = known(&["hush", "hunter2", "swordfish"]);
    let text = "hush hunter2 hunter23 xhunter2 (hunter2) swordfishes";
    assert_eq!(veiled(&known, text), "hush [removed] hunter23 xhunter2 ([removed]) [removed]es");
}

#[test]
fn an_id_within_a_secret_stays_an_id_elsewhere() {
    let id = "8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7";
    let known = known(&[&format!("token-of-somebody-{id}"), &"0123456789abcdef".repeat(4)]);
    assert_eq!(veiled(&known, &format!("tenant {id}")), format!("tenant {id}"));
    assert_eq!(veiled(&known, &format!("token-of-somebody-{id}")), "[removed]");
    assert_eq!(veiled(&known, &"0123456789abcdef".repeat(4)), "[removed]");
    assert_eq!(veiled(&known, &"0123456789abcdef".repeat(3)), "[removed]");
}

#[test]
fn json_stays_json_and_text_stays_text() {
    for secret in
        ["nabcdefghijklmnopqrst", "u0041bcdefghijklmnopqr", "0041bcdefghijklmnopqrs", "ab\\"]
    {
        let secret = format!("{secret}{}\\", "yz".repeat(8));
        let known = known(&[&secret]);
        for inside in [&secret, &secret[1..], &secret[..secret.len() - 1]] {
            for before in ["", "\\", "\\\\", "\\u", "\\n", "\\u0041", "\n", "x\\"] {
                let wanted = serde_json::json!({ "a": [format!("{before}{inside}\\\"")] });
                for text in [wanted.to_string(), format!("[\"{before}{inside}\"]")] {
                    if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
                        let safe = veiled(&known, &text);
                        serde_json::from_str::<serde_json::Value>(&safe).expect(&safe);
                    }
                }
            }
        }
    }
    let known = known(&["東京東京東京東京東京東京"]);
    assert!(veiled(&known, "京東京東京東京東京東京東亰").contains(REMOVED));
    assert!(veiled(&known, "x東京東京東京東京東京東京東").starts_with("x[removed]"));
}

#[test]
fn ordinary_text_is_untouched() {
    let known = known(&[SECRET, &URL_SAFE_NO_PAD.encode([7; 900])]);
    let text = "Plan: 3 to add, 0 to change, 1 to remove. 0 unchanged.\n".repeat(1_000);
    assert!(matches!(known.veiled(text.as_bytes()), Cow::Borrowed(_)));
}
