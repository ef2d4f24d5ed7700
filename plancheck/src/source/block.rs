//! What is kept of a block: where it and its attributes are written, and which of them Terraform is told to overlook.

use std::collections::BTreeMap;

use super::lines::Spot;

/// A block as written, before `count` and `for_each`.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(super) at: Spot,
    /// Attributes and nested blocks by path without indexes; of what is repeated, the first.
    pub(super) attributes: BTreeMap<String, Spot>,
    /// `lifecycle.ignore_changes`.
    pub(crate) ignored: Ignored,
    /// What a local value is computed from.
    pub(super) references: Vec<String>,
}

/// Which changes of the real object Terraform is told to overlook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ignored {
    /// All of them, and where that is said.
    all: Option<Spot>,
    /// Paths without indexes.
    paths: Vec<(String, Spot)>,
}

impl Block {
    pub(super) fn new(at: Spot) -> Self {
        Self { at, attributes: BTreeMap::new(), ignored: Ignored::default(), references: Vec::new() }
    }

    /// Where an attribute is written, else the nearest block around it.
    pub(super) fn spot(&self, path: &str) -> Spot {
        let mut rest = plain(path);
        loop {
            if let Some(spot) = self.attributes.get(&rest) {
                return *spot;
            }
            match rest.rfind('.') {
                Some(end) => rest.truncate(end),
                None => return self.at,
            }
        }
    }

    /// Notes an attribute; the first one of a name stays, unless a file of overrides says it again.
    pub(super) fn note(&mut self, path: String, spot: Spot) {
        self.attributes.entry(path).or_insert(spot);
    }

    /// Lays another block of the same address over this one. What either ignores is ignored: rather too much than too little.
    pub(super) fn overlay(&mut self, over: Self) {
        self.attributes.extend(over.attributes);
        self.ignored.all = self.ignored.all.or(over.ignored.all);
        self.ignored.paths.extend(over.ignored.paths);
        self.references.extend(over.references);
    }
}

impl Ignored {
    pub(super) fn everything(&mut self, at: Spot) {
        self.all.get_or_insert(at);
    }

    pub(super) fn path(&mut self, path: &str, at: Spot) {
        match plain(path).as_str() {
            // How versions before 0.12 said it.
            "all" | "*" | "" => self.everything(at),
            path => self.paths.push((path.to_owned(), at)),
        }
    }

    /// Where it is said that changes of this attribute, or of something around it or inside it, are overlooked.
    pub(crate) fn covers(&self, attribute: &str) -> Option<Spot> {
        let within = |inner: &str, outer: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let named = self
            .paths
            .iter()
            .find(|(path, _)| within(attribute, path) || within(path, attribute))
            .map(|(_, at)| *at);
        named.or(self.all)
    }
}

/// A path without indexes: `scaling_config[0].max_size` becomes `scaling_config.max_size`.
fn plain(path: &str) -> String {
    let mut depth = 0_usize;
    let kept = path.chars().filter(|character| {
        match character {
            '[' => depth += 1,
            ']' => {
                depth = depth.saturating_sub(1);
                return false;
            }
            _ => {}
        }
        depth == 0
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Spot = Spot { file: 0, line: 1, column: 1 };
    const THERE: Spot = Spot { file: 0, line: 7, column: 3 };

    #[test]
    fn what_is_around_or_inside_an_attribute_covers_it() {
        let mut ignored = Ignored::default();
        ignored.path("scaling_config[0].max_size", AT);
        ignored.path("tags", AT);
        assert!(ignored.covers("scaling_config.max_size").is_some());
        assert!(ignored.covers("scaling_config").is_some());
        assert!(ignored.covers("tags.owner").is_some());
        assert!(ignored.covers("scaling_config.max").is_none());
        assert!(ignored.covers("max_size").is_none());
        ignored.everything(THERE);
        assert_eq!(ignored.covers("max_size"), Some(THERE));
        assert_eq!(ignored.covers("tags"), Some(AT), "the line that names it says more");
    }

    #[test]
    fn an_attribute_that_is_not_written_is_where_its_block_is() {
        let mut block = Block::new(AT);
        block.note("scaling_config".to_owned(), THERE);
        assert_eq!(block.spot("scaling_config[0].max_size"), THERE);
        assert_eq!(block.spot("region"), AT);
    }
}
