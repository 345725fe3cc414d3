//! Signatures of the real OpenSSH, whole and damaged in every way.

use super::samples::{NOW, SampleKey, TOUCHED, Touch, statement};
use crate::approval::approvers::Approvers;
use crate::approval::public_key::{KeyError, NotSigned, PublicKey};
use crate::approval::signature::{Signature, SignatureError};
use crate::approval::wire::{put_magnitude, put_string};

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/it/fixtures/signatures/", $name))
    };
}

const STATEMENT: &[u8] = fixture!("statement.json");
const SIGNED: [(&str, &[u8]); 5] = [
    ("ssh-ed25519", fixture!("ed25519.sig")),
    ("ecdsa-sha2-nistp256", fixture!("p256.sig")),
    ("ecdsa-sha2-nistp384", fixture!("p384.sig")),
    ("ssh-rsa", fixture!("rsa.sig")),
    ("ssh-ed25519", fixture!("sha256.sig")),
];

fn counts(file: &[u8]) -> bool {
    let signature = Signature::parse(file);
    signature.is_ok_and(|one| one.is_ours() && one.is_of(STATEMENT).is_ok())
}

#[test]
fn what_openssh_signs_holds_here() {
    assert_eq!(statement().to_bytes(), STATEMENT);
    let approvers = std::str::from_utf8(fixture!("allowed_signers")).unwrap();
    let approvers = Approvers::parse(approvers).unwrap();
    for (name, file) in SIGNED {
        let signature = Signature::parse(file).unwrap();
        assert_eq!(signature.key.name(), name);
        assert_eq!(signature.is_of(STATEMENT), Ok(()), "{name}");
        assert_eq!(signature.is_of(b"another"), Err(NotSigned::Altered), "{name}");
        assert!(signature.is_ours());
        assert!(approvers.of_key(signature.key.blob(), NOW).is_ok(), "{name}");
        assert_eq!(signature.armored().as_bytes(), file, "{name}");
    }
    let other = Signature::parse(fixture!("git.sig")).unwrap();
    assert_eq!((other.is_of(STATEMENT), other.is_ours()), (Ok(()), false));
    let unsupported = KeyError::Unsupported("ecdsa-sha2-nistp521".to_owned());
    assert_eq!(Signature::parse(fixture!("p521.sig")), Err(unsupported.into()));
}

/// As `ssh-keygen -l` prints it, of the same key.
#[test]
fn a_fingerprint_is_that_of_openssh() {
    let line = "AAAAC3NzaC1lZDI1NTE5AAAAIPUZ7fHRPxVYOnoo5EEBXWwwHbOgALtVkzW9IcUj/5+b";
    use base64::Engine as _;
    let blob = base64::engine::general_purpose::STANDARD.decode(line).unwrap();
    let key = PublicKey::parse(&blob).unwrap();
    assert_eq!(key.fingerprint(), FINGERPRINT);
    assert_eq!(key.file_stem().len(), 64);
}

const FINGERPRINT: &str = "SHA256:l8PJSKyp+VNCxHbyF/cq32guXhHHAKXfgVnlGYcJi84";

#[test]
fn every_truncation_is_an_error() {
    for (name, file) in SIGNED {
        for length in 0..file.len() {
            let cut = Signature::parse(&file[..length]);
            assert!(cut.is_err(), "{name} cut to {length}: {cut:?}");
        }
        for added in ["\n", " ", "x", "-----BEGIN SSH SIGNATURE-----\n"] {
            assert!(Signature::parse(&[file, added.as_bytes()].concat()).is_err(), "{added:?}");
        }
    }
}

#[test]
fn every_bit_counts() {
    for (name, file) in SIGNED {
        assert!(counts(file));
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut flipped = file.to_vec();
                flipped[at] ^= 1 << bit;
                assert!(!counts(&flipped), "{name}: bit {bit} of byte {at}");
            }
        }
        for at in 0..STATEMENT.len() {
            let mut flipped = STATEMENT.to_vec();
            flipped[at] ^= 1;
            assert!(Signature::parse(file).unwrap().is_of(&flipped).is_err(), "{name} {at}");
        }
    }
}

/// The parts of a signature, so that each can be another one.
struct Parts {
    version: u32,
    reserved: &'static [u8],
    hash: &'static [u8],
    tail: &'static [u8],
}

