//! One small provider with everything that a page can show, and folders in every state.

mod newer;

use std::fs;

use super::{DocsError, Files, Options, check, check_or_write, read, render, write};
use crate::{
    ActionEntry, Arguments, Attribute, ConfigureRequest, Context, CreateRequest, DataReadRequest, DataSource,
    DataSourceEntry, DeleteRequest, Deletion, Diagnostics, EphemeralResourceEntry, Found, Function,
    FunctionEntry, FunctionError, IdentitySchema, ListResourceEntry, NoConfig, Object, Outcome, Parameter,
    Provider, ReadRequest, Resource, ResourceEntry, Schema, Signature, Type, UpdateRequest, Validator, Value,
};

struct Zoo {
    twice: bool,
}

const ZOO: Zoo = Zoo { twice: false };

impl Provider for Zoo {
    type Model = NoConfig;
    type Client = ();

    fn name(&self) -> &'static str {
        "zoo"
    }

    fn namespace(&self) -> &'static str {
        "example"
    }

    fn schema(&self) -> Schema {
        let token = Attribute::string("token").sensitive().description("A key to the zoo.");
        Schema::new()
            .description("Runs a *zoo*: `animals`, \"keepers\" and C:\\gates. Nothing else.")
            .attribute(token)
    }

    async fn configure(&self, _: ConfigureRequest<NoConfig>) -> Result<(), Diagnostics> {
        Ok(())
    }

    fn resources(&self) -> Vec<ResourceEntry<()>> {
        (0..=usize::from(self.twice)).map(|_| ResourceEntry::new(Animal)).collect()
    }

    fn data_sources(&self) -> Vec<DataSourceEntry<()>> {
        vec![DataSourceEntry::new(Census)]
    }

    fn functions(&self) -> Vec<FunctionEntry> {
        vec![FunctionEntry::new(Roar), FunctionEntry::new(Silence)]
    }

    fn ephemeral_resources(&self) -> Vec<EphemeralResourceEntry<()>> {
        vec![EphemeralResourceEntry::new(newer::Ticket)]
    }

    fn list_resources(&self) -> Vec<ListResourceEntry<()>> {
        vec![ListResourceEntry::new(newer::Animals)]
    }

    fn actions(&self) -> Vec<ActionEntry<()>> {
        vec![ActionEntry::new(newer::Feed)]
    }
}

struct Animal;

impl Resource for Animal {
    type Model = NoConfig;
    type Client = ();

    fn type_suffix(&self) -> &'static str {
        "animal"
    }

    fn schema(&self) -> Schema {
        let spice = Attribute::string("spice").validate(Validator::one_of(["mild", "hot"])).default("mild");
        let food = [
            Attribute::string("name").required().description("What is eaten."),
            Attribute::number("grams")
                .default(250)
                .validate(Validator::range(1..=9000))
                .description("How much."),
            Attribute::nested_map("seasoning", [spice]).description("By dish."),
        ];
        let meals = Attribute::nested_list("meals", [Attribute::nested_set("food", food).required()])
            .description("When.");
        Schema::new()
            .description("An animal of the zoo, e.g. a *lion*. It eats.\n\n- Loud.\n- Furry.")
            .deprecated("Zoos are closing.\nUse `zoo_memory`.")
            .attributes(simple())
            .attribute(Attribute::nested("diet", [meals]).required().description("What it eats."))
            .attribute(Attribute::nested_set("toys", [Attribute::bool("squeaks")]).computed())
            .attribute(Attribute::nested_list("timeouts", [Attribute::string("create")]).written_as_block())
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        let identity = IdentitySchema::new().required("id", Type::String, "Given by the zoo.");
        Some(identity.optional("house", Type::Number, ""))
    }

    async fn create(&self, _: &Context<()>, request: CreateRequest<NoConfig>) -> Outcome<NoConfig> {
        Outcome::Done(request.planned)
    }

    async fn read(
        &self,
        _: &Context<()>,
        request: ReadRequest<NoConfig>,
    ) -> Result<Found<NoConfig>, Diagnostics> {
        Ok(Found::Present(request.state))
    }

    async fn update(&self, _: &Context<()>, request: UpdateRequest<NoConfig>) -> Outcome<NoConfig> {
        Outcome::Done(request.planned)
    }

    async fn delete(&self, _: &Context<()>, _: DeleteRequest<NoConfig>) -> Deletion<NoConfig> {
        Deletion::Done
    }
}

