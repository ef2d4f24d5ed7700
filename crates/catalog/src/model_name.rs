//! What the text that names a model says: which model, and where it may compute. Which of them are allowed is the reader's matter.

/// What a text that names a model says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelName<'t> {
    /// This model.
    Model {
        /// Its name without what stands around it.
        name: &'t str,
        /// The word for where a cross-region profile computes, in the vocabulary of `inference_geographies`. `None`: where it is called.
        geography: Option<&'static str>,
    },
    /// Something that stands for a model without saying which.
    Opaque,
}

/// The prefixes of cross-region inference profiles of Amazon Bedrock, and the geographies they compute in. Source: the lists of
/// supported profiles in the Amazon Bedrock user guide.
const PROFILES: [(&str, &str); 8] = [
    ("apac.", "apac"),
    ("au.", "au"),
    ("ca.", "ca"),
    ("eu.", "eu"),
    ("global.", "global"),
    ("jp.", "jp"),
    ("us-gov.", "us-gov"),
    ("us.", "us"),
];

/// Kinds of ARNs of Amazon Bedrock whose last part is the name of a model.
const NAMING: [&str; 3] = ["foundation-model", "inference-profile", "custom-model"];

/// Reads the name of a model: an id, an ARN of Amazon Bedrock, or a resource name of Google Cloud.
pub fn model_name(text: &str) -> ModelName<'_> {
    let Some(arn) = text.strip_prefix("arn:") else {
        return of_id(after_last(text, "/models/").or_else(|| text.strip_prefix("models/")).unwrap_or(text));
    };
    // partition : service : region : account : kind/name, where the name can have colons itself.
    let resource = arn.splitn(5, ':').nth(4).unwrap_or_default();
    match resource.split_once('/') {
        Some((kind, name)) if NAMING.contains(&kind) => of_id(name),
        _ => ModelName::Opaque,
    }
}

fn of_id(id: &str) -> ModelName<'_> {
    let profile =
        PROFILES.iter().find_map(|(prefix, geography)| Some((id.strip_prefix(prefix)?, *geography)));
    match profile {
        // An id has a vendor before its first dot; behind a profile's prefix there is another.
        Some((name, geography)) if name.contains('.') => {
            ModelName::Model { name, geography: Some(geography) }
        }
        _ => ModelName::Model { name: id, geography: None },
    }
}

fn after_last<'t>(text: &'t str, mark: &str) -> Option<&'t str> {
    text.rsplit_once(mark).map(|(_, name)| name)
}

/// How far from its resource a deployment of Azure `OpenAI` may compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// In the region of the resource.
    Region,
    /// In the data zone that the region of the resource belongs to.
    Zone,
    /// Anywhere the model is offered.
    Anywhere,
}

/// How far the SKU of a deployment reaches; `None` for a SKU that is not known. Source: Microsoft Learn, deployment types of Azure `OpenAI`.
pub fn sku_reach(sku: &str) -> Option<Reach> {
    let sku = sku.to_ascii_lowercase();
    if sku.starts_with("global") || sku == "developertier" {
        return Some(Reach::Anywhere);
    }
    if sku.starts_with("datazone") {
        return Some(Reach::Zone);
    }
    matches!(sku.as_str(), "standard" | "provisionedmanaged" | "provisioned-managed" | "manual")
        .then_some(Reach::Region)
}

/// The word for the data zone of an Azure region, spelled without blanks in lower case; `None` for regions outside every zone.
/// Source: Microsoft Learn, data zone deployments.
pub fn data_zone(region: &str) -> Option<&'static str> {
    const EUROPE: [&str; 8] = [
        "francecentral",
        "germanywestcentral",
        "italynorth",
        "northeurope",
        "polandcentral",
        "spaincentral",
        "swedencentral",
        "westeurope",
    ];
    const STATES: [&str; 8] = [
        "centralus",
        "eastus",
        "eastus2",
        "northcentralus",
        "southcentralus",
        "westus",
        "westus2",
        "westus3",
    ];
    if EUROPE.contains(&region) {
        return Some("eu");
    }
    STATES.contains(&region).then_some("us")
}

/// The machine under a type of a managed service: `p5.48xlarge` of `ml.p5.48xlarge`.
pub fn bare_instance_type(text: &str) -> Option<&str> {
    ["ml.", "db.", "cache."]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .filter(|bare| bare.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::{ModelName, Reach, bare_instance_type, data_zone, model_name, sku_reach};

    fn model<'t>(name: &'t str, geography: Option<&'static str>) -> ModelName<'t> {
        ModelName::Model { name, geography }
    }

    #[test]
    fn names_are_found_in_what_stands_around_them() {
        for (text, expected) in [
            (
                "anthropic.claude-3-5-sonnet-20241022-v2:0",
                model("anthropic.claude-3-5-sonnet-20241022-v2:0", None),
            ),
            (
                "eu.anthropic.claude-sonnet-4-20250514-v1:0",
                model("anthropic.claude-sonnet-4-20250514-v1:0", Some("eu")),
            ),
            ("global.anthropic.claude-sonnet-4", model("anthropic.claude-sonnet-4", Some("global"))),
            ("us-gov.anthropic.claude-3", model("anthropic.claude-3", Some("us-gov"))),
            ("us.guardrail.v1:0", model("guardrail.v1:0", Some("us"))),
            (
                "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0",
                model("amazon.nova-pro-v1:0", None),
            ),
            (
                "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0",
                model("amazon.nova-pro-v1:0", Some("us")),
            ),
            ("publishers/google/models/gemini-2.0-flash@001", model("gemini-2.0-flash@001", None)),
            ("gpt-4o", model("gpt-4o", None)),
            ("meta-llama/Llama-3.1-8B", model("meta-llama/Llama-3.1-8B", None)),
            ("arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc", ModelName::Opaque),
            ("arn:aws:bedrock:eu-west-1:123456789012:provisioned-model/abc", ModelName::Opaque),
            ("arn:aws:bedrock:eu-west-1:123456789012:prompt/ABC:1", ModelName::Opaque),
            ("arn:", ModelName::Opaque),
        ] {
            assert_eq!(model_name(text), expected, "{text}");
        }
    }

    #[test]
    fn a_sku_says_how_far_a_deployment_reaches() {
        for (sku, reach) in [
            ("GlobalStandard", Some(Reach::Anywhere)),
            ("GlobalProvisionedManaged", Some(Reach::Anywhere)),
            ("DeveloperTier", Some(Reach::Anywhere)),
            ("DataZoneBatch", Some(Reach::Zone)),
            ("datazonestandard", Some(Reach::Zone)),
            ("Standard", Some(Reach::Region)),
            ("ProvisionedManaged", Some(Reach::Region)),
            ("SomethingNew", None),
        ] {
            assert_eq!(sku_reach(sku), reach, "{sku}");
        }
        assert_eq!(
            [data_zone("westeurope"), data_zone("eastus2"), data_zone("uksouth")],
            [Some("eu"), Some("us"), None]
        );
    }

    #[test]
    fn a_vendor_is_not_a_geography() {
        assert_eq!(model_name("us.amazon"), model("us.amazon", None));
        assert_eq!(model_name("eureka.model-1"), model("eureka.model-1", None));
    }

    #[test]
    fn a_type_of_a_managed_service_is_a_machine() {
        assert_eq!(bare_instance_type("ml.p5.48xlarge"), Some("p5.48xlarge"));
        assert_eq!(bare_instance_type("db.r6g.large"), Some("r6g.large"));
        assert_eq!(bare_instance_type("m5.large"), None);
        assert_eq!(bare_instance_type("db.serverless"), None);
    }
}
