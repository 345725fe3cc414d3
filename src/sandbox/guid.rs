//! GUIDs that are the same in every run.

use uuid::Uuid;

/// A GUID made from a text: the same text is always the same GUID.
pub(crate) fn guid_of(text: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest.as_ref()[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().hyphenated().to_string()
}

/// Sixteen bytes of a GUID in the order Windows keeps them; `None` for other texts.
pub(crate) fn guid_bytes(text: &str) -> Option<[u8; 16]> {
    Uuid::try_parse(text).ok().map(|guid| guid.to_bytes_le())
}
