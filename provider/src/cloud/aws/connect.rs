//! Reaching AWS: the standard chain of credentials, a role per further account, and one client per service, account and region. Nothing
//! is connected before it is needed.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use aws_config::{
    BehaviorVersion, Region, SdkConfig, retry::RetryConfig, sts::AssumeRoleProvider, timeout::TimeoutConfig,
};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_smithy_http_client::{Builder, tls};
use tf_provider_sdk::Attr;
use tokio::sync::{Mutex, MutexGuard, OnceCell};

use super::{
    budget, budget_action,
    fault::{self, Asked},
    lists::Lists,
    policy,
    quotas::Mode,
    settings::{Role, Settings},
    standing::Seen,
};
use crate::cloud::{Fault, Key};

/// The session name of roles that are assumed without one of their own.
const SESSION: &str = "remit";
const ATTEMPTS: u32 = 8;

/// How AWS is reached, and what is connected already.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    settings: Attr<Settings>,
    base: OnceCell<Reached>,
    accounts: Mutex<BTreeMap<String, Arc<SdkConfig>>>,
    /// Organizations takes one change at a time, and refuses the others.
    organization: Mutex<()>,
    pub(super) lists: Shared,
    pub(super) seen: Mutex<Seen>,
}

/// What one look at an account may tell many.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) budgets: Lists<budget::All>,
    pub(super) actions: Lists<budget_action::All>,
    pub(super) policies: Lists<policy::Named>,
    /// The policies at a target.
    pub(super) attached: Lists<Vec<policy::Attached>>,
    pub(super) quotas: Lists<Mode>,
}

impl Shared {
    /// Something of ours was written.
    pub(super) async fn forget(&self) {
        self.budgets.forget().await;
        self.actions.forget().await;
        self.policies.forget().await;
        self.attached.forget().await;
    }
}

/// The credentials of the provider, and whose they are.
#[derive(Debug)]
struct Reached {
    config: SdkConfig,
    account: String,
}

/// An account and region that requests go to.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    config: SdkConfig,
    endpoints: BTreeMap<String, String>,
    pub(crate) account: String,
}

impl Connections {
    pub(crate) fn new(settings: Attr<Settings>) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Whether enough is known to connect. While planning, settings may come from what is not made yet.
    fn is_known(&self) -> bool {
        match &self.settings {
            Attr::Null => true,
            Attr::Unknown => false,
            Attr::Known(settings) => settings.is_known(),
        }
    }

    /// Where a control is.
    pub(crate) async fn place(&self, key: &Key) -> Result<Place, Fault> {
        self.at(key.account.as_deref(), key.region.as_deref()).await
    }

    /// An account, which left out is that of the credentials, in a region, which left out is that of the provider.
    pub(crate) async fn at(&self, account: Option<&str>, region: Option<&str>) -> Result<Place, Fault> {
        let base = self.base().await?;
        let (mut config, account) = match account {
            Some(account) if account != base.account => {
                ((*self.in_account(base, account).await?).clone(), account.to_owned())
            }
            _ => (base.config.clone(), base.account.clone()),
        };
        if let Some(region) = region {
            config = config.into_builder().region(Region::new(region.to_owned())).build();
        }
        Ok(Place { config, endpoints: self.endpoints(), account })
    }

