//! Takes out what looks like a secret, whoever's it is.

use std::borrow::Cow;

use crate::model::secret::REMOVED;

/// The text with [`REMOVED`] for every `Bearer ...` value, JWT, client assertion and secret-looking form
/// value.
pub(super) fn without(text: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut expects_secret = false;
    let mut any = false;
    while let Some(first) = rest.chars().next() {
        if is_token(first) {
            let end = rest.find(|c| !is_token(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            if expects_secret || is_jwt(word) {
                any = true;
                out.push_str(REMOVED);
            } else {
                out.push_str(word);
            }
            expects_secret = introduces_secret(word);
            rest = after;
        } else {
            expects_secret = expects_secret && matches!(first, ' ' | '=' | ':' | '"' | '\'');
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    if any { Cow::Owned(out) } else { Cow::Borrowed(text) }
}

/// Characters of base64, base64url and JWTs. `=` is left out: it parts a name from a value.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '+' | '/')
}

/// `eyJ` is base64 for `{"`, with which every JWT header begins.
fn is_jwt(word: &str) -> bool {
    word.contains("eyJ") && word.len() > 16
}

fn introduces_secret(word: &str) -> bool {
    [
        "bearer",
        "client_secret",
        "client_assertion",
        "access_token",
        "accesstoken",
        "refresh_token",
        "id_token",
    ]
    .contains(&word.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_and_words_stay() {
        let jwt = "eyJ0eXAiOiJKV1QifQ.eyJ0aWQiOiJ4In0.c2lnbmF0dXJl";
        for text in [
            format!("token {jwt} is bad"),
            format!("Authorization: Bearer {jwt}"),
            format!("\"access_token\":\"{jwt}\""),
            format!("x={jwt}&y"),
        ] {
            let safe = without(&text);
            assert!(!safe.contains("eyJ") && safe.contains("[removed]"), "{safe}");
        }
        assert_eq!(without("Bearer opaque-token-1"), "Bearer [removed]");
        assert_eq!(without("client_secret=abc~1 y"), "client_secret=[removed] y");
        assert_eq!(without("Permission entry already exists."), "Permission entry already exists.");
    }
}
