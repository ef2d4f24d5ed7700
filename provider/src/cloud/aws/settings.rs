//! The provider's `aws` settings, named as users of AWS tools know them. Nothing is connected here: an envelope that is only
//! declared needs neither settings nor credentials.

use std::collections::BTreeMap;

use tf_provider_sdk::{
    Attr, Attribute, DecodeError, Diagnostic, Diagnostics, Model, Object, ObjectReader, Path, Type, Validator,
};

/// Services whose endpoint can be set, by the names that `endpoints` has for them.
pub(crate) const SERVICES: [&str; 10] = [
    "applicationautoscaling",
    "autoscaling",
    "bedrock",
    "budgets",
    "ec2",
    "lambda",
    "organizations",
    "s3control",
    "servicequotas",
    "sts",
];

/// How AWS is reached. What is left out is taken from the environment and the shared files, as by every AWS tool.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    pub(crate) region: Attr<String>,
    pub(crate) profile: Attr<String>,
    pub(crate) shared_config_files: Attr<Vec<Attr<String>>>,
    pub(crate) shared_credentials_files: Attr<Vec<Attr<String>>>,
    pub(crate) assume_role: Attr<Role>,
    pub(crate) endpoints: Attr<BTreeMap<String, Attr<String>>>,
    pub(crate) max_attempts: Attr<i64>,
    /// Roles by which accounts are reached that are not that of the credentials.
    pub(crate) accounts: Attr<BTreeMap<String, Role>>,
}

/// A role to assume.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) arn: Attr<String>,
    pub(crate) external_id: Attr<String>,
    pub(crate) session_name: Attr<String>,
}

impl Model for Settings {
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
        Ok(Self {
            region: object.get("region")?,
            profile: object.get("profile")?,
            shared_config_files: object.get("shared_config_files")?,
            shared_credentials_files: object.get("shared_credentials_files")?,
            assume_role: object.get("assume_role")?,
            endpoints: object.get("endpoints")?,
            max_attempts: object.get("max_attempts")?,
            accounts: object.get("accounts")?,
        })
    }

    /// Settings are read only; no state of theirs is ever written.
    fn encode(self) -> Object {
        Object::new()
    }
}

impl Model for Role {
    fn decode(object: &mut ObjectReader) -> Result<Self, DecodeError> {
        Ok(Self {
            arn: object.get("role_arn")?,
            external_id: object.get("external_id")?,
            session_name: object.get("session_name")?,
        })
    }

    fn encode(self) -> Object {
        Object::new()
    }
}

impl Settings {
    /// The attribute `aws` of the provider block.
    pub(crate) fn attribute() -> Attribute {
        Attribute::nested(
            "aws",
            [
                Attribute::string("region").description(
                    "Region of what has a region and names none itself. Left out: `AWS_REGION`, or the \
                     profile's.",
                ),
                Attribute::string("profile").description(
                    "Profile of the shared files, one that signs in by SSO or runs a credential process \
                     included.",
                ),
                files("shared_config_files", "~/.aws/config"),
                files("shared_credentials_files", "~/.aws/credentials"),
                Attribute::nested("assume_role", Role::attributes())
                    .description("Role to assume with the credentials that are found."),
                Attribute::map("endpoints", Type::String).description(format!(
                    "URLs to send requests to instead of AWS's own, by service: {}.",
                    SERVICES.map(|service| format!("`{service}`")).join(", ")
                )),
                Attribute::number("max_attempts")
                    .validate(Validator::range(1..=100))
                    .description("How often a request is tried before it counts as failed. Left out: 8."),
                Attribute::nested_map("accounts", Role::attributes()).description(
                    "Roles by which further accounts are reached, by account id: for controls that name \
                     another `account` than that of the credentials.",
                ),
            ],
        )
        .description(
            "How AWS is reached: by the standard chain of credentials, which these settings narrow. Not \
             needed while no envelope has an `aws` block.",
        )
    }

    /// What no single attribute can see.
    pub(crate) fn faults(&self) -> Diagnostics {
        let here = Path::attribute("aws");
        let endpoints = self.endpoints.known().into_iter().flatten().filter_map(|(service, url)| {
            let at = here.clone().attr("endpoints").key(service);
            let fault = if SERVICES.contains(&service.as_str()) {
                let url =
                    url.known().filter(|url| !url.starts_with("https://") && !url.starts_with("http://"));
                format!("`{}` is not a URL. Begin it with `https://`.", url?)
            } else {
                format!("`{service}` is not a service that is called. Those are: {}.", SERVICES.join(", "))
            };
            Some(Diagnostic::error("Invalid endpoint").detail(fault).at(at))
        });
        let accounts = self.accounts.known().into_iter().flatten().filter_map(|(account, _)| {
            let fault = format!("`{account}` is not an AWS account id, which has twelve digits.");
            let at = here.clone().attr("accounts").key(account);
            (!is_account(account)).then(|| Diagnostic::error("Invalid account").detail(fault).at(at))
        });
        let roles = self.roles().filter_map(|(at, role)| {
            let arn = role.arn.known()?;
            let good = arn.starts_with("arn:") && arn.contains(":iam::") && arn.contains(":role/");
            let fault =
                format!("`{arn}` is not the ARN of a role, such as `arn:aws:iam::123456789012:role/remit`.");
            (!good).then(|| Diagnostic::error("Invalid role").detail(fault).at(at.attr("role_arn")))
        });
        endpoints.chain(accounts).chain(roles).collect()
    }