    /// Held while something of an organization is changed.
    pub(super) async fn changing_organization(&self) -> MutexGuard<'_, ()> {
        self.organization.lock().await
    }

    async fn base(&self) -> Result<&Reached, Fault> {
        self.base.get_or_try_init(|| self.connect()).await
    }

    async fn connect(&self) -> Result<Reached, Fault> {
        if !self.is_known() {
            return Err(fault::settings_unknown());
        }
        let settings = self.settings.known();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(
                Builder::new()
                    .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
                    .build_https(),
            )
            .retry_config(retries(settings))
            .timeout_config(timeouts());
        if let Some(settings) = settings {
            if let Some(region) = settings.region.known() {
                loader = loader.region(Region::new(region.clone()));
            }
            if let Some(profile) = settings.profile.known() {
                loader = loader.profile_name(profile);
            }
            if let Some(files) = files(settings) {
                loader = loader.profile_files(files);
            }
        }
        let mut config = loader.load().await;
        if config.region().is_none() {
            return Err(fault::no_region());
        }
        if let Some(role) = settings.and_then(|settings| settings.assume_role.known()) {
            config = self.assumed(&config, role).await;
        }
        let account = self.whose(&config).await?;
        Ok(Reached { config, account })
    }

    async fn in_account(&self, base: &Reached, account: &str) -> Result<Arc<SdkConfig>, Fault> {
        let mut accounts = self.accounts.lock().await;
        if let Some(config) = accounts.get(account) {
            return Ok(Arc::clone(config));
        }
        let settings = self.settings.known();
        let role = settings.and_then(|settings| settings.accounts.known()?.get(account));
        let Some(role) = role else { return Err(fault::wrong_account(account, &base.account)) };
        let config = self.assumed(&base.config, role).await;
        let reached = self.whose(&config).await?;
        if reached != account {
            return Err(fault::role_elsewhere(role.arn.text(), account, &reached));
        }
        let config = Arc::new(config);
        accounts.insert(account.to_owned(), Arc::clone(&config));
        Ok(config)
    }

    async fn assumed(&self, config: &SdkConfig, role: &Role) -> SdkConfig {
        let session = role.session_name.known().map_or(SESSION, String::as_str);
        let mut asking = config.clone().into_builder();
        if let Some(endpoint) = self.endpoints().get("sts") {
            asking = asking.endpoint_url(endpoint);
        }
        let mut provider =
            AssumeRoleProvider::builder(role.arn.text()).session_name(session).configure(&asking.build());
        if let Some(id) = role.external_id.known() {
            provider = provider.external_id(id);
        }
        config
            .clone()
            .into_builder()
            .credentials_provider(aws_sdk_sts::config::SharedCredentialsProvider::new(provider.build().await))
            .build()
    }

    /// Whose credentials these are. Says so clearly where there are none.
    async fn whose(&self, config: &SdkConfig) -> Result<String, Fault> {
        let place = Place { config: config.clone(), endpoints: self.endpoints(), account: String::new() };
        let asked = Asked::of("ask whose the credentials are", "sts:GetCallerIdentity");
        let identity =
            place.sts().get_caller_identity().send().await.map_err(|error| asked.failed(&error))?;
        identity
            .account
            .ok_or_else(|| Fault::other("Credentials of nobody", "AWS names no account for the credentials."))
    }

    fn endpoints(&self) -> BTreeMap<String, String> {
        let settings = self.settings.known().and_then(|settings| settings.endpoints.known());
        let known = settings.into_iter().flatten();
        known.filter_map(|(service, url)| Some((service.clone(), url.known()?.clone()))).collect()
    }
}

fn retries(settings: Option<&Settings>) -> RetryConfig {
    let attempts = settings.and_then(|settings| settings.max_attempts.known());
    let attempts = attempts.and_then(|attempts| u32::try_from(*attempts).ok()).unwrap_or(ATTEMPTS);
    RetryConfig::standard()
        .with_max_attempts(attempts)
        .with_initial_backoff(Duration::from_millis(200))
        .with_max_backoff(Duration::from_secs(20))
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(30))
        .build()
}

fn files(settings: &Settings) -> Option<EnvConfigFiles> {
    let of = |files: &Attr<Vec<Attr<String>>>| -> Vec<String> {
        files.known().into_iter().flatten().filter_map(|file| file.known().cloned()).collect()
    };
    let (config, credentials) = (of(&settings.shared_config_files), of(&settings.shared_credentials_files));
    if config.is_empty() && credentials.is_empty() {
        return None;
    }
    let mut files = EnvConfigFiles::builder();
    files = if config.is_empty() { files.include_default_config_file(true) } else { files };
    files = if credentials.is_empty() { files.include_default_credentials_file(true) } else { files };
    for file in config {
        files = files.with_file(EnvConfigFileKind::Config, file);
    }
    for file in credentials {
        files = files.with_file(EnvConfigFileKind::Credentials, file);
    }
    Some(files.build())
}

/// A client of a service, at its own endpoint where the settings name one.
macro_rules! client {
    ($method:ident, $service:literal, $sdk:ident) => {
        pub(crate) fn $method(&self) -> $sdk::Client {
            let config = $sdk::config::Builder::from(&self.config);
            let config = match self.endpoints.get($service) {
                Some(endpoint) => config.endpoint_url(endpoint),
                None => config,
            };
            $sdk::Client::from_conf(config.build())
        }
    };
}

impl Place {
    client!(budgets, "budgets", aws_sdk_budgets);
    client!(organizations, "organizations", aws_sdk_organizations);
    client!(scaling, "applicationautoscaling", aws_sdk_applicationautoscaling);
    client!(groups, "autoscaling", aws_sdk_autoscaling);
    client!(functions, "lambda", aws_sdk_lambda);
    client!(quotas, "servicequotas", aws_sdk_servicequotas);
    client!(sts, "sts", aws_sdk_sts);

    /// Where requests to a service go, where the settings or the environment say so.
    pub(super) fn endpoint(&self, service: &str) -> Option<&str> {
        self.endpoints.get(service).map(String::as_str).or(self.config.endpoint_url())
    }

    /// What gives credentials.
    pub(super) fn credentials(&self) -> Option<aws_sdk_sts::config::SharedCredentialsProvider> {
        self.config.credentials_provider()
    }

    /// How often a request is tried.
    pub(super) fn attempts(&self) -> u32 {
        self.config.retry_config().map_or(ATTEMPTS, RetryConfig::max_attempts)
    }

    /// The partition of AWS that the region is in.
    pub(crate) fn partition(&self) -> &'static str {
        match self.region() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// The region that requests go to.
    pub(crate) fn region(&self) -> String {
        self.config.region().map(ToString::to_string).unwrap_or_default()
    }
}
