//! Which signature a call means, and what comes out.

use wardenry_kql_values::{ScalarType, Value};

use super::{Function, Parameter, ParameterMode, ParameterType, ResultRule, Signature};

/// An argument of a call, as far as resolution looks at it.
#[derive(Clone, Copy, Debug)]
pub enum Argument<'a> {
    Scalar {
        scalar_type: ScalarType,
        /// The value, where it is known before any row is read.
        constant: Option<&'a Value>,
        /// Written as a literal, perhaps with a sign or in parentheses.
        literal: bool,
        /// The name of a column alone.
        column: bool,
    },
    /// `typeof(…)` of a scalar type.
    Type(ScalarType),
    /// `typeof(…)` of a table's schema.
    Schema,
    Tabular {
        /// The type of its first column, which `in` and the like look at.
        first: Option<ScalarType>,
    },
    Star,
    /// Something that was found wrong before: it fits everywhere.
    Unknown,
}

impl Argument<'_> {
    pub const fn scalar_type(&self) -> Option<ScalarType> {
        match self {
            Self::Scalar { scalar_type, .. } => Some(*scalar_type),
            _ => None,
        }
    }

    const fn is_constant(&self) -> bool {
        matches!(
            self,
            Self::Scalar { constant: Some(_), .. } | Self::Scalar { literal: true, .. } | Self::Unknown
        )
    }
}

/// What a call means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    pub result: ResultType,
    /// For each argument the type to convert it to first, if it has another.
    pub conversions: Vec<Option<ScalarType>>,
    /// The index of the signature.
    pub signature: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultType {
    Scalar(ScalarType),
    /// Several values: see [`Function::result_columns`]; `percentiles`, `arg_max` and the like have rules of their own.
    Columns,
    Tabular,
    /// An argument is unknown and the result depends on it.
    Unknown,
}

/// Why a call means nothing. Positions are those of arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// `most` is `None` where there is no limit.
    Count {
        least: usize,
        most: Option<usize>,
    },
    /// `expected` reads after "expected a".
    Type {
        argument: usize,
        expected: String,
    },
    NotConstant {
        argument: usize,
    },
    NotLiteral {
        argument: usize,
    },
    NotColumn {
        argument: usize,
    },
    /// A text that is none of those allowed.
    Value {
        argument: usize,
        allowed: Vec<&'static str>,
    },
    /// The arguments from this one on do not agree on a type.
    NoCommonType {
        argument: usize,
    },
    /// Each argument fits some signature, together they fit none.
    NoSignature,
}

