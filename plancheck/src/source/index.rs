//! All files of a source, by the modules they belong to.

use std::collections::{BTreeMap, BTreeSet};

use super::block::Block;
use super::files::{Entry, Files, is_override, join};
use super::lines::Spot;
use super::{effort, manifest, native};
use crate::change::{module_path, static_address};
use crate::finding::SourceLocation;
use crate::text::escape;

/// Limits for sources that are no real ones.
const MOST_FOLDERS: usize = 2000;
const MOST_FILES: usize = 20_000;

/// What was written by people, by file and line.
#[derive(Debug, Clone, Default)]
pub struct Index {
    /// What paths below the root begin with where findings name them; empty, or a relative path.
    name: String,
    /// What is left out, and why.
    pub unread: Vec<Unread>,
    files: Vec<String>,
    folders: BTreeMap<String, Folder>,
    manifest: BTreeMap<String, String>,
    effort: u64,
}

/// A file or folder that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// Its path below the source, not escaped.
    pub path: String,
    /// A clause that says why, without anything that stands in it.
    pub why: String,
}

/// The files of one module.
#[derive(Debug, Clone, Default)]
struct Folder {
    blocks: BTreeMap<String, Block>,
    /// Names of the modules it calls, and their sources where those are written out.
    calls: BTreeMap<String, Option<String>>,
    /// Whether a file was left out.
    incomplete: bool,
}

/// Why something is not in the source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Missing {
    /// It lies in a module that is not beside the source: the static address of the module, and where it comes from.
    Remote(String, String),
    /// Its file, or one beside it, could not be read.
    Unread,
    /// No block has this address.
    NoBlock,
}

impl Index {
    /// Reads the source from its root through all modules whose files are there. `name` is the path of the root as people see it
    /// from where they are, or empty.
    pub fn read(files: &dyn Files, name: &str) -> Self {
        let mut index = Self { name: join("", name), ..Self::default() };
        match files
            .read(manifest::PATH)
            .and_then(|text| text.map_or_else(|| Ok(BTreeMap::new()), |text| manifest::read(&text)))
        {
            Ok(manifest) => index.manifest = manifest,
            Err(why) => index.leave_out(manifest::PATH, why),
        }
        let mut waiting: BTreeSet<String> = index.manifest.values().cloned().chain([String::new()]).collect();
        while let Some(path) = waiting.pop_first() {
            if index.folders.contains_key(&path) {
                continue;
            }
            if index.folders.len() >= MOST_FOLDERS {
                index.leave_out(&path, format!("there are more than {MOST_FOLDERS} folders"));
                break;
            }
            let folder = index.folder(files, &path);
            let local = folder.calls.values().flatten().filter(|source| is_local(source));
            waiting.extend(local.map(|source| join(&path, source)));
            index.folders.insert(path, folder);
        }
        index
    }

    /// Whether the root holds anything that Terraform would load.
    pub fn is_empty(&self) -> bool {
        self.folders.get("").is_none_or(|root| root.blocks.is_empty() && !root.incomplete)
    }

    /// How many files were read.
    pub fn file_count(&self) -> usize {
        self.files.len()
    }

    fn leave_out(&mut self, path: &str, why: String) {
        self.unread.push(Unread { path: path.to_owned(), why });
    }

    fn folder(&mut self, files: &dyn Files, path: &str) -> Folder {
        let mut folder = Folder::default();
        let mut names = match files.list(path) {
            Ok(names) => names,
            Err(why) => {
                self.leave_out(path, why);
                folder.incomplete = true;
                return folder;
            }
        };
        // What is laid over the others comes after them.
        names.sort_by(|a, b| (is_override(a), a).cmp(&(is_override(b), b)));
        for name in names {
            let Some(entry) = Entry::of(&name) else { continue };
            let file = join(path, &name);
            if self.files.len() >= MOST_FILES {
                self.leave_out(&file, format!("there are more than {MOST_FILES} files"));
                folder.incomplete = true;
                break;
            }
            let text = files.read(&file).and_then(|text| text.ok_or_else(|| "it is gone".to_owned()));
            match text.and_then(|text| self.content(&text, entry)) {
                Ok(content) => {
                    self.files.push(file);
                    folder.take(content, is_override(&name));
                }
                Err(why) => {
                    self.leave_out(&file, why);
                    folder.incomplete = true;
                }
            }
        }
        folder
    }

