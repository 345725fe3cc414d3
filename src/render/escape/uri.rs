//! Paths of a repository as relative references (RFC 3986).

use url::Url;

/// `iam/m%C3%BCnchen.toml`. Nothing in it is more than a path: no scheme, no query, no line end.
pub(crate) fn path(path: &str) -> String {
    let Ok(mut base) = Url::parse("file:///") else { return String::new() };
    if let Ok(mut segments) = base.path_segments_mut() {
        segments.clear().extend(path.split('/'));
    }
    // A colon in the first part would make a scheme of it.
    base.path().trim_start_matches('/').replace(':', "%3A")
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
