//! The life of a resource that only declares: everything is known from its configuration, nothing is called. What is
//! declared stands in the resource's own file.

use remit_governance::{digest::Digest, history::History, invalid::Invalid, json::Json};
use tf_provider_sdk::{
    Context, CreateRequest, DeleteRequest, Deletion, Diagnostic, Diagnostics, Found, ImportRequest, Name,
    Object, Outcome, Path, Plan, PlanRequest, ReadRequest, Resource, Schema, Severity, UpdateRequest,
    ValidateRequest, Value,
};

use crate::{
    configured::Configured,
    consent::{Consent, ENVELOPE_HISTORY, Step},
    declaration::{Attributes, Config},
};

/// Attributes that the provider computes; all others are arguments.
pub(super) const COMPUTED: [&str; 7] =
    ["record", "digest", "approved", "history", "controls", "coverage", "quota_management"];

/// Attributes that are no part of what is declared: those, and what only shows who decides.
pub(super) const APART: [&str; 8] =
    ["record", "digest", "approved", "history", "controls", "coverage", ENVELOPE_HISTORY, "quota_management"];

/// A kind of declaration.
pub(crate) trait Kind: Send + Sync + 'static {
    /// Type name without `remit_`.
    const TYPE_SUFFIX: &'static str;
    /// The argument that says which one it is. A change of it replaces the resource, and it is the import id.
    const IDENTITY: &'static str;
    /// Form of an import id, and an example.
    const ID: (&'static str, &'static str);

    fn schema() -> Schema;

    /// Reads the arguments and says what is wrong with them.
    fn judge(arguments: &Json) -> Result<(), Vec<Invalid>>;

    /// Reads the arguments and computes the rest.
    fn declare(arguments: &Json) -> Result<Declared, Vec<Invalid>>;

    /// The computed attributes while the arguments are not all known.
    fn unknown() -> Object {
        Object::new().with("record", Value::unknown()).with("digest", Value::unknown())
    }

    /// Whether this state forbids to destroy the resource.
    fn is_protected(_state: &Object) -> bool {
        false
    }

    /// The identity that an import id means.
    fn identity(id: &str) -> Value {
        Value::from(id)
    }

    /// Completes a plan by what becomes of the declaration in clouds. Nothing is called.
    fn plan(_planned: &mut Object, _prior: Option<&Object>) {}

    /// Makes what becomes of the declaration in clouds. `made` has all that follows from the declaration alone.
    fn apply(
        _cx: &Context<Configured>,
        _prior: Option<Object>,
        made: Object,
    ) -> impl Future<Output = Outcome<Attributes>> + Send {
        async { Outcome::Done(Attributes(made)) }
    }

    /// Looks at what became of the declaration in clouds.
    fn observe(
        _cx: &Context<Configured>,
        state: Object,
    ) -> impl Future<Output = Result<Object, Diagnostics>> + Send {
        async { Ok(state) }
    }

    /// Removes what became of the declaration in clouds.
    fn remove(
        _cx: &Context<Configured>,
        _state: Object,
    ) -> impl Future<Output = Deletion<Attributes>> + Send {
        async { Deletion::Done }
    }

    /// The state of what an import id names in a cloud, if it is an id of that form.
    fn import(
        _cx: &Context<Configured>,
        _id: &str,
    ) -> impl Future<Output = Result<Option<Object>, Diagnostics>> + Send {
        async { Ok(None) }
    }
}

/// What follows from a declaration.
pub(crate) struct Declared {
    pub(crate) record: String,
    /// Further computed attributes.
    pub(crate) more: Object,
}

/// The resource of a kind of declaration.
pub(crate) struct Declares<K>(pub(crate) K);

impl<K: Kind> Resource for Declares<K> {
    type Model = Attributes;
    type Client = Configured;

