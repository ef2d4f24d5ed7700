//! The data against its own rules: sorted, unique, formatted by one rule, complete, and consistent between files.

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::data::{
    DEFAULTS, File, ORCHESTRATORS, PROVIDERS, Row, capacity_files, providers, surface_files, watch_files,
};
use crate::*;

/// The types whose footprint the first rules judge.
const JUDGED: [&str; 13] = [
    "aws_appautoscaling_target",
    "aws_autoscaling_group",
    "aws_ecs_service",
    "aws_eks_node_group",
    "aws_lambda_function",
    "aws_sagemaker_endpoint_configuration",
    "azurerm_cognitive_deployment",
    "azurerm_container_app",
    "azurerm_kubernetes_cluster_node_pool",
    "azurerm_monitor_autoscale_setting",
    "google_cloud_run_v2_service",
    "google_compute_autoscaler",
    "google_container_node_pool",
];

fn assert_sorted<T: Row>(rows: &[T]) {
    for pair in rows.windows(2) {
        let [a, b] = pair else { continue };
        assert!(a.key() < b.key(), "`{}` stands before `{}`, or twice", a.key(), b.key());
    }
}

/// What serde writes from the parsed rows is the file: no unknown fields, no other order of fields, no other spacing.
fn assert_formatted<T: Serialize>(rows: &[T], text: &str) {
    let written = serde_json::to_string_pretty(rows).unwrap() + "\n";
    for (number, (ours, file)) in written.lines().zip(text.lines()).enumerate() {
        assert_eq!(ours, file, "line {}", number + 1);
    }
    assert_eq!(written.len(), text.len());
}

fn assert_path(path: Path) {
    for segment in path.segments() {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        assert!(!segment.is_empty() && segment.chars().all(plain), "`{path}` is not a path");
    }
}

fn all_capacities() -> impl Iterator<Item = &'static Capacity> {
    capacity_files().flat_map(File::rows)
}

#[test]
fn rows_are_sorted_and_unique() {
    surface_files().for_each(|file| assert_sorted(file.rows()));
    capacity_files().for_each(|file| assert_sorted(file.rows()));
    for service in &DEFAULTS {
        assert_sorted(service.file.rows());
    }
    watch_files().for_each(|file| assert_sorted(file.rows()));
    for file in &ORCHESTRATORS {
        assert_sorted(file.rows());
    }
    let ids: Vec<_> = default_ids().collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    assert_eq!((ids.len(), defaults().count()), (319, 260));
    assert_eq!(surfaces().count(), 330);
}

#[test]
fn files_are_formatted_by_one_rule() {
    surface_files().for_each(|file| assert_formatted(file.rows(), file.text));
    capacity_files().for_each(|file| assert_formatted(file.rows(), file.text));
    for service in &DEFAULTS {
        assert_formatted(service.file.rows(), service.file.text);
    }
    watch_files().for_each(|file| assert_formatted(file.rows(), file.text));
    for file in &ORCHESTRATORS {
        assert_formatted(file.rows(), file.text);
    }
    for text in PROVIDERS {
        let rows: Vec<Provider> = serde_json::from_str(text).unwrap();
        assert_formatted(&rows, text);
    }
}

#[test]
fn every_row_is_found_by_its_key() {
    for row in surfaces() {
        assert_eq!(surface(row.resource_type).unwrap().resource_type, row.resource_type);
    }
    for row in all_capacities() {
        assert_eq!(capacity(row.resource_type).unwrap().resource_type, row.resource_type);
    }
    for row in defaults() {
        assert_eq!(default(row.id).unwrap().id, row.id);
    }
    assert!(surface("aws_nothing").is_none() && capacity("").is_none() && default("aws").is_none());
}