    fn content(&mut self, text: &str, entry: Entry) -> Result<native::Content, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let effort = self.effort.saturating_add(effort::of(text, entry)?);
        if effort > effort::MOST {
            return Err("reading it would take too long: it has too many members".to_owned());
        }
        let content = native::read(text, entry, self.files.len())?;
        self.effort = effort;
        Ok(content)
    }

    /// The folder of a module, by the names of the calls that lead there.
    fn module(&self, path: &[&str]) -> Result<&Folder, Missing> {
        let mut at = String::new();
        let mut folder = self.folders.get("").ok_or(Missing::NoBlock)?;
        for (depth, name) in path.iter().enumerate() {
            let here = path.get(..=depth).unwrap_or_default();
            let source = match folder.calls.get(*name) {
                Some(source) => source.as_deref(),
                None if folder.incomplete => return Err(Missing::Unread),
                None => return Err(Missing::NoBlock),
            };
            let found = match source.filter(|source| is_local(source)) {
                Some(source) => Some(join(&at, source)),
                None => self.manifest.get(&here.join(".")).cloned(),
            };
            let reached = found
                .and_then(|found| self.folders.get_key_value(&found))
                .filter(|(_, folder)| !folder.is_absent());
            let Some((found, reached)) = reached else {
                let address: Vec<String> = here.iter().map(|name| format!("module.{name}")).collect();
                let source = source.unwrap_or("an expression");
                return Err(Missing::Remote(address.join("."), source.to_owned()));
            };
            (at, folder) = (found.clone(), reached);
        }
        Ok(folder)
    }

    /// The block of a resource.
    pub(crate) fn block(&self, address: &str) -> Result<&Block, Missing> {
        let plain = static_address(address);
        let (modules, local) = module_path(&plain);
        self.in_module(&modules, local)
    }

    fn in_module(&self, modules: &[&str], local: &str) -> Result<&Block, Missing> {
        let folder = self.module(modules)?;
        let missing = if folder.incomplete { Missing::Unread } else { Missing::NoBlock };
        folder.blocks.get(local).ok_or(missing)
    }

    /// What a local value of a module is computed from.
    pub(crate) fn local(&self, modules: &[&str], name: &str) -> Option<&[String]> {
        Some(&self.in_module(modules, &format!("local.{name}")).ok()?.references)
    }

    /// Where an attribute of a resource is written, or the resource where the attribute is not. An attribute of the provider it runs
    /// under, in the words in which findings name it, is looked for there.
    pub(crate) fn locate(&self, address: &str, attribute: Option<&str>) -> Result<SourceLocation, Missing> {
        self.spot(address, attribute).map(|spot| self.location(spot))
    }

    fn spot(&self, address: &str, attribute: Option<&str>) -> Result<Spot, Missing> {
        let Some(attribute) = attribute else { return Ok(self.block(address)?.at) };
        match of_provider(attribute) {
            Some((path, provider)) => {
                let (modules, name) = provider.rsplit_once(':').unwrap_or(("", provider));
                let inside = static_address(modules).into_owned() + ".x";
                let (modules, _) = module_path(&inside);
                Ok(self.in_module(&modules, &format!("provider.{name}"))?.spot(path))
            }
            None => Ok(self.block(address)?.spot(attribute)),
        }
    }

    /// A place as findings say it.
    pub(crate) fn location(&self, spot: Spot) -> SourceLocation {
        let file = self.files.get(spot.file).map_or("", String::as_str);
        SourceLocation { file: join(&self.name, file), line: spot.line, column: spot.column }
    }
}

impl Folder {
    fn take(&mut self, content: native::Content, over: bool) {
        for (address, block) in content.blocks {
            match self.blocks.get_mut(&address) {
                // Two blocks of one address are an error to Terraform, unless one is an override.
                Some(there) => there.overlay(block),
                None => drop(self.blocks.insert(address, block)),
            }
        }
        for (name, source) in content.calls {
            let there = self.calls.entry(name).or_default();
            if source.is_some() || !over {
                *there = source;
            }
        }
    }

    fn is_absent(&self) -> bool {
        self.blocks.is_empty() && self.incomplete
    }
}

impl Missing {
    /// A clause that says why.
    pub(crate) fn why(&self) -> String {
        match self {
            Self::Remote(module, source) => format!(
                "`{}` comes from `{}`, which is not among the source; `terraform init` would bring it",
                escape(module),
                escape(source)
            ),
            Self::Unread => "a file of its module could not be read".to_owned(),
            Self::NoBlock => "the source has no block for it".to_owned(),
        }
    }
}

/// Whether a module lies beside the one that calls it.
fn is_local(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../") || source == "." || source == ".."
}

/// The attribute and the key of a provider, from "`region` of provider `aws.us`".
fn of_provider(attribute: &str) -> Option<(&str, &str)> {
    let (path, provider) = attribute.split_once("` of provider `")?;
    Some((path.strip_prefix('`')?, provider.strip_suffix('`')?))
}
