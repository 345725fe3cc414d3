//! Keys, signatures and plans for tests. The files of `tests/it/fixtures/signatures` were made by OpenSSH; the
//! keys here are `ring`'s.

use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::approval::NAMESPACE;
use crate::approval::examine::{Approvable, SignedFile};
use crate::approval::signature::Signature;
use crate::approval::statement::{Decision, FORMAT, Statement, VERSION};
use crate::approval::wire::{put_magnitude, put_string};
use crate::model::untrusted::Untrusted;

pub(super) const EFFECT: &str =
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
pub(super) const NOW: OffsetDateTime = datetime!(2026-11-24 12:00:00 UTC);

/// The plan that the statement of the fixtures is about.
pub(super) fn plan() -> Approvable<'static> {
    Approvable {
        tenant: "8f2c4a10-7f0e-4d1b-9c55-0f3b2f6ae1b7".parse().unwrap(),
        effect: EFFECT,
        policy: None,
        expires_at: datetime!(2026-11-24 20:03:24 UTC),
        used: None,
    }
}

/// The statement of the fixtures, byte for byte.
pub(super) fn statement() -> Statement {
    Statement {
        format: FORMAT.to_owned(),
        format_version: VERSION,
        tenant: plan().tenant,
        effect: EFFECT.to_owned(),
        policy: None,
        expires_at: plan().expires_at,
        decision: Decision::Approve,
        note: Some(Untrusted::new("looked at it with Bob")),
        signed_at: datetime!(2026-11-23 21:00:00 UTC),
    }
}

/// What a key makes of a message.
type Signs = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// A key that signs.
pub(super) struct SampleKey {
    pub(super) name: &'static str,
    pub(super) blob: Vec<u8>,
    sign: Signs,
}

fn strings(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    parts.iter().for_each(|part| put_string(&mut out, part));
    out
}

/// The two halves of a signature of `ring` as SSH writes them.
fn halves(fixed: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let (one, other) = fixed.split_at(fixed.len() / 2);
    put_magnitude(&mut out, one);
    put_magnitude(&mut out, other);
    out
}

/// What happened at a token: its flags, and what it was asked for where that is another than its key says.
#[derive(Clone, Copy)]
pub(super) struct Touch {
    pub(super) flags: u8,
    pub(super) application: &'static str,
}

/// What OpenSSH asks a token for.
pub(super) const TOUCHED: Touch = Touch { flags: 1, application: "ssh:" };

fn by_token(touch: Touch, message: &[u8], sign: &dyn Fn(&[u8]) -> Vec<u8>) -> (Vec<u8>, Vec<u8>) {
    let tail = [&[touch.flags][..], &7_u32.to_be_bytes()].concat();
    let signed = [
        digest(&SHA256, touch.application.as_bytes()).as_ref(),
        &tail,
        digest(&SHA256, message).as_ref(),
    ]
    .concat();
    (sign(&signed), tail)
}

impl SampleKey {
    pub(super) fn ed25519(seed: u8) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        let name = "ssh-ed25519";
        let blob = strings(&[name.as_bytes(), pair.public_key().as_ref()]);
        let sign = move |message: &[u8]| strings(&[name.as_bytes(), pair.sign(message).as_ref()]);
        Self { name, blob, sign: Box::new(sign) }
    }

    pub(super) fn token_ed25519(touch: Touch) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap();
        let name = "sk-ssh-ed25519@openssh.com";
        let blob = strings(&[name.as_bytes(), pair.public_key().as_ref(), b"ssh:"]);
        let sign = move |message: &[u8]| {
            let sign = |bytes: &[u8]| pair.sign(bytes).as_ref().to_vec();
            let (signature, tail) = by_token(touch, message, &sign);
            [strings(&[name.as_bytes(), &signature]), tail].concat()
        };
        Self { name, blob, sign: Box::new(sign) }
    }

    pub(super) fn token_p256(touch: Touch) -> Self {
        let random = SystemRandom::new();
        let how = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let secret = EcdsaKeyPair::generate_pkcs8(how, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(how, secret.as_ref(), &random).unwrap();
        let name = "sk-ecdsa-sha2-nistp256@openssh.com";
        let point = pair.public_key().as_ref().to_vec();
        let blob = strings(&[name.as_bytes(), b"nistp256", &point, b"ssh:"]);
        let sign = move |message: &[u8]| {
            let sign =
                |bytes: &[u8]| halves(pair.sign(&SystemRandom::new(), bytes).unwrap().as_ref());
            let (signature, tail) = by_token(touch, message, &sign);
            [strings(&[name.as_bytes(), &signature]), tail].concat()
        };
        Self { name, blob, sign: Box::new(sign) }
    }

    pub(super) fn signs_for(&self, namespace: &str, message: &[u8]) -> Signature {
        Signature::made(&self.blob, namespace, message, &*self.sign)
    }

    pub(super) fn signs(&self, message: &[u8]) -> Signature {
        self.signs_for(NAMESPACE, message)
    }

    /// A line of allowed signers.
    pub(super) fn line(&self, names: &str) -> String {
        use base64::Engine as _;
        let key = base64::engine::general_purpose::STANDARD.encode(&self.blob);
        format!("{names} {} {key} a comment\n", self.name)
    }

    /// Both files.
    pub(super) fn file(&self, name: &str, statement: &Statement) -> SignedFile {
        let bytes = statement.to_bytes();
        let signature = self.signs(&bytes).armored().into_bytes();
        SignedFile { name: name.to_owned(), statement: Some(bytes), signature: Some(signature) }
    }
}
