//! A public key of OpenSSH, and whether it made a signature. Sources: RFC 4253 6.6, RFC 5656 3.1, RFC 8332,
//! RFC 8709, and OpenSSH's PROTOCOL.u2f for keys that live in a hardware token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, EcdsaVerificationAlgorithm,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

use super::told;
use super::wire::Wire;
use crate::model::digest::sha256_hex;

/// A key that signed. Keys are compared by their bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PublicKey {
    blob: Vec<u8>,
    form: KeyForm,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum KeyForm {
    Ed25519 {
        point: Vec<u8>,
    },
    Ecdsa {
        curve: Curve,
        point: Vec<u8>,
    },
    Rsa {
        exponent: Vec<u8>,
        modulus: Vec<u8>,
    },
    /// Of a hardware token, which signs also what it was asked for (`application`).
    Token {
        point: TokenPoint,
        application: Vec<u8>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Curve {
    P256,
    P384,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum TokenPoint {
    Ed25519(Vec<u8>),
    P256(Vec<u8>),
}

const ED25519_KEY: &str = "ssh-ed25519";
const P256_KEY: &str = "ecdsa-sha2-nistp256";
const P384_KEY: &str = "ecdsa-sha2-nistp384";
const RSA_KEY: &str = "ssh-rsa";
const TOKEN_ED25519_KEY: &str = "sk-ssh-ed25519@openssh.com";
const TOKEN_P256_KEY: &str = "sk-ecdsa-sha2-nistp256@openssh.com";

/// Shorter ones can be broken; longer ones only cost time.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// That somebody touched the token when it signed.
const TOUCHED: u8 = 1;

/// Why a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("keys of the type \"{}\" are not supported; use ed25519, ecdsa (256 or 384 bits) or rsa", told(.0))]
    Unsupported(String),
    #[error("its key is no whole {0} key")]
    Malformed(&'static str),
    #[error("its RSA key has {0} bits; 2048 to 8192 are taken")]
    Length(usize),
}

/// Why a signature is none of this key and this message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotSigned {
    #[error("it is signed by \"{}\", which such a key does not use here", told(.0))]
    Algorithm(String),
    #[error("its signature is not whole")]
    Malformed,
    #[error("nobody touched the token that signed")]
    Untouched,
    #[error("the signature is not of these bytes: one of the two was altered")]
    Altered,
}

impl PublicKey {
    pub(crate) fn parse(blob: &[u8]) -> Result<Self, KeyError> {
        let mut wire = Wire(blob);
        let name = wire.text().ok_or(KeyError::Malformed("SSH"))?;
        let known = [ED25519_KEY, P256_KEY, P384_KEY, RSA_KEY, TOKEN_ED25519_KEY, TOKEN_P256_KEY];
        let Some(name) = known.into_iter().find(|known| *known == name) else {
            return Err(KeyError::Unsupported(name.to_owned()));
        };
        let form = form(name, wire).ok_or(KeyError::Malformed(name))?;
        if let KeyForm::Rsa { modulus, .. } = &form {
            let spare = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
            let bits = modulus.len() * 8 - spare;
            if !RSA_BITS.contains(&bits) {
                return Err(KeyError::Length(bits));
            }
        }
        Ok(Self { blob: blob.to_vec(), form })
    }

    pub(crate) fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// As `ssh-keygen -l` prints it.
    pub(crate) fn fingerprint(&self) -> String {
        fingerprint(&self.blob)
    }

    /// The same hash in a form that every file system takes as a name.
    pub(crate) fn file_stem(&self) -> String {
        sha256_hex(&self.blob)
    }

    /// `ssh-ed25519`.
    pub(crate) fn name(&self) -> &'static str {
        match &self.form {
            KeyForm::Ed25519 { .. } => ED25519_KEY,
            KeyForm::Ecdsa { curve: Curve::P256, .. } => P256_KEY,
            KeyForm::Ecdsa { curve: Curve::P384, .. } => P384_KEY,
            KeyForm::Rsa { .. } => RSA_KEY,
            KeyForm::Token { point: TokenPoint::Ed25519(_), .. } => TOKEN_ED25519_KEY,
            KeyForm::Token { point: TokenPoint::P256(_), .. } => TOKEN_P256_KEY,
        }
    }

    /// Whether the key signed the message. `signature` is the wire form: its algorithm, and what that says.
    ///
    /// # Errors
    /// When it did not, or nobody can tell.
    pub(crate) fn signed(&self, message: &[u8], signature: &[u8]) -> Result<(), NotSigned> {
        let mut wire = Wire(signature);
        let algorithm = wire.text().ok_or(NotSigned::Malformed)?;
        let bytes = wire.string().ok_or(NotSigned::Malformed)?;
        let other = || NotSigned::Algorithm(algorithm.to_owned());
        let holds = match &self.form {
            KeyForm::Token { point, application } => {
                if algorithm != self.name() {
                    return Err(other());
                }
                return by_token(point, application, message, bytes, wire);
            }
            KeyForm::Rsa { exponent, modulus } => {
                let how = match algorithm {
                    "rsa-sha2-256" => &RSA_PKCS1_2048_8192_SHA256,
                    "rsa-sha2-512" => &RSA_PKCS1_2048_8192_SHA512,
                    // Its hash is SHA-1.
                    _ => return Err(other()),
                };
                let key = RsaPublicKeyComponents { n: modulus, e: exponent };
                key.verify(how, message, bytes).is_ok()
            }
            KeyForm::Ed25519 { .. } | KeyForm::Ecdsa { .. } if algorithm != self.name() => {
                return Err(other());
            }
            KeyForm::Ed25519 { point } => ed25519(point, message, bytes),
            KeyForm::Ecdsa { curve, point } => {
                ecdsa(*curve, point, message, bytes).ok_or(NotSigned::Malformed)?
            }
        };
        wire.end().ok_or(NotSigned::Malformed)?;
        if holds { Ok(()) } else { Err(NotSigned::Altered) }
    }
}

/// Of the bytes of any key.
pub(crate) fn fingerprint(blob: &[u8]) -> String {
    format!("SHA256:{}", STANDARD_NO_PAD.encode(digest(&SHA256, blob)))
}

fn form(name: &str, mut wire: Wire<'_>) -> Option<KeyForm> {
    let form = match name {
        ED25519_KEY => KeyForm::Ed25519 { point: point(&mut wire, 32)? },
        TOKEN_ED25519_KEY => {
            let point = TokenPoint::Ed25519(point(&mut wire, 32)?);
            KeyForm::Token { point, application: wire.string()?.to_vec() }
        }
        TOKEN_P256_KEY => {
            let point = TokenPoint::P256(on_curve(&mut wire, Curve::P256)?);
            KeyForm::Token { point, application: wire.string()?.to_vec() }
        }
        P256_KEY => KeyForm::Ecdsa { curve: Curve::P256, point: on_curve(&mut wire, Curve::P256)? },
        P384_KEY => KeyForm::Ecdsa { curve: Curve::P384, point: on_curve(&mut wire, Curve::P384)? },
        _ => {
            let (exponent, modulus) = (wire.magnitude()?, wire.magnitude()?);
            KeyForm::Rsa { exponent: exponent.to_vec(), modulus: modulus.to_vec() }
        }
    };
    wire.end().map(|()| form)
}

fn point(wire: &mut Wire<'_>, length: usize) -> Option<Vec<u8>> {
    wire.string().filter(|point| point.len() == length).map(<[u8]>::to_vec)
}

/// The name of the curve, and a point that is not compressed.
fn on_curve(wire: &mut Wire<'_>, curve: Curve) -> Option<Vec<u8>> {
    let name = match curve {
        Curve::P256 => "nistp256",
        Curve::P384 => "nistp384",
    };
    wire.text().filter(|said| *said == name)?;
    point(wire, 1 + 2 * curve.width())
}

impl Curve {
    /// Bytes of one of its numbers.
    fn width(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
        }
    }

    fn algorithm(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_FIXED,
            Self::P384 => &ECDSA_P384_SHA384_FIXED,
        }
    }
}

