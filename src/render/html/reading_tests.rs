//! A page as a browser takes it apart, for tests: written for them, and knowing nothing of how it was drawn.

/// An element's name and its attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReadTag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

#[derive(Debug, Default)]
pub(crate) struct ReadPage {
    pub(crate) tags: Vec<ReadTag>,
    /// All text outside of style and script, a blank between any two pieces.
    pub(crate) text: String,
    pub(crate) style: String,
    pub(crate) script: String,
}

impl ReadPage {
    /// What a page holds.
    ///
    /// # Panics
    /// When a tag does not end.
    pub(crate) fn of(page: &str) -> Self {
        let mut read = Self::default();
        let mut rest = page;
        while let Some(at) = rest.find('<') {
            read.say(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(comment) = rest.strip_prefix("!--") {
                rest = &comment[comment.find("-->").unwrap() + 3..];
                continue;
            }
            let (tag, behind) = tag(rest);
            rest = behind;
            let raw = match tag.name.as_str() {
                "style" => Some(&mut read.style),
                "script" => Some(&mut read.script),
                _ => None,
            };
            if let Some(raw) = raw {
                let end = rest.find(&format!("</{}", tag.name)).unwrap();
                raw.push_str(&rest[..end]);
                rest = &rest[end..];
            }
            read.tags.push(tag);
        }
        read.say(rest);
        read
    }

    fn say(&mut self, text: &str) {
        self.text.push_str(&meant(text));
        self.text.push(' ');
    }

    /// The value of the first such attribute of the first such element that has it.
    pub(crate) fn value(&self, name: &str, attribute: &str) -> Option<&str> {
        let tags = self.tags.iter().filter(|tag| tag.name == name);
        let mut values = tags.flat_map(|tag| &tag.attributes);
        values.find(|(name, _)| name == attribute).map(|(_, value)| value.as_str())
    }
}

/// A tag behind its `<`, and what follows it.
fn tag(text: &str) -> (ReadTag, &str) {
    let end = |c: char| c.is_whitespace() || c == '>' || c == '=';
    let (name, mut rest) = text.split_at(text.find(end).unwrap());
    let mut attributes: Vec<(String, String)> = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(behind) = rest.strip_prefix('>') {
            return (ReadTag { name: name.to_lowercase(), attributes }, behind);
        }
        let (attribute, behind) = rest.split_at(rest.find(end).unwrap());
        assert!(!attribute.is_empty(), "no attribute: {}", &rest[..rest.len().min(40)]);
        let mut value = String::new();
        rest = behind;
        if let Some(quoted) = behind.strip_prefix("=\"") {
            let (inside, behind) = quoted.split_once('"').unwrap();
            value = meant(inside);
            rest = behind;
        }
        let twice = attributes.iter().any(|(name, _)| name == attribute);
        assert!(!twice, "{attribute} stands twice, and the second one is lost");
        attributes.push((attribute.to_owned(), value));
    }
}

/// Text without its escapes.
fn meant(text: &str) -> String {
    let less = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    less.replace("&amp;", "&")
}