/// Look-ups of one type read the rows that say something about other types, and find them by a text that stands in them.
#[test]
fn rows_about_other_types_are_found_and_stand_in_the_file_of_these_types() {
    fn keys<'r, T: Row + 'r>(rows: impl IntoIterator<Item = &'r T>) -> Vec<&'static str> {
        rows.into_iter().map(Row::key).collect()
    }
    let mut found = 0;
    for file in surface_files() {
        let naming = || file.rows().iter().filter(|row| !row.elsewhere.is_empty());
        assert_eq!(keys(file.others().iter().copied()), keys(naming()));
        found += file.others().len();
        for named in naming().flat_map(|row| &row.elsewhere).flat_map(|there| &there.resource_types) {
            assert!(std::ptr::eq(crate::data::surface_file(named).unwrap(), file), "{named}");
        }
    }
    for file in capacity_files() {
        let joining = || file.rows().iter().filter(|row| row.joins().next().is_some());
        assert_eq!(keys(file.others().iter().copied()), keys(joining()));
        found += file.others().len();
        for join in joining().flat_map(Capacity::joins) {
            assert!(std::ptr::eq(crate::data::capacity_file(join.resource_type).unwrap(), file));
        }
    }
    for file in watch_files() {
        let families = file.rows().iter().filter(|row| row.resource_type.contains('*'));
        assert_eq!(keys(file.others().iter().copied()), keys(families));
        found += file.others().len();
    }
    assert!(found >= 15, "{found}");
}

/// What grows is counted, or its row says that it adds nothing.
#[test]
fn every_scaling_surface_says_how_it_is_counted() {
    let grows = [Role::ScaleMax, Role::ScaleDesired, Role::Concurrency, Role::Units];
    let uncounted = surfaces()
        .filter(|surface| matches!(surface.kind, Kind::Scaling | Kind::Compute | Kind::Model))
        .filter(|surface| grows.iter().any(|role| surface.roles.contains_key(role)))
        .filter(|surface| capacity(surface.resource_type).is_none());
    assert_eq!(uncounted.map(|surface| surface.resource_type).collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn every_row_names_its_source() {
    assert!(surfaces().all(|row| !row.source.is_empty()));
    assert!(all_capacities().all(|row| !row.source.is_empty()));
    assert!(
        defaults().all(|row| !row.source.is_empty() && !row.condition.is_empty() && !row.rule.is_empty())
    );
    assert!(providers().iter().all(|provider| !provider.source.is_empty()));
}

#[test]
fn paths_are_well_formed() {
    surfaces().flat_map(|row| row.roles.values().flatten()).for_each(|path| assert_path(*path));
    all_capacities().flat_map(Capacity::paths).for_each(assert_path);
    for row in defaults().filter(|row| row.attribute_path != "(resource)") {
        assert!(row.attribute_path.split('.').all(|segment| !segment.is_empty()), "{}", row.id);
    }
}

#[test]
fn every_path_of_a_capacity_is_in_its_surface_or_has_a_source() {
    for row in all_capacities() {
        let listed =
            surface(row.resource_type).into_iter().flat_map(|surface| surface.roles.values().flatten());
        let beyond = row.beyond_surface.iter().map(|beyond| &beyond.path);
        let explained: BTreeSet<Path> = listed.chain(beyond).copied().collect();
        for path in row.paths() {
            assert!(explained.contains(&path), "`{}.{path}` has no source", row.resource_type);
        }
        for beyond in &row.beyond_surface {
            assert!(
                row.paths().contains(&beyond.path),
                "`{}.{}` is not read",
                row.resource_type,
                beyond.path
            );
        }
        for no_value in &row.no_value {
            assert!(
                row.paths().contains(&no_value.path),
                "`{}.{}` is not read",
                row.resource_type,
                no_value.path
            );
        }
    }
}

#[test]
fn the_types_that_rules_judge_have_a_capacity() {
    for resource_type in JUDGED {
        assert!(!capacity(resource_type).unwrap().units().is_empty(), "{resource_type}");
        assert!(surface(resource_type).is_some(), "{resource_type}");
    }
}

/// A later case would never be reached, or (a condition on a case that must always answer) nothing would be.
#[test]
fn only_the_last_case_is_unconditional() {
    for row in all_capacities() {
        let (_, earlier) = row.cases.split_last().unwrap();
        assert!(earlier.iter().all(|case| !case.when.is_empty()), "{}", row.resource_type);
        assert!(row.cases.iter().flat_map(counts).all(|count| !count.units.is_empty()));
    }
}

fn counts(case: &Case) -> &[Count] {
    match &case.reading {
        Reading::Counts(counts) => counts,
        Reading::Unbounded(_) | Reading::CannotTell(_) => &[],
    }
}

#[test]
fn quantities_counted_per_element_are_read_inside_the_element() {
    for row in all_capacities() {
        for count in row.cases.iter().flat_map(counts) {
            let Some(list) = count.each else { continue };
            for condition in &count.only_if {
                assert!(condition.path.below(list).is_some(), "{}", condition.path);
            }
        }
    }
}

#[test]
fn a_joined_type_has_a_capacity_and_its_key_is_read() {
    let mut joins = 0;
    for join in all_capacities().flat_map(Capacity::joins) {
        joins += 1;
        assert!(capacity(join.resource_type).is_some(), "{}", join.resource_type);
        let needed = needed_paths(join.resource_type);
        for path in join.other_paths() {
            assert!(needed.contains(&path), "`{}.{path}` is not read", join.resource_type);
        }
    }
    assert!(joins >= 5);
}

#[test]
fn vendor_default_words_map_to_dimensions() {
    const DIMENSIONS: [&str; 14] = [
        "cost",
        "regions",
        "capacity",
        "instance_types",
        "integrations",
        "perimeter",
        "tags",
        "growth",
        "logging",
        "deletion",
        "privileges",
        "actions",
        "defaults",
        "governance",
    ];
    assert!(defaults().all(|row| DIMENSIONS.contains(&row.dimension())));
}

/// Only the files of a plan's types are parsed, so the list of their types has to be whole.
#[test]
fn every_file_of_defaults_lists_its_types() {
    for pair in DEFAULTS.windows(2) {
        let [a, b] = pair else { continue };
        assert!(a.name < b.name, "`{}` stands before `{}`, or twice", a.name, b.name);
    }
    for service in &DEFAULTS {
        let rows = service.file.rows();
        let types: BTreeSet<&str> = rows.iter().map(|row| &*row.resource_type).collect();
        assert_eq!(types.into_iter().collect::<Vec<_>>(), service.types, "{}", service.name);
        let clouds: BTreeSet<&str> = rows.iter().map(|row| row.cloud.as_str()).collect();
        assert_eq!(clouds.len(), 1, "{}", service.name);
        let cloud = clouds.first().unwrap();
        assert!(service.name.starts_with(&format!("{cloud}/")), "{} holds rows of {cloud}", service.name);
    }
    for row in defaults() {
        assert!(defaults_of(&row.resource_type).any(|known| known.id == row.id), "{}", row.id);
    }
    assert_eq!(defaults_of("aws_nothing").count(), 0);
}

#[test]
fn what_a_default_looks_at_is_said_in_the_words_of_the_catalog() {
    for row in defaults() {
        row.only_if.iter().for_each(|clue| assert_path(clue.path));
        assert!(row.only_if.iter().all(says_something), "{}", row.id);
        assert!(row.only_if.is_empty() || row.when.is_some(), "{}", row.id);
        let missing = matches!(row.when, None | Some(Applies::Undeclared(_)));
        assert!(row.attribute_path != "(resource)" || missing, "{}", row.id);
    }
}

/// What defaults are about that are no surface of agents themselves: accounts, storage and registries around them.
const BESIDE_SURFACES: [&str; 9] = [
    "anthropic managed-agents environment",
    "aws_* (all regional resources)",
    "aws_ecr_repository",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_versioning",
    "azurerm_ai_services",
    "google_project_iam_audit_config",
    "google_service_usage_consumer_quota_override",
    "mongodbatlas_project",
];

#[test]
fn every_default_is_of_a_surface_or_is_listed_beside_them() {
    let beside: BTreeSet<&str> =
        defaults().map(|row| &*row.resource_type).filter(|kind| surface(kind).is_none()).collect();
    assert_eq!(beside.into_iter().collect::<Vec<_>>(), BESIDE_SURFACES);
}

#[test]
fn the_defaults_of_frameworks_are_whole() {
    let ids: Vec<&str> = orchestrator_defaults().map(|row| row.id).collect();
    assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (59, 59));
    assert!(ids.iter().all(|id| default(id).is_none()), "an id stands for one default only");
    for row in orchestrator_defaults() {
        assert_eq!(orchestrator_default(row.id).unwrap().id, row.id);
        assert!(!row.source.is_empty() && !row.meaning.is_empty() && !row.exposes.is_empty(), "{}", row.id);
        let normal =
            |name: &&str| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        assert!(row.packages.iter().all(normal), "{}: {:?}", row.id, row.packages);
    }
    for file in &ORCHESTRATORS {
        let rows = file.rows();
        let first = rows.first().unwrap();
        let same =
            |row: &OrchestratorDefault| row.framework == first.framework && row.packages == first.packages;
        assert!(rows.iter().all(same), "{} shares a file with another framework", first.framework);
    }
}

#[test]
fn unverified_rows_are_marked() {
    assert_eq!(defaults().filter(|row| !row.verified).count(), 28);
    assert!(all_capacities().any(|row| !row.verified) && all_capacities().any(|row| row.verified));
}

#[test]
fn every_surface_of_a_cloud_has_a_service() {
    for row in surfaces().filter(|row| provider_of(row.resource_type).is_some()) {
        assert!(service_of(row.resource_type).is_some(), "`{}` has no service", row.resource_type);
    }
}

#[test]
fn the_longest_beginning_decides() {
    assert_eq!(service_of("aws_bedrock_guardrail"), Some("bedrock"));
    assert_eq!(service_of("aws_bedrockagent_agent"), Some("bedrock"));
    assert_eq!(service_of("aws_bedrockagentcore_memory"), Some("bedrock-agentcore"));
    assert_eq!(service_of("aws_route53_resolver_rule"), Some("route53resolver"));
    assert_eq!(service_of("google_project_service"), Some("serviceusage"));
    assert_eq!(service_of("random_id"), None);
    assert!(matches!(region_source("aws_route53_record"), Some(RegionSource::Global)));
    assert!(matches!(region_source("aws_route53_resolver_rule"), Some(RegionSource::Read(_))));
}

#[test]
fn clouds_follow_the_prefix() {
    assert_eq!(cloud_of("aws_instance"), Some(Cloud::Aws));
    assert_eq!(cloud_of("awscc_lambda_function"), Some(Cloud::Aws));
    assert_eq!(cloud_of("google_compute_instance"), Some(Cloud::Gcp));
    assert_eq!(cloud_of("azapi_resource"), Some(Cloud::Azure));
    assert_eq!(cloud_of("databricks_cluster"), Some(Cloud::ThirdParty));
    assert_eq!(cloud_of("null_resource"), None);
    assert_eq!(provider("google-beta").unwrap().cloud, Cloud::Gcp);
}

/// The location of a type, as text.
fn location(resource_type: &str) -> String {
    match region_source(resource_type) {
        None => "none".to_owned(),
        Some(RegionSource::Global) => "global".to_owned(),
        Some(RegionSource::Read(read)) => {
            let names: Vec<_> = read.attributes.iter().map(|path| path.as_str()).collect();
            format!("{} then {:?}", names.join(" "), read.otherwise)
        }
    }
}

#[test]
fn regions_come_from_the_resource_then_from_its_provider_or_parent() {
    assert_eq!(location("aws_lambda_function"), "region then Provider");
    assert_eq!(location("aws_subnet"), "region then Provider");
    assert_eq!(location("aws_iam_role"), "global");
    assert_eq!(location("google_compute_autoscaler"), "zone then Provider");
    assert_eq!(location("azurerm_redis_cache"), "location then CannotTell");
    assert_eq!(
        location("azurerm_container_app"),
        r#"location then Parent([Path("container_app_environment_id")])"#
    );
    assert_eq!(location("random_id"), "none");
}

#[test]
fn needed_paths_are_complete() {
    let needed: Vec<_> = needed_paths("aws_appautoscaling_target").into_iter().map(Path::as_str).collect();
    assert_eq!(
        needed,
        [
            "max_capacity",
            "min_capacity",
            "region",
            "resource_id",
            "scalable_dimension",
            "tag",
            "tags",
            "tags_all"
        ]
    );
    let needed: Vec<_> = needed_paths("azurerm_cognitive_deployment").into_iter().map(Path::as_str).collect();
    assert_eq!(
        needed,
        [
            "cognitive_account_id",
            "dynamic_throttling_enabled",
            "location",
            "scale.capacity",
            "sku.capacity",
            "tags"
        ]
    );
    assert!(needed_paths("random_id").is_empty());
}

#[test]
fn a_path_goes_on_below_its_list_only() {
    let count = counts(capacity("azurerm_monitor_autoscale_setting").unwrap().cases.first().unwrap())
        .first()
        .unwrap();
    let Quantity::Attribute(maximum) = count.ceiling else { panic!("not an attribute") };
    let profile = count.each.unwrap();
    assert_eq!(maximum.below(profile).map(Path::as_str), Some("capacity.maximum"));
    assert_eq!(profile.below(maximum), None);
    assert_eq!(profile.below(profile), None);
}

#[test]
fn numbers_that_mean_nothing_are_only_those_listed() {
    let lambda = capacity("aws_lambda_function").unwrap();
    let path = *lambda.paths().first().unwrap();
    assert!(lambda.is_no_value(path, -1));
    assert!(!lambda.is_no_value(path, 0), "0 stops the function: it is a value");
}

/// The words in the data are the words in messages.
#[test]
fn words_are_those_of_the_data() {
    fn check<T: Serialize + DeserializeOwned + Debug>(values: &[(T, &str)]) {
        for (value, word) in values {
            assert_eq!(serde_json::to_string(value).unwrap(), format!("\"{word}\""));
        }
    }
    check(&[Cloud::Aws, Cloud::Gcp, Cloud::Azure, Cloud::ThirdParty].map(|cloud| (cloud, cloud.as_str())));
    check(&[Unit::Instances, Unit::MemoryGb, Unit::ModelUnits].map(|unit| (unit, unit.as_str())));
    check(&[Kind::Agent, Kind::VectorStore].map(|kind| (kind, kind.as_str())));
    check(&[Risk::Low, Risk::Critical].map(|risk| (risk, risk.as_str())));
}

fn says_something(clue: &Clue) -> bool {
    !clue.is.is_empty() || !clue.starts.is_empty() || clue.wide || clue.present || clue.absent
}

#[test]
fn signs_are_clauses_about_attributes() {
    for watch in watches() {
        assert!(!watch.signs.is_empty() && !watch.source.is_empty(), "{}", watch.resource_type);
        watch.paths().into_iter().for_each(assert_path);
        for sign in &watch.signs {
            let clause = !sign.means.ends_with('.') && sign.means.starts_with(|c: char| c.is_lowercase());
            assert!(clause, "{}: `{}` is no clause", watch.resource_type, sign.means);
            if let When::Holds(clues) | When::HoldsIn { all: clues, .. } = &sign.when {
                assert!(
                    !clues.is_empty() && clues.iter().all(says_something),
                    "{}: {clues:?}",
                    watch.resource_type
                );
            }
        }
    }
}

#[test]
fn a_type_is_watched_by_its_name_or_by_its_pattern() {
    assert!(watch("aws_lambda_function_url").is_some() && watch("aws_iam_role_x").is_none());
    let pattern = watch("google_pubsub_topic_iam_member").unwrap();
    assert_eq!(pattern.resource_type, "google_*_iam_member");
    assert!(watch("google_iam_member").is_none() && watch("random_id").is_none());
}

#[test]
fn the_signs_of_who_acted_are_in_order_and_apart() {
    let all = signals();
    let written = serde_json::to_string_pretty(all).unwrap() + "\n";
    assert!(written == crate::actor::TEXT, "the file is not formatted by the one rule");
    for pair in all.signals.windows(2) {
        let [a, b] = pair else { continue };
        assert!(a.id < b.id, "`{}` stands before `{}`, or twice", a.id, b.id);
    }
    for signal in &all.signals {
        let (SignalText::Is(text)
        | SignalText::Starts(text)
        | SignalText::Ends(text)
        | SignalText::Contains(text)) = signal.text;
        assert!(text.len() > 4 && !signal.fields.is_empty(), "{} would find everybody", signal.id);
    }
}