fn ed25519(point: &[u8], message: &[u8], bytes: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, point).verify(message, bytes).is_ok()
}

/// SSH writes both numbers in as few bytes as they take; `None` where they are no such numbers.
fn ecdsa(curve: Curve, point: &[u8], message: &[u8], bytes: &[u8]) -> Option<bool> {
    let mut wire = Wire(bytes);
    let mut fixed = Vec::new();
    for _ in 0..2 {
        let number = wire.magnitude()?;
        fixed.resize(fixed.len() + curve.width().checked_sub(number.len())?, 0);
        fixed.extend(number);
    }
    wire.end()?;
    Some(UnparsedPublicKey::new(curve.algorithm(), point).verify(message, &fixed).is_ok())
}

/// A token signs the hash of what it was asked for, what happened, how often it has signed, and the hash of
/// the message. `rest` holds the two in the middle.
fn by_token(
    point: &TokenPoint,
    application: &[u8],
    message: &[u8],
    bytes: &[u8],
    mut rest: Wire<'_>,
) -> Result<(), NotSigned> {
    let flags = rest.byte().ok_or(NotSigned::Malformed)?;
    let counter = rest.number().ok_or(NotSigned::Malformed)?;
    rest.end().ok_or(NotSigned::Malformed)?;
    let mut signed = digest(&SHA256, application).as_ref().to_vec();
    signed.push(flags);
    signed.extend(counter.to_be_bytes());
    signed.extend(digest(&SHA256, message).as_ref());
    let holds = match point {
        TokenPoint::Ed25519(point) => ed25519(point, &signed, bytes),
        TokenPoint::P256(point) => {
            ecdsa(Curve::P256, point, &signed, bytes).ok_or(NotSigned::Malformed)?
        }
    };
    match holds {
        false => Err(NotSigned::Altered),
        true if flags & TOUCHED == 0 => Err(NotSigned::Untouched),
        true => Ok(()),
    }
}
