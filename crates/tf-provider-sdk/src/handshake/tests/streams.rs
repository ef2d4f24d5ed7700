//! Answers in pieces over real HTTP/2: each piece arrives when it is there, and a host that goes away reaches the author.

use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;

use super::super::dispatch::{Dispatch, connection};
use crate::generated::tfplugin6 as pb;
use crate::generated::tfplugin6::provider_client::ProviderClient;
use crate::server::Server;
use crate::{
    Action, ActionEntry, ActionRequest, ConfigureRequest, Context, Diagnostics, NoConfig, Progress, Provider,
    Schema,
};
use pb::invoke_action::event::{Completed, Progress as Line, Type as Kind};

/// Waits for `go` between its two lines, and notes when it is cancelled.
#[derive(Default)]
struct Signals {
    go: Notify,
    cancelled: Notify,
}

struct Slow(Arc<Signals>);

impl Provider for Slow {
    type Model = NoConfig;
    type Client = Arc<Signals>;

    fn name(&self) -> &'static str {
        "slow"
    }

    fn namespace(&self) -> &'static str {
        "example"
    }

    async fn configure(&self, _: ConfigureRequest<NoConfig>) -> Result<Arc<Signals>, Diagnostics> {
        Ok(Arc::clone(&self.0))
    }

    fn actions(&self) -> Vec<ActionEntry<Arc<Signals>>> {
        vec![ActionEntry::new(Walk)]
    }
}

struct Walk;

impl Action for Walk {
    type Model = NoConfig;
    type Client = Arc<Signals>;

    fn type_suffix(&self) -> &'static str {
        "walk"
    }

    fn schema(&self) -> Schema {
        Schema::new()
    }

    async fn invoke(
        &self,
        cx: &Context<Arc<Signals>>,
        _: ActionRequest<NoConfig>,
        progress: &mut Progress,
    ) -> Result<(), Diagnostics> {
        progress.tell("left").await;
        tokio::select! {
            () = cx.client().go.notified() => progress.tell("right").await,
            () = cx.cancelled() => cx.client().cancelled.notify_one(),
        }
        Ok(())
    }
}

/// A connection as the generated client wants it.
struct Wire(http2::SendRequest<Body>);

impl tower_service::Service<http::Request<Body>> for Wire {
    type Response = http::Response<Incoming>;
    type Error = hyper::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = hyper::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<hyper::Result<()>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(self.0.send_request(request))
    }
}

type Walking = tonic::Streaming<pb::invoke_action::Event>;

async fn walk(signals: &Arc<Signals>) -> (ProviderClient<Wire>, Walking) {
    let (near, far) = tokio::io::duplex(1 << 16);
    let server = Server::new(Slow(Arc::clone(signals)));
    tokio::spawn(connection(far, Dispatch::new(server, CancellationToken::new())));
    let (sender, driver) = http2::handshake(TokioExecutor::new(), TokioIo::new(near)).await.unwrap();
    tokio::spawn(driver);
    let origin = http::Uri::from_static("http://localhost");
    let mut client = ProviderClient::with_origin(Wire(sender), origin);
    let empty = pb::DynamicValue { msgpack: vec![0x80], ..Default::default() };
    let request = pb::configure_provider::Request { config: Some(empty), ..Default::default() };
    let configured = client.configure_provider(request).await.unwrap();
    assert_eq!(configured.into_inner().diagnostics, []);
    let request = pb::invoke_action::Request { action_type: "slow_walk".to_owned(), ..Default::default() };
    let events = client.invoke_action(request).await.unwrap().into_inner();
    (client, events)
}

async fn next(events: &mut Walking) -> Option<Kind> {
    let event = tokio::time::timeout(Duration::from_secs(5), events.message()).await;
    event.expect("something in time").unwrap().and_then(|event| event.r#type)
}

fn line(message: &str) -> Kind {
    Kind::Progress(Line { message: message.to_owned() })
}

#[tokio::test]
async fn pieces_arrive_while_the_call_goes_on() {
    let signals = Arc::default();
    let (_client, mut events) = walk(&signals).await;
    assert_eq!(next(&mut events).await, Some(line("left")));
    signals.go.notify_one();
    assert_eq!(next(&mut events).await, Some(line("right")));
    assert_eq!(next(&mut events).await, Some(Kind::Completed(Completed::default())));
    assert_eq!(next(&mut events).await, None);
}

#[tokio::test]
async fn a_host_that_resets_the_stream_reaches_the_author() {
    let signals = Arc::default();
    let (_client, mut events) = walk(&signals).await;
    assert_eq!(next(&mut events).await, Some(line("left")));
    drop(events);
    let reached = tokio::time::timeout(Duration::from_secs(5), signals.cancelled.notified()).await;
    reached.expect("the author to be cancelled");
}
