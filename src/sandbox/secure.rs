//! Https on this machine: a certificate that is made when the server starts, and a root that vouches for
//! nothing but this machine's own addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, Error, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls::ServerConfig;
use rustls_pki_types::PrivateKeyDer;
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;

/// How long the certificates are good: longer than anybody lets a sandbox run.
const GOOD_FOR: Duration = Duration::days(90);

/// What a server needs for https.
pub(super) struct Secure {
    /// What clients have to trust, as PEM. Its key is forgotten at once: it signs nothing more.
    pub(crate) root: String,
    pub(crate) acceptor: TlsAcceptor,
}

/// Makes both certificates.
///
/// # Errors
/// When no key can be made.
pub(super) fn secure(listen: IpAddr, now: OffsetDateTime) -> Result<Secure, String> {
    let told = |error: Error| error.to_string();
    let root_key = KeyPair::generate().map_err(told)?;
    let root_params = root(now);
    let root = root_params.self_signed(&root_key).map_err(told)?.pem();
    let key = KeyPair::generate().map_err(told)?;
    let issuer = Issuer::new(root_params, root_key);
    let leaf = leaf(listen, now).and_then(|leaf| leaf.signed_by(&key, &issuer)).map_err(told)?;
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(str::to_owned)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .map_err(|error| error.to_string())?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Secure { root, acceptor: TlsAcceptor::from(Arc::new(config)) })
}

fn dated(mut params: CertificateParams, name: &str, now: OffsetDateTime) -> CertificateParams {
    params.distinguished_name.push(DnType::CommonName, name);
    // Clocks differ.
    params.not_before = now - Duration::days(1);
    params.not_after = now + GOOD_FOR;
    params
}

fn root(now: OffsetDateTime) -> CertificateParams {
    let name = "consent sandbox, good for this machine only";
    let mut root = dated(CertificateParams::default(), name, now);
    root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let of = |address: IpAddr, prefix| {
        GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, prefix))
    };
    root.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            of(Ipv4Addr::new(127, 0, 0, 0).into(), 8),
            of(Ipv6Addr::LOCALHOST.into(), 128),
        ],
        excluded_subtrees: Vec::new(),
    });
    root
}

fn leaf(listen: IpAddr, now: OffsetDateTime) -> Result<CertificateParams, Error> {
    let mut names: Vec<String> =
        ["localhost", "127.0.0.1", "::1"].into_iter().map(str::to_owned).collect();
    if !names.contains(&listen.to_string()) {
        names.push(listen.to_string());
    }
    let mut leaf = dated(CertificateParams::new(names)?, "localhost", now);
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    Ok(leaf)
}
