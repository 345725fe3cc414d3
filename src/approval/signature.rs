//! A signature file of OpenSSH (its PROTOCOL.sshsig): text around base64, in which a key, a namespace, a hash
//! and the signature itself stand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, SHA512, digest};

use super::NAMESPACE;
use super::public_key::{KeyError, NotSigned, PublicKey};
use super::told;
use super::wire::{Wire, put_string};

/// Longest file that is read, in bytes: the longest key that is taken and its signature need 3,200.
pub(crate) const LONGEST: usize = 16 * 1024;

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----\n";
const END: &str = "-----END SSH SIGNATURE-----\n";
/// As long as OpenSSH makes a line of base64.
const COLUMNS: usize = 70;
const MAGIC: &[u8] = b"SSHSIG";
const VERSION: u32 = 1;

/// A signature whose parts are whole. What it signs is not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) key: PublicKey,
    pub(crate) namespace: String,
    hash: MessageHash,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MessageHash {
    Sha256,
    Sha512,
}

/// Why a file is no signature that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SignatureError {
    #[error("it is longer than any signature")]
    TooLong,
    #[error("it is not in the form of `ssh-keygen -Y sign`: {0}")]
    Armor(&'static str),
    #[error("it is cut short, or something was added to it")]
    NotWhole,
    #[error("its version is {0}; version 1 is known")]
    OtherVersion(u32),
    #[error("something stands where nothing may stand yet")]
    Reserved,
    #[error("its hash is \"{}\"; sha256 and sha512 are taken", told(.0))]
    OtherHash(String),
    #[error("{0}")]
    Key(#[from] KeyError),
}

impl Signature {
    /// Of a file, byte for byte: a file that lost its last line end is not whole.
    pub(crate) fn parse(file: &[u8]) -> Result<Self, SignatureError> {
        if file.len() > LONGEST {
            return Err(SignatureError::TooLong);
        }
        let text = std::str::from_utf8(file).map_err(|_| SignatureError::Armor("no text"))?;
        let Some(inside) = text.strip_prefix(BEGIN) else {
            let because = match text.contains("\r\n") {
                true => "its lines end with CR LF",
                false => "it does not begin so",
            };
            return Err(SignatureError::Armor(because));
        };
        let Some(inside) = inside.strip_suffix(END) else {
            return Err(SignatureError::Armor("it does not end so"));
        };
        let base64: String = inside.split('\n').collect();
        let blob = STANDARD.decode(base64).map_err(|_| SignatureError::Armor("no base64"))?;
        Self::of_blob(&blob)
    }

    fn of_blob(blob: &[u8]) -> Result<Self, SignatureError> {
        let cut = || SignatureError::NotWhole;
        let mut wire = Wire(blob);
        if wire.bytes(MAGIC.len()) != Some(MAGIC) {
            return Err(SignatureError::Armor("another sort of document"));
        }
        match wire.number().ok_or_else(cut)? {
            VERSION => {}
            other => return Err(SignatureError::OtherVersion(other)),
        }
        let key = wire.string().ok_or_else(cut)?;
        let namespace = wire.text().ok_or_else(cut)?.to_owned();
        let reserved = wire.string().ok_or_else(cut)?;
        let hash = wire.text().ok_or_else(cut)?;
        let bytes = wire.string().ok_or_else(cut)?.to_vec();
        wire.end().ok_or_else(cut)?;
        // It is not signed, so anybody could write something there.
        if !reserved.is_empty() {
            return Err(SignatureError::Reserved);
        }
        let hash = match hash {
            "sha256" => MessageHash::Sha256,
            "sha512" => MessageHash::Sha512,
            other => return Err(SignatureError::OtherHash(other.to_owned())),
        };
        Ok(Self { key: PublicKey::parse(key)?, namespace, hash, bytes })
    }

    /// Whether it was made for what this program signs.
    pub(crate) fn is_ours(&self) -> bool {
        self.namespace == NAMESPACE
    }

    /// Whether its key signed this message.
    ///
    /// # Errors
    /// When it did not.
    pub(crate) fn is_of(&self, message: &[u8]) -> Result<(), NotSigned> {
        self.key.signed(&self.signed(message), &self.bytes)
    }

    /// What a key signs for a message.
    fn signed(&self, message: &[u8]) -> Vec<u8> {
        let digest = match self.hash {
            MessageHash::Sha256 => digest(&SHA256, message),
            MessageHash::Sha512 => digest(&SHA512, message),
        };
        let mut signed = MAGIC.to_vec();
        for part in [self.namespace.as_bytes(), b"", self.hash.name().as_bytes(), digest.as_ref()] {
            put_string(&mut signed, part);
        }
        signed
    }

    /// As OpenSSH writes it.
    pub(crate) fn armored(&self) -> String {
        let mut blob = MAGIC.to_vec();
        blob.extend(VERSION.to_be_bytes());
        let hash = self.hash.name().as_bytes();
        for part in [self.key.blob(), self.namespace.as_bytes(), b"", hash, &self.bytes] {
            put_string(&mut blob, part);
        }
        let mut text = BEGIN.to_owned();
        for (at, c) in STANDARD.encode(blob).chars().enumerate() {
            if at > 0 && at % COLUMNS == 0 {
                text.push('\n');
            }
            text.push(c);
        }
        text + "\n" + END
    }
}

impl MessageHash {
    fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }
}

#[cfg(test)]
impl Signature {
    /// One that `sign` makes, with SHA-512.
    pub(super) fn made(
        key: &[u8],
        namespace: &str,
        message: &[u8],
        sign: &dyn Fn(&[u8]) -> Vec<u8>,
    ) -> Self {
        let key = PublicKey::parse(key).unwrap();
        let hash = MessageHash::Sha512;
        let empty = Self { key, namespace: namespace.to_owned(), hash, bytes: Vec::new() };
        let bytes = sign(&empty.signed(message));
        Self { bytes, ..empty }
    }
}
