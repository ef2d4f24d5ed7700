//! A call from its first byte to its last, without the socket: decode, fault, carry out, log, encode.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    contract::Contract,
    event::{Entry, Kind},
    fault::{Effect, Faults},
    protocol::{self, Asked, Request, Response, Unasked},
    refusal::Refusal,
    services::{self, identity},
    world::{Call, World},
};

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) contracts: Vec<Contract>,
    pub(crate) world: Mutex<World>,
    pub(crate) faults: Mutex<Faults>,
    pub(crate) log: Mutex<Vec<Entry>>,
    pub(crate) held: Mutex<Held>,
    pub(crate) held_changed: Condvar,
}

/// Calls that wait to be released.
#[derive(Default)]
pub(crate) struct Held {
    /// As `service operation`.
    pub(crate) waiting: Vec<String>,
    /// How often everything that waited was released.
    pub(crate) released: u64,
}

/// What becomes of a call.
pub(crate) enum Fate {
    Answer(Response),
    /// The connection ends without an answer.
    Drop,
}

/// A call that nobody is charged with: an edit of the cloud behind the back of whoever manages it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutOfBand {
    /// The service as the SDKs name it.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// Left out: the default account.
    #[serde(default)]
    pub account: Option<String>,
    /// Left out: us-east-1.
    #[serde(default)]
    pub region: Option<String>,
    /// The request.
    #[serde(default)]
    pub input: Map<String, Value>,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What was ordered for a call, once it is known which one it is.
pub(crate) struct Decided<'a> {
    asked: Asked<'a>,
    kind: Kind,
    pub(crate) effect: Option<Effect>,
}

impl Decided<'_> {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.asked.contract.service, self.asked.operation)
    }
}

/// How a call ended.
#[derive(Clone, Copy)]
struct Ended<'a> {
    /// None where the connection was dropped.
    answer: Option<&'a Response>,
    changed: bool,
    effect: Option<&'a Effect>,
}

impl Shared {
    pub(crate) fn new(contracts: Vec<Contract>) -> Self {
        Self {
            contracts,
            world: Mutex::default(),
            faults: Mutex::default(),
            log: Mutex::default(),
            held: Mutex::default(),
            held_changed: Condvar::new(),
        }
    }

