//! `remit_vendor_defaults`: rows of the catalog that match every filter given.

use std::collections::BTreeSet;

use remit_catalog::VendorDefault;
use tf_provider_sdk::{
    Attribute, Context, DataReadRequest, DataSource, Diagnostic, Diagnostics, Path, Schema, Type, Value,
};

use super::vendor_default::{row_attributes, shown};
use crate::{configured::Configured, declaration::Attributes};

/// The data source.
pub(crate) struct VendorDefaults;

/// A filter, what of a row it looks at, and what it is for.
struct Filter {
    name: &'static str,
    of: fn(&VendorDefault) -> &str,
    says: &'static str,
}

const FILTERS: [Filter; 5] = [
    Filter { name: "clouds", of: |row| row.cloud.as_str(), says: "`aws`, `gcp`, `azure`, `third-party`." },
    Filter { name: "services", of: |row| &row.service, says: "Services, as the vendor calls them." },
    Filter {
        name: "dimensions",
        of: VendorDefault::dimension,
        says: "Dimensions of an envelope, such as `logging`.",
    },
    Filter { name: "risks", of: |row| row.risk.as_str(), says: "`low`, `medium`, `high`, `critical`." },
    Filter {
        name: "resource_types",
        of: |row| &row.resource_type,
        says: "Terraform types, such as `aws_bedrockagent_agent`.",
    },
];

impl DataSource for VendorDefaults {
    type Model = Attributes;
    type Client = Configured;

    fn type_suffix(&self) -> &'static str {
        "vendor_defaults"
    }

    fn schema(&self) -> Schema {
        let filters = FILTERS.map(|filter| {
            Attribute::set(filter.name, Type::String)
                .description(format!("Only rows with one of these. {} Left out: all.", filter.says))
        });
        let row = std::iter::once(Attribute::string("id").computed().description("Id in the catalog."));
        Schema::new()
            .attributes(filters)
            .attribute(Attribute::list("ids", Type::String).computed().description("The ids, in order."))
            .attribute(
                Attribute::nested_list("defaults", row.chain(row_attributes()))
                    .computed()
                    .description("The rows, in the order of their ids within each cloud."),
            )
            .description(
                "The vendor defaults of the catalog that match every filter given. The catalog is part of the provider; nothing is \
                 called.\n\n\
                 **What it does not stop.** It informs. `plancheck defaults audit` says which of them a plan relies on.",
            )
    }

    async fn read(
        &self,
        _: &Context<Configured>,
        request: DataReadRequest<Attributes>,
    ) -> Result<Attributes, Diagnostics> {
        let mut attributes = request.config.0;
        let mut rows: Vec<&VendorDefault> = remit_catalog::defaults().collect();
        let mut faults = Diagnostics::new();
        for filter in &FILTERS {
            let Some(wanted) = attributes.get(filter.name).elements() else { continue };
            let wanted: BTreeSet<&str> = wanted.filter_map(Value::as_str).collect();
            faults.extend(wanted.iter().filter_map(|word| unknown(filter, word)));
            rows.retain(|row| wanted.contains((filter.of)(row)));
        }
        let rows = faults.or_value(rows)?;
        let ids = rows.iter().map(|row| Value::from(row.id)).collect();
        let all = rows.iter().map(|row| Value::from(shown(row).with("id", row.id))).collect();
        attributes.set("ids", Value::List(ids));
        attributes.set("defaults", Value::List(all));
        Ok(Attributes(attributes))
    }
}

/// A word that no row has is more likely misspelt than meant: silently it would show that nothing is exposed.
fn unknown(filter: &Filter, word: &str) -> Option<Diagnostic> {
    let known: BTreeSet<&str> = remit_catalog::defaults().map(filter.of).collect();
    if known.contains(word) {
        return None;
    }
    let help = match remit_governance::invalid::nearest(word, known.iter().copied()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None if known.len() <= 20 => {
            format!("Known are: {}.", known.into_iter().collect::<Vec<_>>().join(", "))
        }
        None => "`plancheck defaults list` shows all rows.".to_owned(),
    };
    let path = Path::attribute(filter.name).element(Value::from(word));
    let detail = format!("No row of the catalog has `{word}`.\n\n{help}");
    Some(Diagnostic::error("Unknown filter").detail(detail).at(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Remit;
    use tf_provider_sdk::{Object, testing::TestProvider};

    fn read(name: &str, config: Object) -> Result<Object, Diagnostics> {
        let found = TestProvider::start(Remit, Object::new()).unwrap().read(name, config)?;
        Ok(found.as_object().unwrap().clone())
    }

    fn set(words: &[&str]) -> Value {
        Value::List(words.iter().map(|word| Value::from(*word)).collect())
    }

    fn ids(found: &Object) -> Vec<&str> {
        found.get("ids").elements().unwrap().filter_map(Value::as_str).collect()
    }

    #[test]
    fn rows_match_every_filter() {
        let all = read("remit_vendor_defaults", Object::new()).unwrap();
        assert_eq!(ids(&all).len(), remit_catalog::defaults().count());
        let filters = Object::new()
            .with("clouds", set(&["aws"]))
            .with("dimensions", set(&["logging"]))
            .with("risks", set(&["high", "critical"]));
        let found = read("remit_vendor_defaults", filters).unwrap();
        let expected: Vec<&str> = remit_catalog::defaults()
            .filter(|row| row.cloud.as_str() == "aws" && row.dimension() == "logging")
            .filter(|row| matches!(row.risk.as_str(), "high" | "critical"))
            .map(|row| row.id)
            .collect();
        assert!(!expected.is_empty() && expected.len() < ids(&all).len());
        assert_eq!(ids(&found), expected);
    }

    #[test]
    fn a_misspelt_filter_is_an_error_and_not_an_empty_list() {
        let said = read("remit_vendor_defaults", Object::new().with("risks", set(&["hihg"]))).unwrap_err();
        assert!(said.iter().any(|fault| fault.detail.contains("Did you mean `high`?")), "{said:?}");
    }

    #[test]
    fn one_row_is_read_by_its_id_and_another_id_is_an_error() {
        let id = "aws-bedrock-agent-no-guardrail";
        let found = read("remit_vendor_default", Object::new().with("id", id)).unwrap();
        let row = remit_catalog::default(id).unwrap();
        assert_eq!(found.get("exposes").as_str(), Some(row.exposes.as_ref()));
        assert_eq!(found.get("suggested_value").as_str(), Some(row.suggested_governed_value.get()));
        let wrong = Object::new().with("id", "aws-bedrock-agent-no-guardrai");
        let said = read("remit_vendor_default", wrong).unwrap_err();
        assert!(said.iter().any(|fault| fault.detail.contains(id)), "{said:?}");
    }
}
