//! What others write about an approval: signatures of OpenSSH, statements, and lists of who may approve.

use consent::approval::read_as_all;

use super::{Target, judge};

pub(crate) const TARGET: Target = Target {
    name: "approval",
    run,
    words: "-----BEGIN·SSH·SIGNATURE-----\n -----END·SSH·SIGNATURE-----\n U1NIU0lHAAAAAQAA AAAAC3NzaC1lZDI1NTE5 \
            AAAAB3NzaC1yc2E AAAA \" , * ! alice@contoso.com ·ssh-ed25519· ·ssh-rsa· \
            ·ecdsa-sha2-nistp256· sk-ssh-ed25519@openssh.com cert-authority namespaces=\" \
            consent-approval@v1\" valid-after=\" valid-before=\" 20270101Z\" 20270101120000UTC\" # \
            {\n··\"format\":·\"consent.approval\",\n ··\"format_version\":·1,\n \"decision\":·\"reject\" \
            \"note\":·null \"policy\":·\"sha256: \"expires_at\":·\" 2026-11-24T20:03:24Z\" \\u202e",
};

fn run(data: &[u8]) {
    let [signature, statement, approvers] = read_as_all(data);
    for (turn, read) in [signature, statement].into_iter().enumerate() {
        match read {
            // What is written for it is read as the same; a statement has that one form only.
            Ok(text) => {
                judge::draws_nothing(&text);
                assert_eq!(read_as_all(text.as_bytes())[turn], Ok(text.clone()));
                assert!(turn == 0 || text.as_bytes() == data, "two forms of one statement");
                assert!(text.len() < 20_000, "not bounded");
            }
            Err(told) => judge::draws_nothing(&told),
        }
    }
    match approvers {
        Ok(count) => {
            let lines = data.iter().filter(|byte| **byte == b'\n').count() + 1;
            assert!(count.parse::<usize>().unwrap() <= lines, "more approvers than lines");
        }
        Err(told) => {
            judge::draws_nothing(&told);
            assert!(!told.is_empty());
        }
    }
}
