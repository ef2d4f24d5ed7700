# Drawn from what there is. Read every line: this makes no decision for you, and is in force only once
# it is applied. `authorize_above` is what there can be now; `ceiling` leaves a quarter more.
# Note: the account of 4 resources cannot be told, or is none that an envelope can name.

resource "remit_approver" "first" {
  name = "Dana Reyes"
  email = "dana.reyes@example.com"
  function = "finance"
  keys = [
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAAAABHNzaDo= dana"
  ]
}

resource "remit_envelope" "first_envelope" {
  name = "first-envelope"
  purpose = "What runs here today"
  owner = {
    name = "Mina Okafor"
    email = "mina.okafor@example.com"
  }
  scope = {
    addresses = [
      "**"
    ]
  }
  limits = {
    capacity = {
      instances = {
        authorize_above = 19
        ceiling = 24
      }
    }
    regions = {
      allow = [
        "eu-west-1",
        "gcp:europe-west1"
      ]
    }
    integrations = {
      providers = [
        "hashicorp/aws",
        "hashicorp/google"
      ]
      services = [
        "autoscaling",
        "run",
        "sqs"
      ]
    }
  }
  consent = {
    approvers = [
      remit_approver.first.record
    ]
    quorum = {
      finance = 1
    }
  }
}
