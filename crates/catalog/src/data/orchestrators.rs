//! The files of defaults of orchestration frameworks, one per framework.

use super::File;
use crate::OrchestratorDefault;

macro_rules! frameworks {
    ($($name:literal)*) => {
        [$(File::new("", include_str!(concat!("../../data/orchestrators/", $name, ".json")))),*]
    };
}

/// All of them, sorted by name.
pub(crate) static ORCHESTRATORS: [File<OrchestratorDefault>; 25] = frameworks! {
    "ag2-autogen-0-2-line"
    "agno"
    "autogen-agentchat"
    "bedrock-agentcore"
    "bedrock-agentcore-harness"
    "bedrock-agentcore-sdk"
    "bedrock-agents"
    "claude-agent-sdk"
    "crewai"
    "deep-agents"
    "dspy"
    "google-adk"
    "haystack"
    "langchain-agents"
    "langchain-classic"
    "langchain-core"
    "langgraph"
    "llamaindex"
    "mcp-python-sdk"
    "microsoft-agent-framework"
    "openai-agents-sdk"
    "pydantic-ai"
    "semantic-kernel"
    "smolagents"
    "strands-agents"
};
