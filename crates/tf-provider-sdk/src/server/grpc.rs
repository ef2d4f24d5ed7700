//! The list of calls that are served. Those that are missing answer "not implemented".

use std::collections::BTreeMap;
use std::sync::Arc;

use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status};

use super::{Core, Server};
use crate::generated::tfplugin6 as pb;
use crate::provider::Provider;

/// Each call runs the method of the same name on the core: at once, waiting for what the author does, or with an answer in
/// pieces. Calls after `of` a list are served only if the provider has something on that list.
macro_rules! calls {
    (
        at_once: $($quick:ident $(of $quick_list:ident)?),*;
        waiting: $($slow:ident $(of $slow_list:ident)?),*;
        in_pieces: $($pieces:ident of $pieces_list:ident),*;
    ) => {
        #[tonic::async_trait]
        impl<P: Provider> pb::provider_server::Provider for Server<P> {
            $(
                async fn $quick(
                    &self,
                    request: Request<pb::$quick::Request>,
                ) -> Result<Response<pb::$quick::Response>, Status> {
                    $(offered(&self.0.$quick_list)?;)?
                    let work = |core: Arc<Core<P>>, request| async move { core.$quick(&request) };
                    Ok(Response::new(self.answer(request.into_inner(), work).await))
                }
            )*
            $(
                async fn $slow(
                    &self,
                    request: Request<pb::$slow::Request>,
                ) -> Result<Response<pb::$slow::Response>, Status> {
                    $(offered(&self.0.$slow_list)?;)?
                    let work = |core: Arc<Core<P>>, request| async move { core.$slow(request).await };
                    Ok(Response::new(self.answer(request.into_inner(), work).await))
                }
            )*
            $(
                async fn $pieces(
                    &self,
                    request: Request<pb::$pieces::Request>,
                ) -> Result<Response<BoxStream<pb::$pieces::Event>>, Status> {
                    offered(&self.0.$pieces_list)?;
                    Ok(Response::new(self.0.$pieces(request.get_ref())))
                }
            )*

            async fn stop_provider(
                &self,
                _: Request<pb::stop_provider::Request>,
            ) -> Result<Response<pb::stop_provider::Response>, Status> {
                self.0.stop_running();
                Ok(Response::new(pb::stop_provider::Response::default()))
            }
        }
    };
}

calls!(
    at_once:
        get_metadata,
        get_provider_schema,
        get_resource_identity_schemas,
        get_functions,
        validate_provider_config,
        validate_resource_config,
        validate_data_resource_config,
        upgrade_resource_state,
        upgrade_resource_identity,
        move_resource_state,
        generate_resource_config,
        call_function,
        validate_ephemeral_resource_config of ephemeral_resources,
        validate_list_resource_config of list_resources,
        validate_action_config of actions;
    waiting:
        configure_provider,
        read_resource,
        plan_resource_change,
        apply_resource_change,
        import_resource_state,
        read_data_source,
        open_ephemeral_resource of ephemeral_resources,
        renew_ephemeral_resource of ephemeral_resources,
        close_ephemeral_resource of ephemeral_resources,
        plan_action of actions;
    in_pieces:
        list_resource of list_resources,
        invoke_action of actions;
);

/// Hosts tell by this status that a provider has nothing of a kind.
fn offered<T>(list: &BTreeMap<String, T>) -> Result<(), Status> {
    if list.is_empty() {
        Err(Status::unimplemented("this provider offers nothing of that kind"))
    } else {
        Ok(())
    }
}
