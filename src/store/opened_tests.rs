#![expect(clippy::disallowed_methods, reason = "makes what a stranger could put into a folder")]

use std::os::unix::fs::symlink;

use super::*;

/// A folder with a manifest in it, beside a file that is not of the folder.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for folder in ["in/below", "in/.git", "in/..data", "out"] {
        fs::create_dir_all(home.path().join(folder)).unwrap();
    }
    for file in ["in/a.toml", "in/below/b.toml", "in/.git/config", "in/..data/c.toml", "out/s"] {
        fs::write(home.path().join(file), file).unwrap();
    }
    home
}

fn told(path: &Path, reach: Reach) -> &'static str {
    match read(path, reach, 1_000_000) {
        Ok(_) => "read",
        Err(error) => error.code(),
    }
}

#[test]
fn a_link_is_followed_within_the_folder_that_was_named() {
    let home = home();
    let inside = home.path().join("in");
    let link = |to: &Path, name: &str| {
        let path = inside.join(name);
        symlink(to, &path).unwrap();
        told(&path, Reach::Folder)
    };
    assert_eq!(link(Path::new("a.toml"), "1.toml"), "read");
    assert_eq!(link(&inside.join("below/b.toml"), "2.toml"), "read");
    assert_eq!(link(Path::new("..data/c.toml"), "3.toml"), "read", "a mounted volume");
    assert_eq!(link(Path::new("../out/s"), "4.toml"), "link_leads_out");
    assert_eq!(link(&home.path().join("out/s"), "5.toml"), "link_leads_out");
    assert_eq!(link(Path::new(".git/config"), "6.toml"), "link_leads_out");
    symlink("../out", inside.join("folder")).unwrap();
    assert_eq!(link(Path::new("folder/s"), "7.toml"), "link_leads_out");
    // The folder that was named is trusted, however it is reached.
    symlink(&inside, home.path().join("linked")).unwrap();
    assert_eq!(told(&home.path().join("linked/a.toml"), Reach::Folder), "read");
    assert_eq!(told(&inside.join("../out/s"), Reach::Folder), "read");
    assert_eq!(told(&inside.join(".git/config"), Reach::Folder), "read");
    assert_eq!(told(&inside.join("4.toml"), Reach::Anywhere), "read");
    assert_eq!(told(&inside.join("1.toml"), Reach::Itself), "link_leads_out");
}

#[test]
fn what_is_no_plain_file_is_not_waited_for() {
    let home = home();
    let pipe = home.path().join("pipe.toml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    symlink(&pipe, home.path().join("in/pipe.toml")).unwrap();
    for reach in [Reach::Anywhere, Reach::Folder, Reach::Itself] {
        for path in [pipe.as_path(), home.path(), Path::new("/dev/null"), Path::new("/dev/zero")] {
            assert_eq!(told(path, reach), "not_an_ordinary_file", "{path:?}");
        }
    }
    let linked = told(&home.path().join("in/pipe.toml"), Reach::Folder);
    assert_eq!(linked, "not_an_ordinary_file");
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_system_shows_of_itself_is_not_read() {
    let home = home();
    let environment = home.path().join("in/consent.toml");
    symlink("/proc/self/environ", &environment).unwrap();
    assert_eq!(told(&environment, Reach::Folder), "file_of_the_system");
    symlink("/proc/self", home.path().join("process")).unwrap();
    assert_eq!(told(&home.path().join("process/environ"), Reach::Folder), "file_of_the_system");
    assert_eq!(told(Path::new("/proc/self/environ"), Reach::Folder), "file_of_the_system");
    assert_eq!(told(Path::new("/sys/kernel/notes"), Reach::Folder), "file_of_the_system");
    assert_eq!(told(Path::new("/proc/self/status"), Reach::Anywhere), "read");
    assert!(on_systems(&File::open("/proc/self/status").unwrap()));
    assert!(!on_systems(&File::open(home.path().join("out/s")).unwrap()));
}

#[test]
fn a_file_that_was_put_in_its_place_is_another() {
    let home = home();
    let (one, other) = (home.path().join("in/a.toml"), home.path().join("in/below/b.toml"));
    let opened = File::open(&one).unwrap();
    assert!(is_at(&opened, &one).unwrap());
    fs::rename(&other, &one).unwrap();
    assert!(!is_at(&opened, &one).unwrap());
}

#[test]
fn a_folder_with_two_names_is_one() {
    let home = home();
    let home = home.path().canonicalize().unwrap();
    symlink(home.join("in"), home.join("linked")).unwrap();
    assert_eq!(real_folder(&home.join("linked")), home.join("in"));
    assert_eq!(real_folder(&home.join("linked/below")), home.join("in/below"));
    assert_eq!(real_folder(&home.join("in")), home.join("in"));
    assert_eq!(real_folder(Path::new("")), Path::new(""));
    assert_eq!(real_folder(Path::new("src/store")), Path::new("src/store"));
    assert!(is_below(&home, &home.join("linked/a.toml")));
    assert!(!is_below(&home.join("out"), &home.join("linked/a.toml")));
}
