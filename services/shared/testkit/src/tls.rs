//! Certificates of a test's own authority, as PEM files, the way every process reads them.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, SanType,
};
use tempfile::TempDir;

/// An authority that lives as long as its folder.
pub struct TestCa {
    folder: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A leaf certificate's files.
#[derive(Clone, Debug)]
pub struct LeafFiles {
    /// PEM chain.
    pub cert: PathBuf,
    /// PEM private key.
    pub key: PathBuf,
    /// PEM of the authority.
    pub ca: PathBuf,
}

impl TestCa {
    /// A fresh authority, its certificate in `ca.pem`.
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("no names are valid names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key can be generated");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("an authority signs itself");
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).expect("the folder is writable");
        Self { folder, issuer }
    }

    /// The authority's certificate.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A leaf for a service: `spiffe://shiming/service/<name>`, also valid for the DNS name `<name>`, `localhost` and 127.0.0.1.
    pub fn service(&self, name: &str) -> LeafFiles {
        self.leaf(&format!("spiffe://shiming/service/{name}"), name)
    }

    /// A leaf for the gateway.
    pub fn gateway(&self) -> LeafFiles {
        self.leaf("spiffe://shiming/gateway", "gateway")
    }

    /// A leaf for an operator.
    pub fn ops(&self, name: &str) -> LeafFiles {
        self.leaf(&format!("spiffe://shiming/ops/{name}"), &format!("ops-{name}"))
    }

    /// A leaf for another system of the bureau.
    pub fn partner(&self, id: &str) -> LeafFiles {
        self.leaf(&format!("spiffe://shiming/partner/{id}"), &format!("partner-{id}"))
    }

    /// A leaf with any URI as its name, in files called after `file`.
    pub fn leaf(&self, uri: &str, file: &str) -> LeafFiles {
        let names = vec![file.to_owned(), "localhost".to_owned()];
        let mut params = CertificateParams::new(names).expect("the names are DNS names");
        params.subject_alt_names.push(SanType::URI(uri.try_into().expect("the URI is ASCII")));
        params.subject_alt_names.push(SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().expect("a key can be generated");
        let certificate = params.signed_by(&key, &self.issuer).expect("the authority signs");
        LeafFiles {
            cert: self.write(&format!("{file}.pem"), &certificate.pem()),
            key: self.write(&format!("{file}.key"), &key.serialize_pem()),
            ca: self.ca_file(),
        }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path: PathBuf = Path::new(self.folder.path()).join(name);
        std::fs::write(&path, text).expect("the folder is writable");
        path
    }
}

impl Default for TestCa {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for TestCa {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestCa").field("folder", &self.folder.path()).finish_non_exhaustive()
    }
}