pub(super) fn resolve(function: &Function, arguments: &[Argument<'_>]) -> Result<Resolution, Mismatch> {
    let mut nearest: Option<(usize, Mismatch)> = None;
    let mut fitting = 0;
    for (index, signature) in function.signatures.iter().enumerate() {
        let Some(assigned) = signature.assign(arguments.len()) else { continue };
        fitting += 1;
        match try_signature(signature, &assigned, arguments) {
            Ok((result, conversions)) => return Ok(Resolution { result, conversions, signature: index }),
            Err((position, mismatch)) => {
                if nearest.as_ref().is_none_or(|(best, _)| position > *best) {
                    nearest = Some((position, mismatch));
                }
            }
        }
    }
    Err(match nearest {
        None => count_mismatch(function),
        Some((_, mismatch)) if fitting == 1 => mismatch,
        Some((_, Mismatch::Type { .. })) => Mismatch::NoSignature,
        Some((_, mismatch)) => mismatch,
    })
}

fn count_mismatch(function: &Function) -> Mismatch {
    let least = function.signatures.iter().map(Signature::least).min().unwrap_or_default();
    let most = function.signatures.iter().map(Signature::most).max().unwrap_or_default();
    Mismatch::Count { least, most: (most < 1024).then_some(most) }
}

type Matched = (ResultType, Vec<Option<ScalarType>>);

fn try_signature(
    signature: &Signature,
    assigned: &[usize],
    arguments: &[Argument<'_>],
) -> Result<Matched, (usize, Mismatch)> {
    for (position, (argument, parameter)) in arguments.iter().zip(assigned).enumerate() {
        let parameter = &signature.parameters[*parameter];
        fits(parameter, argument, position).map_err(|mismatch| (position, mismatch))?;
    }
    let common = common_type(signature, assigned, arguments)?;
    let result = result_type(signature, assigned, arguments, common);
    let conversions = arguments
        .iter()
        .zip(assigned)
        .map(|(argument, parameter)| {
            let from = argument.scalar_type()?;
            conversion(&signature.parameters[*parameter].accepts, from, common, signature.result, result)
        })
        .collect();
    Ok((result, conversions))
}

/// Whether an argument may stand for a parameter.
fn fits(parameter: &Parameter, argument: &Argument<'_>, position: usize) -> Result<(), Mismatch> {
    let expected = || Mismatch::Type { argument: position, expected: parameter.accepts.to_string() };
    let scalar_type = match argument {
        Argument::Unknown => return Ok(()),
        Argument::Star => {
            return match parameter.mode {
                ParameterMode::Star | ParameterMode::StarAllowed => Ok(()),
                _ => Err(expected()),
            };
        }
        Argument::Tabular { .. } => {
            return if matches!(parameter.accepts, ParameterType::Tabular | ParameterType::Any) {
                Ok(())
            } else {
                Err(expected())
            };
        }
        Argument::Type(_) | Argument::Schema => {
            return if matches!(parameter.accepts, ParameterType::Type | ParameterType::Any) {
                Ok(())
            } else {
                Err(expected())
            };
        }
        Argument::Scalar { scalar_type, .. } => *scalar_type,
    };
    if !accepts(&parameter.accepts, scalar_type) || parameter.mode == ParameterMode::Star {
        return Err(expected());
    }
    let Argument::Scalar { constant, literal, column, .. } = argument else { return Ok(()) };
    match parameter.mode {
        ParameterMode::Constant if !argument.is_constant() => {
            return Err(Mismatch::NotConstant { argument: position });
        }
        ParameterMode::Literal if !literal => return Err(Mismatch::NotLiteral { argument: position }),
        ParameterMode::Column if !column => return Err(Mismatch::NotColumn { argument: position }),
        _ => {}
    }
    if let Some(Value::String(text)) = constant
        && !parameter.values.is_empty()
        && !parameter.values.iter().any(|value| value.eq_ignore_ascii_case(text))
    {
        return Err(Mismatch::Value { argument: position, allowed: parameter.values.clone() });
    }
    Ok(())
}

/// Whether a type may stand where a parameter accepts, conversions included: an integer widens to `long` and `real`, and a
/// dynamic serves as a text.
fn accepts(accepts: &ParameterType, scalar_type: ScalarType) -> bool {
    use ScalarType::{Bool, Datetime, Dynamic, Int, Long, Real, String, Timespan};
    match accepts {
        ParameterType::Declared(types) => types.iter().any(|declared| promotes(scalar_type, *declared)),
        ParameterType::Scalar
        | ParameterType::Text
        | ParameterType::Common
        | ParameterType::CommonOrDynamic
        | ParameterType::Any => true,
        ParameterType::NotDynamic => scalar_type != Dynamic,
        ParameterType::NotBool => scalar_type != Bool,
        ParameterType::NotRealOrBool => !matches!(scalar_type, Real | Bool),
        ParameterType::Number => scalar_type.is_number(),
        ParameterType::NumberOrBool => scalar_type.is_number() || scalar_type == Bool,
        ParameterType::Integer => matches!(scalar_type, Int | Long),
        ParameterType::Summable => scalar_type.is_number() || matches!(scalar_type, Datetime | Timespan),
        ParameterType::Orderable | ParameterType::CommonOrderable => {
            scalar_type.is_number() || matches!(scalar_type, Datetime | Timespan | String | Bool)
        }
        ParameterType::StringOrDynamic => matches!(scalar_type, String | Dynamic),
        ParameterType::Array | ParameterType::Bag => scalar_type == Dynamic,
        ParameterType::IntegerOrArray => matches!(scalar_type, Int | Long | Dynamic),
        ParameterType::StringOrArray => matches!(scalar_type, String | Dynamic),
        ParameterType::Type | ParameterType::Tabular => false,
    }
}

/// Whether a value of one type is taken where another is declared.
fn promotes(from: ScalarType, to: ScalarType) -> bool {
    use ScalarType::{Decimal, Dynamic, Int, Long, Real, String};
    from == to
        || matches!((from, to), (Int, Long | Real | Decimal) | (Long, Real | Decimal) | (Dynamic, String))
}

/// The type that the arguments of the common kinds agree on, or `None` if there are none (or only unknown ones).
fn common_type(
    signature: &Signature,
    assigned: &[usize],
    arguments: &[Argument<'_>],
) -> Result<Option<ScalarType>, (usize, Mismatch)> {
    let mut common: Option<ScalarType> = None;
    let mut first = None;
    for (position, (argument, parameter)) in arguments.iter().zip(assigned).enumerate() {
        let or_dynamic = match signature.parameters[*parameter].accepts {
            ParameterType::Common | ParameterType::CommonOrderable => false,
            ParameterType::CommonOrDynamic => true,
            _ => continue,
        };
        first.get_or_insert(position);
        let Some(scalar_type) = argument.scalar_type() else { continue };
        common = Some(match common {
            None => scalar_type,
            Some(common) => agree(common, scalar_type, or_dynamic)
                .ok_or((position, Mismatch::NoCommonType { argument: first.unwrap_or(position) }))?,
        });
    }
    Ok(common)
}

/// The type of two values that must be of one type.
pub(super) fn agree(left: ScalarType, right: ScalarType, or_dynamic: bool) -> Option<ScalarType> {
    if left == right {
        return Some(left);
    }
    if or_dynamic {
        // The engine lets `int` and `long` mix in branches, and no other types. [D case-function.md]
        return match (left, right) {
            (ScalarType::Dynamic, other) | (other, ScalarType::Dynamic) => Some(other),
            _ if left.is_integer() && right.is_integer() => Some(ScalarType::Long),
            _ => None,
        };
    }
    widest(left, right)
}

/// The wider of two numeric types.
pub(super) fn widest(left: ScalarType, right: ScalarType) -> Option<ScalarType> {
    const WIDTH: [ScalarType; 4] = [ScalarType::Int, ScalarType::Long, ScalarType::Real, ScalarType::Decimal];
    let width = |scalar_type| WIDTH.iter().position(|candidate| *candidate == scalar_type);
    WIDTH.get(width(left)?.max(width(right)?)).copied()
}

fn result_type(
    signature: &Signature,
    assigned: &[usize],
    arguments: &[Argument<'_>],
    common: Option<ScalarType>,
) -> ResultType {
    let of_argument = |position: usize| arguments.get(position).and_then(Argument::scalar_type);
    let scalar_type = match signature.result {
        ResultRule::Columns => return ResultType::Columns,
        ResultRule::Tabular => return ResultType::Tabular,
        ResultRule::Declared(declared) => Some(declared),
        ResultRule::Parameter(position) => of_argument(position),
        ResultRule::Promoted(position) => of_argument(position).map(promoted),
        ResultRule::Widest => {
            let numbers = arguments.iter().zip(assigned).filter_map(|(argument, _)| argument.scalar_type());
            numbers
                .filter(|scalar_type| scalar_type.is_number())
                .map(promoted)
                .reduce(|left, right| widest(left, right).unwrap_or(left))
        }
        ResultRule::Common => common,
        ResultRule::TypeLiteral => arguments.iter().find_map(|argument| match argument {
            Argument::Type(scalar_type) => Some(*scalar_type),
            _ => None,
        }),
    };
    scalar_type.map_or(ResultType::Unknown, ResultType::Scalar)
}

/// `int` as `long`, all others as they are.
pub(super) const fn promoted(scalar_type: ScalarType) -> ScalarType {
    match scalar_type {
        ScalarType::Int => ScalarType::Long,
        other => other,
    }
}

/// The type that an argument must be converted to before the call.
fn conversion(
    accepts: &ParameterType,
    from: ScalarType,
    common: Option<ScalarType>,
    rule: ResultRule,
    result: ResultType,
) -> Option<ScalarType> {
    let to = match accepts {
        ParameterType::Declared(types) if types.contains(&from) => from,
        ParameterType::Declared(types) => types.iter().copied().find(|declared| promotes(from, *declared))?,
        ParameterType::Text => ScalarType::String,
        ParameterType::Integer => ScalarType::Long,
        ParameterType::IntegerOrArray if from == ScalarType::Int => ScalarType::Long,
        ParameterType::Common | ParameterType::CommonOrderable | ParameterType::CommonOrDynamic => common?,
        ParameterType::Number => match (rule, result) {
            (ResultRule::Widest, ResultType::Scalar(widest)) => widest,
            (ResultRule::Declared(ScalarType::Real), _) => ScalarType::Real,
            _ => from,
        },
        _ => from,
    };
    (to != from).then_some(to)
}
