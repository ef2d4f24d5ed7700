//! Which orchestration frameworks a Python project pins: what its lock, requirements and project files say of the packages that the catalog
//! knows. Finding and opening the files is the shell's.

use std::collections::BTreeSet;

use remit_catalog::orchestrator_defaults;
use serde_json::Value as Json;
use toml::{Table, Value};

use crate::text::escape;
use crate::verdict::CheckError;

/// A file of a project.
#[derive(Debug, Clone, Copy)]
pub struct ProjectFile<'a> {
    /// Its path, for people.
    pub path: &'a str,
    /// What stands in it.
    pub text: &'a str,
}

/// A package of a framework, and what a file says of its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pin {
    /// Its normalized name.
    pub package: String,
    /// The one version that the file names, if it names one.
    pub version: Option<String>,
    /// The path of the file.
    pub path: String,
}

/// How a file says what a project needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One requirement a line.
    Requirements,
    /// A table with a list of packages: Poetry, uv, PDM, and `pylock.toml`.
    Lock,
    /// JSON of Pipenv.
    PipfileLock,
    /// What a project says of itself.
    Project,
}

impl Form {
    /// What a file of this name is; `None` for all others.
    pub fn of(name: &str) -> Option<Self> {
        let ends = |ending: &str| name.ends_with(ending);
        match name {
            "poetry.lock" | "uv.lock" | "pdm.lock" | "pylock.toml" => Some(Self::Lock),
            "Pipfile.lock" => Some(Self::PipfileLock),
            "pyproject.toml" => Some(Self::Project),
            _ if name.starts_with("pylock.") && ends(".toml") => Some(Self::Lock),
            _ if ends(".txt") && (name.contains("requirements") || name.contains("constraints")) => {
                Some(Self::Requirements)
            }
            _ => None,
        }
    }
}

/// The packages of frameworks that a file names, each once.
pub fn read(form: Form, file: ProjectFile<'_>) -> Result<Vec<Pin>, CheckError> {
    let named = match form {
        Form::Requirements => requirements(file.text),
        Form::Lock => locked(&table(file)?),
        Form::PipfileLock => {
            let lock =
                serde_json::from_str(file.text).map_err(|error| unreadable(file, &error.to_string()))?;
            pipfile(&lock)
        }
        Form::Project => project(&table(file)?),
    };
    let known: BTreeSet<&str> =
        orchestrator_defaults().flat_map(|row| row.packages.iter().copied()).collect();
    let ours = named.into_iter().filter(|(name, _)| known.contains(name.as_str()));
    let pins: BTreeSet<Pin> =
        ours.map(|(package, version)| Pin { package, version, path: file.path.to_owned() }).collect();
    Ok(pins.into_iter().collect())
}

/// A name, and the one version that is asked for.
type Named = (String, Option<String>);

fn table(file: ProjectFile<'_>) -> Result<Table, CheckError> {
    file.text.parse::<Table>().map_err(|error| unreadable(file, error.message()))
}

fn unreadable(file: ProjectFile<'_>, why: &str) -> CheckError {
    CheckError::new(format!("`{}` cannot be read: {}", escape(file.path), escape(why)))
        .with_help("repair it, or leave it out of the folder that is audited")
}

fn requirements(text: &str) -> Vec<Named> {
    // A backslash at the end of a line goes on with the next one.
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    joined.lines().filter_map(requirement).collect()
}

/// What one requirement says, as PEP 508 writes it: name, extras, versions, and what else it depends on. Only a single `==` pins.
pub fn requirement(line: &str) -> Option<Named> {
    let line = line.split(" #").next().unwrap_or_default().trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = line.find(|c: char| !is_name(c)).unwrap_or(line.len());
    let (name, rest) = line.split_at_checked(end)?;
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']')?.1,
        None => rest,
    };
    let versions = rest.split(';').next().unwrap_or_default().split(' ').filter(|part| !part.is_empty());
    // Spaces may stand on both sides of `==`, and options such as `--hash` follow.
    let versions: String = versions.take_while(|part| !part.starts_with("--") && *part != "@").collect();
    let versions = versions.trim_matches(['(', ')']);
    let version = versions.strip_prefix("===").or_else(|| versions.strip_prefix("=="));
    let single = version
        .filter(|version| !version.contains([',', '*', '=', '<', '>', '!', '~']) && !version.is_empty());
    Some((normal(name), single.map(str::to_owned)))
}

/// The name as PEP 503 compares it.
fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !normal.is_empty() {
            normal.push('-');
        }
        normal.push_str(&part.to_ascii_lowercase());
    }
    normal
}

fn locked(lock: &Table) -> Vec<Named> {
    let lists = ["package", "packages"].into_iter().filter_map(|name| lock.get(name)?.as_array()).flatten();
    let named = lists.filter_map(|package| {
        let text = |name: &str| package.get(name).and_then(Value::as_str);
        Some((normal(text("name")?), text("version").map(str::to_owned)))
    });
    named.collect()
}

fn pipfile(lock: &Json) -> Vec<Named> {
    let groups =
        ["default", "develop"].into_iter().filter_map(|group| lock.get(group)?.as_object()).flatten();
    let named = groups.map(|(name, package)| {
        let version = package.get("version").and_then(Json::as_str);
        (normal(name), version.and_then(|version| requirement(&format!("x{version}"))?.1))
    });
    named.collect()
}

