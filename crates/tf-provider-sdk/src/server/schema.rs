//! Calls that ask what the provider offers, and schemas in the protocol's form.
#![allow(
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    reason = "every call has the same signature, also those that are asked nothing and cannot fail"
)]

use super::Core;
use crate::diagnostic::Diagnostics;
use crate::function::{Parameter, Signature};
use crate::generated::tfplugin6 as pb;
use crate::provider::Provider;
use crate::schema::{Attribute, IdentitySchema, Kind, Nesting, Presence, Schema};
use pb::schema::nested_block::NestingMode as BlockMode;
use pb::schema::object::NestingMode;

impl<P: Provider> Core<P> {
    fn capabilities(&self) -> pb::ServerCapabilities {
        pb::ServerCapabilities {
            plan_destroy: true,
            get_provider_schema_optional: true,
            move_resource_state: self
                .resources
                .values()
                .any(|managed| !managed.resource.moves_from().is_empty()),
            generate_resource_config: !self.resources.is_empty(),
        }
    }

    pub(super) fn get_metadata(
        &self,
        _: &pb::get_metadata::Request,
    ) -> Result<pb::get_metadata::Response, Diagnostics> {
        use pb::get_metadata::{
            ActionMetadata, DataSourceMetadata, EphemeralMetadata, FunctionMetadata, ListResourceMetadata,
            ResourceMetadata,
        };
        let resources = self.resources.keys().cloned().map(|type_name| ResourceMetadata { type_name });
        let data_sources =
            self.data_sources.keys().cloned().map(|type_name| DataSourceMetadata { type_name });
        let functions = self.functions.keys().cloned().map(|name| FunctionMetadata { name });
        Ok(pb::get_metadata::Response {
            server_capabilities: Some(self.capabilities()),
            resources: resources.collect(),
            data_sources: data_sources.collect(),
            functions: functions.collect(),
            ephemeral_resources: names(&self.ephemeral_resources, |type_name| EphemeralMetadata {
                type_name,
            }),
            list_resources: names(&self.list_resources, |type_name| ListResourceMetadata { type_name }),
            actions: names(&self.actions, |type_name| ActionMetadata { type_name }),
            ..Default::default()
        })
    }

    pub(super) fn get_provider_schema(
        &self,
        _: &pb::get_provider_schema::Request,
    ) -> Result<pb::get_provider_schema::Response, Diagnostics> {
        if self.mistakes.has_errors() {
            return Err(self.mistakes.clone());
        }
        let resources =
            self.resources.iter().map(|(name, entry)| (name.clone(), to_schema(&entry.prepared.schema)));
        let data =
            self.data_sources.iter().map(|(name, entry)| (name.clone(), to_schema(&entry.prepared.schema)));
        let ephemeral = self
            .ephemeral_resources
            .iter()
            .map(|(name, entry)| (name.clone(), to_schema(&entry.prepared.schema)));
        let list =
            self.list_resources.iter().map(|(name, entry)| (name.clone(), to_schema(&entry.prepared.schema)));
        let actions = self.actions.iter().map(|(name, entry)| {
            let schema = Some(to_schema(&entry.prepared.schema));
            (name.clone(), pb::ActionSchema { schema })
        });
        Ok(pb::get_provider_schema::Response {
            provider: Some(to_schema(&self.config.schema)),
            resource_schemas: resources.collect(),
            data_source_schemas: data.collect(),
            functions: self.function_definitions(),
            ephemeral_resource_schemas: ephemeral.collect(),
            list_resource_schemas: list.collect(),
            action_schemas: actions.collect(),
            server_capabilities: Some(self.capabilities()),
            ..Default::default()
        })
    }

    pub(super) fn get_functions(
        &self,
        _: &pb::get_functions::Request,
    ) -> Result<pb::get_functions::Response, Diagnostics> {
        Ok(pb::get_functions::Response { functions: self.function_definitions(), ..Default::default() })
    }

    fn function_definitions(&self) -> std::collections::BTreeMap<String, pb::Function> {
        self.functions
            .iter()
            .map(|(name, callable)| (name.clone(), to_function(&callable.signature)))
            .collect()
    }

    pub(super) fn get_resource_identity_schemas(
        &self,
        _: &pb::get_resource_identity_schemas::Request,
    ) -> Result<pb::get_resource_identity_schemas::Response, Diagnostics> {
        let schemas = self.resources.iter().filter_map(|(name, managed)| {
            let (schema, _) = managed.identity.as_ref()?;
            Some((name.clone(), to_identity_schema(schema)))
        });
        Ok(pb::get_resource_identity_schemas::Response {
            identity_schemas: schemas.collect(),
            ..Default::default()
        })
    }
}

