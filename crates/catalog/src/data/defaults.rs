//! The files of vendor defaults, one per service, and which resource types each of them is about: so that only what a plan is about is
//! parsed. A test compares the list with the files.

use super::File;
use crate::VendorDefault;

/// The vendor defaults of one service.
pub(crate) struct DefaultFile {
    /// Cloud and service: `aws/lambda`.
    #[cfg(test)]
    pub(crate) name: &'static str,
    /// The resource types that its rows are about, sorted.
    pub(crate) types: &'static [&'static str],
    pub(crate) file: File<VendorDefault>,
}

macro_rules! services {
    ($($name:literal: $($kind:literal)*;)*) => {
        [$(DefaultFile {
            #[cfg(test)]
            name: $name,
            types: &[$($kind),*],
            file: File::new("", include_str!(concat!("../../data/defaults/", $name, ".json"))),
        }),*]
    };
}

/// All of them, sorted by name.
pub(crate) static DEFAULTS: [DefaultFile; 93] = services! {
    "aws/api-gateway": "aws_api_gateway_method_settings";
    "aws/app-runner": "aws_apprunner_auto_scaling_configuration_version" "aws_apprunner_service";
    "aws/application-auto-scaling": "aws_appautoscaling_target";
    "aws/athena": "aws_athena_workgroup";
    "aws/aurora": "aws_rds_cluster";
    "aws/aws-provider-v6": "aws_* (all regional resources)";
    "aws/bedrock":
        "aws_bedrock_model_invocation_logging_configuration"
        "aws_bedrock_provisioned_model_throughput";
    "aws/bedrock-agentcore":
        "aws_bedrockagentcore_agent_runtime" "aws_bedrockagentcore_browser"
        "aws_bedrockagentcore_code_interpreter" "aws_bedrockagentcore_gateway"
        "aws_bedrockagentcore_harness" "aws_bedrockagentcore_memory" "aws_bedrockagentcore_policy"
        "aws_bedrockagentcore_policy_engine" "aws_bedrockagentcore_registry";
    "aws/bedrock-agents": "aws_bedrockagent_agent" "aws_bedrockagent_agent_action_group";
    "aws/bedrock-flows": "aws_bedrockagent_flow";
    "aws/bedrock-guardrails": "aws_bedrock_guardrail";
    "aws/bedrock-inference-profiles": "aws_bedrockagent_agent";
    "aws/bedrock-knowledge-bases": "aws_bedrockagent_data_source" "aws_bedrockagent_knowledge_base";
    "aws/budgets": "aws_budgets_budget";
    "aws/cloudtrail": "aws_cloudtrail";
    "aws/cloudwatch-logs": "aws_cloudwatch_log_group";
    "aws/dynamodb": "aws_dynamodb_table";
    "aws/ec2": "aws_instance" "aws_launch_template";
    "aws/ec2-auto-scaling": "aws_autoscaling_group";
    "aws/ecr": "aws_ecr_repository";
    "aws/ecs": "aws_ecs_capacity_provider" "aws_ecs_cluster" "aws_ecs_service";
    "aws/eks": "aws_eks_cluster" "aws_eks_node_group";
    "aws/elasticache-serverless": "aws_elasticache_serverless_cache";
    "aws/emr-serverless": "aws_emrserverless_application";
    "aws/iam": "aws_iam_role";
    "aws/karpenter": "kubernetes_manifest";
    "aws/kendra": "aws_kendra_index";
    "aws/kinesis": "aws_kinesis_stream";
    "aws/lambda":
        "aws_lambda_capacity_provider" "aws_lambda_event_source_mapping" "aws_lambda_function"
        "aws_lambda_function_event_invoke_config";
    "aws/opensearch-serverless":
        "aws_opensearchserverless_collection" "aws_opensearchserverless_collection_group";
    "aws/rds": "aws_db_instance";
    "aws/redshift-serverless": "aws_redshiftserverless_workgroup";
    "aws/s3": "aws_s3_bucket_public_access_block" "aws_s3_bucket_versioning";
    "aws/s3-vectors": "aws_s3vectors_vector_bucket";
    "aws/sagemaker-ai":
        "aws_sagemaker_domain" "aws_sagemaker_endpoint_configuration" "aws_sagemaker_model"
        "aws_sagemaker_notebook_instance";
    "aws/secrets-manager": "aws_secretsmanager_secret";
    "aws/sqs": "aws_sqs_queue";
    "aws/step-functions": "aws_sfn_state_machine";
    "aws/vpc-endpoints": "aws_vpc_endpoint";
    "azure/aks": "azurerm_kubernetes_cluster" "azurerm_kubernetes_cluster_node_pool";
    "azure/application-insights": "azurerm_application_insights";
    "azure/azure-ai-foundry": "azurerm_ai_foundry" "azurerm_ai_foundry_project";
    "azure/azure-ai-openai-account": "azurerm_cognitive_account";
    "azure/azure-ai-search": "azurerm_search_service";
    "azure/azure-ai-services": "azurerm_ai_services";
    "azure/azure-functions": "azurerm_linux_function_app";
    "azure/azure-functions-flex": "azurerm_function_app_flex_consumption";
    "azure/azure-machine-learning":
        "azurerm_machine_learning_compute_cluster" "azurerm_machine_learning_compute_instance"
        "azurerm_machine_learning_workspace";
    "azure/azure-monitor": "azurerm_monitor_diagnostic_setting";
    "azure/azure-monitor-autoscale": "azurerm_monitor_autoscale_setting";
    "azure/azure-openai-deployment": "azurerm_cognitive_deployment";
    "azure/bot-service": "azurerm_bot_service_azure_bot";
    "azure/container-apps":
        "azurerm_container_app" "azurerm_container_app_environment" "azurerm_container_app_job";
    "azure/container-registry": "azurerm_container_registry";
    "azure/cosmos-db": "azurerm_cosmosdb_account" "azurerm_cosmosdb_sql_container";
    "azure/event-hubs": "azurerm_eventhub_namespace";
    "azure/key-vault": "azurerm_key_vault";
    "azure/log-analytics": "azurerm_log_analytics_workspace";
    "azure/logic-apps": "azurerm_logic_app_workflow";
    "azure/storage": "azurerm_storage_account";
    "gcp/bigquery":
        "google_bigquery_dataset" "google_bigquery_job" "google_bigquery_reservation"
        "google_service_usage_consumer_quota_override";
    "gcp/billing": "google_billing_budget";
    "gcp/cloud-audit-logs": "google_project_iam_audit_config";
    "gcp/cloud-functions-1st-gen": "google_cloudfunctions_function";
    "gcp/cloud-logging": "google_logging_project_bucket_config";
    "gcp/cloud-run": "google_cloud_run_v2_job" "google_cloud_run_v2_service";
    "gcp/cloud-run-functions": "google_cloudfunctions2_function";
    "gcp/cloud-storage": "google_storage_bucket";
    "gcp/compute-engine": "google_compute_autoscaler";
    "gcp/customer-engagement-suite-agents":
        "google_ces_app" "google_ces_guardrail" "google_ces_security_settings";
    "gcp/dialogflow-cx": "google_dialogflow_cx_agent" "google_dialogflow_cx_security_settings";
    "gcp/discovery-engine": "google_discovery_engine_search_engine";
    "gcp/discovery-engine-agentspace": "google_discovery_engine_data_store";
    "gcp/discovery-engine-assistant": "google_discovery_engine_assistant";
    "gcp/gke": "google_container_cluster" "google_container_node_pool";
    "gcp/pub-sub": "google_pubsub_subscription" "google_pubsub_topic";
    "gcp/service-usage": "google_project_service";
    "gcp/vertex-ai": "google_vertex_ai_cache_config" "google_vertex_ai_endpoint";
    "gcp/vertex-ai-agent-engine": "google_vertex_ai_reasoning_engine";
    "gcp/vertex-ai-feature-store": "google_vertex_ai_feature_online_store";
    "gcp/vertex-ai-vector-search": "google_vertex_ai_index_endpoint_deployed_index";
    "third-party/anthropic-managed-agents": "anthropic managed-agents environment";
    "third-party/cloudflare-ai-gateway": "cloudflare_ai_gateway";
    "third-party/databricks": "databricks_cluster" "databricks_job" "databricks_sql_endpoint";
    "third-party/databricks-model-serving": "databricks_model_serving";
    "third-party/datadog": "datadog_logs_index";
    "third-party/langsmith": "langsmith_deployment";
    "third-party/langsmith-gateway": "langsmith_gateway_policy";
    "third-party/mongodb-atlas": "mongodbatlas_advanced_cluster" "mongodbatlas_project";
    "third-party/openai":
        "openai_project" "openai_project_data_retention" "openai_project_rate_limit"
        "openai_project_spend_limit";
    "third-party/pinecone": "pinecone_index";
    "third-party/snowflake":
        "snowflake_network_policy" "snowflake_resource_monitor" "snowflake_warehouse"
        "snowflake_warehouse_interactive";
    "third-party/vercel-ai-gateway": "vercel_ai_gateway_api_key";
};
