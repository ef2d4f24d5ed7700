//! S3 Control: what an account refuses to make public. No bucket is here.

use serde_json::{Value, json};

use super::{Operation, operation};
use crate::{
    event::Kind,
    refusal::Refusal,
    world::{Call, World},
};

pub(super) const OPERATIONS: &[Operation] = &[
    operation("s3control", "GetPublicAccessBlock", Kind::Read, get),
    operation("s3control", "PutPublicAccessBlock", Kind::Write, put),
    operation("s3control", "DeletePublicAccessBlock", Kind::Write, delete),
];

const SWITCHES: [&str; 4] =
    ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];

/// The account is named in the request; another one is none of the caller's business.
fn own<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Option<Value>, Refusal> {
    if call.text("AccountId") != call.account {
        return Err(Refusal::new("AccessDenied", "Access Denied").with_status(403));
    }
    Ok(&mut world.account(&call.account).public_access_block)
}

fn get(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let missing = || {
        let says = "The public access block configuration was not found";
        Refusal::new("NoSuchPublicAccessBlockConfiguration", says).with_status(404)
    };
    let held = own(world, call)?.clone().ok_or_else(missing)?;
    Ok(json!({ "PublicAccessBlockConfiguration": held }))
}

/// What is left out is off.
fn put(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let asked = &call.input["PublicAccessBlockConfiguration"];
    let held: Value =
        SWITCHES.map(|name| (name.to_owned(), Value::from(asked[name] == true))).into_iter().collect();
    *own(world, call)? = Some(held);
    Ok(json!({}))
}

fn delete(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    *own(world, call)? = None;
    Ok(json!({}))
}
