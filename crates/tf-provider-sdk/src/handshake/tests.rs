//! Who is let in and who is not, over real TLS and real HTTP/2, against a provider that serves nothing.

mod client;
mod streams;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rustls::{CertificateError, Error};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use self::client::{Answer, Host, Identity};
use super::dispatch::{Dispatch, connection};
use super::environment::Place;
use super::listener::Listener;
use super::process::serve;
use super::tls::Tls;
use crate::generated::tfplugin6::provider_server::Provider;

struct Nothing;

impl Provider for Nothing {}

const UNIMPLEMENTED: Answer = Answer { http: 200, grpc: Some(12) };
const DONE: Answer = Answer { http: 200, grpc: Some(0) };
const SCHEMA: &str = "/tfplugin6.Provider/GetProviderSchema";
const SHUTDOWN: &str = "/plugin.GRPCController/Shutdown";

/// What the server thinks of a client: the error that ended its handshake, if any.
async fn verdict(announced: &Identity, shown: Option<&Identity>) -> Option<Error> {
    let tls = Tls::pinned_to(announced.certificate.clone()).unwrap();
    let host = Host::new(tls.certificate.clone(), shown);
    let (near, far) = tokio::io::duplex(1 << 16);
    let accept = TlsAcceptor::from(tls.config).accept(far);
    let (served, connected) = tokio::join!(accept, host.connect(near));
    // A TLS 1.3 client is done before the server has looked at its certificate.
    assert!(connected.is_ok(), "the server itself must be acceptable: {connected:?}");
    let error = served.err()?;
    Some(error.get_ref().unwrap().downcast_ref::<Error>().unwrap().clone())
}

#[tokio::test]
async fn the_announced_client_is_let_in() {
    let p521 = Identity::p521(1);
    assert_eq!(verdict(&p521, Some(&p521)).await, None);
    let p256 = Identity::p256();
    assert_eq!(verdict(&p256, Some(&p256)).await, None);
}

#[tokio::test]
async fn a_foreign_certificate_is_refused() {
    let refusal = Some(Error::InvalidCertificate(CertificateError::UnknownIssuer));
    assert_eq!(verdict(&Identity::p521(1), Some(&Identity::p521(2))).await, refusal);
    assert_eq!(verdict(&Identity::p521(1), Some(&Identity::p256())).await, refusal);
}

#[tokio::test]
async fn no_certificate_is_refused() {
    assert_eq!(verdict(&Identity::p521(1), None).await, Some(Error::NoCertificatesPresented));
}

#[tokio::test]
async fn the_right_certificate_with_the_wrong_key_is_refused() {
    let announced = Identity::p521(1);
    let stolen = announced.with_key_of(Identity::p521(2));
    let refusal = Some(Error::InvalidCertificate(CertificateError::BadSignature));
    assert_eq!(verdict(&announced, Some(&stolen)).await, refusal);
}

#[tokio::test]
async fn a_key_of_another_kind_than_the_certificate_is_refused() {
    let announced = Identity::p521(1);
    let stolen = announced.with_key_of(Identity::p256());
    assert!(verdict(&announced, Some(&stolen)).await.is_some());
}

/// Written by hand, since our own TLS library cannot speak it.
#[tokio::test]
async fn tls_1_2_is_refused() {
    let mut hello = vec![3, 3];
    hello.extend([7; 32]);
    hello.extend([0, 0, 4, 0xc0, 0x2b, 0xc0, 0x2f, 1, 0]);
    let groups = [0, 10, 0, 4, 0, 2, 0, 23];
    let signatures = [0, 13, 0, 6, 0, 4, 4, 3, 8, 4];
    hello.extend([0, u8::try_from(groups.len() + signatures.len()).unwrap()]);
    hello.extend(groups);
    hello.extend(signatures);
    let length = u8::try_from(hello.len()).unwrap();
    let mut record = vec![22, 3, 1, 0, length + 4, 1, 0, 0, length];
    record.extend(hello);

    let tls = Tls::pinned_to(Identity::p521(1).certificate).unwrap();
    let (mut near, far) = tokio::io::duplex(1 << 16);
    near.write_all(&record).await.unwrap();
    let refused = TlsAcceptor::from(tls.config).accept(far).await.err().unwrap();
    assert!(refused.to_string().contains("peer is incompatible"), "{refused}");
    let mut alert = [0; 7];
    near.read_exact(&mut alert).await.unwrap();
    assert_eq!((alert[0], alert[6]), (21, 70), "a fatal alert: protocol version");
}