fn names<T, M>(entries: &std::collections::BTreeMap<String, T>, named: fn(String) -> M) -> Vec<M> {
    entries.keys().cloned().map(named).collect()
}

fn to_schema(schema: &Schema) -> pb::Schema {
    let mut block = to_block(&schema.attributes);
    block.version = schema.version;
    block.description.clone_from(&schema.description);
    block.description_kind = pb::StringKind::Markdown.into();
    block.deprecated = schema.deprecation.is_some();
    pb::Schema { version: schema.version, block: Some(block) }
}

fn to_block(attributes: &[Attribute]) -> pb::schema::Block {
    let (blocks, plain): (Vec<_>, Vec<_>) = attributes.iter().partition(|attribute| attribute.block);
    pb::schema::Block {
        attributes: plain.into_iter().map(to_attribute).collect(),
        block_types: blocks.into_iter().filter_map(to_nested_block).collect(),
        ..Default::default()
    }
}

fn to_nested_block(attribute: &Attribute) -> Option<pb::schema::NestedBlock> {
    let Kind::Nested(nesting, inner) = &attribute.kind else { return None };
    let nesting = match nesting {
        Nesting::Single => BlockMode::Single,
        Nesting::List => BlockMode::List,
        Nesting::Set => BlockMode::Set,
        Nesting::Map => BlockMode::Map,
    };
    let mut block = to_block(inner);
    block.description.clone_from(&attribute.description);
    block.description_kind = pb::StringKind::Markdown.into();
    block.deprecated = attribute.deprecation.is_some();
    Some(pb::schema::NestedBlock {
        type_name: attribute.name.to_string(),
        block: Some(block),
        nesting: nesting.into(),
        ..Default::default()
    })
}

fn to_attribute(attribute: &Attribute) -> pb::schema::Attribute {
    let (ty, nested_type) = match &attribute.kind {
        Kind::Typed(ty) => (ty.to_json_bytes(), None),
        Kind::Nested(nesting, inner) => (Vec::new(), Some(to_object(*nesting, inner))),
    };
    let presence = attribute.presence;
    pb::schema::Attribute {
        name: attribute.name.to_string(),
        r#type: ty,
        nested_type,
        description: attribute.description.clone(),
        required: presence == Presence::Required,
        optional: matches!(presence, Presence::Optional | Presence::OptionalComputed),
        computed: attribute.is_computed(),
        sensitive: attribute.sensitive,
        description_kind: pb::StringKind::Markdown.into(),
        deprecated: attribute.deprecation.is_some(),
        write_only: attribute.write_only,
    }
}

fn to_object(nesting: Nesting, inner: &[Attribute]) -> pb::schema::Object {
    let nesting = match nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    pb::schema::Object {
        attributes: inner.iter().map(to_attribute).collect(),
        nesting: nesting.into(),
        ..Default::default()
    }
}

fn to_identity_schema(schema: &IdentitySchema) -> pb::ResourceIdentitySchema {
    let attributes =
        schema.attributes.iter().map(|attribute| pb::resource_identity_schema::IdentityAttribute {
            name: attribute.name.clone(),
            r#type: attribute.ty.to_json_bytes(),
            required_for_import: attribute.required,
            optional_for_import: !attribute.required,
            description: attribute.description.clone(),
        });
    pb::ResourceIdentitySchema { version: schema.version, identity_attributes: attributes.collect() }
}

fn to_function(signature: &Signature) -> pb::Function {
    pb::Function {
        parameters: signature.parameters.iter().map(to_parameter).collect(),
        variadic_parameter: signature.variadic.as_ref().map(to_parameter),
        r#return: Some(pb::function::Return { r#type: signature.result.to_json_bytes() }),
        summary: signature.summary.clone(),
        description: signature.description.clone(),
        description_kind: pb::StringKind::Markdown.into(),
        deprecation_message: signature.deprecation.clone(),
    }
}

fn to_parameter(parameter: &Parameter) -> pb::function::Parameter {
    pb::function::Parameter {
        name: parameter.name.clone(),
        r#type: parameter.ty.to_json_bytes(),
        allow_null_value: parameter.nullable,
        allow_unknown_values: parameter.unknown,
        description: parameter.description.clone(),
        description_kind: pb::StringKind::Markdown.into(),
    }
}
