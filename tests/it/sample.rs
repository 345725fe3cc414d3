//! Manifest bodies and servers that several modules use.

use std::io::{Read, Write};
use std::net::TcpListener;

/// One person, one grant: a single small change.
pub const ONE: &str = r#"
[app.explorer]
app_id = "de8bc8b5-d9f9-48b1-a8ad-b748da725064"
mode = "exact"

[[grant]]
app = "explorer"
resource = "Microsoft Graph"
scopes = ["User.Read"]
for = { users = ["alice@contoso.com"] }
"#;

/// Two hundred people in one group.
pub const CROWD: &str = "[[group]]\nname = \"Crowd\"\n\
                         [[people]]\nprefix = \"w\"\ncount = 200\ngroup = \"Crowd\"\n";

/// A grant for each of them.
pub const FOR_CROWD: &str = r#"
[app.explorer]
app_id = "de8bc8b5-d9f9-48b1-a8ad-b748da725064"
mode = "exact"

[[grant]]
app = "explorer"
resource = "Microsoft Graph"
scopes = ["User.Read"]
for = { groups = ["Crowd"] }
"#;

/// What the administrator of a plain tenant may read, and nothing to write with.
pub const READING: &[&str] = &[
    "Application.Read.All",
    "Directory.Read.All",
    "GroupMember.Read.All",
    "Policy.Read.All",
    "User.Read",
    "User.ReadBasic.All",
];

/// A listener nobody should ever come to.
pub struct Trap(TcpListener);

impl Trap {
    pub fn set() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    #[track_caller]
    pub fn assert_untouched(&self) {
        let came = self.0.accept().map(|(_, from)| from);
        assert!(came.is_err(), "somebody came from {came:?}");
    }
}

/// Answers every request on a free port with these bytes.
pub fn answering(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut request = [0; 8192];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}
