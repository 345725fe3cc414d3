//! Where the files of a manifest lie in the repository that is reviewed: platforms know them by that alone.

/// The way from the root of the repository to the folder that the command runs in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Repository {
    /// Absolute, with `/` between its parts; empty where it is not known.
    root: String,
    /// The same of the folder that the command runs in.
    folder: String,
}

impl Repository {
    /// `root`: where the platform checked the repository out; without it the folder of the command counts.
    pub(crate) fn new(root: Option<&str>, folder: &str) -> Self {
        let folder = slashes(folder);
        Self { root: root.map_or_else(|| folder.clone(), slashes), folder }
    }

    /// A file of the command line as the repository knows it: `iam/consent.toml`. One outside of it keeps
    /// its own path, without what leads out of a folder.
    pub(crate) fn path(&self, file: &str) -> String {
        let file = slashes(file);
        let whole = if is_absolute(&file) { file } else { format!("{}/{file}", self.folder) };
        let (root, whole) = (parts(&self.root), parts(&whole));
        let inside = if whole.starts_with(&root) { &whole[root.len()..] } else { &whole[..] };
        inside.join("/")
    }
}

fn slashes(path: &str) -> String {
    if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path.get(1..3) == Some(":/")
}

/// What a path leads through, without `.`, and with each `..` taken back.
fn parts(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_as_the_repository_knows_them() {
        let there = Repository::new(Some("/home/runner/iam"), "/home/runner/iam/consent");
        for (file, known) in [
            ("consent.toml", "consent/consent.toml"),
            ("./apps/./okta.toml", "consent/apps/okta.toml"),
            ("../consent.toml", "consent.toml"),
            ("/home/runner/iam/x.toml", "x.toml"),
            ("/etc/x.toml", "etc/x.toml"),
            ("../../../../../../x.toml", "x.toml"),
        ] {
            assert_eq!(there.path(file), known, "{file}");
        }
        let alone = Repository::new(None, "/work");
        assert_eq!(alone.path("./consent.toml"), "consent.toml");
        assert_eq!(Repository::default().path("consent.toml"), "consent.toml");
    }
}
