//! Lists of patterns as OpenSSH has them: `git,consent-*,!consent-test`.

/// Whether a list names the text: a pattern of it fits, and none that begins with `!`.
pub(super) fn names(list: &str, text: &str) -> bool {
    let mut named = false;
    for pattern in list.split(',') {
        match pattern.strip_prefix('!') {
            Some(not) if fits(not, text) => return false,
            Some(_) => {}
            None => named |= fits(pattern, text),
        }
    }
    named
}

/// `*` is any text, `?` any one character. Takes as many steps as both are long, multiplied.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    // Which beginnings of the text the pattern so far fits.
    let mut ends = vec![false; text.len() + 1];
    ends[0] = true;
    for sign in pattern {
        match sign {
            b'*' => {
                let mut any = false;
                for end in &mut ends {
                    any |= *end;
                    *end = any;
                }
            }
            sign => {
                for at in (1..ends.len()).rev() {
                    ends[at] = ends[at - 1] && (*sign == b'?' || *sign == text[at - 1]);
                }
                ends[0] = false;
            }
        }
    }
    ends[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_openssh() {
        for (list, text, wanted) in [
            ("git", "git", true),
            ("git", "gitt", false),
            ("git,consent-approval@v1", "consent-approval@v1", true),
            ("consent-*", "consent-approval@v1", true),
            ("*", "", true),
            ("?", "", false),
            ("a?c", "abc", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "xxaxxbxx", false),
            ("*,!git", "git", false),
            ("!git,*", "git", false),
            ("!git,*", "svn", true),
            ("!git", "svn", false),
            ("", "git", false),
        ] {
            assert_eq!(names(list, text), wanted, "{list} {text}");
        }
        assert!(!fits(&"*a".repeat(5_000), &"b".repeat(200)));
    }
}
