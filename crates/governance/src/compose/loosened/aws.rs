//! The direction of a change of the `aws` block: a control that goes, holds less or reaches fewer is looser, one that comes, holds more or
//! reaches more is not. Another account is another control. What only says how policies are packed has no direction.

use super::{Change, IN_FORCE};
use crate::{
    aws::{Action, Approval, Aws, Budget, Cap, Guard},
    invalid::list,
};
use std::collections::BTreeSet;

impl Change {
    pub(super) fn aws(&mut self, prior: Option<&Aws>, proposed: Option<&Aws>) {
        let Some(was) = prior else { return };
        let Some(is) = proposed else { return self.gone(&["aws"]) };
        self.account(&["aws", "account"], was.account.as_deref(), is.account.as_deref());
        self.budget(was.budget.as_ref(), is.budget.as_ref());
        for (name, was, is) in [
            ("region_guard", &was.region_guard, &is.region_guard),
            ("tamper_guard", &was.tamper_guard, &is.tamper_guard),
            ("scale_guard", &was.scale_guard, &is.scale_guard),
        ] {
            self.guard(name, was.as_ref(), is.as_ref());
        }
        for cap in &was.caps {
            self.cap(cap, is.caps.iter().find(|other| other.is_about_what(cap)));
        }
        for (dimension, was) in &was.minimum_strength {
            let path = ["aws", "minimum_strength", dimension.as_str()];
            match is.minimum_strength.get(dimension) {
                None => self.gone(&path),
                // The stronger comes first.
                Some(is) if is > was => self.looser(&path, &format!("`{is}`"), &format!("`{was}`")),
                Some(_) => {}
            }
        }
    }

    fn gone(&mut self, path: &[&str]) {
        let name = path.last().copied().unwrap_or_default();
        self.fault(path, format!("`{name}` is left out, and {IN_FORCE} has it"));
    }

    fn account(&mut self, path: &[&str], was: Option<&str>, is: Option<&str>) {
        let shown = |account: Option<&str>| {
            account.map_or_else(|| "that of the credentials".to_owned(), |account| format!("`{account}`"))
        };
        if was != is {
            self.looser(path, &shown(is), &shown(was));
        }
    }

    fn budget(&mut self, prior: Option<&Budget>, proposed: Option<&Budget>) {
        let path = ["aws", "budget"];
        let Some(was) = prior else { return };
        let Some(is) = proposed else { return self.gone(&path) };
        self.account(&["aws", "budget", "account"], was.account.as_deref(), is.account.as_deref());
        self.fewer(&["aws", "budget", "subscribers"], &was.subscribers, &is.subscribers);
        if let Some(topic) = &was.topic
            && is.topic.as_ref() != Some(topic)
        {
            let other = is.topic.as_ref().map_or("left out".to_owned(), |topic| format!("`{topic}`"));
            self.looser(&["aws", "budget", "topic"], &other, &format!("`{topic}`"));
        }
        self.action(was.action.as_ref(), is.action.as_ref());
    }

    fn action(&mut self, prior: Option<&Action>, proposed: Option<&Action>) {
        let path = |name| ["aws", "budget", "action", name];
        let Some(was) = prior else { return };
        let Some(is) = proposed else { return self.gone(&["aws", "budget", "action"]) };
        self.differs(&path("role"), &was.role, &is.role);
        self.fewer(&path("targets"), &was.targets, &is.targets);
        if is.at_percent > was.at_percent {
            self.looser(&path("at_percent"), &is.at_percent.to_string(), &was.at_percent.to_string());
        }
        if (was.approval, is.approval) == (Approval::Automatic, Approval::Manual) {
            self.differs(&path("approval"), was.approval.as_str(), is.approval.as_str());
        }
    }

    fn guard(&mut self, name: &str, prior: Option<&Guard>, proposed: Option<&Guard>) {
        let Some(was) = prior else { return };
        let Some(is) = proposed else { return self.gone(&["aws", name]) };
        self.fewer(&["aws", name, "targets"], &was.targets, &is.targets);
        if !is.exempt_actions.is_subset(&was.exempt_actions) {
            let path = ["aws", name, "exempt_actions"];
            self.looser(&path, &list(&is.exempt_actions), &list(&was.exempt_actions));
        }
    }

    /// A floor that rises keeps more running, and one that is no longer declared may.
    fn cap(&mut self, was: &Cap, proposed: Option<&Cap>) {
        let phrase = was.capped.phrase();
        let mut fault = |message: String| self.fault(&["aws", "caps"], message);
        let Some(is) = proposed else {
            return fault(format!("{phrase} is not capped, and {IN_FORCE} caps it at {}", was.max));
        };
        if is.max > was.max {
            fault(format!("{phrase} is capped at {}, and {IN_FORCE} caps it at {}", is.max, was.max));
        }
        let floor =
            |cap: &Cap| cap.min.map_or_else(|| "no minimum".to_owned(), |min| format!("a minimum of {min}"));
        let is_higher = match (was.min, is.min) {
            (Some(was), Some(is)) => is > was,
            (was, is) => was != is,
        };
        if is_higher {
            fault(format!("{phrase} has {}, and {IN_FORCE} gives it {}", floor(is), floor(was)));
        }
    }

    /// A set of whom or what is reached has lost some.
    fn fewer<T: Ord + std::fmt::Display>(&mut self, path: &[&str], was: &BTreeSet<T>, is: &BTreeSet<T>) {
        if !was.is_subset(is) {
            self.looser(path, &list(is), &list(was));
        }
    }
}
