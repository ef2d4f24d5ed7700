//! The `.tf` files a plan was made from: where every block and attribute is written, and what a plan leaves out of them.
//!
//! Which files there are is the shell's to say ([`Files`]); nothing is read here. A file that cannot be understood is noted and
//! left out: what stood in it then counts as not found, never as absent.

mod block;
mod effort;
mod files;
mod index;
mod lines;
mod manifest;
mod native;
mod references;

pub use files::{Entry, Files};
pub use index::{Index, Unread};

pub(crate) use effort::{MOST as MOST_EFFORT, of as effort_of, of_native as effort_of_native};
pub(crate) use index::Missing;
pub(crate) use lines::position;
