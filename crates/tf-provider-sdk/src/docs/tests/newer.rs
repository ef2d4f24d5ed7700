//! What only newer versions of Terraform know, each with as much as its page can show.

use crate::{
    Action, ActionRequest, Attribute, Context, Diagnostics, EphemeralResource, ListRequest, ListResource,
    Listing, NoConfig, OpenRequest, Opened, Progress, Schema,
};

pub(super) struct Ticket;

impl EphemeralResource for Ticket {
    type Model = NoConfig;
    type Client = ();

    fn type_suffix(&self) -> &'static str {
        "ticket"
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .description("A ticket for one run.")
            .attribute(Attribute::string("name").required().description("Whose."))
            .attribute(Attribute::string("code").computed().sensitive().description("Opens the gate."))
    }

    async fn open(&self, _: &Context<()>, _: OpenRequest<NoConfig>) -> Result<Opened<NoConfig>, Diagnostics> {
        Ok(Opened::new(NoConfig))
    }
}

pub(super) struct Animals;

impl ListResource for Animals {
    type Model = NoConfig;
    type Client = ();

    fn type_suffix(&self) -> &'static str {
        "animal"
    }

    fn schema(&self) -> Schema {
        Schema::new().description("Finds animals.")
    }

    async fn list(
        &self,
        _: &Context<()>,
        _: ListRequest<NoConfig>,
        _: &mut Listing,
    ) -> Result<(), Diagnostics> {
        Ok(())
    }
}

pub(super) struct Feed;

impl Action for Feed {
    type Model = NoConfig;
    type Client = ();

    fn type_suffix(&self) -> &'static str {
        "feed"
    }

    fn schema(&self) -> Schema {
        Schema::new()
            .description("Feeds all animals.")
            .attribute(Attribute::number("grams").default(250).description("How much."))
    }

    async fn invoke(
        &self,
        _: &Context<()>,
        _: ActionRequest<NoConfig>,
        _: &mut Progress,
    ) -> Result<(), Diagnostics> {
        Ok(())
    }
}
