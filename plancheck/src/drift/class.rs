//! The classes of drift: what each means, how grave it is, and which way it moves.

pub use remit_governance::control::aws::drift::Direction;

/// How grave a class is by default. Ordered, gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A limit does not hold.
    Critical,
    /// A limit may not hold when it is needed.
    High,
    /// Somebody should know within days.
    Medium,
    /// For the record.
    Low,
}

impl Severity {
    /// All of them, gravest first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];

    /// For people and programs.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// What drift asks of its reader. Ordered, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Nothing: it is told.
    Note,
    /// A person has to look.
    Review,
    /// Something holds less than was approved.
    Incident,
}

impl Outcome {
    /// All of them, gravest first.
    pub const ALL: [Self; 3] = [Self::Incident, Self::Review, Self::Note];

    /// For people and programs.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::Review => "review",
            Self::Note => "note",
        }
    }
}

/// A class of drift, in the order of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// A limit is looser than it was approved.
    LimitLoosened,
    /// A control is not where it was attached.
    ControlDetached,
    /// A control does not exist.
    ControlDeleted,
    /// A control exists and cannot act.
    ControlDisarmed,
    /// Something is no longer where the control holds it.
    ScopeEscaped,
    /// A limit raises itself.
    AutoRaiseEnabled,
    /// A decision is past its end.
    OverrideExpired,
    /// A budget was edited and sees nothing for a while.
    BudgetBlinded,
    /// A control that nobody declared.
    UnmanagedControl,
    /// Somebody who may approve no longer may.
    ApproverInvalid,
    /// A limit is tighter than it was approved.
    LimitTightened,
    /// It cannot be told.
    Unverifiable,
}

impl Class {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 12] = [
        Self::LimitLoosened,
        Self::ControlDetached,
        Self::ControlDeleted,
        Self::ControlDisarmed,
        Self::ScopeEscaped,
        Self::AutoRaiseEnabled,
        Self::OverrideExpired,
        Self::BudgetBlinded,
        Self::UnmanagedControl,
        Self::ApproverInvalid,
        Self::LimitTightened,
        Self::Unverifiable,
    ];

    /// For people and programs.
    pub const fn id(self) -> &'static str {
        match self {
            Self::LimitLoosened => "limit_loosened",
            Self::ControlDetached => "control_detached",
            Self::ControlDeleted => "control_deleted",
            Self::ControlDisarmed => "control_disarmed",
            Self::ScopeEscaped => "scope_escaped",
            Self::AutoRaiseEnabled => "auto_raise_enabled",
            Self::OverrideExpired => "override_expired",
            Self::BudgetBlinded => "budget_blinded",
            Self::UnmanagedControl => "unmanaged_control",
            Self::ApproverInvalid => "approver_invalid",
            Self::LimitTightened => "limit_tightened",
            Self::Unverifiable => "unverifiable",
        }
    }

    /// The class with this word.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.id() == id)
    }

    /// How grave it is unless somebody says otherwise.
    pub const fn severity(self) -> Severity {
        match self {
            Self::LimitLoosened | Self::ControlDetached | Self::ControlDeleted => Severity::Critical,
            Self::ControlDisarmed
            | Self::ScopeEscaped
            | Self::AutoRaiseEnabled
            | Self::OverrideExpired
            // As grave as whatever it may hide.
            | Self::Unverifiable => Severity::High,
            Self::BudgetBlinded | Self::UnmanagedControl | Self::ApproverInvalid => Severity::Medium,
            Self::LimitTightened => Severity::Low,
        }
    }

    /// Which way it moves; `None` where it cannot be told.
    pub const fn direction(self) -> Option<Direction> {
        match self {
            Self::LimitLoosened
            | Self::ControlDetached
            | Self::ControlDeleted
            | Self::ControlDisarmed
            | Self::ScopeEscaped
            | Self::AutoRaiseEnabled
            | Self::OverrideExpired
            | Self::BudgetBlinded => Some(Direction::Looser),
            Self::UnmanagedControl | Self::ApproverInvalid => Some(Direction::Neither),
            Self::LimitTightened => Some(Direction::Tighter),
            Self::Unverifiable => None,
        }
    }

    /// What it asks of its reader: looser is an incident, tighter a note, and everything else needs a person.
    pub const fn outcome(self) -> Outcome {
        match self.direction() {
            Some(Direction::Looser) => Outcome::Incident,
            Some(Direction::Tighter) => Outcome::Note,
            Some(Direction::Neither) | None => Outcome::Review,
        }
    }

    /// Whether it is only told while what it is about is there.
    pub(super) const fn ends_with_its_object(self) -> bool {
        matches!(self, Self::UnmanagedControl)
    }

    /// What it means, in a sentence.
    pub const fn means(self) -> &'static str {
        match self {
            Self::LimitLoosened => "a limit holds less than was approved, or cannot be compared with it",
            Self::ControlDetached => "a control is not attached where it was approved to be",
            Self::ControlDeleted => "a control does not exist, or has never been made",
            Self::ControlDisarmed => {
                "a control exists and cannot act: its type is disabled, or nobody is told"
            }
            Self::ScopeEscaped => "an account or an object is no longer where the control holds it",
            Self::AutoRaiseEnabled => "a limit is raised by the cloud itself, without an approver",
            Self::OverrideExpired => "a decision about a vendor's default is past its review",
            Self::BudgetBlinded => {
                "a budget was edited outside Terraform, so it counts from nothing until new data arrives"
            }
            Self::UnmanagedControl => {
                "a control that no envelope declares stands beside those that are declared"
            }
            Self::ApproverInvalid => {
                "somebody whom an envelope names as an approver may not approve any more"
            }
            Self::LimitTightened => "a limit holds more than was approved",
            Self::Unverifiable => "it cannot be told whether the control is as it was approved",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_found_by_its_word_and_only_the_tighter_one_is_free() {
        for class in Class::ALL {
            assert_eq!(Class::from_id(class.id()), Some(class));
            let free = class.outcome() == Outcome::Note;
            assert_eq!(free, class == Class::LimitTightened, "{}", class.id());
        }
        assert_eq!(Class::Unverifiable.outcome(), Outcome::Review, "never in order");
    }
}
