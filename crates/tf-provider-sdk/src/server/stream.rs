//! Answers in pieces: the author produces them in a task of its own, and no faster than Terraform takes them.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::codegen::BoxStream;

use super::apply::failed;
use super::panics;
use crate::context::Call;
use crate::diagnostic::Diagnostics;

/// What becomes of something that the author handed over.
pub(super) enum Piece<E> {
    /// One event of several.
    Next(E),
    /// Terraform needs no more than this.
    Last(E),
}

/// A streamed answer. `work` is the author's part, `piece` makes an event of each thing handed over, and `end` makes the last
/// one of how it ended. An author whom nobody listens to any more is cancelled.
pub(super) fn stream<I, E, F>(
    call: Arc<Call>,
    work: impl FnOnce(mpsc::Sender<I>) -> F,
    mut piece: impl FnMut(I) -> Piece<E> + Send + 'static,
    end: impl FnOnce(Diagnostics) -> Option<E> + Send + 'static,
) -> BoxStream<E>
where
    I: Send + 'static,
    E: Send + 'static,
    F: Future<Output = Result<(), Diagnostics>> + Send + 'static,
{
    let (events, answer) = mpsc::channel(1);
    let (sender, mut pieces) = mpsc::channel(1);
    let author = tokio::spawn(work(sender));
    tokio::spawn(async move {
        let listening = loop {
            let handed_over = tokio::select! {
                () = events.closed() => break false,
                handed_over = pieces.recv() => handed_over,
            };
            let (event, more) = match handed_over.map(&mut piece) {
                None => break true,
                Some(Piece::Next(event)) => (event, true),
                Some(Piece::Last(event)) => (event, false),
            };
            if events.send(Ok(event)).await.is_err() || !more {
                break false;
            }
        };
        if !listening {
            // The stream ends here; the author may still have something to put in order.
            drop((events, pieces));
            call.cancel.cancel();
            return drop(author.await.map_err(panics::describe));
        }
        let ended = author.await.unwrap_or_else(|error| Err(panics::describe(error).into()));
        if let Some(event) = end(ended.err().map(failed).unwrap_or_default()) {
            // Without a listener there is nobody to tell.
            let _ = events.send(Ok(event)).await;
        }
    });
    Box::pin(ReceiverStream::new(answer))
}

/// An answer of a single event, or of none.
pub(super) fn only<E: Send + 'static>(event: Option<E>) -> BoxStream<E> {
    Box::pin(tokio_stream::iter(event.map(Ok)))
}
