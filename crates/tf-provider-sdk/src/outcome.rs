//! How changing something can end. What exists must reach the state, also when a later step failed.

use crate::diagnostic::{Diagnostic, Diagnostics};

/// How a create or update ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome<M> {
    /// All of it was done; the model is the new state and holds nothing unknown.
    Done(M),
    /// Some of it was done. The model is what exists now and is saved; after a create, Terraform marks it for replacement.
    Partial(M, Diagnostics),
    /// Nothing was changed; the state stays as it was.
    Failed(Diagnostics),
}

impl<M> From<Result<M, Diagnostics>> for Outcome<M> {
    fn from(result: Result<M, Diagnostics>) -> Self {
        match result {
            Ok(model) => Self::Done(model),
            Err(diagnostics) => Self::Failed(diagnostics),
        }
    }
}

impl<M> From<Diagnostic> for Outcome<M> {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Failed(diagnostic.into())
    }
}

/// How a delete ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Deletion<M> {
    /// It is gone, or was already.
    Done,
    /// Some of it is gone. The model is what is left and is saved.
    Partial(M, Diagnostics),
    /// All of it is still there; the state stays as it was.
    Failed(Diagnostics),
}

impl<M> From<Result<(), Diagnostics>> for Deletion<M> {
    fn from(result: Result<(), Diagnostics>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(diagnostics) => Self::Failed(diagnostics),
        }
    }
}

/// What a read found.
#[derive(Debug, Clone, PartialEq)]
pub enum Found<M> {
    /// It exists, like this.
    Present(M),
    /// It certainly does not exist any more. Not being able to tell is an error, never `Gone`.
    Gone,
}

impl<M> From<Option<M>> for Found<M> {
    fn from(found: Option<M>) -> Self {
        found.map_or(Self::Gone, Self::Present)
    }
}
