//! Rights that a change hands out: what its documents allow that they did not, and the policies that it attaches.

use remit_catalog::{Path, Sign, When};

use super::attribute::Object;
use super::policy::{self, Document};
use super::watch::{Scene, Told, texts};
use crate::plan::Action;

/// What AWS's own policies are called by ARN, in every partition.
const OF_AWS: &str = ":iam::aws:policy/";
/// Those of them that deny and allow nothing.
const DENIALS: &[&str] = &[
    "AWSDenyAll",
    "AWSCompromisedKeyQuarantine",
    "AWSCompromisedKeyQuarantineV2",
    "AWSCompromisedKeyQuarantineV3",
];

impl Scene<'_> {
    /// Whether the change hands out rights that nobody had by it before.
    pub(super) fn rights(self, sign: &Sign) -> Option<Told> {
        match (&sign.when, self.action) {
            (_, Action::NoOp | Action::Read | Action::Forget)
            | (When::Grants { made: false, .. }, Action::Create)
            | (When::Grants { gone: false, .. }, Action::Delete) => None,
            (When::Grants { document, .. }, _) => self.compared(*document, false, documents),
            (When::Attaches(path), _) => self.compared(*path, true, attachments),
            _ => None,
        }
    }

    /// What follows from the texts at a path on both sides.
    fn compared(
        self,
        path: Path,
        may_be_left_out: bool,
        judge: fn(&[String], &[String]) -> Widened,
    ) -> Option<Told> {
        let side = |object: Option<&Object>| object.map_or(Ok(Vec::new()), |object| texts(object, path));
        let was = side(self.sides.before()).unwrap_or_default();
        let Ok(is) = side(self.sides.after.as_ref()) else {
            // The provider fills in the policies of a role that names none. Documents are written, also where a dynamic block hides it.
            let left_out = may_be_left_out && self.origins.is_left_to_provider(self.address, path);
            return (!left_out || !was.is_empty())
                .then(|| Told::CannotTell(self.origins.why_unknown(self.address, path)));
        };
        match judge(&was, &is) {
            Widened::No => None,
            Widened::Yes => Some(Told::New),
            Widened::CannotTell(why) => Some(Told::CannotTell(why.to_owned())),
        }
    }
}

/// Whether there is more than before.
#[derive(Debug, PartialEq, Eq)]
enum Widened {
    No,
    Yes,
    /// With a clause that says why.
    CannotTell(&'static str),
}

fn documents(was: &[String], is: &[String]) -> Widened {
    let joined = |texts: &[String]| {
        texts.iter().try_fold(Document::default(), |mut all, text| {
            all.join(policy::read(text)?);
            Some(all)
        })
    };
    match (joined(was), joined(is)) {
        _ if was == is => Widened::No,
        (Some(was), Some(is)) if is.gives_more_than(&was) => Widened::Yes,
        (Some(_), Some(_)) => Widened::No,
        _ => Widened::CannotTell("its text is no policy document that can be read"),
    }
}

fn attachments(was: &[String], is: &[String]) -> Widened {
    let mut gained = is.iter().filter(|arn| !was.contains(arn)).filter(|arn| !is_denial(arn)).peekable();
    let lifted = was.iter().any(|arn| is_denial(arn) && !is.contains(arn));
    if lifted || gained.clone().any(|arn| arn.contains(OF_AWS)) {
        Widened::Yes
    } else if gained.peek().is_some() {
        Widened::CannotTell("what a policy of the account allows does not stand where it is attached")
    } else {
        Widened::No
    }
}

fn is_denial(arn: &str) -> bool {
    arn.split_once(OF_AWS).is_some_and(|(_, name)| DENIALS.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::{Widened, attachments, documents};

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn policies_of_aws_say_by_name_whether_they_allow_and_others_do_not() {
        let attached = |was: &[&str], is: &[&str]| attachments(&texts(was), &texts(is));
        let (admin, denies) =
            ("arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/AWSDenyAll");
        let own = "arn:aws:iam::123456789012:policy/aws:policy/AWSDenyAll";
        assert_eq!(attached(&[], &[admin]), Widened::Yes);
        assert_eq!(attached(&[], &["arn:aws-cn:iam::aws:policy/job-function/Billing"]), Widened::Yes);
        assert_eq!(attached(&[admin], &[]), Widened::No);
        assert_eq!(attached(&[admin], &[admin, denies]), Widened::No);
        assert_eq!(attached(&[denies], &[]), Widened::Yes);
        assert!(matches!(attached(&[], &[own]), Widened::CannotTell(_)));
        assert_eq!(attached(&[own], &[own]), Widened::No);
        assert_eq!(attached(&[], &[own, admin]), Widened::Yes);
    }

    #[test]
    fn documents_in_several_blocks_count_as_one() {
        let policy = |action: &str| {
            format!(r#"{{"Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}"#)
        };
        let (read, write) = (policy("s3:Get*"), policy("s3:Put*"));
        let compared = |was: &[&str], is: &[&str]| documents(&texts(was), &texts(is));
        assert_eq!(compared(&[&read, &write], &[&write]), Widened::No);
        assert_eq!(compared(&[&read], &[&write]), Widened::Yes);
        assert!(matches!(compared(&["{"], &[&write]), Widened::CannotTell(_)));
        assert!(matches!(compared(&[&write], &["{"]), Widened::CannotTell(_)));
        assert_eq!(compared(&["{"], &["{"]), Widened::No);
    }
}
