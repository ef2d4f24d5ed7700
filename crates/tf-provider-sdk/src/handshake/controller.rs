//! The service by which the host ends the process.

use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::generated::plugin::Empty;
use crate::generated::plugin::grpc_controller_server::GrpcController;

/// Where its calls arrive.
pub(super) const PATH: &str = "/plugin.GRPCController/";

/// Turns the call into a stop. Connections end gracefully, so the answer still goes out first.
#[derive(Debug)]
pub(super) struct Controller {
    pub(super) stop: CancellationToken,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.stop.cancel();
        Ok(Response::new(Empty {}))
    }
}
