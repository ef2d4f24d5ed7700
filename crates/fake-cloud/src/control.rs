//! What a test may ask of the double itself, in the same process or under `/_fake/`.

use http::{Method, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    fault::Fault,
    protocol::{Request as HttpRequest, Response},
    seed::Seed,
    services::budgets,
    shared::{OutOfBand, Shared, lock},
    world::Settings,
};

/// What is asked.
#[derive(Clone, Debug)]
pub enum Request {
    /// The calls so far.
    Log,
    /// Forgets them.
    ClearLog,
    /// All that exists.
    State,
    /// Adds what no operation creates.
    Seed(Box<Seed>),
    /// Replaces the settings.
    Settings(Settings),
    /// Orders a fault.
    Fault(Fault),
    /// Takes back what was ordered.
    ClearFaults,
    /// Changes something behind the back of the client.
    Call(OutOfBand),
    /// Lets the threshold of a budget's action be passed.
    Fire(Fire),
    /// The calls that wait.
    Held,
    /// Lets them go on.
    Release,
}

/// Which action.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fire {
    /// Left out: the default account.
    #[serde(default)]
    pub account: Option<String>,
    /// The name of the budget.
    pub budget: String,
    /// The id of the action.
    pub action: String,
}

impl Shared {
    pub(crate) fn control(&self, request: Request, clock: Timestamp) -> Result<Value, String> {
        match request {
            Request::Log => Ok(json!(*lock(&self.log))),
            Request::ClearLog => {
                lock(&self.log).clear();
                Ok(Value::Null)
            }
            Request::State => Ok(json!(*lock(&self.world))),
            Request::Seed(seed) => {
                seed.put(&mut lock(&self.world));
                Ok(Value::Null)
            }
            Request::Settings(settings) => {
                lock(&self.world).settings = settings;
                Ok(Value::Null)
            }
            Request::Fault(fault) => {
                lock(&self.faults).add(fault);
                Ok(Value::Null)
            }
            Request::ClearFaults => {
                lock(&self.faults).clear();
                Ok(Value::Null)
            }
            Request::Call(edit) => self.out_of_band(edit, clock).map_err(|refusal| refusal.to_string()),
            Request::Fire(fire) => {
                let mut world = lock(&self.world);
                let account = fire.account.unwrap_or_else(|| world.default_account.clone());
                let fired = budgets::fire(&mut world, &account, &fire.budget, &fire.action);
                fired.map(|()| Value::Null).map_err(|refusal| refusal.to_string())
            }
            Request::Held => Ok(json!(lock(&self.held).waiting)),
            Request::Release => {
                lock(&self.held).released += 1;
                Ok(Value::Null)
            }
        }
    }

    /// The same over HTTP.
    pub(crate) fn control_http(&self, request: &HttpRequest, clock: Timestamp) -> Response {
        let answer = read(request).and_then(|asked| {
            let is_log = matches!(asked, Request::Log);
            let answer = self.control(asked, clock)?;
            // One line per call, so that a log can be followed and cut with the tools of a shell.
            let lines = |lines: &Vec<Value>| {
                lines.iter().flat_map(|line| [line.to_string(), "\n".to_owned()]).collect()
            };
            Ok(answer.as_array().filter(|_| is_log).map_or_else(|| answer.to_string(), lines))
        });
        match answer {
            Ok(body) => Response {
                status: StatusCode::OK,
                content_type: "application/json",
                error: None,
                error_in_header: false,
                body,
            },
            Err(says) => Response {
                status: StatusCode::BAD_REQUEST,
                content_type: "application/json",
                error: None,
                error_in_header: false,
                body: json!({ "error": says }).to_string(),
            },
        }
    }
}

fn read(request: &HttpRequest) -> Result<Request, String> {
    let path = request.uri.path().trim_start_matches("/_fake/");
    Ok(match (&request.method, path) {
        (&Method::GET, "log") => Request::Log,
        (&Method::DELETE, "log") => Request::ClearLog,
        (&Method::GET, "state") => Request::State,
        (&Method::POST, "seed") => Request::Seed(Box::new(body(request)?)),
        (&Method::POST, "settings") => Request::Settings(body(request)?),
        (&Method::POST, "faults") => Request::Fault(body(request)?),
        (&Method::DELETE, "faults") => Request::ClearFaults,
        (&Method::POST, "call") => Request::Call(body(request)?),
        (&Method::POST, "fire") => Request::Fire(body(request)?),
        (&Method::GET, "held") => Request::Held,
        (&Method::POST, "release") => Request::Release,
        (method, path) => {
            let known = "GET log, DELETE log, GET state, POST seed, POST settings, POST faults, DELETE faults, POST call, POST fire, GET held, POST release";
            return Err(format!(
                "nothing is known of {method} /_fake/{path}; known under /_fake/ are: {known}"
            ));
        }
    })
}

fn body<T: for<'de> Deserialize<'de>>(request: &HttpRequest) -> Result<T, String> {
    serde_json::from_slice(&request.body)
        .map_err(|error| format!("the body of {}: {error}", request.uri.path()))
}
