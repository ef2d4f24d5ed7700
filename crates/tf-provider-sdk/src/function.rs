//! Functions that configurations call as `provider::<name>::<function>(…)`.

use std::fmt;

use crate::model::FromValue;
use crate::types::Type;
use crate::value::Value;

/// A pure function: same arguments, same result; nothing is read from outside, and the provider may not be configured.
pub trait Function: Send + Sync + 'static {
    /// The name after `provider::<provider>::`.
    fn name(&self) -> &'static str;

    /// Parameters, result and documentation. Called once per process.
    fn signature(&self) -> Signature;

    /// Computes the result, which must be of the type that the signature promises.
    fn call(&self, arguments: Arguments) -> Result<Value, FunctionError>;
}

/// A function in the provider's list.
pub struct FunctionEntry(pub(crate) Box<dyn Function>);

impl FunctionEntry {
    /// Puts a function on the list.
    pub fn new(function: impl Function) -> Self {
        Self(Box::new(function))
    }
}

/// One parameter of a function.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) description: String,
    pub(crate) nullable: bool,
    pub(crate) unknown: bool,
}

impl Parameter {
    /// A parameter that takes neither null nor unknown values: Terraform refuses null, and puts off calls with unknowns.
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        Self { name: name.into(), ty, description: String::new(), nullable: false, unknown: false }
    }

    /// What it means, in Markdown.
    #[must_use]
    pub fn description(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Lets null through.
    #[must_use]
    pub fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// Lets unknown values through.
    #[must_use]
    pub fn accepts_unknown(mut self) -> Self {
        self.unknown = true;
        self
    }
}

/// Parameters, result and documentation of a function.
#[derive(Debug, Clone)]
pub struct Signature {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) variadic: Option<Parameter>,
    pub(crate) result: Type,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) deprecation: String,
}

impl Signature {
    /// A function without parameters and with this result.
    pub fn returning(result: Type) -> Self {
        Self {
            parameters: Vec::new(),
            variadic: None,
            result,
            summary: String::new(),
            description: String::new(),
            deprecation: String::new(),
        }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Lets any number of further arguments follow.
    #[must_use]
    pub fn variadic(mut self, parameter: Parameter) -> Self {
        self.variadic = Some(parameter);
        self
    }

    /// What it does, in one line.
    #[must_use]
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = summary.into();
        self
    }

    /// What it does, in Markdown.
    #[must_use]
    pub fn description(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self
    }

    /// Marks it as deprecated; the text says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, instead: impl Into<String>) -> Self {
        self.deprecation = instead.into();
        self
    }

    /// The parameter for the argument at `index`.
    pub(crate) fn parameter_at(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index).or(self.variadic.as_ref())
    }
}

/// The arguments of one call, already of the types that the signature names.
#[derive(Debug, Clone)]
pub struct Arguments(pub(crate) Vec<Value>);

impl Arguments {
    /// The argument at `index` as a `T`. `Option` and [`Attr`](crate::Attr) take null.
    pub fn get<T: FromValue>(&self, index: usize) -> Result<T, FunctionError> {
        let value = self.0.get(index).cloned().unwrap_or(Value::Null);
        T::from_value(value).map_err(|error| {
            let message = crate::Diagnostic::from(error).detail;
            FunctionError::at(index, message)
        })
    }

    /// The arguments from `index` on, for the variadic parameter.
    pub fn rest<T: FromValue>(&self, index: usize) -> Result<Vec<T>, FunctionError> {
        (index..self.0.len()).map(|index| self.get(index)).collect()
    }

    /// How many arguments there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Why a call has no result, and which argument is to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    pub(crate) message: String,
    pub(crate) argument: Option<usize>,
}

impl FunctionError {
    /// An error about the call as a whole.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), argument: None }
    }

    /// An error about the argument at `index`; Terraform points at it.
    pub fn at(index: usize, message: impl Into<String>) -> Self {
        Self { message: message.into(), argument: Some(index) }
    }
}

impl fmt::Display for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FunctionError {}
