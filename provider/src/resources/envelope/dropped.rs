//! Names that Terraform drops before the provider sees them, said where people read about the resource. What can be a map is
//! one for this reason; the rest is here.

/// Optional names inside objects, by object. Sorted.
const DROPPED: [(&str, &str); 18] = [
    ("agents", "actors principals"),
    (
        "aws",
        "account budget caps minimum_strength region_guard scale_guard service_control_policies tamper_guard",
    ),
    ("aws.budget", "account action subscribers topic"),
    ("aws.budget.action", "approval at_percent"),
    (
        "aws.caps",
        "account autoscaling_group lambda_function max min region reserved_concurrency scalable_target",
    ),
    ("aws.region_guard", "exempt_actions"),
    ("aws.service_control_policies", "max_bytes max_per_target"),
    (
        "consent",
        "by_dimension execute_within expires_after minimum_assurance minimum_assurance_exception require_rationale",
    ),
    (
        "limits",
        "actions capacity cost defaults deletion growth instance_types integrations logging perimeter privileges regions tags",
    ),
    ("limits.capacity", "authorize_above ceiling notify_at unlimited"),
    ("limits.cost", "authorize_above ceiling notify_at unlimited"),
    (
        "limits.growth",
        "cool_down cost_per_change percent_per_change percent_per_window resources_per_change window",
    ),
    ("limits.instance_types", "allow authorize deny"),
    ("limits.integrations", "authorize endpoints models providers services"),
    ("limits.perimeter", "public"),
    ("limits.regions", "authorize exceptions inference_geographies"),
    ("owner", "cost_center"),
    ("scope", "accounts addresses resource_types tags workspaces"),
];

/// The warning, in Markdown.
pub(super) fn warning() -> String {
    let line = |(object, names): &(&str, &str)| {
        let names: Vec<_> = names.split(' ').map(|name| format!("`{name}`")).collect();
        format!("- in `{object}`: {}", names.join(", "))
    };
    format!(
        "**Mind the spelling of optional nested attributes.** Inside `limits = {{ ... }}` and the like, \
         Terraform drops a name that it does not know and tells neither the provider nor you: what \
         stands under the misspelt name is not declared. Misspelling is an error at the top level, \
         where the attribute is required, and in the keys of `limits.capacity`, \
         `limits.integrations.authorize` and every `quorum`. Misspellings of these are dropped:\n\n{}\n\n\
         Sometimes what is left makes no sense and is an error for that reason, such as a unit with \
         neither `ceiling` nor `unlimited`. What came to be declared is what `record` holds; \
         `coverage` lists it limit by limit.",
        DROPPED.iter().map(line).collect::<Vec<_>>().join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use tf_provider_sdk::docs::{Options, render};

    /// Asks the page, which tells optional from required; the type of the schema does not.
    #[test]
    fn every_optional_name_inside_an_object_is_listed() {
        let pages = render(&crate::provider::Remit, &Options::new()).unwrap();
        let page = pages.into_iter().find(|(path, _)| path.ends_with("resources/envelope.md")).unwrap().1;
        let mut optional = BTreeMap::new();
        for section in page.split("### Nested Schema for ").skip(1) {
            let object = section.split('`').nth(1).unwrap();
            let list = section.split("Optional:").nth(1).unwrap_or_default();
            let list = list.split("\n\n").nth(1).unwrap_or_default();
            let names: Vec<_> = list.lines().map(|line| line.split('`').nth(1).unwrap()).collect();
            if !names.is_empty() {
                optional.insert(object, names.join(" "));
            }
        }
        let listed = DROPPED.iter().map(|(object, names)| (*object, (*names).to_owned()));
        assert_eq!(optional, listed.collect::<BTreeMap<_, _>>());
        assert!(page.contains(&warning()));
    }
}
