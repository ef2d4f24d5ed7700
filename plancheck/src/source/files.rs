//! The folder that holds the source, as the shell hands it in, and paths in it.

/// The files of one kind of syntax that Terraform or OpenTofu would load, or are beside them.
pub trait Files {
    /// The names of what lies directly in a folder, in any order. The root is the empty path; others are relative to it, with `/`
    /// between their parts, and may begin with `..`. An error is a clause that says why not.
    fn list(&self, folder: &str) -> Result<Vec<String>, String>;

    /// The text of a file. `None` when there is no such file; an error is a clause that says why it cannot be read.
    fn read(&self, path: &str) -> Result<Option<String>, String>;
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// HCL.
    Native,
    /// The JSON form of it.
    Json,
}

impl Entry {
    /// What a file of this name is to Terraform or OpenTofu; `None` for all other files.
    pub fn of(name: &str) -> Option<Self> {
        let hidden = name.starts_with(['.', '#']) || name.ends_with('~');
        let ends = |ending: &str| !hidden && name.ends_with(ending);
        if ends(".tf.json") || ends(".tofu.json") {
            return Some(Self::Json);
        }
        (ends(".tf") || ends(".tofu")).then_some(Self::Native)
    }
}

/// Whether what stands in a file of this name is laid over what stands in the others.
pub(super) fn is_override(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    stem == "override" || stem.ends_with("_override")
}

/// A path relative to a folder, without detours. Both are relative to the root of the source.
pub(super) fn join(folder: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(relative.split(['/', '\\'])) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_without_detours() {
        assert_eq!(join("", "./modules/a"), "modules/a");
        assert_eq!(join("modules/a", "../b"), "modules/b");
        assert_eq!(join("modules/a", "../../../shared"), "../shared");
        assert_eq!(join("..", "../up"), "../../up");
        assert_eq!(join("a", "."), "a");
    }

    #[test]
    fn only_what_terraform_loads_is_source() {
        assert_eq!(Entry::of("main.tf"), Some(Entry::Native));
        assert_eq!(Entry::of("main.tofu"), Some(Entry::Native));
        assert_eq!(Entry::of("main.tf.json"), Some(Entry::Json));
        for name in ["terraform.tfvars", ".hidden.tf", "main.tf~", "#main.tf", "README.md", "main.json"] {
            assert_eq!(Entry::of(name), None, "{name}");
        }
        assert!(
            is_override("override.tf") && is_override("prod_override.tf.json") && !is_override("main.tf")
        );
    }
}
