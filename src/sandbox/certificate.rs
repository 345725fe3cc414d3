//! The public key in a certificate, as far as checking an RSA signature needs it.

use ring::signature::{self, UnparsedPublicKey};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, SubjectPublicKeyInfoDer};

/// A key that an application may sign with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredKey {
    /// `RSAPublicKey` in DER.
    rsa: Vec<u8>,
    /// SHA-256 of the certificate; `None` for a bare public key.
    pub(crate) sha256: Option<Vec<u8>>,
}

impl RegisteredKey {
    /// Reads a PEM certificate or a PEM public key with an RSA key. `None` for anything else.
    pub(crate) fn from_pem(pem: &str) -> Option<Self> {
        if let Ok(certificate) = CertificateDer::from_pem_slice(pem.as_bytes()) {
            let digest = ring::digest::digest(&ring::digest::SHA256, &certificate);
            let info = key_info(&certificate)?;
            return Some(Self { rsa: bit_string(info)?, sha256: Some(digest.as_ref().to_vec()) });
        }
        let info = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()).ok()?;
        let (_, content, _) = element(&info)?;
        Some(Self { rsa: bit_string(content)?, sha256: None })
    }

    /// Whether the signature over the text is by this key.
    pub(crate) fn signed(&self, algorithm: &str, text: &[u8], signature: &[u8]) -> bool {
        let algorithm: &'static dyn signature::VerificationAlgorithm = match algorithm {
            "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
            "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
            _ => return false,
        };
        UnparsedPublicKey::new(algorithm, &self.rsa).verify(text, signature).is_ok()
    }
}

/// Content of the certificate's SubjectPublicKeyInfo, RFC 5280 section 4.1.
fn key_info(certificate: &[u8]) -> Option<&[u8]> {
    let (_, outer, _) = element(certificate)?;
    let (_, mut rest, _) = element(outer)?;
    // An explicit version comes first, where there is one.
    if rest.first() == Some(&0xA0) {
        rest = element(rest)?.2;
    }
    // Serial number, algorithm, issuer, validity, subject.
    for _ in 0..5 {
        rest = element(rest)?.2;
    }
    Some(element(rest)?.1)
}

/// The key inside SubjectPublicKeyInfo: algorithm, then a bit string.
fn bit_string(info: &[u8]) -> Option<Vec<u8>> {
    let (_, _, rest) = element(info)?;
    let (tag, bits, _) = element(rest)?;
    // The first byte counts unused bits: none in a key.
    (tag == 0x03 && bits.first() == Some(&0)).then(|| bits[1..].to_vec())
}

/// One DER element: tag, content, what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7F);
        if count == 0 || count > 4 {
            return None;
        }
        let bytes = rest.get(..count)?;
        let length = bytes.iter().fold(0_usize, |all, byte| all << 8 | usize::from(*byte));
        (length, &rest[count..])
    };
    Some((tag, rest.get(..length)?, rest.get(length..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_der_is_no_key() {
        assert_eq!(RegisteredKey::from_pem("nothing"), None);
        for bytes in [&[][..], &[0x30], &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], &[0x30, 0x80]] {
            assert!(element(bytes).is_none(), "{bytes:?}");
            assert!(key_info(bytes).is_none());
        }
    }
}