    /// Which call it is, and what shall become of it. What is no call at all is answered at once.
    pub(crate) fn decide(&self, request: &Request, now: Timestamp) -> Result<Decided<'_>, Response> {
        let asked =
            protocol::decode(&self.contracts, request).map_err(|unasked| self.unasked(unasked, now))?;
        let kind =
            services::find(&asked.contract.service, &asked.operation).map_or(Kind::Read, |found| found.kind);
        let effect = lock(&self.faults).due(&asked.contract.service, &asked.operation, kind == Kind::Write);
        Ok(Decided { asked, kind, effect })
    }

    /// Carries a call out, unless what was ordered for it prevents that.
    pub(crate) fn carry_out(&self, decided: Decided<'_>, clock: Timestamp) -> Fate {
        let Decided { asked, kind, effect } = decided;
        let service = asked.contract.service.as_str();
        let refused = match &effect {
            Some(Effect::Throttle) => Some(services::throttled(service)),
            Some(Effect::InternalError) => Some(services::broken(service)),
            Some(Effect::Code(code)) => {
                Some(Refusal::new(code, format!("fake-cloud was told to answer {code}")))
            }
            _ => None,
        };
        let mut world = lock(&self.world);
        let now = world.settings.now.unwrap_or(clock);
        let (call, refused) = match identity::caller(&world, &asked.credential) {
            Ok((account, principal)) => (called(&asked, account, principal, now), refused),
            Err(refusal) => (called(&asked, String::new(), String::new(), now), Some(refusal)),
        };
        if effect == Some(Effect::DropBefore) {
            self.record(&call, kind, Ended { answer: None, changed: false, effect: effect.as_ref() });
            return Fate::Drop;
        }
        let (answer, changed) = if let Some(refusal) = refused {
            (Err(refusal), false)
        } else {
            let (answer, changed) = run(&mut world, &call, kind);
            (protocol::verified(asked.contract, &asked.operation, answer), changed)
        };
        let request_id = world.next_id();
        drop(world);
        let response = protocol::encode(asked.contract, &asked.operation, request_id, &answer);
        let is_dropped = effect == Some(Effect::DropAfter);
        let answer = (!is_dropped).then_some(&response);
        self.record(&call, kind, Ended { answer, changed, effect: effect.as_ref() });
        if is_dropped { Fate::Drop } else { Fate::Answer(response) }
    }

    fn record(&self, call: &Call, kind: Kind, ended: Ended<'_>) {
        let Ended { answer, changed, effect } = ended;
        let mut log = lock(&self.log);
        let entry = Entry {
            number: log.len() + 1,
            service: call.service.clone(),
            operation: call.operation.clone(),
            kind,
            account: call.account.clone(),
            region: call.region.clone(),
            principal: call.principal.clone(),
            input: call.input.clone(),
            status: answer.map(|answer| answer.status.as_u16()),
            code: answer.and_then(|answer| answer.error.clone()),
            changed,
            fault: effect.map(Effect::name),
        };
        log.push(entry);
    }

    /// A request that is no call is in the log as well: a client that sends one has a fault.
    fn unasked(&self, unasked: Unasked<'_>, now: Timestamp) -> Response {
        let Unasked { contract, operation, refusal } = unasked;
        let call = Call {
            service: contract.map_or_else(|| "?".to_owned(), |contract| contract.service.clone()),
            operation: operation.clone(),
            account: String::new(),
            region: String::new(),
            principal: String::new(),
            input: Value::Null,
            now,
        };
        let request_id = lock(&self.world).next_id();
        let response = match contract {
            Some(contract) => protocol::encode(contract, &operation, request_id, &Err(refusal)),
            None => protocol::encode_unknown(&refusal),
        };
        let kind = services::find(&call.service, &operation).map_or(Kind::Read, |found| found.kind);
        self.record(&call, kind, Ended { answer: Some(&response), changed: false, effect: None });
        response
    }

    /// An edit behind the back of the client: checked like any call, seen by lists at once, in no log.
    pub(crate) fn out_of_band(&self, edit: OutOfBand, clock: Timestamp) -> Result<Value, Refusal> {
        let mut world = lock(&self.world);
        let contract = self.contracts.iter().find(|contract| contract.service == edit.service);
        let unknown = || {
            Refusal::new(
                "UnknownOperationException",
                format!("fake-cloud does not play {} of {}", edit.operation, edit.service),
            )
        };
        let contract = contract.ok_or_else(unknown)?;
        let operation = contract.operations.get(&edit.operation).ok_or_else(unknown)?;
        let input = Value::Object(edit.input);
        if let Some(shape) = &operation.input {
            let faults =
                crate::contract::faults(contract, shape, &input, crate::contract::Direction::Request);
            if !faults.is_empty() {
                return Err(services::invalid(&edit.service, &faults));
            }
        }
        let account = edit.account.unwrap_or_else(|| world.default_account.clone());
        let call = Call {
            principal: format!("arn:aws:iam::{account}:user/somebody-else"),
            now: world.settings.now.unwrap_or(clock),
            service: edit.service,
            operation: edit.operation,
            account,
            region: edit.region.unwrap_or_else(|| "us-east-1".to_owned()),
            input,
        };
        let lag = std::mem::take(&mut world.settings.lag);
        let (answer, _) = run(&mut world, &call, Kind::Write);
        world.settings.lag = lag;
        answer
    }
}

fn called(asked: &Asked<'_>, account: String, principal: String, now: Timestamp) -> Call {
    Call {
        service: asked.contract.service.clone(),
        operation: asked.operation.clone(),
        account,
        region: asked.credential.region.clone(),
        principal,
        input: asked.input.clone(),
        now,
    }
}

/// Runs an operation. One that is refused leaves the cloud as it was. Second: whether the cloud is another one now.
fn run(world: &mut World, call: &Call, kind: Kind) -> (Result<Value, Refusal>, bool) {
    let Some(operation) = services::find(&call.service, &call.operation) else {
        let says = format!("fake-cloud does not play {} of {}", call.operation, call.service);
        return (Err(Refusal::new("UnknownOperationException", says).with_status(404)), false);
    };
    if kind != Kind::Write {
        return ((operation.run)(world, call), false);
    }
    let before = world.clone();
    let answer = (operation.run)(world, call);
    if answer.is_err() {
        *world = before;
        return (answer, false);
    }
    let changed = !world.is_as(&before);
    (answer, changed)
}
