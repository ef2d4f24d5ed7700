//! The import section of a resource's page.

use std::fmt::Write as _;

use super::Files;
use super::markdown::{fenced, under_item};
use super::tree::type_words;
use crate::schema::{IdentityAttribute, IdentitySchema};

/// The section, if the folder has an example of an import.
pub(super) fn section(examples: &Files, folder: &str, identity: Option<&IdentitySchema>) -> Option<String> {
    let example =
        |file: &str| examples.get(&format!("{folder}/{file}")).map(|text| text.trim_end().to_owned());
    let command = example("import.sh");
    let by_id = example("import-by-string-id.tf").or_else(|| block(command.as_deref()?));
    let by_identity = example("import-by-identity.tf");
    let mut parts = Vec::new();
    if let Some(command) = command {
        parts.push(format!("With the `terraform import` command:\n\n{}", fenced("shell", &command)));
    }
    if let Some(block) = by_id {
        let words = "With an `import` block, in Terraform 1.5 and later:";
        parts.push(format!("{words}\n\n{}", fenced("terraform", &block)));
    }
    if let Some(block) = by_identity {
        let words = "With an `import` block that names the identity, in Terraform 1.12 and later:";
        parts.push(format!("{words}\n\n{}", fenced("terraform", &block)));
        parts.extend(identity.map(identity_section));
    }
    (!parts.is_empty()).then(|| format!("## Import\n\n{}", parts.join("\n\n")))
}

fn identity_section(identity: &IdentitySchema) -> String {
    let mut text = "### Identity Schema".to_owned();
    for (title, required) in [("Required", true), ("Optional", false)] {
        let mut group: Vec<_> =
            identity.attributes.iter().filter(|attribute| attribute.required == required).collect();
        group.sort_by_key(|attribute| &attribute.name);
        if !group.is_empty() {
            let _ = write!(text, "\n\n#### {title}\n");
        }
        for IdentityAttribute { name, ty, description, .. } in group {
            let _ = write!(
                text,
                "\n- {}",
                under_item(&format!("`{name}` ({}) {description}", type_words(ty)), 2)
            );
        }
    }
    text
}

/// The command as a block, where the example is one plain command.
fn block(script: &str) -> Option<String> {
    let mut lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (command, None) = (lines.next()?, lines.next()) else { return None };
    let (to, id) = command.strip_prefix("terraform import ")?.trim().split_once(' ')?;
    let id = unquoted(id.trim())?;
    let escaped = id.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{");
    let plain_address = to.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
    plain_address.then(|| format!("import {{\n  to = {to}\n  id = \"{escaped}\"\n}}"))
}

/// What the shell makes of one argument; `None` where that takes a shell to tell.
fn unquoted(argument: &str) -> Option<&str> {
    let single = argument.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let double = argument.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    if let Some(inner) = single {
        return (!inner.contains('\'')).then_some(inner);
    }
    let inner = double.unwrap_or(argument);
    let special = |c: char| {
        "\"'\\$`".contains(c) || (double.is_none() && (c.is_whitespace() || "|&;<>()*?[]{}~#!".contains(c)))
    };
    (!inner.is_empty() && !inner.contains(special)).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_commands_become_blocks() {
        let cases = [
            ("# The id.\nterraform import zoo_animal.leo animal-7\n", Some("animal-7")),
            ("terraform import zoo_animal.leo 'a \"b\" ${c}'", Some(r#"a \"b\" $${c}"#)),
            ("terraform import zoo_animal.leo \"two words\"", Some("two words")),
            ("terraform import 'zoo_animal.leo[\"a\"]' x", None),
            ("terraform import zoo_animal.leo $ID", None),
            ("terraform import zoo_animal.leo one two", None),
            ("terraform import zoo_animal.leo", None),
            ("terraform import a.b c\nterraform import d.e f", None),
            ("", None),
        ];
        for (script, id) in cases {
            let expected = id.map(|id| format!("import {{\n  to = zoo_animal.leo\n  id = \"{id}\"\n}}"));
            assert_eq!(block(script), expected, "{script}");
        }
    }
}
