//! Automatic management of Service Quotas: whether AWS raises quotas by itself, with nobody asked. Looked at only. Not being able to look
//! is an answer here: it holds nothing up, and nobody may take it for off.

use aws_sdk_servicequotas::types::{OptInStatus, OptInType};

use super::{Connections, fault::Asked};
use crate::cloud::Fault;

/// What happens to a quota that is nearly used up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    /// Nothing.
    Off,
    /// People are told.
    Notify,
    /// It is raised.
    Adjust,
    /// Nobody can tell, and why.
    Unknown(String),
}

impl Mode {
    /// The word for it.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Notify => "notify",
            Self::Adjust => "adjust",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// How quotas are managed in one region of one account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Managed {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) mode: Mode,
}

/// Asks once for each place in a run, however many envelopes ask. An account that cannot be reached is said by whoever has a control there.
pub(crate) async fn managed(
    connections: &Connections,
    account: Option<&str>,
    region: Option<&str>,
) -> Result<Managed, Fault> {
    let place = connections.at(account, region).await?;
    let region = place.region();
    let ask = || async {
        let asked = Asked::of("say how quotas are managed", "servicequotas:GetAutoManagementConfiguration");
        let answer = place.quotas().get_auto_management_configuration().send().await;
        Ok(match answer.map_err(|error| asked.failed(&error)) {
            Err(fault) => Mode::Unknown(fault.detail),
            Ok(said) if said.opt_in_status != Some(OptInStatus::Enabled) => Mode::Off,
            Ok(said) if said.opt_in_type == Some(OptInType::NotifyOnly) => Mode::Notify,
            // Whatever comes later does more than telling.
            Ok(_) => Mode::Adjust,
        })
    };
    let mode = connections.lists.quotas.of(&format!("{} {region}", place.account), ask).await?;
    Ok(Managed { account: place.account.clone(), region, mode: (*mode).clone() })
}
