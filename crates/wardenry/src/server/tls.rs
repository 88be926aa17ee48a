//! The server's certificate: from files, or from a local authority in the data folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use wardenry_core::time::{Clock, Timestamp};

use super::assembly::write_private;
use super::serve_settings::ServeSettings;
use crate::failure::Failure;

const DAY: Duration = Duration::from_secs(86_400);
/// The life of a local authority and of its certificates. Apple's platforms refuse longer ones.
const LOCAL_LIFETIME: Duration = Duration::from_secs(825 * 86_400);

/// TLS, ready to accept.
pub(super) struct ServerTls {
    pub(super) config: Arc<rustls::ServerConfig>,
    /// The local authority that clients have to trust, if the certificate is a local one.
    pub(super) ca_file: Option<PathBuf>,
}

/// Loads the configured certificate, or makes a local one for the server's names.
pub(super) fn server_tls(settings: &ServeSettings, clock: &dyn Clock) -> Result<ServerTls, Failure> {
    match &settings.tls {
        Some(files) => {
            let config = config(&files.certificate, &files.key)?;
            Ok(ServerTls { config, ca_file: None })
        }
        None => {
            let folder = settings.data.join("tls");
            let local = LocalAuthority::in_folder(&folder);
            let names = names(settings);
            local.ensure(&names, clock.now())?;
            Ok(ServerTls { config: config(&local.certificate, &local.key)?, ca_file: Some(local.ca) })
        }
    }
}

fn config(certificate: &Path, key: &Path) -> Result<Arc<rustls::ServerConfig>, Failure> {
    let unreadable = |path: &Path| format!("{} holds no usable PEM", path.display());
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| unreadable(certificate))?;
    if chain.is_empty() {
        return Err(Failure::new(format!("{} holds no certificate", certificate.display())));
    }
    let key_der = PrivateKeyDer::from_pem_file(key).with_context(|| unreadable(key))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .context("the TLS library offers no protocol version")?
        .with_no_client_auth()
        .with_single_cert(chain, key_der)
        .with_context(|| format!("{} and {} do not belong together", certificate.display(), key.display()))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// The names in a local certificate: the loopback names and the configured hosts, without ports.
fn names(settings: &ServeSettings) -> Vec<String> {
    let host = |authority: String| {
        let host = authority.rsplit_once(':').map_or(authority.as_str(), |(host, _)| host);
        host.trim_start_matches('[').trim_end_matches(']').to_owned()
    };
    settings.authorities(0).into_iter().map(host).collect()
}

/// A certificate authority for this data folder alone, and the server's certificate under it.
///
/// The authority's private key is not kept: when the names change or the time runs out, a new authority
/// is made. So nobody who copies the folder can make certificates that a developer's machine trusts.
struct LocalAuthority {
    ca: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
    made_for: PathBuf,
}

impl LocalAuthority {
    fn in_folder(folder: &Path) -> Self {
        Self {
            ca: folder.join("ca.pem"),
            certificate: folder.join("server.pem"),
            key: folder.join("server.key"),
            made_for: folder.join("made-for"),
        }
    }

    /// Makes the files unless they are there, fit the names and last for another month.
    fn ensure(&self, names: &[String], now: Timestamp) -> Result<(), Failure> {
        if self.fits(names, now) {
            return Ok(());
        }
        let made = make(names, now).context("cannot make a local certificate")?;
        let folder = self.ca.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        write_private(&self.key, made.key.as_bytes())?;
        write_private(&self.certificate, made.certificate.as_bytes())?;
        write_private(&self.ca, made.ca.as_bytes())?;
        let expires = now.plus(LOCAL_LIFETIME);
        write_private(&self.made_for, format!("{expires}\n{}\n", names.join("\n")).as_bytes())
    }

    fn fits(&self, names: &[String], now: Timestamp) -> bool {
        let there = [&self.ca, &self.certificate, &self.key].iter().all(|path| path.is_file());
        let Ok(made_for) = std::fs::read_to_string(&self.made_for) else { return false };
        let mut lines = made_for.lines();
        let lasts = lines
            .next()
            .and_then(|line| Timestamp::parse(line).ok())
            .is_some_and(|expires| now.plus(DAY * 30) < expires);
        there && lasts && lines.eq(names.iter().map(String::as_str))
    }
}

struct Made {
    ca: String,
    certificate: String,
    key: String,
}

/// Every client library in use accepts a leaf under a constrained authority with key identifiers; fewer
/// accept a self-signed certificate.
fn make(names: &[String], now: Timestamp) -> Result<Made, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = named("Wardenry local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, now);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;

    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = named("Wardenry");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    set_validity(&mut params, now);
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, &issuer)?;
    Ok(Made { ca: issuer.pem(), certificate: certificate.pem(), key: key.serialize_pem() })
}

fn named(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

fn set_validity(params: &mut CertificateParams, now: Timestamp) {
    params.not_before = now.minus(DAY).calendar();
    params.not_after = now.plus(LOCAL_LIFETIME).minus(DAY * 2).calendar();
}
