//! The provider's Registry pages, from its schemas and examples, so that documentation cannot say anything else than the code.
//!
//! Pages follow the layout of the Terraform Registry: `index.md`, and `<name>.md` in `resources/`, `data-sources/`,
//! `functions/`, `ephemeral-resources/`, `list-resources/` and `actions/`. Guides and other pages written by hand are left alone. Rendering is pure; [`read`], [`check`],
//! [`write`](write()) and [`check_or_write`] are the only functions here that touch files.
//!
//! A provider keeps its pages current with one test:
//!
//! ```no_run
//! # use tf_provider_sdk::{ConfigureRequest, Diagnostics, NoConfig, Provider};
//! # struct Zoo;
//! # impl Provider for Zoo {
//! #     type Model = NoConfig;
//! #     type Client = ();
//! #     fn name(&self) -> &'static str { "zoo" }
//! #     fn namespace(&self) -> &'static str { "example" }
//! #     async fn configure(&self, _: ConfigureRequest<NoConfig>) -> Result<(), Diagnostics> { Ok(()) }
//! # }
//! # fn docs_are_current() -> Result<(), tf_provider_sdk::docs::DocsError> {
//! use std::path::Path;
//! use tf_provider_sdk::docs;
//!
//! let options = docs::Options::new()
//!     .examples(docs::read(Path::new("examples"))?)
//!     .sections(docs::read(Path::new("templates"))?);
//! let pages = docs::render(&Zoo, &options)?;
//! docs::check_or_write(&pages, Path::new("docs"), "UPDATE_DOCS")
//! # }
//! ```
//!
//! Files below the `examples` folder that pages show:
//!
//! | file | shown as |
//! |---|---|
//! | `provider/provider.tf`, `resources/<type>/resource.tf`, `data-sources/<type>/data-source.tf`, `functions/<name>/function.tf` | example usage |
//! | `ephemeral-resources/<type>/ephemeral-resource.tf`, `list-resources/<type>/list-resource.tfquery.hcl`, `actions/<type>/action.tf` | example usage |
//! | `resources/<type>/import.sh` | the import command, and an `import` block made from it |
//! | `resources/<type>/import-by-string-id.tf` | the `import` block, instead of the one made from the command |
//! | `resources/<type>/import-by-identity.tf` | an `import` block with an identity |

mod error;
mod files;
mod import;
mod markdown;
mod page;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

pub use error::{DocsError, Stale};
pub use files::{check, check_or_write, read, write};

use crate::provider::Provider;
use page::Page;

/// Texts by their path below a folder, with `/` between the parts on every system.
pub type Files = BTreeMap<String, String>;

/// What pages show besides the schemas.
#[derive(Debug, Clone, Default)]
pub struct Options {
    examples: Files,
    sections: Files,
    subcategories: BTreeMap<String, String>,
    display_name: Option<String>,
}

impl Options {
    /// Schemas only.
    pub fn new() -> Self {
        Self::default()
    }

    /// The `examples` folder, as [`read`] gives it.
    #[must_use]
    pub fn examples(mut self, examples: Files) -> Self {
        self.examples = examples;
        self
    }

    /// Markdown that follows the schema of a page, by the path of the page: what a schema cannot say, such as what a resource
    /// does not do.
    #[must_use]
    pub fn sections(mut self, sections: Files) -> Self {
        self.sections = sections;
        self
    }

    /// The heading under which the Registry lists a page, by the path of the page.
    #[must_use]
    pub fn subcategory(mut self, page: impl Into<String>, heading: impl Into<String>) -> Self {
        self.subcategories.insert(page.into(), heading.into());
        self
    }

    /// The provider's name for people, where it is not written like the name in type names.
    #[must_use]
    pub fn display_name(mut self, name: impl Into<String>) -> Self {
        self.display_name = Some(name.into());
        self
    }
}

/// All pages of a provider. The same schemas and options give the same bytes.
///
/// Refuses what would be lost silently: an example, section or subcategory that belongs to no page, and two things that would
/// share a page.
pub fn render<P: Provider>(provider: &P, options: &Options) -> Result<Files, DocsError> {
    let drafts = drafts(provider, options);
    let folders: BTreeSet<_> = drafts.iter().map(|draft| draft.examples.clone()).collect();
    let mut files = Files::new();
    for draft in drafts {
        let path = draft.path.clone();
        if files.insert(path.clone(), draft.finish(options)).is_some() {
            return Err(DocsError::Twice(path));
        }
    }
    let unused = |folder: &str, file: &str| format!("`{folder}{file}`");
    let examples = options.examples.keys().filter(|file| {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        !folders.contains(folder)
    });
    let lost: Vec<_> = examples
        .map(|file| unused("examples/", file))
        .chain(
            options
                .sections
                .keys()
                .filter(|page| !files.contains_key(*page))
                .map(|page| unused("section ", page)),
        )
        .chain(
            options
                .subcategories
                .keys()
                .filter(|page| !files.contains_key(*page))
                .map(|page| unused("subcategory ", page)),
        )
        .collect();
    if lost.is_empty() { Ok(files) } else { Err(DocsError::Unused(lost)) }
}

fn drafts<P: Provider>(provider: &P, options: &Options) -> Vec<Page> {
    let name = provider.name();
    let mut drafts = vec![page::index(name, &provider.schema(), options)];
    drafts.extend(provider.resources().iter().map(|entry| page::resource(name, entry.0.as_ref(), options)));
    drafts.extend(
        provider.data_sources().iter().map(|entry| page::data_source(name, entry.0.as_ref(), options)),
    );
    drafts.extend(
        provider.ephemeral_resources().iter().map(|entry| page::ephemeral(name, entry.0.as_ref(), options)),
    );
    drafts.extend(provider.list_resources().iter().map(|entry| page::list(name, entry.0.as_ref(), options)));
    drafts.extend(provider.actions().iter().map(|entry| page::action(name, entry.0.as_ref(), options)));
    drafts.extend(provider.functions().iter().map(|entry| page::function(name, entry.0.as_ref(), options)));
    drafts
}
