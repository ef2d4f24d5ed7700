//! The socket, the clock and the thread: everything about the double that is not a function of its input.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    thread,
    time::Duration,
};

use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde_json::Value;
use tokio::{net::TcpListener, runtime, sync::oneshot};

use crate::{
    contract,
    control::{Fire, Request as ControlRequest},
    event::{Entry, Kind},
    fault::{Effect, Fault},
    protocol::{Request, Response},
    seed::Seed,
    shared::{Fate, OutOfBand, Shared, lock},
    world::{Settings, World},
};

/// A cloud that listens on this machine, in a thread of its own, until it is dropped.
pub struct FakeCloud {
    shared: Arc<Shared>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// A cloud at one time.
#[derive(Clone)]
pub struct Snapshot(World);

impl FakeCloud {
    /// Starts a cloud on a free port.
    pub fn start(seed: Seed) -> io::Result<Self> {
        Self::start_at(seed, 0)
    }

    /// Starts a cloud on a port of the loopback interface.
    pub fn start_at(seed: Seed, port: u16) -> io::Result<Self> {
        let shared = Arc::new(Shared::new(contract::load().map_err(io::Error::other)?));
        seed.put(&mut lock(&shared.world));
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let thread = thread::Builder::new().name("fake-cloud".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, serving) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { shared, address, stop: Some(stop), thread: Some(thread) })
    }

    /// Where all services are found, for `AWS_ENDPOINT_URL`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The calls so far, in the order in which they were carried out.
    pub fn log(&self) -> Vec<Entry> {
        lock(&self.shared.log).clone()
    }

    /// Forgets the calls so far.
    pub fn clear_log(&self) {
        lock(&self.shared.log).clear();
    }

    /// The calls so far that asked for a change.
    pub fn writes(&self) -> Vec<Entry> {
        self.log().into_iter().filter(|entry| entry.kind == Kind::Write).collect()
    }

    /// All that exists, as JSON for people and for comparisons. Its form is no contract.
    pub fn state(&self) -> Value {
        serde_json::to_value(&*lock(&self.shared.world)).unwrap_or(Value::Null)
    }

    /// All that exists, to come back to.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(lock(&self.shared.world).clone())
    }

    /// Makes everything what it was; the log stays, and faults that are ordered.
    pub fn restore(&self, snapshot: &Snapshot) {
        lock(&self.shared.world).clone_from(&snapshot.0);
    }

    /// Adds what no operation creates.
    pub fn seed(&self, seed: Seed) {
        seed.put(&mut lock(&self.shared.world));
    }

    /// Replaces the settings.
    pub fn set(&self, settings: Settings) {
        lock(&self.shared.world).settings = settings;
    }

    /// Orders a fault.
    pub fn fault(&self, fault: Fault) {
        lock(&self.shared.faults).add(fault);
    }

    /// Takes back what was ordered.
    pub fn clear_faults(&self) {
        lock(&self.shared.faults).clear();
    }

    /// Changes or reads something behind the back of the client.
    pub fn call(&self, edit: OutOfBand) -> Result<Value, crate::Refusal> {
        self.shared.out_of_band(edit, now())
    }

    /// Lets the threshold of a budget's action be passed.
    pub fn fire(&self, account: &str, budget: &str, action: &str) -> Result<(), String> {
        let fire =
            Fire { account: Some(account.to_owned()), budget: budget.to_owned(), action: action.to_owned() };
        self.shared.control(ControlRequest::Fire(fire), now()).map(drop)
    }

    /// Waits until a call is held; false where none was within the time.
    pub fn wait_until_held(&self, at_most: Duration) -> bool {
        let held = lock(&self.shared.held);
        let waited =
            self.shared.held_changed.wait_timeout_while(held, at_most, |held| held.waiting.is_empty());
        waited.is_ok_and(|(held, _)| !held.waiting.is_empty())
    }

    /// Lets the calls that are held go on.
    pub fn release(&self) {
        lock(&self.shared.held).released += 1;
    }

    /// Serves until the process ends.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            // The thread ends with the process, or by a panic that it has reported itself.
            let _ = thread.join();
        }
    }
}

impl Drop for FakeCloud {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn now() -> Timestamp {
    Timestamp::now()
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        // A connection that could not be accepted is the loss of its client alone.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(Arc::clone(&shared), request));
            // Ends with an error whenever a fault drops the connection on purpose.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    shared: Arc<Shared>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, io::Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes().to_vec();
    let request = Request { method: parts.method, uri: parts.uri, headers: parts.headers, body };
    if request.uri.path().starts_with("/_fake/") {
        return write(shared.control_http(&request, now()));
    }
    match fate(&shared, &request).await {
        Fate::Answer(response) => write(response),
        Fate::Drop => Err(io::Error::from(io::ErrorKind::ConnectionAborted)),
    }
}

async fn fate(shared: &Shared, request: &Request) -> Fate {
    let decided = match shared.decide(request, now()) {
        Ok(decided) => decided,
        Err(response) => return Fate::Answer(response),
    };
    let name = decided.name();
    let effect = decided.effect.clone();
    match effect {
        Some(Effect::Delay(millis)) => tokio::time::sleep(Duration::from_millis(millis)).await,
        Some(Effect::HoldBefore) => hold(shared, &name).await,
        _ => {}
    }
    let fate = shared.carry_out(decided, now());
    if effect == Some(Effect::HoldAfter) {
        hold(shared, &name).await;
    }
    fate
}

/// Waits until everything that waits is released.
async fn hold(shared: &Shared, name: &str) {
    let _waiting = Waiting::new(shared, name);
    let before = lock(&shared.held).released;
    while lock(&shared.held).released == before {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A call among those that wait, until it is dropped: a client that goes away takes its call with it.
struct Waiting<'a>(&'a Shared, String);

impl<'a> Waiting<'a> {
    fn new(shared: &'a Shared, name: &str) -> Self {
        lock(&shared.held).waiting.push(name.to_owned());
        shared.held_changed.notify_all();
        Self(shared, name.to_owned())
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut held = lock(&self.0.held);
        if let Some(place) = held.waiting.iter().position(|name| *name == self.1) {
            held.waiting.remove(place);
        }
        self.0.held_changed.notify_all();
    }
}

fn write(response: Response) -> Result<hyper::Response<Full<Bytes>>, io::Error> {
    let mut builder =
        hyper::Response::builder().status(response.status).header(CONTENT_TYPE, response.content_type);
    if let Some(code) = response.error.as_ref().filter(|_| response.error_in_header) {
        builder = builder.header("x-amzn-errortype", code);
    }
    builder.body(Full::new(Bytes::from(response.body))).map_err(io::Error::other)
}