    fn roles(&self) -> impl Iterator<Item = (Path, &Role)> {
        let here = Path::attribute("aws");
        let own = self.assume_role.known().map(|role| (here.clone().attr("assume_role"), role));
        let others = self.accounts.known().into_iter().flatten();
        own.into_iter()
            .chain(others.map(move |(account, role)| (here.clone().attr("accounts").key(account), role)))
    }

    /// Whether every setting has its value: while planning, some may come from resources that are not made yet.
    pub(crate) fn is_known(&self) -> bool {
        let texts = [&self.region, &self.profile];
        let lists = [&self.shared_config_files, &self.shared_credentials_files];
        let list_known = |list: &Attr<Vec<Attr<String>>>| {
            !list.is_unknown() && !list.known().into_iter().flatten().any(Attr::is_unknown)
        };
        let endpoints_known = !self.endpoints.is_unknown()
            && !self.endpoints.known().into_iter().flatten().any(|(_, url)| url.is_unknown());
        let roles_known = !self.assume_role.is_unknown()
            && !self.accounts.is_unknown()
            && self.roles().all(|(_, role)| role.is_known());
        !texts.into_iter().any(Attr::is_unknown)
            && lists.into_iter().all(list_known)
            && endpoints_known
            && !self.max_attempts.is_unknown()
            && roles_known
    }
}

impl Role {
    fn attributes() -> [Attribute; 3] {
        [
            Attribute::string("role_arn").required().description("ARN of the role."),
            Attribute::string("external_id").description("What its trust policy asks for, if it does."),
            Attribute::string("session_name")
                .description("Name of the session, as it stands in CloudTrail. Left out: `remit`."),
        ]
    }

    fn is_known(&self) -> bool {
        ![&self.arn, &self.external_id, &self.session_name].into_iter().any(Attr::is_unknown)
    }
}

/// Whether this is the form of an account id.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.chars().all(|c| c.is_ascii_digit())
}

fn files(name: &str, usual: &str) -> Attribute {
    Attribute::list(name, Type::String).description(format!("Files to read instead of `{usual}`."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(arn: &str) -> Role {
        Role { arn: arn.into(), ..Role::default() }
    }

    #[test]
    fn what_could_never_work_is_said_with_its_place() {
        let good = role("arn:aws:iam::123456789012:role/remit");
        let settings = Settings {
            assume_role: Attr::Known(role("remit")),
            endpoints: Attr::Known(BTreeMap::from([
                ("budgets".to_owned(), "http://127.0.0.1:4566".into()),
                ("sts".to_owned(), "localhost".into()),
                ("iam".to_owned(), "https://iam.example.com".into()),
            ])),
            accounts: Attr::Known(BTreeMap::from([
                ("210987654321".to_owned(), good.clone()),
                ("prod".to_owned(), good),
            ])),
            ..Settings::default()
        };
        let places: Vec<_> = settings.faults().iter().map(|fault| fault.path.to_string()).collect();
        assert_eq!(
            places,
            [
                "aws.endpoints[\"iam\"]",
                "aws.endpoints[\"sts\"]",
                "aws.accounts[\"prod\"]",
                "aws.assume_role.role_arn"
            ]
        );
        assert!(Settings::default().faults().is_empty());
    }

    #[test]
    fn one_unknown_part_makes_settings_unknown() {
        assert!(Settings::default().is_known());
        let unknown = [
            Settings { region: Attr::Unknown, ..Settings::default() },
            Settings { shared_config_files: Attr::Known(vec![Attr::Unknown]), ..Settings::default() },
            Settings {
                endpoints: Attr::Known(BTreeMap::from([("sts".to_owned(), Attr::Unknown)])),
                ..Settings::default()
            },
            Settings {
                accounts: Attr::Known(BTreeMap::from([(
                    "210987654321".to_owned(),
                    Role { external_id: Attr::Unknown, ..role("arn:aws:iam::210987654321:role/remit") },
                )])),
                ..Settings::default()
            },
        ];
        assert!(unknown.iter().all(|settings| !settings.is_known()));
    }
}
