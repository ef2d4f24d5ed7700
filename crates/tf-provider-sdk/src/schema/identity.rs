//! Resource identity: the few values that say which remote object a resource is, apart from its configuration.

use crate::types::Type;

/// The shape of a resource's identity.
#[derive(Debug, Clone, Default)]
pub struct IdentitySchema {
    pub(crate) version: i64,
    pub(crate) attributes: Vec<IdentityAttribute>,
}

impl IdentitySchema {
    /// An empty identity of version 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// The version of the shape.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = version;
        self
    }

    /// Adds a value that must be given to import by identity.
    #[must_use]
    pub fn required(self, name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        self.add(name.into(), ty, description.into(), true)
    }

    /// Adds a value that the provider can fill in on import.
    #[must_use]
    pub fn optional(self, name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        self.add(name.into(), ty, description.into(), false)
    }

    fn add(mut self, name: String, ty: Type, description: String, required: bool) -> Self {
        self.attributes.push(IdentityAttribute { name, ty, description, required });
        self
    }

    /// The type of a whole identity.
    pub fn ty(&self) -> Type {
        Type::Object(
            self.attributes
                .iter()
                .map(|attribute| (attribute.name.as_str().into(), attribute.ty.clone()))
                .collect(),
        )
    }
}

/// One value of an identity.
#[derive(Debug, Clone)]
pub struct IdentityAttribute {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) description: String,
    pub(crate) required: bool,
}
