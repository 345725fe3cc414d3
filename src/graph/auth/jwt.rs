//! The form of a JWT, read and never verified: only the service that it is for can do that.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// What a token of three parts says in its middle one.
pub(super) struct Jwt {
    pub(crate) claims: Value,
    /// Length of its third part; 0 where that is none.
    pub(crate) signature_bytes: usize,
}

impl Jwt {
    /// A token is opaque by contract: anything else than a JWT is no error.
    pub(super) fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (Some(_), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        let claims = serde_json::from_slice(&decode(payload)?).ok()?;
        Some(Self { claims, signature_bytes: decode(signature).map_or(0, |bytes| bytes.len()) })
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }
}

/// Whether a text has the three parts of a JWT, of characters that can stand in a request as they are.
pub(super) fn has_its_form(token: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=".contains(&b))
    };
    token.split('.').count() == 3 && token.split('.').all(is_part)
}

fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_parts_of_harmless_characters_have_the_form() {
        for good in ["e30.e30.x", "a-_=.b.c"] {
            assert!(has_its_form(good), "{good}");
        }
        for bad in ["", "a.b", "a.b.c.d", "a..c", "a.b.c\n", "a.b c.d", "<html>.x.y", "a.b.ü"] {
            assert!(!has_its_form(bad), "{bad}");
        }
    }
}
