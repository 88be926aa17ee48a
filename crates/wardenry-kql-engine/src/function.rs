//! KQL's kernels as DataFusion's scalar functions.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature, Volatility,
};
use wardenry_diagnostic::Span;
use wardenry_kql_functions::{Context, Kernel, ScalarCall, layout};
use wardenry_kql_values::{ScalarType, Value};

use crate::RunError;

/// A kernel bound to a call site.
///
/// Two of them are the same function if their kernels were bound to the same things: that lets DataFusion compute a
/// common subexpression once.
pub(crate) struct KqlFunction {
    name: &'static str,
    argument_types: Vec<ScalarType>,
    constants: Vec<Option<Value>>,
    result_type: ScalarType,
    signature: Signature,
    kernel: Arc<dyn Kernel>,
    /// Of the call site.
    number: u64,
    context: Context,
    /// Where the call stands, for errors at run time.
    span: Span,
}

/// The canonical name of the function that follows a path into a dynamic value: its arguments are the value and the steps,
/// a text for a member and a number for an index.
pub(crate) const PATH: &str = "path";

/// The name of the function that says whether a path leads to a string: its arguments are the value, the string and the steps.
pub(crate) const PATH_IS: &str = "path_is";

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);

impl KqlFunction {
    /// `None` if there is no kernel of that name.
    pub(crate) fn bind(
        name: &'static str,
        argument_types: Vec<ScalarType>,
        constants: Vec<Option<Value>>,
        result_type: ScalarType,
        context: &Context,
        span: Span,
    ) -> Option<Result<Self, RunError>> {
        let function = wardenry_kql_functions::scalar(name)?;
        let call =
            ScalarCall { name, argument_types: &argument_types, constants: &constants, result_type, context };
        let kernel = match (function.bind)(&call) {
            Ok(kernel) => kernel,
            Err(source) => return Some(Err(RunError::Function { source, span })),
        };
        let volatility = if is_volatile(name) { Volatility::Volatile } else { Volatility::Immutable };
        let signature = match argument_types.len() {
            0 => Signature::nullary(volatility),
            count => Signature::new(TypeSignature::Any(count), volatility),
        };
        let kernel = Arc::from(kernel);
        let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
        let context = context.clone();
        Some(Ok(Self {
            name,
            argument_types,
            constants,
            result_type,
            signature,
            kernel,
            number,
            context,
            span,
        }))
    }

    pub(crate) const fn kql_name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn argument_types(&self) -> &[ScalarType] {
        &self.argument_types
    }

    /// The value of each argument that is constant.
    pub(crate) fn constants(&self) -> &[Option<Value>] {
        &self.constants
    }

    /// The value of a call whose arguments are all constant.
    pub(crate) fn fold(&self, arguments: &[ColumnarValue]) -> Result<ColumnarValue, RunError> {
        self.kernel.evaluate(arguments, 1).map_err(|source| RunError::Function { source, span: self.span })
    }
}

/// What `parse_json(text)` is called with.
fn parsed_text(expr: &Expr) -> Option<&Expr> {
    let Expr::ScalarFunction(call) = expr else { return None };
    let function = call.func.inner().downcast_ref::<KqlFunction>()?;
    match (call.args.as_slice(), function.argument_types.as_slice()) {
        ([text], [ScalarType::String]) if matches!(function.name, "parse_json" | "todynamic") => Some(text),
        _ => None,
    }
}

/// Whether each call gives another value.
pub(crate) fn is_volatile(name: &str) -> bool {
    matches!(name, "rand" | "new_guid")
}

impl ScalarUDFImpl for KqlFunction {
    fn name(&self) -> &str {
        self.name
    }

    /// DataFusion asks for the names of expressions at every step, and of all in them. Names that spelt out their arguments would take
    /// time by the cube of the depth.
    fn schema_name(&self, _: &[Expr]) -> Result<String> {
        Ok(format!("{}#{}", self.name, self.number))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(layout::arrow_type(self.result_type))
    }

    /// What only looks into a value that `parse_json` makes of a text looks into the text.
    fn simplify(&self, mut args: Vec<Expr>, _: &SimplifyContext) -> Result<ExprSimplifyResult> {
        let Some(text) = args.first().and_then(parsed_text).cloned() else {
            return Ok(ExprSimplifyResult::Original(args));
        };
        if self.name != PATH && self.name != PATH_IS {
            return Ok(ExprSimplifyResult::Original(args));
        }
        let mut types = self.argument_types.clone();
        types[0] = ScalarType::String;
        let constants = self.constants.clone();
        let Some(Ok(function)) =
            Self::bind(self.name, types, constants, self.result_type, &self.context, self.span)
        else {
            return Ok(ExprSimplifyResult::Original(args));
        };
        args[0] = text;
        Ok(ExprSimplifyResult::Simplified(ScalarUDF::new_from_impl(function).call(args)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.kernel
            .evaluate(&args.args, args.number_rows)
            .map_err(|source| RunError::Function { source, span: self.span }.into())
    }
}

impl fmt::Debug for KqlFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KqlFunction").field("name", &self.name).finish_non_exhaustive()
    }
}

impl PartialEq for KqlFunction {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.result_type == other.result_type
            && self.argument_types == other.argument_types
            && self.constants.len() == other.constants.len()
            && self.constants.iter().zip(&other.constants).all(|(mine, theirs)| match (mine, theirs) {
                (Some(mine), Some(theirs)) => same_value(mine, theirs),
                (None, None) => true,
                _ => false,
            })
    }
}

impl Eq for KqlFunction {}

impl Hash for KqlFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.result_type.hash(state);
        self.argument_types.hash(state);
        for value in self.constants.iter().flatten() {
            hash_value(value, state);
        }
    }
}

/// As a kernel may tell them apart: reals by their bits.
fn same_value(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Real(Some(left)), Value::Real(Some(right))) => left.to_bits() == right.to_bits(),
        _ => left == right,
    }
}

fn hash_value<H: Hasher>(value: &Value, state: &mut H) {
    value.scalar_type().hash(state);
    match value {
        Value::Bool(value) => value.hash(state),
        Value::Int(value) => value.hash(state),
        Value::Long(value) | Value::Datetime(value) | Value::Timespan(value) => value.hash(state),
        Value::Real(value) => value.map(f64::to_bits).hash(state),
        Value::Decimal(value) | Value::Dynamic(value) => value.hash(state),
        Value::String(value) => value.hash(state),
        Value::Guid(value) => value.hash(state),
    }
}
