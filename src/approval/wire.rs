//! The parts of SSH's messages (RFC 4251, section 5): numbers, and strings that begin with their length.

/// What is left of a message. Nothing is copied, and no length is believed beyond what is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wire<'a>(pub(super) &'a [u8]);

impl<'a> Wire<'a> {
    pub(super) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.bytes(1)?.first().copied()
    }

    pub(super) fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.bytes(4)?.try_into().ok()?))
    }

    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.bytes(length)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.string()?).ok()
    }

    /// A number of any size that is not negative, in its one form: without a zero in front but the one that
    /// keeps it from being negative. Its bytes, without that.
    pub(super) fn magnitude(&mut self) -> Option<&'a [u8]> {
        let bytes = self.string()?;
        match bytes {
            [0, next, ..] if *next >= 0x80 => bytes.get(1..),
            [0, ..] => None,
            [first, ..] if *first >= 0x80 => None,
            _ => Some(bytes),
        }
    }

    /// Nothing may follow.
    pub(super) fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// A string as it goes out.
pub(super) fn put_string(out: &mut Vec<u8>, bytes: &[u8]) {
    // What is signed here is some kilobytes.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    out.extend(length.to_be_bytes());
    out.extend(bytes);
}

/// A number of any size as it goes out.
#[cfg(test)]
pub(super) fn put_magnitude(out: &mut Vec<u8>, bytes: &[u8]) {
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let bytes = &bytes[first..];
    let sign: &[u8] = if bytes.first().is_some_and(|byte| *byte >= 0x80) { &[0] } else { &[] };
    put_string(out, &[sign, bytes].concat());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_length_is_believed() {
        assert_eq!(Wire(&[0, 0, 0, 2, 7]).string(), None);
        assert_eq!(Wire(&[0xff, 0xff, 0xff, 0xff, 1, 2]).string(), None);
        assert_eq!(Wire(&[0, 0, 0, 1, 7, 9]).string(), Some(&[7][..]));
        assert_eq!(Wire(&[0, 0, 0]).number(), None);
    }

    #[test]
    fn a_number_has_one_form() {
        let read = |bytes: &[u8]| {
            let mut all = Vec::new();
            put_string(&mut all, bytes);
            Wire(&all).magnitude().map(<[u8]>::to_vec)
        };
        assert_eq!(read(&[]), Some(vec![]));
        assert_eq!(read(&[1, 2]), Some(vec![1, 2]));
        assert_eq!(read(&[0, 0x80]), Some(vec![0x80]));
        for other in [&[0][..], &[0, 1], &[0x80], &[0, 0, 0x80]] {
            assert_eq!(read(other), None, "{other:?}");
        }
    }
}