    fn type_suffix(&self) -> &'static str {
        K::TYPE_SUFFIX
    }

    fn schema(&self) -> Schema {
        K::schema()
    }

    fn validate(&self, request: ValidateRequest<Attributes>) -> Diagnostics {
        let config = Config::new(&request.config.0, &APART);
        K::judge(config.json())
            .map_or_else(|faults| config.diagnose(&K::schema(), faults), |()| Diagnostics::new())
    }

    async fn plan(
        &self,
        context: &Context<Configured>,
        request: PlanRequest<Attributes>,
    ) -> Result<Plan<Attributes>, Diagnostics> {
        let (prior, mut planned) = (request.prior.map(|prior| prior.0), request.proposed.0);
        if let Some(prior) = &prior
            && prior.get(K::IDENTITY) != planned.get(K::IDENTITY)
            && K::is_protected(prior)
        {
            return Err(protected::<K>(prior, "replaced").into());
        }
        let config = Config::new(&planned, &APART);
        let declared = match K::declare(config.json()) {
            Ok(declared) if config.is_known() => Some(declared),
            Ok(_) => None,
            Err(faults) => config.diagnose(&K::schema(), faults).or_value(None)?,
        };
        match (declared, &prior) {
            // What follows from the same declaration stays as it was, also under a version that words it otherwise.
            (Some(declared), Some(prior)) if prior.get("record").as_str() == Some(&declared.record) => {
                let kept = prior.clone().into_iter();
                set_all(&mut planned, kept.filter(|(name, _)| COMPUTED.contains(&name.as_str())));
                // What became of it in clouds may have changed since.
                set_all(
                    &mut planned,
                    declared.more.into_iter().filter(|(name, _)| name.as_str() == "controls"),
                );
            }
            (Some(declared), _) => complete(&mut planned, declared),
            (None, _) => set_all(&mut planned, K::unknown()),
        }
        K::plan(&mut planned, prior.as_ref());
        consented(context, &mut planned, prior.as_ref())?;
        Ok(Plan::new(Attributes(planned)))
    }

    async fn plan_destroy(
        &self,
        context: &Context<Configured>,
        request: DeleteRequest<Attributes>,
    ) -> Diagnostics {
        let state = request.state.0;
        if K::is_protected(&state) {
            return protected::<K>(&state, "destroyed").into();
        }
        context.client().consent.end(&state).map(as_warning).into_iter().collect()
    }

    async fn create(
        &self,
        context: &Context<Configured>,
        request: CreateRequest<Attributes>,
    ) -> Outcome<Attributes> {
        match made::<K>(context, request.planned, None) {
            Ok(made) => K::apply(context, None, made).await,
            Err(faults) => Outcome::Failed(faults),
        }
    }

    async fn read(
        &self,
        cx: &Context<Configured>,
        request: ReadRequest<Attributes>,
    ) -> Result<Found<Attributes>, Diagnostics> {
        Ok(Found::Present(Attributes(K::observe(cx, request.state.0).await?)))
    }

    async fn update(
        &self,
        context: &Context<Configured>,
        request: UpdateRequest<Attributes>,
    ) -> Outcome<Attributes> {
        match made::<K>(context, request.planned, Some(&request.prior.0)) {
            Ok(made) => K::apply(context, Some(request.prior.0), made).await,
            Err(faults) => Outcome::Failed(faults),
        }
    }

    /// Reached without [`Self::plan_destroy`] when Terraform is told to replace: it does not tell the provider at plan.
    async fn delete(
        &self,
        context: &Context<Configured>,
        request: DeleteRequest<Attributes>,
    ) -> Deletion<Attributes> {
        let state = request.state.0;
        if K::is_protected(&state) {
            return Deletion::Failed(protected::<K>(&state, "destroyed").into());
        }
        match context.client().consent.end(&state) {
            Some(refused) => Deletion::Failed(refused.into()),
            None => K::remove(context, state).await,
        }
    }

    async fn import(
        &self,
        cx: &Context<Configured>,
        request: ImportRequest,
    ) -> Result<Attributes, Diagnostics> {
        let wrong = || request.wrong_id(K::ID.0, K::ID.1);
        let id = request.id().ok_or_else(wrong)?;
        if let Some(state) = K::import(cx, id).await? {
            return Ok(Attributes(state.with("approved", false)));
        }
        let state = Object::new().with(K::IDENTITY, K::identity(id));
        // The parser says whether it is a good one; everything else is missing, and may be.
        let faults = K::judge(Config::new(&state, &APART).json()).err().unwrap_or_default();
        let about_identity = |fault: &&Invalid| fault.place() == K::IDENTITY;
        match faults.iter().find(about_identity) {
            Some(fault) => Err(wrong().into_iter().map(|wrong| explained(wrong, fault)).collect()),
            None => Ok(Attributes(state.with("approved", false))),
        }
    }
}

