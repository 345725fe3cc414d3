//! A key that lives in a hardware token, played by its documentation (PROTOCOL.u2f of OpenSSH): what the real
//! ssh-keygen takes for its signature is one here, too.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, SHA512, digest};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

use super::{Desk, ED25519, NAMESPACE};

const NAME: &[u8] = b"sk-ssh-ed25519@openssh.com";

fn strings(parts: &[&[u8]]) -> Vec<u8> {
    let string = |part: &&[u8]| [&(part.len() as u32).to_be_bytes()[..], part].concat();
    parts.iter().flat_map(string).collect()
}

/// The signature file of a token that signs a statement.
fn signed(pair: &Ed25519KeyPair, key: &[u8], statement: &[u8], flags: u8) -> String {
    let hash = digest(&SHA512, statement);
    let head = strings(&[NAMESPACE.as_bytes(), b"", b"sha512"]);
    let message = [b"SSHSIG", &head[..], &strings(&[hash.as_ref()])].concat();
    let tail = [&[flags][..], &1_u32.to_be_bytes()].concat();
    let (application, message) = (digest(&SHA256, b"ssh:"), digest(&SHA256, &message));
    let whole = [application.as_ref(), &tail[..], message.as_ref()].concat();
    let signature = [strings(&[NAME, pair.sign(&whole).as_ref()]), tail].concat();
    let parts = [strings(&[key]), head, strings(&[&signature])].concat();
    let base64 = STANDARD.encode([b"SSHSIG\0\0\0\x01", &parts[..]].concat());
    format!("-----BEGIN SSH SIGNATURE-----\n{base64}\n-----END SSH SIGNATURE-----\n")
}

#[test]
fn a_token_signs_when_it_is_touched() {
    let Some(desk) = Desk::new() else { return };
    desk.key("alice", ED25519, "");
    desk.approve(&["--key", "alice"]).assert_code(0).quietly();
    let statement = std::fs::read(&desk.statements()[0]).unwrap();
    let pair = Ed25519KeyPair::from_seed_unchecked(&[5; 32]).unwrap();
    let key = strings(&[NAME, pair.public_key().as_ref(), b"ssh:"]);
    let line = format!("{} {} token", std::str::from_utf8(NAME).unwrap(), STANDARD.encode(&key));
    desk.world.file("tess.pub", &format!("{line}\n"));
    desk.approver("tess", "");
    let at = desk.path("my.plan.approvals/tess.json");
    std::fs::write(&at, &statement).unwrap();
    for (flags, wanted) in [(1, "tess@contoso.com: approve"), (0, "untouched")] {
        let signature = signed(&pair, &key, &statement, flags);
        std::fs::write(at.with_extension("json.sig"), &signature).unwrap();
        assert!(desk.verdicts().contains(&wanted.to_owned()), "{flags}: {:?}", desk.verdicts());
        // Whether somebody was there OpenSSH leaves to whoever asks it.
        assert!(desk.openssh_verifies("tess", &at), "{flags}");
    }
}
