//! What a check has to know of a plan besides what every check reads. Reading what nobody asks for is most of what a long plan costs.

use std::collections::BTreeSet;

use remit_catalog::{Concern, Role};

/// The facts that the rules need under the envelopes in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Whether anything looks at tags.
    pub tags: bool,
    /// The keys of tags that something looks at; `None`: all of them.
    pub tag_keys: Option<BTreeSet<String>>,
    /// Whether something asks which objects can have tags at all.
    pub taggable: bool,
    /// The roles whose attributes something looks at.
    pub roles: BTreeSet<Role>,
    /// What signs are looked for about.
    pub concerns: BTreeSet<Concern>,
    /// Which vendor defaults are looked for.
    pub defaults: super::AskedDefaults,
}

impl Asked {
    /// Names of the top-level attributes to keep of a type.
    pub fn attributes(&self, resource_type: &str) -> Vec<String> {
        let mut paths = remit_catalog::needed_paths(resource_type);
        if let Some(provider) = remit_catalog::provider_of(resource_type).filter(|_| !self.tags) {
            paths.retain(|path| !provider.resource_tags.contains(path));
        }
        if !self.roles.is_empty() {
            paths.extend(remit_catalog::role_paths(resource_type, |role| self.roles.contains(&role)));
        }
        if let Some(watch) = remit_catalog::watch(resource_type) {
            let signs = watch.signs.iter().filter(|sign| self.concerns.contains(&sign.concern));
            paths.extend(signs.flat_map(remit_catalog::Sign::paths));
        }
        let mut names: Vec<String> =
            paths.iter().filter_map(|path| path.segments().next()).map(str::to_owned).collect();
        names.extend(self.defaults.attributes(resource_type));
        if super::declaration::declares(resource_type) {
            names.push(super::declaration::RECORD.to_owned());
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Of which attributes only some members matter, and which members: those of tags that somebody looks at. There are very many tags.
    pub fn members(&self, resource_type: &str, attribute: &str) -> Option<&BTreeSet<String>> {
        let keys = self.tag_keys.as_ref()?;
        let is_tags = |path: &remit_catalog::Path| path.as_str() == attribute;
        remit_catalog::provider_of(resource_type)
            .filter(|provider| provider.resource_tags.iter().any(is_tags))
            .map(|_| keys)
    }

    /// Whether something looks at a tag with this key.
    pub(super) fn wants_tag(&self, key: &str) -> bool {
        self.tag_keys.as_ref().is_none_or(|keys| keys.contains(key))
    }

    /// Whether it matters that an object has an attribute although it is null: only then can it be tagged.
    pub fn keeps_null(&self, resource_type: &str, attribute: &str) -> bool {
        let is_tags = |path: &remit_catalog::Path| path.segments().next() == Some(attribute);
        self.taggable
            && remit_catalog::provider_of(resource_type)
                .is_some_and(|provider| provider.resource_tags.iter().any(is_tags))
    }
}
