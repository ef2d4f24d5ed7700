//! What stands on each kind of page, in which order.

use super::markdown::{fenced, first_sentence, one_line, quoted, under_item, warning};
use super::tree::type_words;
use super::{Options, import, tree};
use crate::erased::{ErasedAction, ErasedDataSource, ErasedEphemeral, ErasedList, ErasedResource};
use crate::function::{Function, Parameter, Signature};
use crate::schema::Schema;

/// By this line of the front matter generated pages are told from those written by hand.
pub(super) const MARK: &str =
    "# Generated from the provider's schemas and examples. Change those, not this page.";

/// A page before its parts are joined.
pub(super) struct Page {
    /// Below the `docs` folder.
    pub(super) path: String,
    /// The folder of its examples, below the `examples` folder.
    pub(super) examples: String,
    title: String,
    heading: String,
    /// What the first sentence comes from.
    about: String,
    before_sections: Vec<String>,
    after_sections: Vec<String>,
}

impl Page {
    /// The page as text, with the author's own sections and exactly one line end at the end.
    pub(super) fn finish(self, options: &Options) -> String {
        let subcategory = options.subcategories.get(&self.path).map_or("", String::as_str);
        let description = first_sentence(&self.about);
        let description =
            if description.is_empty() { "\"\"".to_owned() } else { format!("|-\n  {description}") };
        let front_matter = format!(
            "---\n{MARK}\npage_title: {}\nsubcategory: {}\ndescription: {description}\n---",
            quoted(&self.title),
            quoted(subcategory),
        );
        let section = options.sections.get(&self.path).cloned();
        let parts = [front_matter, format!("# {}", one_line(&self.heading))].into_iter();
        let parts = parts.chain(self.before_sections).chain(section).chain(self.after_sections);
        let parts: Vec<_> =
            parts.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
        format!("{}\n", parts.join("\n\n"))
    }
}

/// The page of the provider itself.
pub(super) fn index(provider: &str, schema: &Schema, options: &Options) -> Page {
    let name = options.display_name.as_deref().unwrap_or(provider);
    of_schema(
        Page {
            path: "index.md".to_owned(),
            examples: "provider".to_owned(),
            title: format!("Provider: {name}"),
            heading: format!("{name} Provider"),
            about: schema.description.clone(),
            before_sections: Vec::new(),
            after_sections: Vec::new(),
        },
        schema,
        example(options, "provider/provider.tf"),
    )
}

/// The page of a resource.
pub(super) fn resource<C>(provider: &str, resource: &dyn ErasedResource<C>, options: &Options) -> Page {
    let (schema, suffix) = (resource.schema(), resource.type_suffix());
    let page = typed(provider, ("resources", "Resource"), suffix, &schema);
    let usage = example(options, &format!("{}/resource.tf", page.examples));
    let import = import::section(&options.examples, &page.examples, resource.identity_schema().as_ref());
    Page { after_sections: import.into_iter().collect(), ..of_schema(page, &schema, usage) }
}

/// The page of a data source.
pub(super) fn data_source<C>(
    provider: &str,
    data_source: &dyn ErasedDataSource<C>,
    options: &Options,
) -> Page {
    let schema = data_source.schema();
    let page = typed(provider, ("data-sources", "Data Source"), data_source.type_suffix(), &schema);
    let usage = example(options, &format!("{}/data-source.tf", page.examples));
    of_schema(page, &schema, usage)
}

/// The page of an ephemeral resource.
pub(super) fn ephemeral<C>(provider: &str, ephemeral: &dyn ErasedEphemeral<C>, options: &Options) -> Page {
    let schema = ephemeral.schema();
    let kind = ("ephemeral-resources", "Ephemeral Resource");
    let page = typed(provider, kind, ephemeral.type_suffix(), &schema);
    let usage = example(options, &format!("{}/ephemeral-resource.tf", page.examples));
    of_schema(page, &schema, usage)
}

/// The page of a list resource.
pub(super) fn list<C>(provider: &str, list: &dyn ErasedList<C>, options: &Options) -> Page {
    let schema = list.schema();
    let page = typed(provider, ("list-resources", "List Resource"), list.type_suffix(), &schema);
    let usage = example(options, &format!("{}/list-resource.tfquery.hcl", page.examples));
    of_config(page, &schema, usage)
}

