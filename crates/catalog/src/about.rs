//! Everything the catalog says of a resource type, looked up once: a plan has few types and many resources.

use std::cell::RefCell;

use foldhash::HashMap;

use crate::{Capacity, Provider, Surface, Watch};

/// What is known of a type.
#[derive(Clone, Copy)]
pub(crate) struct About {
    pub(crate) surface: Option<&'static Surface>,
    pub(crate) capacity: Option<&'static Capacity>,
    pub(crate) watch: Option<&'static Watch>,
    pub(crate) provider: Option<&'static Provider>,
    pub(crate) service: Option<&'static str>,
}

/// A plan with more types is hostile, and is read without this help.
const MOST: usize = 10_000;

thread_local! {
    static KNOWN: RefCell<HashMap<Box<str>, About>> = RefCell::default();
}

/// What is known of a type.
pub(crate) fn about(resource_type: &str) -> About {
    KNOWN.with_borrow_mut(|known| {
        if let Some(about) = known.get(resource_type) {
            return *about;
        }
        let about = About {
            surface: crate::surface::find(resource_type),
            capacity: crate::capacity::find(resource_type),
            watch: crate::watch::find(resource_type),
            provider: crate::provider::find(resource_type),
            service: crate::provider::find_service(resource_type),
        };
        if known.len() < MOST {
            known.insert(resource_type.into(), about);
        }
        about
    })
}
