//! Settings of a whole account. Each is there anyway and carries no mark, so what it was is kept in the state, and is not known any more where
//! a run was killed between the write and the state. What each is in its service is in the modules below.

mod compute;
mod logging;
mod public_access;

use aws_sdk_servicequotas::types::{OptInLevel, OptInStatus, OptInType};
use remit_governance::{aws::Setting, control::aws::AccountSetting, json::Json};

use super::{Aws, connect::Place, fault::Asked};
use crate::cloud::{Fault, Key, Mark, Observed, Question};

pub(super) async fn observe(aws: &Aws<'_>, question: Question<'_>) -> Result<Option<Observed>, Fault> {
    let key = question.key;
    let setting = named(key)?;
    let place = aws.connections.place(key).await?;
    let definition = found(setting, &place, question.like).await?;
    // What can only be watched cannot be put right: said before anything counts as done, and shown as a change when it is only looked at.
    if setting.is_watched_only()
        && !question.may_share
        && question.known.is_none()
        && definition != *question.like
    {
        return Err(too_much(&place));
    }
    let (mark, prior) = match question.known {
        Some(_) => (Mark::Ours, question.prior.map(str::to_owned)),
        // The first look of a run is what was there before it.
        None => (Mark::None, Some(aws.before(&key.name, || definition.to_text()))),
    };
    let region = Some(place.region());
    let id = format!("{}:{}:{}", place.account, place.region(), key.name);
    Ok(Some(Observed { region, mark, definition, prior, ..Observed::new(id, &place) }))
}

pub(super) async fn update(
    aws: &Aws<'_>,
    key: &Key,
    body: &AccountSetting,
    found: &Observed,
) -> Result<(), Fault> {
    if found.definition == body.value {
        return Ok(());
    }
    let place = aws.connections.place(key).await?;
    write(body.setting, &place, &body.value).await
}

pub(super) async fn remove(
    aws: &Aws<'_>,
    key: &Key,
    found: &Observed,
    set: Option<&Json>,
) -> Result<(), Fault> {
    let setting = named(key)?;
    let prior = found.prior.as_deref().and_then(|prior| Json::parse(prior).ok());
    // What somebody set otherwise since is theirs, and without a record of what was there nothing can be restored.
    let is_ours = set.is_some_and(|set| *set == found.definition);
    let Some(prior) = prior.filter(|prior| is_ours && *prior != found.definition) else { return Ok(()) };
    if setting.is_watched_only() {
        return Ok(());
    }
    let place = aws.connections.place(key).await?;
    write(setting, &place, &prior).await
}

fn named(key: &Key) -> Result<Setting, Fault> {
    let unknown = || {
        Fault::other("Unknown setting", format!("{} is not a setting that this version knows.", key.phrase()))
    };
    Setting::from_word(&key.name).ok_or_else(unknown)
}

/// The value as it is. Of an object only what `like` mentions.
async fn found(setting: Setting, place: &Place, like: &Json) -> Result<Json, Fault> {
    match setting {
        Setting::EbsEncryption => compute::encryption(place).await,
        Setting::InstanceMetadata => compute::metadata(place, like).await,
        Setting::InvocationLogging => logging::found(place).await,
        Setting::PublicAccessBlock => public_access::found(place).await,
        Setting::LambdaConcurrency => concurrency(place, like).await,
        Setting::QuotaManagement => managed(place).await,
    }
}

async fn write(setting: Setting, place: &Place, value: &Json) -> Result<(), Fault> {
    match setting {
        Setting::EbsEncryption => compute::encrypt(place, *value == Json::Bool(true)).await,
        Setting::InstanceMetadata => compute::set_metadata(place, value).await,
        Setting::InvocationLogging => logging::set(place, value).await,
        Setting::PublicAccessBlock => public_access::set(place, value).await,
        Setting::LambdaConcurrency => Err(too_much(place)),
        Setting::QuotaManagement => manage(place, value).await,
    }
}

fn too_much(place: &Place) -> Fault {
    Fault::other(
        "More concurrency than was decided",
        format!(
            "In {} {} all Lambda functions together may run more at once than the value says. AWS sets that quota, and Remit only \
             watches it: ask AWS to lower it, or decide anew.",
            place.account,
            place.region()
        ),
    )
}

/// At most what was decided is as it should be; how much it is then has no part in it.
async fn concurrency(place: &Place, like: &Json) -> Result<Json, Fault> {
    let asked = Asked::of("say how many Lambda functions may run at once", "lambda:GetAccountSettings");
    let answer = place.functions().get_account_settings().send().await;
    let limit = answer.map_err(|error| asked.failed(&error))?.account_limit;
    let now = limit.map_or(0, |limit| limit.concurrent_executions);
    let most = like.as_object().and_then(|like| match like.get("at_most") {
        Some(Json::Number(most)) => most.as_safe_integer(),
        _ => None,
    });
    if most.is_some_and(|most| i64::from(now) <= most) {
        return Ok(like.clone());
    }
    let now = u32::try_from(now).unwrap_or_default();
    Ok(Json::Object([("at_most".to_owned(), Json::from(now))].into()))
}

const OFF: &str = "off";
const NOTIFY: &str = "notify";
const ADJUST: &str = "adjust";

async fn managed(place: &Place) -> Result<Json, Fault> {
    let asked = Asked::of("say how quotas are managed", "servicequotas:GetAutoManagementConfiguration");
    let said = place.quotas().get_auto_management_configuration().send().await;
    let said = said.map_err(|error| asked.failed(&error))?;
    Ok(Json::from(match (said.opt_in_status, said.opt_in_type) {
        (Some(OptInStatus::Enabled), Some(OptInType::NotifyOnly)) => NOTIFY,
        (Some(OptInStatus::Enabled), _) => ADJUST,
        _ => OFF,
    }))
}

async fn manage(place: &Place, mode: &Json) -> Result<(), Fault> {
    let client = place.quotas();
    let is_off = managed(place).await? == Json::from(OFF);
    if *mode == Json::from(OFF) {
        let asked = Asked::of("stop managing quotas", "servicequotas:StopAutoManagement");
        return client.stop_auto_management().send().await.map(drop).map_err(|error| asked.failed(&error));
    }
    let kind = if *mode == Json::from(ADJUST) { OptInType::NotifyAndAdjust } else { OptInType::NotifyOnly };
    if is_off {
        let asked = Asked::of("manage quotas", "servicequotas:StartAutoManagement");
        let start = client.start_auto_management().opt_in_level(OptInLevel::Account).opt_in_type(kind);
        return start.send().await.map(drop).map_err(|error| asked.failed(&error));
    }
    let asked = Asked::of("change how quotas are managed", "servicequotas:UpdateAutoManagement");
    client
        .update_auto_management()
        .opt_in_type(kind)
        .send()
        .await
        .map(drop)
        .map_err(|error| asked.failed(&error))
}
