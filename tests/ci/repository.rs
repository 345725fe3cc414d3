//! A repository that somebody set up by the words of `examples/ci/README.md`.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::bash::{self, Variables};

pub(crate) struct Repository {
    folder: TempDir,
}

/// A manifest of one app.
pub(crate) fn manifest(grants: &str) -> String {
    format!(
        "schema = 1\n[tenant]\nid = \"{}\"\ndomain = \"contoso.onmicrosoft.com\"\n\
         [app.ui]\napp_id = \"5e000000-0000-4000-8000-0000000000c3\"\nmode = \"exact\"\n{grants}",
        crate::tenant::TENANT
    )
}

/// A grant of one person.
pub(crate) fn grant(scope: &str) -> String {
    format!(
        "[[grant]]\napp = \"ui\"\nresource = \"Microsoft Graph\"\nscopes = [\"{scope}\"]\n\
         for = {{ users = [\"alice@contoso.com\"] }}\n"
    )
}

impl Repository {
    /// Set up for a platform, by the block of its chapter.
    pub(crate) fn set_up(platform: &str) -> Self {
        let readme = include_str!("../../examples/ci/README.md");
        let heading = format!("\n## {platform}\n");
        let chapter = readme.split(&heading).nth(1).unwrap_or_else(|| panic!("no {platform}"));
        let block = chapter.split("\n```sh\n").nth(1).unwrap().split("\n```").next().unwrap();
        let folder = TempDir::new().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).display().to_string();
        let variables = Variables::from([("SOURCE".to_owned(), source)]);
        let ended = bash::run(block, folder.path(), &variables);
        assert_eq!(ended.code, 0, "{ended:?}");
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes its only manifest.
    pub(crate) fn declares(&self, text: &str) {
        std::fs::create_dir_all(self.path("manifests")).unwrap();
        std::fs::write(self.path("manifests/ui.toml"), text).unwrap();
    }

    /// What a job gets of it.
    pub(crate) fn check_out(&self, to: &Path) {
        bash::copy(self.folder.path(), to);
    }
}
