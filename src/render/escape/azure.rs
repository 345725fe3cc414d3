//! Commands of Azure's agent: `##vso[task.logissue type=error]message`. Source: Microsoft's documentation of logging
//! commands: agents read `%AZP25` as a percent sign, and messages are escaped as properties are.

use crate::model::safe::Safe;

/// The value of a property, or a message.
pub(crate) fn text(text: &Safe) -> String {
    text.replace('%', "%AZP25")
        .replace(';', "%3B")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace(']', "%5D")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_early() {
        let evil = text(&Safe::new("a;b]c%3B##vso[task.complete]\nd"));
        assert_eq!(evil, "a%3Bb%5Dc%AZP253B#<U+0023>vso[task.complete%5D<U+000A>d");
        assert_eq!(text(&Safe::new("ordinary, with: all")), "ordinary, with: all");
    }
}
