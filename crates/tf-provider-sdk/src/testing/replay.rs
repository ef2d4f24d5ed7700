//! Calls as they came over the wire, kept and made again: what a provider does for them can be measured without its client.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{self, Poll};

use http::{Request, Response};
use http_body_util::{BodyExt as _, Collected, Full};
use tonic::body::Body;
use tonic::codegen::Bytes;
use tower_service::Service;

use super::TestProvider;
use crate::generated::tfplugin6::provider_server::ProviderServer;
use crate::provider::Provider;
use crate::server::Server;

/// A call that [`TestProvider::record`] kept.
#[derive(Debug, Clone)]
pub struct Recorded {
    path: String,
    body: Bytes,
}

impl Recorded {
    /// The name in the protocol, such as `PlanResourceChange`.
    pub fn rpc(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The request with its gRPC frame, in bytes.
    pub fn size(&self) -> usize {
        self.body.len()
    }
}

/// The provider's server, with a record of what comes in while one is asked for.
pub(super) struct Recorder<P: Provider> {
    server: ProviderServer<Server<P>>,
    record: Arc<Mutex<Option<Vec<Recorded>>>>,
}

impl<P: Provider> Clone for Recorder<P> {
    fn clone(&self) -> Self {
        Self { server: self.server.clone(), record: Arc::clone(&self.record) }
    }
}

impl<P: Provider> Recorder<P> {
    pub(super) fn new(server: Server<P>) -> Self {
        Self { server: ProviderServer::new(server), record: Arc::default() }
    }

    fn swap(&self, record: Option<Vec<Recorded>>) -> Option<Vec<Recorded>> {
        std::mem::replace(&mut *self.record.lock().unwrap_or_else(PoisonError::into_inner), record)
    }

    fn keep(&self, recorded: Recorded) {
        if let Some(record) = self.record.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            record.push(recorded);
        }
    }

    fn records(&self) -> bool {
        self.record.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl<P: Provider> Service<Request<Body>> for Recorder<P> {
    type Response = Response<Body>;
    type Error = std::convert::Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        if !self.records() {
            return self.server.call(request);
        }
        let mut recorder = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            // The test client's own requests cannot break off.
            let body = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
            recorder.keep(Recorded { path: head.uri.path().to_owned(), body: body.clone() });
            recorder.server.call(Request::from_parts(head, Full::new(body))).await
        })
    }
}

impl<P: Provider> TestProvider<P> {
    /// Does this and keeps the calls that it makes.
    pub fn record<T>(&self, work: impl FnOnce() -> T) -> (T, Vec<Recorded>) {
        self.recorder.swap(Some(Vec::new()));
        let done = work();
        (done, self.recorder.swap(None).unwrap_or_default())
    }

    /// Makes a recorded call again: from the complete request to the last byte of the answer, with nothing of a client's.
    /// Gives the size of the answer. The same call again is the same work again, so do it with calls that may be repeated.
    pub fn replay(&self, call: &Recorded) -> usize {
        let mut server = self.recorder.server.clone();
        let mut request = Request::new(Full::new(call.body.clone()));
        *request.uri_mut() = call.path.parse().unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/grpc"));
        self.wait(async move {
            let Ok(answer) = server.call(request).await;
            answer.into_body().collect().await.map_or(0, |body| body.to_bytes().len())
        })
    }
}
