//! A setting of a whole account that a default override sets and watches: which one, where, and which values it can have.

use super::{cap::parse_region, read_account};
use crate::{
    dimension::words,
    invalid::Kind,
    json::{Json, Members},
    read::{Reader, excerpt},
};

words! {
    /// A setting of an account.
    Setting is "a setting of an account" {
        /// New EBS volumes are encrypted. Per region.
        EbsEncryption = "ebs_encryption_by_default",
        /// How new instances serve their metadata. Per region.
        InstanceMetadata = "instance_metadata_defaults",
        /// Where invocations of Bedrock models are logged. Per region.
        InvocationLogging = "bedrock_invocation_logging",
        /// What S3 refuses to make public.
        PublicAccessBlock = "s3_public_access_block",
        /// Concurrent executions of all Lambda functions together. Per region; watched only.
        LambdaConcurrency = "lambda_account_concurrency",
        /// Whether quotas rise by themselves. Per region.
        QuotaManagement = "quota_auto_management",
    }
}

/// Which setting, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sets {
    /// The setting.
    pub setting: Setting,
    /// The account; left out, that of the credentials.
    pub account: Option<String>,
    /// The region; left out, that of the provider.
    pub region: Option<String>,
}

impl Setting {
    /// Whether it is another one in each region.
    pub const fn is_regional(self) -> bool {
        !matches!(self, Self::PublicAccessBlock)
    }

    /// Whether Remit can change it.
    pub const fn is_watched_only(self) -> bool {
        matches!(self, Self::LambdaConcurrency)
    }
}

impl Sets {
    pub(crate) fn read(r: &mut Reader, json: &Json) -> Option<Self> {
        let fields = r.object(json, &["setting", "account", "region"])?;
        let setting = r.required(fields, "setting", Setting::read);
        let account = r.optional(fields, "account", read_account);
        let region = r.optional(fields, "region", |r, json| r.parsed(json, parse_region));
        if region.is_some() && setting.is_some_and(|setting| !setting.is_regional()) {
            r.at_attribute("region", |r| {
                r.reject_with(Kind::Relation, "the setting is of the whole account", "remove `region`");
            });
        }
        Some(Self { setting: setting?, account, region })
    }

    pub(crate) fn normal(&self) -> Json {
        Members::new()
            .put("setting", self.setting)
            .put_some("account", self.account.as_deref())
            .put_some("region", self.region.as_deref())
            .into()
    }

    /// The value as it is compared with what is found, or why it is none of this setting.
    pub(crate) fn definition(&self, value: &Json) -> Result<Json, String> {
        let form = form(self.setting);
        let wrong = || {
            Err(format!("`{}` is no value of `{}`, which is {form}", excerpt(&value.to_text()), self.setting))
        };
        match (self.setting, value) {
            (Setting::EbsEncryption, Json::Bool(_)) => Ok(value.clone()),
            (Setting::QuotaManagement, Json::String(mode)) if matches!(mode.as_str(), "off" | "notify") => {
                Ok(value.clone())
            }
            (Setting::LambdaConcurrency, Json::Number(most))
                if most.as_safe_integer().is_some_and(|most| most > 0) =>
            {
                Ok(Members::new().put("at_most", value.clone()).into())
            }
            (
                Setting::InstanceMetadata | Setting::PublicAccessBlock | Setting::InvocationLogging,
                Json::Object(members),
            ) => {
                let fits = |(name, member): (&String, &Json)| is_member(self.setting, name, member);
                let needed = needed(self.setting);
                if members.is_empty()
                    || !members.iter().all(fits)
                    || !needed.iter().all(|name| members.contains_key(*name))
                {
                    return wrong();
                }
                if self.setting == Setting::InvocationLogging && !is_logged_somewhere(value) {
                    return wrong();
                }
                Ok(value.clone())
            }
            _ => wrong(),
        }
    }
}

