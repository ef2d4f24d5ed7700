//! Takes apart again what is two things under one name.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::rc::Rc;

use super::{Capacity, Resource, region};
use crate::plan::Action;

/// Undoes what was joined by name alone: two things of one name in two regions are two things, and of several things that one other
/// could stand for it stands for none, since it cannot be told for which.
pub(super) fn separate(resources: &mut [Resource]) {
    let mut alone = Vec::new();
    let mut beside: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, resource) in resources.iter().enumerate() {
        let others = resource.capacity_after.counted.iter().filter_map(|counted| counted.beside.as_ref());
        for other in others.map(|beside| beside.other).collect::<BTreeSet<usize>>() {
            let there = resources.get(other).map(|other| &other.region);
            if there.is_some_and(|there| region::agree(&resource.region, there)) {
                beside.entry(other).or_default().push(index);
            } else {
                alone.push((index, other));
            }
        }
    }
    for (other, members) in beside {
        if members.len() > 1 {
            alone.extend(members.into_iter().map(|index| (index, other)));
        }
    }
    let stays = |resource: &Resource| matches!(resource.action, Action::NoOp | Action::Update);
    for (index, other) in alone {
        let other_stays = resources.get(other).is_some_and(stays);
        let Some(resource) = resources.get_mut(index) else { continue };
        count_alone(&mut resource.capacity_after);
        // What was there is rather counted too low than too high, since only growth is judged.
        if other_stays && stays(resource) {
            count_alone(&mut resource.capacity_before);
        }
    }
}

fn count_alone(capacity: &mut Rc<Capacity>) {
    Rc::make_mut(capacity).counted.iter_mut().for_each(|counted| counted.beside = None);
}
