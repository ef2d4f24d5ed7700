module "agents" {
  source = "./agents"
}
