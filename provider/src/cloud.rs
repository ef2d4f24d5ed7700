//! What Remit makes in clouds, a folder per cloud. Which steps are taken, and in which order, is not decided here.

pub(crate) mod aws;
