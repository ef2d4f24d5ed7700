//! From what should be to what is, one control after the other. What exists is looked at before anything is written, only what is ours
//! is touched, and nothing is sent that would change nothing. After every step the caller has what exists by then, so that whatever
//! ends a run halfway, the next one goes on from there.

mod pairs;
#[cfg(test)]
mod tests;

use std::{future::Future, time::Duration};

use remit_governance::{control::aws::Control, json::Json};

pub(crate) use pairs::paired;

use crate::cloud::{Cloud, Fault, FaultKind, Key, Mark, Observed, Question};

/// A control as the state has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) key: Key,
    /// `None` while it is not made.
    pub(crate) id: Option<String>,
    pub(crate) definition: Json,
    pub(crate) prior: Option<String>,
    /// What the declaration made of it, whatever was found since. `None` where that is not known, as after an import.
    pub(crate) set: Option<Json>,
}

/// What there is after a run, and why it ended early if it did.
#[derive(Debug)]
pub(crate) struct Reached {
    /// In the order in which controls are made; what is not made has no id.
    pub(crate) controls: Vec<Known>,
    pub(crate) fault: Option<Fault>,
    /// Whether something may have been written, also where nothing came of it.
    pub(crate) touched: bool,
}

/// When to stop, and how to wait.
pub(crate) trait Patience: Sync {
    /// Whether the practitioner or the deadline ended the run.
    fn is_over(&self) -> bool;
    /// Waits so long, or until it is over.
    fn wait(&self, time: Duration) -> impl Future<Output = ()> + Send;
}

/// Makes the desired controls, in order, then removes those that are known and not desired any more, in reverse.
pub(crate) async fn converge<C: Cloud, P: Patience>(
    cloud: &C,
    patience: &P,
    desired: &[Control],
    known: &[Known],
) -> Reached {
    let mut controls: Vec<Known> = Vec::new();
    let (mut fault, mut touched) = (None, false);
    let keys: Vec<Key> = desired.iter().map(Key::of).collect();
    let pairs = paired(&keys, &known.iter().map(|known| known.key.clone()).collect::<Vec<_>>(), |_, _| true);
    for (control, pair) in desired.iter().zip(&pairs) {
        let before = pair.and_then(|at| known.get(at));
        let stays = || before.cloned().unwrap_or_else(|| Known::unmade(control));
        if fault.is_some() {
            controls.push(stays());
            continue;
        }
        match one(cloud, patience, control, before).await {
            Ok(made) => controls.push(made),
            Err(stopped) => {
                controls.push(stays());
                touched = stopped.wrote;
                fault = Some(stopped.fault);
            }
        }
    }
    let obsolete = known.iter().enumerate().filter(|(at, _)| !pairs.contains(&Some(*at)));
    let obsolete: Vec<Known> = obsolete.map(|(_, known)| known.clone()).collect();
    if fault.is_some() {
        controls.extend(obsolete);
        return Reached { controls, fault, touched };
    }
    let left = remove(cloud, patience, obsolete).await;
    controls.extend(left.controls);
    Reached { controls, ..left }
}

/// Removes controls in reverse order. What is gone already is no fault.
pub(crate) async fn remove<C: Cloud, P: Patience>(cloud: &C, patience: &P, known: Vec<Known>) -> Reached {
    let mut left = known;
    while let Some(last) = left.last().cloned() {
        if let Err(fault) = remove_one(cloud, patience, &last).await {
            return Reached { controls: left, fault: Some(fault), touched: true };
        }
        left.pop();
    }
    Reached { controls: left, fault: None, touched: false }
}

async fn remove_one<C: Cloud, P: Patience>(cloud: &C, patience: &P, known: &Known) -> Result<(), Fault> {
    // INVARIANT: without an id we never made it, and what stands there is not ours to remove, unless it carries our mark.
    let found = retried(patience, || cloud.observe(known.question())).await?;
    match found {
        Some(found) if found.mark == Mark::Ours => {
            retried(patience, || cloud.remove(&known.key, &found, known.set.as_ref())).await
        }
        _ => Ok(()),
    }
}

/// Why one control is not as it should be.
struct Stopped {
    fault: Fault,
    /// Whether something was sent before, which may have had an effect.
    wrote: bool,
}

/// Looks, then does what is missing. Ends with what is there now.
async fn one<C: Cloud, P: Patience>(
    cloud: &C,
    patience: &P,
    control: &Control,
    before: Option<&Known>,
) -> Result<Known, Stopped> {
    let unwritten = |fault| Stopped { fault, wrote: false };
    let written = |fault| Stopped { fault, wrote: true };
    let definition = control.definition();
    let key = before.map_or_else(|| Key::of(control), |before| before.key.clone());
    let look = Question {
        key: &key,
        known: before.and_then(|before| before.id.as_deref()),
        like: &definition,
        may_share: false,
        prior: before.and_then(|before| before.prior.as_deref()),
    };
    let found = match retried(patience, || cloud.observe(look)).await.map_err(unwritten)? {
        Some(found) => found,
        None => match retried(patience, || cloud.create(control)).await {
            Ok(()) => {
                let made = settled(cloud, patience, anew(look), &definition).await.map_err(written)?;
                return Ok(Known::made(&key, &made, definition));
            }
            // Perhaps our own request, whose answer was lost: what is there says whose it is.
            Err(fault) if fault.kind == FaultKind::Duplicate => {
                appeared(cloud, patience, anew(look)).await.map_err(written)?
            }
            Err(fault) => return Err(written(fault)),
        },
    };
    owned(&key, &found).map_err(unwritten)?;
    if found.definition == definition && found.mark == Mark::Ours {
        return Ok(Known::made(&key, &found, definition));
    }
    retried(patience, || cloud.update(control, &found)).await.map_err(written)?;
    // What AWS made of it is read back: a write that did nothing must not count as done.
    let look = Question { known: look.known.filter(|id| *id == found.id), ..look };
    let now = settled(cloud, patience, look, &definition).await.map_err(written)?;
    Ok(Known::made(&key, &now, definition))
}