/// The page of an action.
pub(super) fn action<C>(provider: &str, action: &dyn ErasedAction<C>, options: &Options) -> Page {
    let schema = action.schema();
    let page = typed(provider, ("actions", "Action"), action.type_suffix(), &schema);
    let usage = example(options, &format!("{}/action.tf", page.examples));
    of_config(page, &schema, usage)
}

fn typed(provider: &str, (folder, kind): (&str, &str), suffix: &str, schema: &Schema) -> Page {
    let type_name = format!("{provider}_{suffix}");
    Page {
        path: format!("{folder}/{suffix}.md"),
        examples: format!("{folder}/{type_name}"),
        title: format!("{type_name} {kind} - {provider}"),
        heading: format!("{type_name} ({kind})"),
        about: schema.description.clone(),
        before_sections: Vec::new(),
        after_sections: Vec::new(),
    }
}

fn of_schema(page: Page, schema: &Schema, usage: Option<String>) -> Page {
    let mut parts: Vec<_> = schema.deprecation.iter().map(|instead| deprecated(instead)).collect();
    parts.push(schema.description.clone());
    parts.extend(usage);
    parts.push(tree::render(schema));
    Page { before_sections: parts, ..page }
}

/// The same for what has its attributes in a block of their own.
fn of_config(page: Page, schema: &Schema, usage: Option<String>) -> Page {
    let mut page = of_schema(page, schema, usage);
    if !schema.attributes.is_empty() {
        let place = "The attributes below are written in a block `config`.".to_owned();
        let schema_section = page.before_sections.len().saturating_sub(1);
        page.before_sections.insert(schema_section, place);
    }
    page
}

/// The page of a function.
pub(super) fn function(provider: &str, function: &dyn Function, options: &Options) -> Page {
    let (name, signature) = (function.name(), function.signature());
    let examples = format!("functions/{name}");
    let body = if signature.description.is_empty() { &signature.summary } else { &signature.description };
    let about = if signature.summary.is_empty() { &signature.description } else { &signature.summary };
    let mut parts = Vec::new();
    if !signature.deprecation.is_empty() {
        parts.push(deprecated(&signature.deprecation));
    }
    parts.push(body.clone());
    parts.extend(example(options, &format!("{examples}/function.tf")));
    parts.push(format!("## Signature\n\n{}", fenced("text", &call(name, &signature))));
    parts.extend(arguments(&signature));
    parts.push(format!("## Return Type\n\n`{}`", signature.result.describe()));
    Page {
        path: format!("functions/{name}.md"),
        examples,
        title: format!("{name} function - {provider}"),
        heading: format!("function: {name}"),
        about: about.clone(),
        before_sections: parts,
        after_sections: Vec::new(),
    }
}

fn call(name: &str, signature: &Signature) -> String {
    let typed = |parameter: &Parameter| format!("{} {}", parameter.name, parameter.ty.describe());
    let mut parameters: Vec<_> = signature.parameters.iter().map(typed).collect();
    parameters.extend(signature.variadic.iter().map(|parameter| format!("{}...", typed(parameter))));
    format!("{name}({}) {}", parameters.join(", "), signature.result.describe())
}

fn arguments(signature: &Signature) -> Option<String> {
    let fixed = signature.parameters.iter().map(|parameter| argument(parameter, false));
    let all: Vec<_> =
        fixed.chain(signature.variadic.iter().map(|parameter| argument(parameter, true))).collect();
    (!all.is_empty()).then(|| format!("## Arguments\n\n{}", all.join("\n")))
}

fn argument(parameter: &Parameter, variadic: bool) -> String {
    let variadic = variadic.then(|| "Variadic".to_owned());
    let nullable = parameter.nullable.then(|| "Nullable".to_owned());
    let words: Vec<_> = variadic.into_iter().chain([type_words(&parameter.ty)]).chain(nullable).collect();
    // Markdown counts for itself.
    let text = format!("`{}` ({}) {}", parameter.name, words.join(", "), parameter.description);
    format!("1. {}", under_item(&text, 3))
}

fn deprecated(instead: &str) -> String {
    warning(&format!("**Deprecated:** {instead}"))
}

fn example(options: &Options, file: &str) -> Option<String> {
    let text = options.examples.get(file)?;
    Some(format!("## Example Usage\n\n{}", fenced("terraform", text)))
}