/// Attributes without nested ones, of every type and with every property.
fn simple() -> Vec<Attribute> {
    let parent =
        Type::object([("name", Type::String), ("born", Type::list(Type::object([("year", Type::Number)])))]);
    vec![
        Attribute::string("id").computed().keep_prior().description("Given by the zoo."),
        Attribute::string("name")
            .required()
            .requires_replace()
            .validate(Validator::length(1..=40))
            .description("Its name."),
        Attribute::string("chip").sensitive().write_only().description("Read by the vet only."),
        Attribute::bool("awake").default(true).description("Defaults to `true`. Said already."),
        Attribute::string("call").default("").deprecated("Use `provider::zoo::roar`."),
        Attribute::string("tick").default("a ` b").description("Several lines:\n\n- one\n- two\n"),
        Attribute::list("colors", Type::String).default(vec!["red"]).validate(Validator::length(1..).each()),
        Attribute::map("scores", Type::set(Type::Number))
            .default(Object::new().with("a", Value::set([2.into(), 1.into()]))),
        Attribute::new("cage", Type::Tuple(vec![Type::Number, Type::Bool])),
        Attribute::dynamic("notes").description("Anything."),
        Attribute::list("parents", parent.clone()).description("Mother and father."),
        Attribute::new("keeper", parent).computed(),
    ]
}

struct Census;

impl DataSource for Census {
    type Model = NoConfig;
    type Client = ();

    fn type_suffix(&self) -> &'static str {
        "census"
    }

    fn schema(&self) -> Schema {
        Schema::new()
    }

    async fn read(
        &self,
        _: &Context<()>,
        request: DataReadRequest<NoConfig>,
    ) -> Result<NoConfig, Diagnostics> {
        Ok(request.config)
    }
}

struct Roar;

impl Function for Roar {
    fn name(&self) -> &'static str {
        "roar"
    }

    fn signature(&self) -> Signature {
        Signature::returning(Type::list(Type::String))
            .summary("Roars: \"loudly\".")
            .description("Roars as often as asked.\n\nLoudly.")
            .parameter(Parameter::new("times", Type::Number).description("How often.\n\nNot too often."))
            .parameter(Parameter::new("pitch", Type::object([("hertz", Type::Number)])).nullable())
            .variadic(Parameter::new("at", Type::list(Type::String)).nullable().description("At whom."))
    }

    fn call(&self, _: Arguments) -> Result<Value, FunctionError> {
        Ok(Value::Null)
    }
}

struct Silence;

impl Function for Silence {
    fn name(&self) -> &'static str {
        "silence"
    }

    fn signature(&self) -> Signature {
        Signature::returning(Type::Dynamic).summary("Says nothing.").deprecated("Use `null`.")
    }

    fn call(&self, _: Arguments) -> Result<Value, FunctionError> {
        Ok(Value::Null)
    }
}

