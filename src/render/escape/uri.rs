//! Paths of a repository as relative references (RFC 3986).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but what RFC 3986 calls unreserved, and what stands between folders. A colon would make a scheme of the first
/// part.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// `iam/m%C3%BCnchen.toml`. Nothing in it is more than a path: no scheme, no query, no line end.
pub(crate) fn path(path: &str) -> String {
    utf8_percent_encode(path, ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_one() {
        for (file, uri) in [
            ("iam/consent.toml", "iam/consent.toml"),
            ("a b/mü.toml", "a%20b/m%C3%BC.toml"),
            ("https://x?y#z", "https%3A//x%3Fy%23z"),
            ("50%\n\"x\"", "50%25%0A%22x%22"),
        ] {
            assert_eq!(path(file), uri);
        }
    }
}