#[test]
fn parts_that_are_not_signed_are_as_they_must_be() {
    use base64::Engine as _;
    let made = |parts: &Parts| {
        let mut blob = b"SSHSIG".to_vec();
        blob.extend(parts.version.to_be_bytes());
        let (key, signature) = (SampleKey::ed25519(1).blob, [0; 83]);
        for part in [&key[..], b"consent-approval@v1", parts.reserved, parts.hash, &signature] {
            put_string(&mut blob, part);
        }
        blob.extend(parts.tail);
        let base64 = base64::engine::general_purpose::STANDARD.encode(blob);
        let text =
            format!("-----BEGIN SSH SIGNATURE-----\n{base64}\n-----END SSH SIGNATURE-----\n");
        Signature::parse(text.as_bytes()).err()
    };
    let fine = || Parts { version: 1, reserved: b"", hash: b"sha512", tail: b"" };
    assert_eq!(made(&fine()), None);
    for (parts, wanted) in [
        (Parts { version: 2, ..fine() }, SignatureError::OtherVersion(2)),
        (Parts { reserved: b"x", ..fine() }, SignatureError::Reserved),
        (Parts { hash: b"sha1", ..fine() }, SignatureError::OtherHash("sha1".to_owned())),
        (Parts { tail: b"\0", ..fine() }, SignatureError::NotWhole),
    ] {
        assert_eq!(made(&parts), Some(wanted));
    }
    assert_eq!(Signature::parse(&[b'-'; 20_000]), Err(SignatureError::TooLong));
    let windows = String::from_utf8(SIGNED[0].1.to_vec()).unwrap().replace('\n', "\r\n");
    let told = Signature::parse(windows.as_bytes()).unwrap_err().to_string();
    assert!(told.contains("CR LF"), "{told}");
}

fn rsa(modulus: &[u8]) -> Vec<u8> {
    let mut blob = Vec::new();
    put_string(&mut blob, b"ssh-rsa");
    put_magnitude(&mut blob, &[1, 0, 1]);
    put_magnitude(&mut blob, modulus);
    blob
}

#[test]
fn weak_keys_and_weak_hashes_are_refused() {
    for (bytes, wanted) in [(128, false), (255, false), (256, true), (1024, true), (1025, false)] {
        let key = PublicKey::parse(&rsa(&vec![0xff; bytes]));
        assert_eq!(key.is_ok(), wanted, "{bytes}: {key:?}");
    }
    assert_eq!(PublicKey::parse(&rsa(&[0x7f; 256])), Err(KeyError::Length(2047)));
    let key = PublicKey::parse(&rsa(&[0xff; 256])).unwrap();
    for (algorithm, wanted) in [
        ("ssh-rsa", NotSigned::Algorithm("ssh-rsa".to_owned())),
        ("ssh-ed25519", NotSigned::Algorithm("ssh-ed25519".to_owned())),
        ("rsa-sha2-256", NotSigned::Altered),
        ("rsa-sha2-512", NotSigned::Altered),
    ] {
        let mut signature = Vec::new();
        put_string(&mut signature, algorithm.as_bytes());
        put_string(&mut signature, &[1; 256]);
        assert_eq!(key.signed(b"m", &signature), Err(wanted), "{algorithm}");
    }
    for whole in [SampleKey::ed25519(1).blob, rsa(&[0xff; 256])] {
        for length in 0..whole.len() {
            assert!(PublicKey::parse(&whole[..length]).is_err(), "{length}");
        }
        assert!(PublicKey::parse(&[&whole[..], &[0]].concat()).is_err());
    }
}

#[test]
fn a_token_is_touched_and_asked_for_what_its_key_says() {
    let untouched = Touch { flags: 0, ..TOUCHED };
    let elsewhere = Touch { application: "ssh:elsewhere", ..TOUCHED };
    let both: [fn(Touch) -> SampleKey; 2] = [SampleKey::token_ed25519, SampleKey::token_p256];
    for of in both {
        for (touch, wanted) in [
            (TOUCHED, Ok(())),
            (Touch { flags: 5, ..TOUCHED }, Ok(())),
            (untouched, Err(NotSigned::Untouched)),
            (elsewhere, Err(NotSigned::Altered)),
        ] {
            let signature = of(touch).signs(STATEMENT);
            assert_eq!(signature.is_of(STATEMENT), wanted);
            assert_eq!(signature.is_of(b"another"), Err(NotSigned::Altered));
            assert_eq!(Signature::parse(signature.armored().as_bytes()), Ok(signature));
        }
        let file = of(TOUCHED).signs(STATEMENT).armored();
        assert!(
            (0..file.len()).all(|length| Signature::parse(&file.as_bytes()[..length]).is_err())
        );
    }
}
