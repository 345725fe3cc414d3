//! Takes tokens out of text. Error messages of the service may quote what was sent to it.

/// The text with every `Bearer ...` value, JWT, client assertion and secret-looking form value
/// replaced by `[removed]`, and cut at 2,000 characters: no message for people is longer.
pub fn redact(text: &str) -> String {
    const LONGEST: usize = 2_000;
    let mut out = String::with_capacity(text.len().min(LONGEST));
    let mut rest = text;
    let mut expects_secret = false;
    while let Some(first) = rest.chars().next() {
        if is_token(first) {
            let end = rest.find(|c| !is_token(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            if expects_secret || is_jwt(word) {
                out.push_str("[removed]");
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
        if out.len() > LONGEST {
            let cut = (0..=LONGEST).rev().find(|at| out.is_char_boundary(*at)).unwrap_or(0);
            out.truncate(cut);
            out.push_str("...");
            return out;
        }
    }
    out
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
    ["bearer", "client_secret", "client_assertion", "access_token", "accesstoken", "refresh_token"]
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
            let safe = redact(&text);
            assert!(!safe.contains("eyJ") && safe.contains("[removed]"), "{safe}");
        }
        assert_eq!(redact("Bearer opaque-token-1"), "Bearer [removed]");
        assert_eq!(redact("client_secret=abc~1 y"), "client_secret=[removed] y");
        assert_eq!(redact("Permission entry already exists."), "Permission entry already exists.");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let safe = redact(&"ä".repeat(5_000));
        assert!(safe.len() < 2_010 && safe.ends_with("..."));
    }
}
