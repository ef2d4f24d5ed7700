terraform {
  required_providers {
    remit = {
      source = "remit/remit"
    }
  }
}

# Declarations need no credentials and no settings.
provider "remit" {}
