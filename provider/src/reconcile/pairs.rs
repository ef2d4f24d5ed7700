//! Which control of one list a control of another means.

use crate::cloud::Key;

/// For each key that is wanted, which of those that there are it means, if any. One that says exactly which it is comes first; one that
/// leaves account or region open means what nobody else does. `may` can refuse a pair.
pub(crate) fn paired(wanted: &[Key], have: &[Key], may: impl Fn(usize, usize) -> bool) -> Vec<Option<usize>> {
    let open =
        |own: &Option<String>, other: &Option<String>| own.is_none() || other.is_none() || own == other;
    let fits = |own: &Key, other: &Key| {
        (own.kind, &own.name) == (other.kind, &other.name)
            && open(&own.account, &other.account)
            && open(&own.region, &other.region)
    };
    let mut pairs: Vec<Option<usize>> = vec![None; wanted.len()];
    for exactly in [true, false] {
        let means = |own: &Key, other: &Key| if exactly { own == other } else { fits(own, other) };
        for (at, own) in wanted.iter().enumerate() {
            let is_free = |other: &usize| !pairs.contains(&Some(*other));
            let mut all = have.iter().enumerate().filter(|(other, key)| means(own, key) && may(at, *other));
            let found = all.find_map(|(other, _)| is_free(&other).then_some(other));
            if let Some(pair) = pairs.get_mut(at).filter(|pair| pair.is_none()) {
                *pair = found;
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use remit_governance::control::aws::Kind;

    fn workers(account: Option<&str>) -> Key {
        let account = account.map(str::to_owned);
        let region = Some("eu-west-1".to_owned());
        Key { kind: Kind::AutoScalingGroup, name: "workers".to_owned(), account, region }
    }

    #[test]
    fn who_names_an_account_comes_before_who_leaves_it_open() {
        let (open, here, there) = (workers(None), workers(Some("1")), workers(Some("2")));
        let pairs = |wanted: &[&Key], have: &[&Key]| {
            let all = |keys: &[&Key]| keys.iter().map(|key| (*key).clone()).collect::<Vec<_>>();
            paired(&all(wanted), &all(have), |_, _| true)
        };
        assert_eq!(pairs(&[&open, &there], &[&there, &here]), [Some(1), Some(0)]);
        assert_eq!(pairs(&[&there, &open], &[&here, &there]), [Some(1), Some(0)]);
        assert_eq!(pairs(&[&there], &[&here]), [None]);
        assert_eq!(pairs(&[&open, &open], &[&here]), [Some(0), None], "nobody is meant twice");
        let other = Key { name: "batch".to_owned(), ..open.clone() };
        assert_eq!(pairs(&[&other], &[&open]), [None]);
    }

    #[test]
    fn a_pair_can_be_refused() {
        let (open, here) = (workers(None), workers(Some("1")));
        assert_eq!(paired(&[open], &[here], |_, _| false), [None]);
    }
}
