//! Text that is not ours, in a page: what draws, hides or reorders is told by its number, all of it is escaped,
//! and what reads from right to left stays within its own place.

use maud::{Markup, html};

use crate::model::untrusted::shown;

/// For attributes and inside of other elements.
pub(crate) fn safe(text: &str) -> String {
    shown(text)
}

/// A name, by itself.
pub(crate) fn name(text: &str) -> Markup {
    html! { bdi { (safe(text)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_text_and_nothing_else() {
        for (evil, drawn) in [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("\"><img src=x onerror=1>", "&quot;&gt;&lt;img src=x onerror=1&gt;"),
            ("a\u{202e}b\0", "a&lt;U+202E&gt;b&lt;U+0000&gt;"),
            ("{{7*7}} ${x} --> ]]>", "{{7*7}} ${x} --&gt; ]]&gt;"),
        ] {
            assert_eq!(name(evil).into_string(), format!("<bdi>{drawn}</bdi>"));
        }
    }
}
