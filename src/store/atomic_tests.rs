use super::*;

fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn replaces_whole_and_leaves_nothing_beside() {
    let home = home();
    let path = home.path().join("plan.json");
    write(&path, b"old, and longer than the new one").unwrap();
    write(&path, b"new").unwrap();
    assert_eq!(opened::read(&path, Reach::Itself, 100).unwrap(), b"new");
    assert_eq!(names(home.path(), "").unwrap(), ["plan.json"]);
}

/// A process can be killed at any moment of it.
#[test]
fn what_is_half_written_has_no_name() {
    let home = home();
    if nameless::create(home.path()).is_none() {
        eprintln!("skipped: there are no files without a name here");
        return;
    }
    let path = home.path().join("plan.json");
    let looks = |there: &'static [&str]| {
        let dir = home.path().to_owned();
        move |out: &mut dyn Write| {
            out.write_all(b"half")?;
            assert_eq!(names(&dir, "").unwrap(), there);
            out.write_all(b" and whole")
        }
    };
    write_new(&path, &looks(&[])).unwrap();
    write_with(&path, &looks(&["plan.json"])).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"half and whole");
    let fails = |out: &mut dyn Write| {
        out.write_all(b"half")?;
        Err(io::Error::from(io::ErrorKind::FileTooLarge))
    };
    assert!(matches!(write_with(&path, &fails), Err(StoreError::Write { .. })));
    assert_eq!(names(home.path(), "").unwrap(), ["plan.json"]);
    assert_eq!(std::fs::read(&path).unwrap(), b"half and whole");
}

#[test]
fn a_failed_write_leaves_the_old_bytes() {
    let home = home();
    let path = home.path().join("plan.json");
    write(&path, b"old").unwrap();
    assert!(matches!(
        write_new(&path, &|out| out.write_all(b"new")),
        Err(StoreError::Exists { .. })
    ));
    assert_eq!(opened::read(&path, Reach::Itself, 100).unwrap(), b"old");
    assert_eq!(names(home.path(), "").unwrap(), ["plan.json"]);
    let nowhere = home.path().join("missing").join("plan.json");
    assert!(matches!(write(&nowhere, b"new"), Err(StoreError::Write { .. })));
}

#[test]
fn what_is_longer_than_the_limit_is_not_read() {
    let home = home();
    let path = home.path().join("plan.json");
    write(&path, b"12345").unwrap();
    assert_eq!(opened::read(&path, Reach::Itself, 5).unwrap(), b"12345");
    assert!(matches!(
        opened::read(&path, Reach::Itself, 4),
        Err(StoreError::TooLong { limit: 4, .. })
    ));
}

#[test]
fn a_folder_is_not_replaced() {
    let home = home();
    assert!(matches!(write(home.path(), b"x"), Err(StoreError::NotAFile { .. })));
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn links_are_refused_and_what_they_lead_to_stays() {
        let home = home();
        let target = home.path().join("target");
        fs::write(&target, b"precious").unwrap();
        let link = home.path().join("plan.json");
        symlink(&target, &link).unwrap();
        assert!(matches!(write(&link, b"x"), Err(StoreError::Symlink { .. })));
        assert!(matches!(
            write_new(&link, &|out| out.write_all(b"x")),
            Err(StoreError::Symlink { .. })
        ));
        assert!(matches!(create_for_append(&link), Err(StoreError::Exists { .. })));
        assert_eq!(fs::read(&target).unwrap(), b"precious");

        let dangling = home.path().join("dangling");
        symlink(home.path().join("not-there"), &dangling).unwrap();
        assert!(matches!(write(&dangling, b"x"), Err(StoreError::Symlink { .. })));
        assert!(matches!(create_for_append(&dangling), Err(StoreError::Exists { .. })));
        assert!(!home.path().join("not-there").exists());
    }

    #[test]
    fn a_private_folder_is_no_link() {
        let home = home();
        let elsewhere = home.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        let link = home.path().join(".consent");
        symlink(&elsewhere, &link).unwrap();
        assert!(matches!(create_private_dir(&link), Err(StoreError::Symlink { .. })));
    }

    #[test]
    #[ignore = "run by the next test, in a process without a umask"]
    fn files_and_folders_are_private() {
        let home = home();
        let dir = home.path().join(".consent").join("journal");
        create_private_dir(&dir).unwrap();
        let (whole, new, lines) = (dir.join("whole"), dir.join("new"), dir.join("lines"));
        write(&whole, b"x").unwrap();
        write_new(&new, &|out| out.write_all(b"x")).unwrap();
        create_for_append(&lines).unwrap();
        for file in [&whole, &new, &lines] {
            assert_eq!(mode(file), 0o600, "{file:?}");
        }
        for folder in [dir.as_path(), dir.parent().unwrap()] {
            assert_eq!(mode(folder), 0o700, "{folder:?}");
        }
        fs::set_permissions(&whole, fs::Permissions::from_mode(0o666)).unwrap();
        write(&whole, b"y").unwrap();
        assert_eq!(mode(&whole), 0o600, "a file that was readable by all is private again");
    }

    /// The umask belongs to the whole process, so it is changed in one of its own.
    #[test]
    fn files_and_folders_are_private_without_a_umask() {
        let program = std::env::current_exe().unwrap();
        let test = "store::atomic::tests::unix::files_and_folders_are_private";
        let output = std::process::Command::new("sh")
            .args(["-c", "umask 000; exec \"$0\" --exact \"$1\" --ignored"])
            .arg(program)
            .arg(test)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }
}
