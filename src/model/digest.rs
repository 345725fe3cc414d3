//! SHA-256, written as people compare it.

/// Lower-case hexadecimal SHA-256 of the bytes: what `sha256sum` prints.
pub fn sha256_hex(bytes: &[u8]) -> String {
    ring::digest::digest(&ring::digest::SHA256, bytes)
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
