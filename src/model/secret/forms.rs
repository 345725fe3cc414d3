//! The forms in which a secret travels.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use url::form_urlencoded::byte_serialize;

use crate::model::untrusted::{harmless_json, shown};

/// Itself, escaped for JSON (once, and once more in a text within JSON), percent-encoded, made safe to
/// show, and inside of base64, whatever it stands behind there.
pub(super) fn forms(secret: &str) -> BTreeSet<Vec<u8>> {
    let once = in_json(secret);
    let slashed = once.replace('/', "\\/");
    let lower = percent(secret, |byte| format!("%{byte:02x}"));
    let upper = percent(secret, |byte| format!("%{byte:02X}"));
    let form: String = byte_serialize(secret.as_bytes()).collect();
    let texts =
        [in_json(&once), in_json(&slashed), once, slashed, lower, upper, form, shown(secret)];
    let mut all: BTreeSet<Vec<u8>> = texts.map(String::into_bytes).into();
    all.insert(secret.as_bytes().to_vec());
    all.extend((0..3).flat_map(|before| in_base64(secret.as_bytes(), before)));
    all
}

/// As the inside of a JSON text.
fn in_json(text: &str) -> String {
    // A text is always JSON.
    let quoted = serde_json::to_string(text).unwrap_or_default();
    let inside = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    harmless_json(inside.unwrap_or_default())
}

fn percent(text: &str, code: impl Fn(u8) -> String) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let one = |byte| if plain(byte) { char::from(byte).to_string() } else { code(byte) };
    text.bytes().map(one).collect()
}

/// What is the same of it in base64 behind any other bytes, as many as these and a multiple of three.
fn in_base64(secret: &[u8], before: usize) -> [Vec<u8>; 2] {
    let bytes = [&[0; 2][..before], secret].concat();
    // Characters that hold bits of what stands before and behind.
    let head = (before * 8).div_ceil(6);
    let whole = bytes.len() * 8 / 6;
    let core = |text: String| text.as_bytes().get(head..whole).unwrap_or_default().to_vec();
    [core(STANDARD_NO_PAD.encode(&bytes)), core(URL_SAFE_NO_PAD.encode(&bytes))]
}
