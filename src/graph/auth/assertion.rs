//! Certificate sign-in: a short-lived statement signed with the certificate's key.
//! <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>

use std::fmt;
use std::sync::Arc;

use azure_core::credentials::Secret;
use azure_core::error::ErrorKind;
use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PSS_SHA256, RsaKeyPair};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;

use crate::graph::auth::failure::SignInError;
use crate::model::clock::Clock;

/// Minutes that a statement is good for. The service allows ten.
const MINUTES: i64 = 5;

/// Signs statements. Its `Debug` shows nothing of the key.
pub(crate) struct CertificateAssertion {
    key: RsaKeyPair,
    thumbprint: String,
    audience: String,
    client: String,
    clock: Arc<dyn Clock>,
}

impl CertificateAssertion {
    /// `audience` is the address that the statement will be sent to.
    pub(crate) fn new(
        pem: &Secret,
        audience: String,
        client: String,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SignInError> {
        let bytes = pem.secret().as_bytes();
        let certificate = CertificateDer::from_pem_slice(bytes)
            .map_err(|_| unusable("it holds no certificate"))?;
        let key = PrivateKeyDer::from_pem_slice(bytes)
            .map_err(|_| unusable("it holds no private key, or an encrypted one"))?;
        let key = match &key {
            PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
            _ => return Err(unusable("its private key is not an RSA key")),
        }
        .map_err(|_| unusable("its private key is not an RSA key of 2048 bits or more"))?;
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate.as_ref()));
        Ok(Self { key, thumbprint, audience, client, clock })
    }

    fn statement(&self) -> Option<String> {
        let now = self.clock.now().unix_timestamp();
        let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint});
        let claims = json!({
            "aud": self.audience, "iss": self.client, "sub": self.client,
            "jti": uuid::Uuid::new_v4().to_string(),
            "nbf": now, "iat": now, "exp": now + MINUTES * 60,
        });
        let encode = |json: &serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let input = format!("{}.{}", encode(&header), encode(&claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature)
            .ok()?;
        Some(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl fmt::Debug for CertificateAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateAssertion").finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl ClientAssertion for CertificateAssertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        let failed = "the certificate's key could not sign";
        self.statement().ok_or_else(|| azure_core::Error::with_message(ErrorKind::Other, failed))
    }
}

fn unusable(why: &str) -> SignInError {
    SignInError::plain(
        format!("the file of AZURE_CLIENT_CERTIFICATE_PATH cannot be used: {why}"),
        "it needs a certificate and its unencrypted RSA key, both as PEM; for example \
         `openssl pkcs12 -in app.pfx -nodes -out app.pem`",
    )
}

#[cfg(test)]
mod tests {
    use ring::signature::{KeyPair as _, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;
    use crate::graph::limiter::tests::Still;

    const FIXTURE: &str = include_str!("assertion_fixture.pem");
    const AUDIENCE: &str = "https://login.example/t-1/oauth2/v2.0/token";

    fn signer(pem: &'static str) -> Result<CertificateAssertion, SignInError> {
        let clock = Arc::new(Still::default());
        CertificateAssertion::new(&Secret::new(pem), AUDIENCE.into(), "c-1".into(), clock)
    }

    #[test]
    fn a_statement_is_signed_and_short_lived() {
        let signer = signer(FIXTURE).unwrap();
        let statement = signer.statement().unwrap();
        let (input, signature) = statement.rsplit_once('.').unwrap();
        let key = signer.key.public_key().as_ref();
        UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, key)
            .verify(input.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
            .unwrap();
        let part = |text: &str| -> serde_json::Value {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
        };
        let (header, claims) = input.split_once('.').unwrap();
        assert_eq!(part(header)["alg"], "PS256");
        assert_eq!(part(header)["x5t#S256"].as_str().map(str::len), Some(43));
        let claims = part(claims);
        assert_eq!((claims["aud"].as_str(), claims["sub"].as_str()), (Some(AUDIENCE), Some("c-1")));
        let lasts = claims["exp"].as_i64().unwrap() - claims["nbf"].as_i64().unwrap();
        assert_eq!(lasts, 300);
    }

    #[test]
    fn half_a_file_is_told_apart_and_nothing_is_quoted() {
        let told = |pem| signer(pem).unwrap_err().cause;
        assert!(told("").contains("no certificate"));
        let certificate = FIXTURE.split("-----BEGIN PRIVATE").next().unwrap();
        assert!(told(certificate).contains("no private key"));
        assert!(!format!("{:?}", signer(FIXTURE)).contains("RsaKey"));
    }
}
