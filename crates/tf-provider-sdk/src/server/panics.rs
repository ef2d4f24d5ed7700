//! A panic in one call becomes an error message with its place in the source, in the log and for the practitioner.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic;
use std::sync::{Mutex, Once, PoisonError};

use tokio::task::{self, JoinError};

use crate::diagnostic::Diagnostic;
use crate::log::{self, Level};

/// Where the tasks that have panicked and not been described yet did so.
static PLACES: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

/// Writes panics to Terraform's log in place of plain text on stderr.
pub(super) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let standard = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // Outside a call (in `main`, in a test) nothing of this concerns us.
            let Some(id) = task::try_id() else { return standard(info) };
            let place = info.location().map_or_else(String::new, ToString::to_string);
            log::write(
                Level::Error,
                "panic in the provider",
                &[("message", message(info.payload())), ("at", &place)],
            );
            PLACES.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_string(), place);
        }));
    });
}

/// What became of a call that did not come back.
pub(super) fn describe(error: JoinError) -> Diagnostic {
    let place = PLACES.lock().unwrap_or_else(PoisonError::into_inner).remove(&error.id().to_string());
    match error.try_into_panic() {
        Ok(payload) => {
            let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
            Diagnostic::bug(format!("The provider panicked{place}: {}.", message(payload.as_ref())))
        }
        Err(_) => Diagnostic::bug("The provider ended before the call did."),
    }
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}
