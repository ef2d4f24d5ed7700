module "agents" {
  source  = "example.com/platform/agents/aws"
  version = "1.2.3"
}
