//! A host as the provider sees it: a client certificate of its own, and one pinned certificate of the server.

use std::sync::Arc;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use p521::ecdsa::signature::Signer as _;
use rustls::client::ResolvesClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{ring, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureAlgorithm, SignatureScheme,
    version::TLS13,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A certificate and a key, which need not belong together.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) certificate: CertificateDer<'static>,
    key: Arc<dyn SigningKey>,
}

impl Identity {
    /// As Terraform makes it: self-signed, P-521, an authority.
    pub(super) fn p521(seed: u8) -> Self {
        let key = P521Key::from_seed(seed);
        Self { certificate: key.certificate(), key: Arc::new(key) }
    }

    pub(super) fn p256() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap().der().clone();
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        Self { certificate, key: ring::sign::any_supported_type(&key.into()).unwrap() }
    }

    pub(super) fn with_key_of(&self, other: Self) -> Self {
        Self { certificate: self.certificate.clone(), key: other.key }
    }
}

#[derive(Clone)]
struct P521Key(p521::ecdsa::SigningKey);

impl std::fmt::Debug for P521Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("P521Key")
    }
}

impl P521Key {
    fn from_seed(seed: u8) -> Self {
        let mut scalar = [seed; 66];
        scalar[0] = 0; // below the order of the curve
        Self(p521::ecdsa::SigningKey::from_slice(&scalar).unwrap())
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        let signature: p521::ecdsa::Signature = self.0.sign(message);
        signature.to_der().as_bytes().to_vec()
    }

    fn certificate(&self) -> CertificateDer<'static> {
        let ecdsa_with_sha512 = der(0x30, &[&[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4]]);
        let ec_public_key = [6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
        let secp521r1 = [6, 5, 0x2b, 0x81, 4, 0, 0x23];
        let point = p521::ecdsa::VerifyingKey::from(&self.0).to_encoded_point(false);
        let public_key =
            der(0x30, &[&der(0x30, &[&ec_public_key, &secp521r1]), &der(3, &[&[0], point.as_bytes()])]);
        let common_name = der(0x30, &[&[6, 3, 0x55, 4, 3], &der(0x0c, &[b"localhost"])]);
        let name = der(0x30, &[&der(0x31, &[&common_name])]);
        let validity = der(0x30, &[&der(0x17, &[b"250101000000Z"]), &der(0x17, &[b"491231235959Z"])]);
        let authority =
            der(0x30, &[&[6, 3, 0x55, 0x1d, 0x13, 1, 1, 0xff], &der(4, &[&der(0x30, &[&[1, 1, 0xff]])])]);
        let extensions = der(0xa3, &[&der(0x30, &[&authority])]);
        let version_and_serial = [0xa0, 3, 2, 1, 2, 2, 1, 1];
        let body = der(
            0x30,
            &[&version_and_serial, &ecdsa_with_sha512, &name, &validity, &name, &public_key, &extensions],
        );
        let signature = der(3, &[&[0], &self.signature(&body)]);
        CertificateDer::from(der(0x30, &[&body, &ecdsa_with_sha512, &signature]))
    }
}

/// One element of DER: tag, length, content.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len();
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short @ 0..=127) => out.push(short),
        Ok(long) => out.extend([0x81, long]),
        Err(_) => {
            out.extend([0x82, u8::try_from(length >> 8).unwrap(), u8::try_from(length & 0xff).unwrap()]);
        }
    }
    out.extend(content);
    out
}

impl SigningKey for P521Key {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered
            .contains(&SignatureScheme::ECDSA_NISTP521_SHA512)
            .then(|| Box::new(self.clone()) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for P521Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.signature(message))
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}

/// Shows what it is told to, whether or not it fits together.
#[derive(Debug)]
struct Shows(Option<Arc<CertifiedKey>>);

impl ResolvesClientCert for Shows {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.clone()
    }

    fn has_certs(&self) -> bool {
        self.0.is_some()
    }
}

pub(super) struct Host {
    pub(super) server: CertificateDer<'static>,
    connector: TlsConnector,
}

impl Host {
    pub(super) fn new(server: CertificateDer<'static>, shown: Option<&Identity>) -> Self {
        let shown = shown.map(|identity| {
            Arc::new(CertifiedKey::new(vec![identity.certificate.clone()], Arc::clone(&identity.key)))
        });
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(PinnedServer(server.clone())))
            .with_client_cert_resolver(Arc::new(Shows(shown)));
        config.alpn_protocols = vec![b"h2".to_vec()];
        Self { server, connector: TlsConnector::from(Arc::new(config)) }
    }

    pub(super) async fn connect<I: AsyncRead + AsyncWrite + Unpin>(
        &self,
        io: I,
    ) -> std::io::Result<TlsStream<I>> {
        self.connector.connect(ServerName::try_from("localhost").unwrap(), io).await
    }
}

#[derive(Debug)]
struct PinnedServer(CertificateDer<'static>);

impl ServerCertVerifier for PinnedServer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if *end_entity == self.0 {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::UnknownIssuer.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(CertificateError::BadSignature.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = ring::default_provider().signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, &known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

/// HTTP status, and gRPC status from headers or trailers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) http: u16,
    pub(super) grpc: Option<i32>,
}

pub(super) struct Connection(http2::SendRequest<Full<Bytes>>);

impl Connection {
    pub(super) async fn over<I: AsyncRead + AsyncWrite + Unpin + Send + 'static>(io: I) -> Self {
        let (sender, driver) = http2::handshake(TokioExecutor::new(), TokioIo::new(io)).await.unwrap();
        tokio::spawn(driver);
        Self(sender)
    }

    /// Sends an empty message.
    pub(super) async fn call(&mut self, path: &str) -> Answer {
        let request = http::Request::post(format!("http://localhost{path}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(Full::new(Bytes::from_static(&[0; 5])))
            .unwrap();
        let (head, body) = self.0.send_request(request).await.unwrap().into_parts();
        let trailers = body.collect().await.unwrap().trailers().cloned().unwrap_or_default();
        let grpc = head.headers.get("grpc-status").or(trailers.get("grpc-status"));
        let grpc = grpc.map(|status| status.to_str().unwrap().parse().unwrap());
        Answer { http: head.status.as_u16(), grpc }
    }
}
