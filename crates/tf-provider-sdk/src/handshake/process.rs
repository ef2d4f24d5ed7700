//! The life of the process: decide what is asked, announce, serve, end.

use std::future::Future;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::dispatch::{Dispatch, connection};
use super::environment::{Environment, Mode, Place};
use super::listener::{Listener, Stream};
use super::tls::Tls;
use super::{Options, StartError, line, reattach};
use crate::generated::tfplugin6::provider_server::Provider;
use crate::log::{self, Level};

/// How long calls that still run may hold up the end. Hosts kill a provider that takes two seconds.
const GRACE: Duration = Duration::from_secs(1);
/// How long a client may take to show its certificate.
const TLS_PATIENCE: Duration = Duration::from_secs(10);

/// Does what the arguments and the environment ask for. `provider` is made only if there is something to serve.
pub(crate) fn run<P: Provider>(options: &Options, provider: impl FnOnce() -> P) -> ExitCode {
    let done = match Environment::read().mode() {
        Ok(Mode::Version) => say(&mut io::stdout(), &version(options)),
        Ok(Mode::ByHand) => {
            let told = say(&mut io::stderr(), &hint(options));
            return told.map_or(ExitCode::FAILURE, |()| ExitCode::FAILURE);
        }
        Ok(Mode::Reattach(place)) => in_runtime(serve_developer(options, place, provider)),
        Ok(Mode::Hosted { client, place }) => in_runtime(serve_host(client, place, provider)),
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where even this cannot be written, the exit code still tells.
            let _ = say(&mut io::stderr(), &error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// One thread is enough: a provider waits for its cloud and for its host, it does not compute.
fn in_runtime(work: impl Future<Output = Result<(), StartError>>) -> Result<(), StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError::new(format!("the provider could not start: {error}")))?;
    let done = runtime.block_on(work);
    // Blocking work that nobody waits for any more must not hold up the end.
    runtime.shutdown_background();
    done
}

async fn serve_host<P: Provider>(
    client: Option<CertificateDer<'static>>,
    place: Place,
    provider: impl FnOnce() -> P,
) -> Result<(), StartError> {
    // Before the line goes out: from then on an interrupt may come at any time.
    let stop = CancellationToken::new();
    let signals = Signals::install()?;
    let tls = client.map(Tls::pinned_to).transpose()?;
    let listener = Listener::bind(&place).await?;
    let certificate = tls.as_ref().map(|tls| tls.certificate.as_ref());
    say(&mut io::stdout(), &line::line(listener.network(), listener.address(), certificate))?;
    let dispatch = Dispatch::new(provider(), stop.clone());
    let acceptor = tls.map(|tls| TlsAcceptor::from(tls.config));
    tokio::select! {
        () = serve(listener, acceptor, dispatch, stop) => {}
        () = signals.terminated() => {}
    }
    Ok(())
}

async fn serve_developer<P: Provider>(
    options: &Options,
    place: Place,
    provider: impl FnOnce() -> P,
) -> Result<(), StartError> {
    let stop = CancellationToken::new();
    let signals = Signals::install()?;
    let listener = Listener::bind(&place).await?;
    let variable = reattach::variable(options, std::process::id(), listener.network(), listener.address());
    say(
        &mut io::stdout(),
        &format!(
            "Serving until interrupted. Run Terraform or OpenTofu with this in its environment:\n\n{variable}"
        ),
    )?;
    let dispatch = Dispatch::new(provider(), stop.clone());
    tokio::select! {
        () = serve(listener, None, dispatch, stop) => {}
        () = signals.interrupted_or_terminated() => {}
    }
    Ok(())
}

/// Serves connections until `stop`. The listener goes away at once, the connections when their calls have been answered.
pub(super) async fn serve<P: Provider>(
    listener: Listener,
    tls: Option<TlsAcceptor>,
    dispatch: Dispatch<P>,
    stop: CancellationToken,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(stream) => {
                    connections.spawn(serve_one(stream, tls.clone(), dispatch.clone()));
                }
                Err(error) => {
                    log::write(Level::Warn, "a connection could not be accepted", &[("error", &error.to_string())]);
                    // Out of file descriptors, most likely: trying again at once would only spin.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = stop.cancelled() => break,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, async { while connections.join_next().await.is_some() {} }).await;
}

async fn serve_one<P: Provider>(stream: Box<dyn Stream>, tls: Option<TlsAcceptor>, dispatch: Dispatch<P>) {
    let ended = match tls {
        None => connection(stream, dispatch).await,
        Some(tls) => match tokio::time::timeout(TLS_PATIENCE, tls.accept(stream)).await {
            Ok(Ok(stream)) => connection(stream, dispatch).await,
            Ok(Err(error)) => return refused(&error.to_string()),
            Err(_) => return refused("no handshake in time"),
        },
    };
    if let Err(error) = ended {
        // Hosts hang up without a word when they have what they want.
        log::write(Level::Trace, "a connection broke", &[("error", &error.to_string())]);
    }
}

fn refused(reason: &str) {
    log::write(Level::Warn, "a client was refused", &[("reason", reason)]);
}

/// The signals that would otherwise end the process at once and leave its socket behind.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

impl Signals {
    /// From here on an interrupt does nothing by itself: Ctrl-C reaches the whole process group, and it is the host that then
    /// tells its providers to stop.
    fn install() -> Result<Self, StartError> {
        let failed = |error: io::Error| StartError::new(format!("signals cannot be watched: {error}"));
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self {
                interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
                terminate: signal(SignalKind::terminate()).map_err(failed)?,
            })
        }
        #[cfg(windows)]
        {
            Ok(Self { interrupt: tokio::signal::windows::ctrl_c().map_err(failed)? })
        }
    }

    async fn terminated(mut self) {
        #[cfg(unix)]
        self.terminate.recv().await;
        #[cfg(windows)]
        loop {
            self.interrupt.recv().await;
        }
    }

    async fn interrupted_or_terminated(mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(windows)]
        self.interrupt.recv().await;
    }
}

fn version(options: &Options) -> String {
    let version = options
        .version
        .as_ref()
        .map_or_else(|| "(version unknown)".to_owned(), |version| format!("v{version}"));
    format!("terraform-provider-{} {version}", options.name)
}

fn hint(options: &Options) -> String {
    let Options { namespace, name, .. } = options;
    format!(
        "This is `terraform-provider-{name}`, a provider for Terraform and OpenTofu. They start it themselves; it does nothing \
         when run by hand.\n\nTo use it, name it in your configuration and run `terraform init`:\n\n\
         terraform {{\n  required_providers {{\n    {name} = {{ source = \"{namespace}/{name}\" }}\n  }}\n}}\n\n\
         --version  print the version\n--debug    serve until interrupted, for a debugger: prints what to put into the \
         environment of Terraform"
    )
}

/// One place writes to the streams of the process, so that stdout carries the handshake and nothing else.
fn say(stream: &mut dyn io::Write, text: &str) -> Result<(), StartError> {
    stream
        .write_all(format!("{text}\n").as_bytes())
        .and_then(|()| stream.flush())
        .map_err(|error| StartError::new(format!("the handshake could not be written: {error}")))
}
