//! Commands of GitHub's runner: `::error file=a.toml,line=1::message`. Source: GitHub's documentation of workflow
//! commands, and how its runner reads them back.

use crate::model::safe::Safe;

/// A message, to the end of its line.
pub(crate) fn data(text: &Safe) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which ends at a comma or at the colons before the message.
pub(crate) fn property(text: &Safe) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_early() {
        let evil = Safe::new("a,b:c%0A::error::d\r\ne");
        assert_eq!(data(&evil), "a,b:c%250A:<U+003A>error:<U+003A>d<U+000D><U+000A>e");
        let property = property(&evil);
        assert!(!property.contains([',', ':', '\n', '\r']), "{property}");
        assert_eq!(data(&Safe::new("ordinary, with: all")), "ordinary, with: all");
    }
}
