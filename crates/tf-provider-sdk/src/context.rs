//! What surrounds one call from Terraform: the configured client, cancellation, the deadline, and things to say on the side.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::log::{self, Level};
use crate::private::Private;

/// Why the provider cannot say yet what a change will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defer {
    /// The resource's configuration is not known well enough.
    ResourceConfigUnknown,
    /// The provider's configuration is not known well enough.
    ProviderConfigUnknown,
    /// Something that must exist first does not.
    MissingPrerequisite,
}

/// What surrounds one call. `C` is the client that [`Provider::configure`](crate::Provider::configure) made.
pub struct Context<C> {
    client: Arc<C>,
    call: Arc<Call>,
}

/// The part of a context that does not depend on the client.
pub(crate) struct Call {
    pub(crate) rpc: &'static str,
    pub(crate) type_name: String,
    pub(crate) cancel: CancellationToken,
    /// Set once the call knows its resource's time limit.
    pub(crate) deadline: OnceLock<Instant>,
    pub(crate) deferral_allowed: bool,
    pub(crate) said: Mutex<Said>,
}

/// What a call said on the side.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) warnings: Diagnostics,
    pub(crate) private: Private,
    pub(crate) deferred: Option<Defer>,
}

impl Call {
    pub(crate) fn said(&self) -> MutexGuard<'_, Said> {
        // A panic while it was held cannot leave it half-written: every access is a single push or set.
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the clock. A limit too far away to be reckoned is none.
    pub(crate) fn limit(&self, limit: Option<Duration>) {
        if let Some(deadline) = limit.and_then(|limit| Instant::now().checked_add(limit)) {
            // A call has one limit.
            let _ = self.deadline.set(deadline);
        }
    }

    pub(crate) fn take_said(&self) -> Said {
        std::mem::take(&mut *self.said())
    }
}

impl<C> Context<C> {
    pub(crate) fn new(client: Arc<C>, call: Arc<Call>) -> Self {
        Self { client, call }
    }

    /// A context outside any server, for tests that call a resource's methods directly.
    pub fn detached(client: C) -> Self {
        let call = Call {
            rpc: "Detached",
            type_name: String::new(),
            cancel: CancellationToken::new(),
            deadline: OnceLock::new(),
            deferral_allowed: false,
            said: Mutex::default(),
        };
        Self::new(Arc::new(client), Arc::new(call))
    }

    pub(crate) fn limit(&self, limit: Option<Duration>) {
        self.call.limit(limit);
    }

    /// The client that `configure` made.
    pub fn client(&self) -> &C {
        &self.client
    }

    /// The client, to be kept beyond this call.
    pub fn client_arc(&self) -> Arc<C> {
        Arc::clone(&self.client)
    }

    /// True once the practitioner has interrupted Terraform or the deadline has passed.
    pub fn is_cancelled(&self) -> bool {
        self.call.cancel.is_cancelled() || self.remaining().is_some_and(|left| left.is_zero())
    }

    /// Returns when the practitioner interrupts Terraform or the deadline passes. Use it in `tokio::select!` beside anything
    /// that waits, and end with what exists by then.
    pub async fn cancelled(&self) {
        match self.call.deadline.get() {
            None => self.call.cancel.cancelled().await,
            Some(deadline) => {
                let _ = tokio::time::timeout_at(*deadline, self.call.cancel.cancelled()).await;
            }
        }
    }

    /// How long this call may still take, if the resource has [`Timeouts`](crate::Timeouts); zero once the time is over.
    pub fn remaining(&self) -> Option<Duration> {
        self.call.deadline.get().map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Tells the practitioner something beside the result.
    pub fn warn(&self, warning: Diagnostic) {
        self.call.said().warnings.push(warning);
    }

    /// The private state as it was stored, with what this call has set so far.
    pub fn private(&self) -> Private {
        self.call.said().private.clone()
    }

    /// Replaces the private state; it is stored with the result.
    pub fn set_private(&self, private: Private) {
        self.call.said().private = private;
    }

    /// True if Terraform lets a provider put a change off. Without it, [`Self::defer`] has no effect.
    pub fn deferral_allowed(&self) -> bool {
        self.call.deferral_allowed
    }

    /// Puts this change off, and all that depends on it, to a later run.
    pub fn defer(&self, reason: Defer) {
        self.call.said().deferred = Some(reason);
    }

    /// Writes to Terraform's log, shown with `TF_LOG_PROVIDER`. Never log secrets.
    pub fn log(&self, level: Level, message: &str, fields: &[(&str, &str)]) {
        let mut all = vec![("tf_rpc", self.call.rpc), ("tf_type", self.call.type_name.as_str())];
        all.extend_from_slice(fields);
        log::write(level, message, &all);
    }
}
