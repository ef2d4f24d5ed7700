//! The cloud account, project or subscription of an object: its own attribute, then the provider that makes it.

use std::rc::Rc;

use remit_catalog::{Cloud, Provider, cloud_of};
use remit_governance::json::Json;

use super::Account;
use super::attribute::{Leaf, Object};
use super::origin::{Origin, Origins};
use super::shared::{Shared, once};
use crate::change::Changed;
use crate::plan::ProviderConfig;

pub(super) fn read<'a>(
    change: &Changed,
    object: &Object,
    origins: Origins<'_>,
    configs: &[(&'a str, &ProviderConfig)],
    shared: &Shared<'a>,
) -> Rc<Account> {
    let (Some(provider), Some(cloud)) =
        (remit_catalog::provider_of(&change.resource_type), cloud_of(&change.resource_type))
    else {
        return once(&shared.own_accounts, Account::CannotTell);
    };
    for path in &provider.resource_account {
        match object.root().leaves(path.segments()).first() {
            Some(Leaf::Known(value)) => return once(&shared.own_accounts, one_of(cloud, value)),
            // Often computed from the provider where the block does not set it.
            Some(Leaf::Unknown) if origins.argument(&change.address, *path).is_some() => {
                return once(&shared.own_accounts, Account::CannotTell);
            }
            _ => {}
        }
    }
    let of_configs = || Rc::new(configured(provider, cloud, origins, configs));
    match configs {
        [(key, _)] => {
            Rc::clone(shared.accounts.borrow_mut().entry((key, provider.prefix)).or_insert_with(of_configs))
        }
        _ => once(&shared.own_accounts, configured(provider, cloud, origins, configs)),
    }
}

fn configured(
    provider: &Provider,
    cloud: Cloud,
    origins: Origins<'_>,
    configs: &[(&str, &ProviderConfig)],
) -> Account {
    let mut all = Vec::new();
    for (key, config) in configs {
        let mut named =
            provider.provider_account.iter().map(|path| origins.provider_argument(key, config, *path));
        match named.find(|origin| *origin != Origin::Absent) {
            Some(Origin::Value { value, .. }) => match one_of(cloud, &value) {
                Account::OneOf(ids) => all.extend(ids),
                Account::CannotTell => return Account::CannotTell,
            },
            _ => return Account::CannotTell,
        }
    }
    if all.is_empty() { Account::CannotTell } else { Account::OneOf(all) }
}

fn one_of(cloud: Cloud, value: &Json) -> Account {
    let items = if let Json::Array(items) = value { items.as_slice() } else { std::slice::from_ref(value) };
    let ids: Option<Vec<String>> = items.iter().map(|item| account_id(cloud, item.as_str()?)).collect();
    match ids {
        Some(ids) if !ids.is_empty() => Account::OneOf(ids),
        _ => Account::CannotTell,
    }
}

/// The id within a text, which may be the ARN of a role or an Azure resource id.
fn account_id(cloud: Cloud, text: &str) -> Option<String> {
    let bare = match cloud {
        Cloud::Aws => text.strip_prefix("arn:").map_or(Some(text), |arn| arn.split(':').nth(3))?,
        Cloud::Azure => {
            text.strip_prefix("/subscriptions/").map_or(Some(text), |rest| rest.split('/').next())?
        }
        Cloud::Gcp => text.strip_prefix("projects/").unwrap_or(text),
        Cloud::ThirdParty => return None,
    };
    let sound = match cloud {
        Cloud::Aws => bare.len() == 12 && bare.bytes().all(|byte| byte.is_ascii_digit()),
        _ => !bare.is_empty(),
    };
    sound.then(|| {
        format!(
            "{}:{}",
            cloud.as_str(),
            if cloud == Cloud::Azure { bare.to_lowercase() } else { bare.to_owned() }
        )
    })
}
