//! From an HTTP/2 request to the service it is for.
//!
//! Two services do not need a router. What is neither is answered with the gRPC status for "not implemented", which hosts expect
//! of the parts of the plugin framework that providers leave out.

use std::convert::Infallible;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::body::Body;
use tower_service::Service as _;

use super::controller::{self, Controller};
use crate::generated::plugin::grpc_controller_server::GrpcControllerServer;
use crate::generated::tfplugin6::provider_server::{Provider, ProviderServer};

/// Schemas and states grow beyond the 4 MiB that gRPC libraries allow by default.
const MESSAGE_LIMIT: usize = 256 << 20;
const PROVIDER_PATH: &str = "/tfplugin6.Provider/";
/// Large messages do not wait for the peer after each 64 KiB.
const WINDOW: u32 = 1 << 20;

/// The services of a provider process. Clones share them.
pub(super) struct Dispatch<P> {
    provider: ProviderServer<P>,
    controller: GrpcControllerServer<Controller>,
    stop: CancellationToken,
}

impl<P> Clone for Dispatch<P> {
    fn clone(&self) -> Self {
        Self { provider: self.provider.clone(), controller: self.controller.clone(), stop: self.stop.clone() }
    }
}

impl<P: Provider> Dispatch<P> {
    /// `stop` is cancelled when the host calls `Shutdown`, and ends connections gracefully whoever cancels it.
    pub(super) fn new(provider: P, stop: CancellationToken) -> Self {
        Self {
            provider: ProviderServer::new(provider)
                .max_decoding_message_size(MESSAGE_LIMIT)
                .max_encoding_message_size(MESSAGE_LIMIT),
            controller: GrpcControllerServer::new(Controller { stop: stop.clone() }),
            stop,
        }
    }

    async fn call(mut self, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
        let path = request.uri().path();
        if path.starts_with(PROVIDER_PATH) {
            self.provider.call(request).await
        } else if path.starts_with(controller::PATH) {
            self.controller.call(request).await
        } else {
            Ok(Status::unimplemented("this provider does not serve that").into_http())
        }
    }
}

/// Serves one connection until either side ends it. Works over a socket, TLS, or a pair of pipes in a test.
pub(super) async fn connection<P, I>(io: I, dispatch: Dispatch<P>) -> hyper::Result<()>
where
    P: Provider,
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stop = dispatch.stop.clone();
    let service = service_fn(move |request| dispatch.clone().call(request));
    let mut serving = std::pin::pin!(
        http2::Builder::new(TokioExecutor::new())
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .serve_connection(TokioIo::new(io), service)
    );
    tokio::select! {
        ended = serving.as_mut() => return ended,
        () = stop.cancelled() => serving.as_mut().graceful_shutdown(),
    }
    // The host is about to go, in whatever manner; that is no fault.
    let _ = serving.await;
    Ok(())
}