fn project(file: &Table) -> Vec<Named> {
    let mut named = Vec::new();
    let mut list = |value: Option<&Value>| {
        let texts = value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        named.extend(texts.filter_map(requirement));
    };
    let at = |path: &[&str]| walk(file, path);
    list(at(&["project", "dependencies"]));
    for groups in [at(&["project", "optional-dependencies"]), at(&["dependency-groups"])] {
        for (_, group) in groups.and_then(Value::as_table).into_iter().flatten() {
            list(Some(group));
        }
    }
    let poetry = at(&["tool", "poetry", "group"]).and_then(Value::as_table).into_iter().flatten();
    let groups = poetry.filter_map(|(_, group)| group.get("dependencies"));
    for group in groups.chain(at(&["tool", "poetry", "dependencies"])).filter_map(Value::as_table) {
        named.extend(group.iter().map(|(name, wanted)| {
            let text = wanted.as_str().or_else(|| wanted.get("version").and_then(Value::as_str));
            // A bare number is exact to Poetry, and so is one after `==`.
            let exact = text.map(|text| text.trim_start_matches('=').trim());
            let plain = |text: &&str| {
                text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains([',', '*', ' '])
            };
            (normal(name), exact.filter(plain).map(str::to_owned))
        }));
    }
    named
}

fn walk<'t>(table: &'t Table, path: &[&str]) -> Option<&'t Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, name| value.get(*name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pins(name: &str, text: &str) -> Vec<(String, Option<String>)> {
        let form = Form::of(name).expect("a form");
        let pins = read(form, ProjectFile { path: name, text }).expect("a sound file");
        pins.into_iter().map(|pin| (pin.package, pin.version)).collect()
    }

    fn one(package: &str, version: Option<&str>) -> Vec<(String, Option<String>)> {
        vec![(package.to_owned(), version.map(str::to_owned))]
    }

    #[test]
    fn every_form_names_the_frameworks_and_nothing_else() {
        let langgraph = one("langgraph", Some("1.2.22"));
        assert_eq!(
            pins(
                "requirements.txt",
                "requests==2.0\nLangGraph==1.2.22 --hash=sha256:00 # why\n-r base.txt\n"
            ),
            langgraph
        );
        assert_eq!(
            pins("requirements-dev.txt", "langgraph[x,y] == 1.2.22 ; python_version > '3.9'"),
            langgraph
        );
        assert_eq!(pins("constraints.txt", "langgraph \\\n  ==1.2.22"), langgraph);
        for lock in ["poetry.lock", "uv.lock", "pdm.lock"] {
            let text = "[[package]]\nname = \"langgraph\"\nversion = \"1.2.22\"\n[[package]]\nname = \"httpx\"\nversion = \"1\"\n";
            assert_eq!(pins(lock, text), langgraph);
        }
        assert_eq!(
            pins("pylock.toml", "[[packages]]\nname = \"langgraph\"\nversion = \"1.2.22\"\n"),
            langgraph
        );
        assert_eq!(
            pins("Pipfile.lock", r#"{"default":{"langgraph":{"version":"==1.2.22"},"x":{}}}"#),
            langgraph
        );
        let project = "[project]\ndependencies = [\"LangGraph==1.2.22\", \"httpx\"]\n";
        assert_eq!(pins("pyproject.toml", project), langgraph);
        assert_eq!(
            pins(
                "pyproject.toml",
                "[dependency-groups]\na = [\"langgraph==1.2.22\", {include-group = \"b\"}]\n"
            ),
            langgraph
        );
        assert_eq!(
            pins("pyproject.toml", "[tool.poetry.group.a.dependencies]\nlanggraph = \"==1.2.22\"\n"),
            langgraph
        );
    }

    #[test]
    fn a_range_pins_nothing() {
        for text in [
            "langgraph",
            "langgraph>=1",
            "langgraph==1.*",
            "langgraph==1.2,<2",
            "langgraph~=1.2",
            "langgraph @ https://example.com/a.whl",
        ] {
            assert_eq!(pins("requirements.txt", text), one("langgraph", None), "{text}");
        }
        assert_eq!(
            pins("pyproject.toml", "[tool.poetry.dependencies]\nlanggraph = \"^1.2\"\n"),
            one("langgraph", None)
        );
        assert_eq!(
            pins("uv.lock", "[[package]]\nname = \"langgraph\"\nsource = { editable = \".\" }\n"),
            one("langgraph", None)
        );
    }

    #[test]
    fn what_is_no_requirement_is_passed_over_and_what_is_no_toml_is_refused() {
        assert_eq!(pins("requirements.txt", "# langgraph==1\n-e .\n\n./local\n"), Vec::new());
        assert!(read(Form::Lock, ProjectFile { path: "uv.lock", text: "[[package" }).is_err());
        assert!(read(Form::PipfileLock, ProjectFile { path: "Pipfile.lock", text: "{" }).is_err());
        assert_eq!((Form::of("notes.txt"), Form::of("Pipfile")), (None, None));
    }

    proptest! {
        #[test]
        fn nothing_makes_a_reader_panic(text in ".{0,200}", soup in "[a-z=<>\\[\\];,# \\\\\n\"{}:.]{0,200}") {
            for text in [text, soup] {
                for form in [Form::Requirements, Form::Lock, Form::PipfileLock, Form::Project] {
                    let _ = read(form, ProjectFile { path: "x", text: &text });
                }
            }
        }

        #[test]
        fn a_pin_is_read_back(name in "[a-z][a-z0-9]{0,8}", version in "[0-9]{1,3}(\\.[0-9]{1,3}){0,3}(rc[0-9])?") {
            let (read, found) = requirement(&format!("{name}=={version}")).expect("a requirement");
            prop_assert_eq!((read, found), (name, Some(version)));
        }
    }
}