/// What was known is gone: the new one has an id of its own, and had nothing before it.
fn anew(look: Question<'_>) -> Question<'_> {
    Question { known: None, prior: None, ..look }
}

/// A control that exists and is not ours is nobody's to overwrite. A cap has no name of its own that could be taken: what was there is
/// recorded, and restored in the end.
fn owned(key: &Key, found: &Observed) -> Result<(), Fault> {
    match &found.mark {
        Mark::Ours => Ok(()),
        Mark::None if key.kind.is_property() => Ok(()),
        Mark::None => Err(Fault::other(
            "It exists and is not ours",
            format!(
                "In the account {} there is {} already, and nothing says that Remit made it. It stays as it is.\n\n\
                 If it is to become a control of this envelope, import the envelope: \
                 `terraform import <address> aws:{}/<name of the envelope>`. Otherwise rename or remove it.",
                found.account,
                key.phrase(),
                found.account
            ),
        )),
        Mark::Other(envelope) => Err(Fault::other(
            "It belongs to another envelope",
            format!(
                "In the account {}, {} is marked as a control of the envelope `{envelope}`. It stays as it is.\n\n\
                 Two envelopes cannot hold one thing: leave it out of one of them.",
                found.account,
                key.phrase()
            ),
        )),
    }
}

/// A new control can take a while to be seen.
async fn appeared<C: Cloud, P: Patience>(
    cloud: &C,
    patience: &P,
    look: Question<'_>,
) -> Result<Observed, Fault> {
    for pause in PAUSES {
        if let Some(found) = retried(patience, || cloud.observe(look)).await? {
            return Ok(found);
        }
        patience.wait(pause).await;
    }
    Err(vanished(look.key))
}

/// A change can take a while to be seen.
async fn settled<C: Cloud, P: Patience>(
    cloud: &C,
    patience: &P,
    look: Question<'_>,
    definition: &Json,
) -> Result<Observed, Fault> {
    for pause in PAUSES {
        match retried(patience, || cloud.observe(look)).await? {
            Some(found) if found.definition == *definition => return Ok(found),
            _ => patience.wait(pause).await,
        }
    }
    Err(Fault::other(
        "The change is not seen",
        format!("A change of {} was sent and taken, and still it is not as it should be.", look.key.phrase()),
    ))
}

const PAUSES: [Duration; 6] = [
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// How often something is tried that somebody else is busy with.
const TRIES: u32 = 8;

/// Tries again what the SDK does not: conflicts with others who change the same thing.
async fn retried<T, F, P>(patience: &P, mut call: impl FnMut() -> F) -> Result<T, Fault>
where
    F: Future<Output = Result<T, Fault>>,
    P: Patience,
{
    let mut pause = Duration::from_millis(200);
    for _ in 1..TRIES {
        if patience.is_over() {
            return Err(interrupted());
        }
        match call().await {
            Err(fault) if fault.kind == FaultKind::Busy => patience.wait(pause).await,
            result => return result,
        }
        pause = pause.saturating_mul(2).min(Duration::from_secs(10));
    }
    if patience.is_over() { Err(interrupted()) } else { call().await }
}

fn interrupted() -> Fault {
    Fault::other(
        "Interrupted",
        "The run was ended before all controls were made. What was made is in the state; apply again to go on.",
    )
}

fn vanished(key: &Key) -> Fault {
    Fault::other(
        "A control is not seen",
        format!(
            "{} was made, and AWS does not show it yet. Apply again: it is found by its name then.",
            crate::declaration::sentence(&key.phrase()).trim_end_matches('.')
        ),
    )
}

impl Known {
    pub(crate) fn question(&self) -> Question<'_> {
        Question {
            key: &self.key,
            known: self.id.as_deref(),
            like: &self.definition,
            may_share: false,
            prior: self.prior.as_deref(),
        }
    }

    fn unmade(control: &Control) -> Self {
        let definition = control.definition();
        Self { key: Key::of(control), id: None, set: Some(definition.clone()), definition, prior: None }
    }

    fn made(key: &Key, found: &Observed, definition: Json) -> Self {
        let key = Key { account: Some(found.account.clone()), region: found.region.clone(), ..key.clone() };
        let (id, set) = (Some(found.id.clone()), Some(definition.clone()));
        Self { key, id, definition, prior: found.prior.clone(), set }
    }
}
