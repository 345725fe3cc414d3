//! XML 1.0: what it cannot hold even escaped is told as its number. The rest is the writer's.

use std::borrow::Cow;

use crate::model::safe::Safe;

/// Text for an element or an attribute. Of what XML cannot hold, safe text has no more than these two: it has no
/// control character, and half a pair of surrogates is no text.
pub(crate) fn text(text: &Safe) -> Cow<'_, str> {
    match text.contains(['\u{fffe}', '\u{ffff}']) {
        true => text.replace('\u{fffe}', "<U+FFFE>").replace('\u{ffff}', "<U+FFFF>").into(),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_that_xml_cannot_hold() {
        let all: String = ('\0'..=char::MAX).collect();
        let held = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        assert!(text(&Safe::new(&all)).chars().all(held));
        assert_eq!(text(&Safe::new("<a & b>")), "<a & b>");
    }
}