/// The declaration as it comes into force: what the plan could not know yet is known now, and whoever has to agree has.
fn made<K: Kind>(
    context: &Context<Configured>,
    planned: Attributes,
    prior: Option<&Object>,
) -> Result<Object, Diagnostics> {
    let mut made = planned.0;
    let config = Config::new(&made, &APART);
    if made.get("record").is_unknown() {
        let declared = K::declare(config.json());
        let declared = declared.map_err(|faults| config.diagnose(&K::schema(), faults))?;
        complete(&mut made, declared);
    } else {
        K::judge(config.json()).map_err(|faults| config.diagnose(&K::schema(), faults))?;
    }
    // Known at plan means that nothing was to come into force: the same record, in force, however it is spelled.
    if !made.get("history").is_unknown() {
        return Ok(made);
    }
    let record = made.get("record").as_str().unwrap_or_default().to_owned();
    let step = context.client().consent.advance(&record, prior, &with_prior(&made, prior));
    match step {
        Step::Declared => in_force(&mut made, None),
        Step::Same(history) | Step::Next(history) => in_force(&mut made, Some(&history)),
        Step::Refused(refused) | Step::Later(refused) => return Err(as_error(refused).into()),
    }
    Ok(made)
}

/// Plans `approved` and `history`. What has yet to come into force is unknown, whether or not everybody has signed by now,
/// so that the plan that people approve is the plan that is applied.
fn consented(
    context: &Context<Configured>,
    planned: &mut Object,
    prior: Option<&Object>,
) -> Result<(), Diagnostics> {
    let unknown = || Object::new().with("approved", Value::unknown()).with("history", Value::unknown());
    let Some(record) = planned.get("record").as_str().map(str::to_owned) else {
        match context.client().consent {
            Consent::Declared if prior.is_none_or(|prior| prior.get("history").is_null()) => {
                in_force(planned, None);
            }
            _ => set_all(planned, unknown()),
        }
        return Ok(());
    };
    let unchanged = prior.is_some_and(|prior| prior.get("record").as_str() == Some(&record));
    match context.client().consent.advance(&record, prior, &with_prior(planned, prior)) {
        Step::Declared => in_force(planned, None),
        // Kept from the state as it stands there.
        Step::Same(_) if unchanged => planned.set("approved", true),
        Step::Same(_) | Step::Next(_) => set_all(planned, unknown()),
        Step::Later(warning) => {
            context.warn(warning);
            set_all(planned, unknown());
        }
        Step::Refused(refused) if matches!(context.client().consent, Consent::Declared) => {
            return Err(refused.into());
        }
        Step::Refused(refused) => {
            // Also where the record is the same: a state that does not prove itself says nothing about what is in force.
            context.warn(as_warning(refused));
            set_all(planned, unknown());
        }
    }
    Ok(())
}

fn in_force(attributes: &mut Object, history: Option<&History>) {
    attributes.set("approved", history.is_some());
    attributes.set("history", history.map_or(Value::Null, |history| Value::from(history.json().to_text())));
}

fn with_prior<'a>(planned: &'a Object, prior: Option<&'a Object>) -> Vec<&'a Object> {
    std::iter::once(planned).chain(prior).collect()
}

/// At plan people can still be asked; at apply it is an error.
fn as_warning(refused: Diagnostic) -> Diagnostic {
    Diagnostic { severity: Severity::Warning, ..refused }
}

fn as_error(refused: Diagnostic) -> Diagnostic {
    Diagnostic { severity: Severity::Error, ..refused }
}

fn complete(attributes: &mut Object, declared: Declared) {
    attributes.set("digest", Digest::of(declared.record.as_bytes()).to_string());
    attributes.set("record", declared.record);
    set_all(attributes, declared.more);
}

fn set_all(attributes: &mut Object, values: impl IntoIterator<Item = (Name, Value)>) {
    for (name, value) in values {
        attributes.set(name, value);
    }
}

fn explained(mut wrong: Diagnostic, fault: &Invalid) -> Diagnostic {
    wrong.detail = format!("{}\n\n{}", wrong.detail, crate::declaration::sentence(&fault.to_string()));
    wrong
}

fn protected<K: Kind>(state: &Object, verb: &str) -> Diagnostic {
    let name = state.get(K::IDENTITY).as_str().unwrap_or_default();
    Diagnostic::error("Deletion protection is on")
        .detail(format!(
            "The {kind} `{name}` would be {verb}, and what it governs would be ungoverned. It stays as \
             it is.\n\n\
             To remove it on purpose, set `deletion_protection = false` and apply that first; it is a \
             change of its own, so that people see it.",
            kind = K::TYPE_SUFFIX.replace('_', " "),
        ))
        .at(Path::attribute("deletion_protection"))
}