/// A provider process in miniature, on a real socket.
struct Running {
    folder: tempfile::TempDir,
    socket: PathBuf,
    serving: tokio::task::JoinHandle<()>,
    host: Host,
}

impl Running {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener =
            Listener::bind(&Place { folders: vec![folder.path().to_owned()], ports: 0..=0 }).await.unwrap();
        let socket = PathBuf::from(listener.address());
        let identity = Identity::p521(1);
        let tls = Tls::pinned_to(identity.certificate.clone()).unwrap();
        let host = Host::new(tls.certificate.clone(), Some(&identity));
        let stop = CancellationToken::new();
        let dispatch = Dispatch::new(Nothing, stop.clone());
        let serving = tokio::spawn(serve(listener, Some(TlsAcceptor::from(tls.config)), dispatch, stop));
        Self { folder, socket, serving, host }
    }

    async fn connect(&self) -> client::Connection {
        connect(&self.host, &self.socket).await
    }
}

async fn connect(host: &Host, socket: &Path) -> client::Connection {
    let stream = tokio::net::UnixStream::connect(socket).await.unwrap();
    client::Connection::over(host.connect(stream).await.unwrap()).await
}

#[tokio::test]
async fn what_is_not_served_is_unimplemented() {
    let running = Running::start().await;
    let mut connection = running.connect().await;
    for path in [
        SCHEMA,
        "/plugin.GRPCBroker/StartStream",
        "/plugin.GRPCController/Other",
        "/",
        "/tfplugin5.Provider/GetSchema",
    ] {
        assert_eq!(connection.call(path).await, UNIMPLEMENTED, "{path}");
    }
}

#[tokio::test]
async fn shutdown_is_answered_and_leaves_nothing_behind() {
    let running = Running::start().await;
    let mut connection = running.connect().await;
    assert_eq!(connection.call(SHUTDOWN).await, DONE);
    tokio::time::timeout(Duration::from_millis(900), running.serving).await.expect("ends by itself").unwrap();
    assert_eq!(running.folder.path().read_dir().unwrap().count(), 0);
}

#[tokio::test]
async fn an_idle_second_connection_does_not_hold_up_the_end() {
    let running = Running::start().await;
    let idle = running.connect().await;
    let mut connection = running.connect().await;
    assert_eq!(connection.call(SHUTDOWN).await, DONE);
    tokio::time::timeout(Duration::from_millis(1900), running.serving)
        .await
        .expect("before hosts lose patience")
        .unwrap();
    drop(idle);
}

#[tokio::test]
async fn a_refused_client_does_not_end_the_service() {
    let running = Running::start().await;
    let identity = Identity::p521(2);
    let stranger = Host::new(running.host.server.clone(), Some(&identity));
    let stream = tokio::net::UnixStream::connect(&running.socket).await.unwrap();
    let mut stream = stranger.connect(stream).await.unwrap();
    assert!(stream.read_u8().await.is_err(), "the stranger is thrown out");
    assert_eq!(running.connect().await.call(SCHEMA).await, UNIMPLEMENTED);
}

#[tokio::test]
async fn pipes_work_without_tls() {
    let (near, far) = tokio::io::duplex(1 << 16);
    let serving = tokio::spawn(connection(far, Dispatch::new(Nothing, CancellationToken::new())));
    let mut client = client::Connection::over(near).await;
    assert_eq!(client.call(SCHEMA).await, UNIMPLEMENTED);
    drop(client);
    serving.await.unwrap().unwrap();
}