fn form(setting: Setting) -> &'static str {
    match setting {
        Setting::EbsEncryption => "`true` or `false`",
        Setting::InstanceMetadata => {
            "an object of `http_tokens` (`required`, `optional`), `http_put_response_hop_limit` (1 to 64), `http_endpoint` and \
             `instance_metadata_tags` (`enabled`, `disabled`), at least one of them"
        }
        Setting::InvocationLogging => {
            "an object of `text`, `image` and `embedding` (`true`, `false`), with `log_group` and `role`, or `bucket`, or both, and \
             optionally `prefix`"
        }
        Setting::PublicAccessBlock => {
            "an object of `block_public_acls`, `ignore_public_acls`, `block_public_policy` and `restrict_public_buckets`, each `true` or \
             `false`"
        }
        Setting::LambdaConcurrency => "a whole number above zero",
        Setting::QuotaManagement => "`off` or `notify`",
    }
}

fn needed(setting: Setting) -> &'static [&'static str] {
    match setting {
        Setting::PublicAccessBlock => {
            &["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]
        }
        Setting::InvocationLogging => &["embedding", "image", "text"],
        _ => &[],
    }
}

fn is_member(setting: Setting, name: &str, member: &Json) -> bool {
    let one_of = |words: &[&str]| member.as_str().is_some_and(|word| words.contains(&word));
    let is_bool = matches!(member, Json::Bool(_));
    let is_name = member.as_str().is_some_and(|text| {
        !text.is_empty() && text.len() <= 2048 && text.chars().all(|c| c.is_ascii_graphic())
    });
    match (setting, name) {
        (Setting::InstanceMetadata, "http_tokens") => one_of(&["optional", "required"]),
        (Setting::InstanceMetadata, "http_endpoint" | "instance_metadata_tags") => {
            one_of(&["disabled", "enabled"])
        }
        (Setting::InstanceMetadata, "http_put_response_hop_limit") => {
            matches!(member, Json::Number(hops) if hops.as_safe_integer().is_some_and(|hops| (1..=64).contains(&hops)))
        }
        (Setting::InvocationLogging, "text" | "image" | "embedding") => is_bool,
        (Setting::InvocationLogging, "log_group" | "role" | "bucket" | "prefix") => is_name,
        (Setting::PublicAccessBlock, name) => is_bool && needed(setting).contains(&name),
        _ => false,
    }
}

fn is_logged_somewhere(value: &Json) -> bool {
    let has = |name: &str| value.as_object().is_some_and(|members| members.contains_key(name));
    has("log_group") == has("role")
        && (has("log_group") || has("bucket"))
        && (has("bucket") || !has("prefix"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_has_its_values_and_no_others() {
        let of = |setting: Setting, text: &str| {
            let sets = Sets { setting, account: None, region: None };
            sets.definition(&Json::parse(text).unwrap())
        };
        for (setting, good, wrong) in [
            (Setting::EbsEncryption, "true", r#""true""#),
            (Setting::InstanceMetadata, r#"{"http_tokens":"required"}"#, "{}"),
            (
                Setting::InstanceMetadata,
                r#"{"http_put_response_hop_limit":2}"#,
                r#"{"http_put_response_hop_limit":65}"#,
            ),
            (
                Setting::InvocationLogging,
                r#"{"text":true,"image":false,"embedding":false,"bucket":"logs"}"#,
                r#"{"text":true,"image":false,"embedding":false}"#,
            ),
            (
                Setting::InvocationLogging,
                r#"{"text":true,"image":true,"embedding":true,"log_group":"a","role":"arn:aws:iam::123456789012:role/a"}"#,
                r#"{"text":true,"image":true,"embedding":true,"log_group":"a"}"#,
            ),
            (
                Setting::PublicAccessBlock,
                r#"{"block_public_acls":true,"ignore_public_acls":true,"block_public_policy":true,"restrict_public_buckets":true}"#,
                r#"{"block_public_acls":true}"#,
            ),
            (Setting::LambdaConcurrency, "1000", "0"),
            (Setting::QuotaManagement, r#""off""#, r#""adjust""#),
        ] {
            assert!(of(setting, good).is_ok(), "{setting} {good}");
            let said = of(setting, wrong).unwrap_err();
            assert!(said.contains(setting.as_str()), "{said}");
        }
    }
}