fn files<const N: usize>(files: [(&str, &str); N]) -> Files {
    files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

fn options() -> Options {
    Options::new()
        .display_name("Zoo")
        .subcategory("resources/animal.md", "Living \"things\"")
        .sections(files([("resources/animal.md", "\n## What it does not do\n\nFly.\n\n")]))
        .examples(files([
            ("provider/provider.tf", "provider \"zoo\" {}\n"),
            (
                "resources/zoo_animal/resource.tf",
                "resource \"zoo_animal\" \"leo\" {\n  call = \"```\"\n}\n\n",
            ),
            ("resources/zoo_animal/import.sh", "# The id.\nterraform import zoo_animal.leo animal-7\n"),
            (
                "resources/zoo_animal/import-by-identity.tf",
                "import {\n  to = zoo_animal.leo\n  identity = { id = 7 }\n}\n",
            ),
            ("resources/zoo_animal/variables.tf", "# Needed to validate the example, not shown.\n"),
            ("data-sources/zoo_census/data-source.tf", "data \"zoo_census\" \"all\" {}\n"),
            (
                "ephemeral-resources/zoo_ticket/ephemeral-resource.tf",
                "ephemeral \"zoo_ticket\" \"day\" {\n  name = \"Ada\"\n}\n",
            ),
            (
                "list-resources/zoo_animal/list-resource.tfquery.hcl",
                "list \"zoo_animal\" \"all\" {\n  provider = zoo\n}\n",
            ),
            (
                "actions/zoo_feed/action.tf",
                "action \"zoo_feed\" \"now\" {\n  config {\n    grams = 9\n  }\n}\n",
            ),
            ("functions/roar/function.tf", "output \"roar\" {\n  value = provider::zoo::roar(3, null)\n}\n"),
        ]))
}

fn rendered() -> Files {
    render(&ZOO, &options()).unwrap()
}

fn message<T>(result: Result<T, DocsError>) -> String {
    result.err().unwrap().to_string()
}

#[test]
fn each_kind_of_page() {
    for (path, text) in rendered() {
        insta::assert_snapshot!(path.replace('/', "_"), text);
    }
}

#[test]
fn pages_end_with_one_line_end_and_have_no_stray_space() {
    for (path, text) in rendered() {
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{path}");
        assert!(text.lines().all(|line| line == line.trim_end()), "{path}");
    }
}

#[test]
fn links_lead_to_anchors() {
    for (path, text) in rendered() {
        let ends = |before: &str, after: char| {
            let mut found: Vec<_> =
                text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect();
            found.sort_unstable();
            found.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(ends("schema](#", ')'), ends("<a id=\"", '"'), "{path}");
    }
}

#[test]
fn what_no_page_would_show_is_refused() {
    let lost = Options::new()
        .examples(files([
            ("resources/zoo_anmial/resource.tf", ""),
            ("functions/roar/function.tf", ""),
            ("index.md", ""),
        ]))
        .sections(files([("resources/zoo_animal.md", "")]))
        .subcategory("function/roar.md", "");
    assert_eq!(
        message(render(&ZOO, &lost)),
        "the provider has nothing by these names, so no page would show them: `examples/index.md`, \
         `examples/resources/zoo_anmial/resource.tf`, `section resources/zoo_animal.md`, `subcategory function/roar.md`"
    );
    assert_eq!(
        message(render(&Zoo { twice: true }, &Options::new())),
        "two of the provider's parts would share the page `resources/animal.md`"
    );
}

#[test]
fn stale_pages_are_named_and_refreshed() {
    let folder = tempfile::tempdir().unwrap();
    let (docs, pages) = (folder.path().join("docs"), rendered());
    assert!(message(check(&pages, &docs, "run it")).contains("`index.md` is missing"));

    write(&pages, &docs).unwrap();
    check(&pages, &docs, "run it").unwrap();

    let mark = super::page::MARK;
    fs::write(docs.join("index.md"), pages["index.md"].replace("## Schema", "## Scheme")).unwrap();
    fs::write(docs.join("functions/roar.md"), format!("{}\nmore", pages["functions/roar.md"])).unwrap();
    fs::remove_file(docs.join("data-sources/census.md")).unwrap();
    fs::write(docs.join("resources/plant.md"), format!("---\n{mark}\n---\n")).unwrap();
    let line = pages["index.md"].lines().position(|line| line == "## Schema").unwrap() + 1;
    let end = pages["functions/roar.md"].lines().count() + 2;
    assert_eq!(
        message(check(&pages, &docs, "run it")),
        format!(
            "the documentation is not what the schemas and examples say:\n  `functions/roar.md` differs from line {end} on\n  \
             `index.md` differs from line {line} on\n  `data-sources/census.md` is missing\n  \
             `resources/plant.md` documents nothing that exists\nto refresh them, run it"
        )
    );
    assert!(
        message(check_or_write(&pages, &docs, "TF_DOCS_TEST_UNSET"))
            .ends_with("to refresh them, run this test with TF_DOCS_TEST_UNSET=1 and review the difference")
    );

    write(&pages, &docs).unwrap();
    assert_eq!(read(&docs).unwrap(), pages);
}

#[test]
fn pages_written_by_hand_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (docs, pages) = (folder.path(), rendered());
    fs::create_dir_all(docs.join("guides")).unwrap();
    fs::create_dir_all(docs.join("resources")).unwrap();
    fs::write(docs.join("guides/start.md"), "# Start\n").unwrap();
    fs::write(docs.join("resources/history.md"), "# History\n").unwrap();
    write(&pages, docs).unwrap();
    check(&pages, docs, "").unwrap();
    assert!(docs.join("guides/start.md").exists() && docs.join("resources/history.md").exists());
}

#[test]
fn only_texts_of_the_layout_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, bytes: &[u8]| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    put("resources/zoo_animal/resource.tf", b"a\r\nb\r\n");
    put("resources/zoo_animal/.terraform/modules/x.tf", b"deep");
    put("resources/zoo_animal/picture.png", b"\xff");
    put("quickstart/main.tf", b"other");
    put("quickstart.sh", b"other");
    assert_eq!(read(folder.path()).unwrap(), files([("resources/zoo_animal/resource.tf", "a\nb\n")]));
    assert_eq!(read(&folder.path().join("nowhere")).unwrap(), Files::new());

    put("resources/zoo_animal/import.sh", b"\xff\xfe");
    let error = message(read(folder.path()));
    assert!(error.contains("import.sh") && error.contains("UTF-8"), "{error}");
}
