//! The operators of scalar expressions: names, operand types, results.

use wardenry_kql_syntax::ast::{BinaryOperator, ListOperator, UnaryOperator};
use wardenry_kql_values::ScalarType;

use super::resolve::{Argument, promoted, widest};
use super::{Resolution, ResultType};

/// The operator is not defined for operands of these types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorMismatch {
    /// What would make it right, a sentence without a full stop.
    pub hint: Option<&'static str>,
}

/// The name of an operator, in a query and in a checked query.
pub const fn binary_name(operator: BinaryOperator) -> &'static str {
    use BinaryOperator as B;
    match operator {
        B::Add => "+",
        B::Subtract => "-",
        B::Multiply => "*",
        B::Divide => "/",
        B::Modulo => "%",
        B::Equal => "==",
        B::NotEqual => "!=",
        B::Less => "<",
        B::LessOrEqual => "<=",
        B::Greater => ">",
        B::GreaterOrEqual => ">=",
        B::And => "and",
        B::Or => "or",
        B::EqualTilde => "=~",
        B::NotTilde => "!~",
        B::Has => "has",
        B::NotHas => "!has",
        B::HasCs => "has_cs",
        B::NotHasCs => "!has_cs",
        B::HasPrefix => "hasprefix",
        B::NotHasPrefix => "!hasprefix",
        B::HasPrefixCs => "hasprefix_cs",
        B::NotHasPrefixCs => "!hasprefix_cs",
        B::HasSuffix => "hassuffix",
        B::NotHasSuffix => "!hassuffix",
        B::HasSuffixCs => "hassuffix_cs",
        B::NotHasSuffixCs => "!hassuffix_cs",
        B::Contains => "contains",
        B::NotContains => "!contains",
        B::ContainsCs => "contains_cs",
        B::NotContainsCs => "!contains_cs",
        B::StartsWith => "startswith",
        B::NotStartsWith => "!startswith",
        B::StartsWithCs => "startswith_cs",
        B::NotStartsWithCs => "!startswith_cs",
        B::EndsWith => "endswith",
        B::NotEndsWith => "!endswith",
        B::EndsWithCs => "endswith_cs",
        B::NotEndsWithCs => "!endswith_cs",
        B::MatchesRegex => "matches regex",
        B::Like => "like",
        B::NotLike => "notlike",
        B::LikeCs => "likecs",
        B::NotLikeCs => "notlikecs",
        B::Colon => ":",
    }
}

/// The name of an operator that has a list on the right.
pub const fn list_name(operator: ListOperator) -> &'static str {
    match operator {
        ListOperator::In => "in",
        ListOperator::NotIn => "!in",
        ListOperator::InTilde => "in~",
        ListOperator::NotInTilde => "!in~",
        ListOperator::HasAny => "has_any",
        ListOperator::HasAll => "has_all",
    }
}

/// The name in a checked query, where `-` is the subtraction. A plus sign means nothing and is left out.
pub const fn unary_name(operator: UnaryOperator) -> Option<&'static str> {
    match operator {
        UnaryOperator::Plus => None,
        UnaryOperator::Minus => Some("negate"),
    }
}

/// What a sign in front of an operand gives.
pub fn unary(_operator: UnaryOperator, operand: &Argument<'_>) -> Result<Resolution, OperatorMismatch> {
    let Argument::Scalar { scalar_type, .. } = operand else { return unknown_or_mismatch(&[*operand]) };
    match scalar_type {
        ScalarType::Int => Ok(scalar(ScalarType::Long, [Some(ScalarType::Long)])),
        summable if is_summable(*summable) => Ok(scalar(*summable, [None])),
        ScalarType::Dynamic => Ok(scalar(ScalarType::Dynamic, [None])),
        _ => Err(OperatorMismatch { hint: None }),
    }
}

/// What a binary operator gives.
///
/// Operands of `==`, `!=`, `<`, … of which one is dynamic and the other a number are left as they are: their kernels look
/// into the dynamic value. Beside all other types a dynamic operand is converted to the other's type.
pub fn binary(
    operator: BinaryOperator,
    left: &Argument<'_>,
    right: &Argument<'_>,
) -> Result<Resolution, OperatorMismatch> {
    use BinaryOperator as B;
    if matches!(left, Argument::Star) {
        // `* has "x"` looks at every column.
        return binary_over_all_columns(operator, right);
    }
    let (
        Argument::Scalar { scalar_type: left_type, literal: left_literal, .. },
        Argument::Scalar { scalar_type: right_type, literal: right_literal, .. },
    ) = (left, right)
    else {
        return match operator {
            B::Add | B::Subtract | B::Multiply | B::Divide | B::Modulo => {
                unknown_or_mismatch(&[*left, *right])
            }
            _ => bool_or_mismatch(&[*left, *right]),
        };
    };
    let (left_type, right_type) = (*left_type, *right_type);
    match operator {
        B::Add | B::Subtract | B::Multiply | B::Divide | B::Modulo => {
            arithmetic(operator, left_type, right_type)
        }
        B::And | B::Or => logic(left_type, right_type),
        B::Equal | B::NotEqual => equality(left_type, *left_literal, right_type, *right_literal),
        B::Less | B::LessOrEqual | B::Greater | B::GreaterOrEqual => {
            order(left_type, *left_literal, right_type, *right_literal)
        }
        _ => text(left_type, right_type),
    }
}

/// What `in`, `has_any` and the like give. Items are scalars or one table; a dynamic item is an array of items.
pub fn list(
    operator: ListOperator,
    left: &Argument<'_>,
    items: &[Argument<'_>],
) -> Result<Resolution, OperatorMismatch> {
    let Argument::Scalar { scalar_type: left_type, .. } = left else {
        let all: Vec<Argument<'_>> = std::iter::once(*left).chain(items.iter().copied()).collect();
        return bool_or_mismatch(&all);
    };
    let is_text = !matches!(operator, ListOperator::In | ListOperator::NotIn);
    if is_text && !matches!(left_type, ScalarType::String | ScalarType::Dynamic) {
        return Err(OperatorMismatch {
            hint: Some("text operators need a string or a dynamic on the left: use `tostring()`"),
        });
    }
    let item_type = |item: &Argument<'_>| match item {
        Argument::Tabular { first } => *first,
        other => other.scalar_type(),
    };
    // A dynamic left side is compared as what the items are, if those are of one type.
    let target = if is_text {
        ScalarType::String
    } else if *left_type == ScalarType::Dynamic {
        let mut types = items.iter().filter_map(item_type).filter(|item| *item != ScalarType::Dynamic);
        match types.next() {
            Some(first) if !first.is_number() && types.all(|other| other == first) => first,
            _ => ScalarType::Dynamic,
        }
    } else {
        *left_type
    };
    let mut conversions = vec![(*left_type != target).then_some(target)];
    conversions.extend(items.iter().map(|item| {
        let from = item_type(item)?;
        (from != target && from != ScalarType::Dynamic && target != ScalarType::Dynamic).then_some(target)
    }));
    Ok(Resolution { result: ResultType::Scalar(ScalarType::Bool), conversions, signature: 0 })
}

/// What `between` gives. With a datetime, a datetime and a timespan the range ends so long after its start.
pub fn between(
    value: &Argument<'_>,
    low: &Argument<'_>,
    high: &Argument<'_>,
) -> Result<Resolution, OperatorMismatch> {
    use ScalarType::{Datetime, Dynamic, Timespan};
    let (Some(value_type), Some(low_type), Some(high_type)) =
        (value.scalar_type(), low.scalar_type(), high.scalar_type())
    else {
        return bool_or_mismatch(&[*value, *low, *high]);
    };
    let types = [value_type, low_type, high_type];
    match types {
        [Datetime, Datetime, Timespan | Datetime] | [Timespan, Timespan, Timespan] => {
            Ok(scalar(ScalarType::Bool, [None, None, None]))
        }
        _ if types.iter().all(|scalar_type| scalar_type.is_number()) => {
            let target = types.into_iter().reduce(|left, right| widest(left, right).unwrap_or(left));
            Ok(scalar(ScalarType::Bool, types.map(|from| target.filter(|to| *to != from))))
        }
        [Dynamic, low, high] if low.is_number() && low == high => Ok(scalar(ScalarType::Bool, [None; 3])),
        [number, Dynamic, Dynamic] if number.is_number() => Ok(scalar(ScalarType::Bool, [None; 3])),
        _ => Err(OperatorMismatch { hint: None }),
    }
}

fn binary_over_all_columns(
    operator: BinaryOperator,
    right: &Argument<'_>,
) -> Result<Resolution, OperatorMismatch> {
    use BinaryOperator as B;
    let refused = matches!(
        operator,
        B::Add
            | B::Subtract
            | B::Multiply
            | B::Divide
            | B::Modulo
            | B::And
            | B::Or
            | B::NotEqual
            | B::Less
            | B::LessOrEqual
            | B::Greater
            | B::GreaterOrEqual
    );
    match right.scalar_type() {
        _ if refused => Err(OperatorMismatch { hint: None }),
        Some(_) if operator == B::Equal => Ok(scalar(ScalarType::Bool, [None, None])),
        Some(ScalarType::String) | None => Ok(scalar(ScalarType::Bool, [None, None])),
        Some(ScalarType::Dynamic) => Ok(scalar(ScalarType::Bool, [None, Some(ScalarType::String)])),
        Some(_) => Err(OperatorMismatch { hint: None }),
    }
}

fn arithmetic(
    operator: BinaryOperator,
    left: ScalarType,
    right: ScalarType,
) -> Result<Resolution, OperatorMismatch> {
    use BinaryOperator::{Add, Divide, Modulo, Multiply, Subtract};
    use ScalarType::{Datetime, Dynamic, Real, String, Timespan};
    if let Some(widest) = widest(left, right) {
        let result = promoted(widest);
        return Ok(scalar(result, [left, right].map(|from| (from != result).then_some(result))));
    }
    // What a number becomes beside a time.
    let factor = |number: ScalarType| match number {
        ScalarType::Int => Some(ScalarType::Long),
        ScalarType::Decimal => Some(Real),
        _ => None,
    };
    let resolved = match (left, operator, right) {
        (Dynamic, _, Dynamic) => {
            return Err(OperatorMismatch {
                hint: Some("convert the dynamic values first, for example with `tolong()`"),
            });
        }
        (String, Add, String) => {
            return Err(OperatorMismatch { hint: Some("use `strcat()` to put texts together") });
        }

        (Dynamic, Subtract, Datetime) => scalar(Timespan, [Some(Datetime), None]),
        (Datetime, Subtract, Dynamic) => scalar(Timespan, [None, Some(Datetime)]),
        (Dynamic, Add, Datetime) => scalar(Datetime, [Some(Timespan), None]),
        (Datetime, Add, Dynamic) => scalar(Datetime, [None, Some(Timespan)]),
        (Dynamic, Add | Subtract, Timespan) => scalar(Timespan, [Some(Timespan), None]),
        (Timespan, Add | Subtract, Dynamic) => scalar(Timespan, [None, Some(Timespan)]),
        (Dynamic, _, number) if number.is_number() => {
            let result = promoted(number);
            scalar(result, [Some(result), (result != number).then_some(result)])
        }
        (number, _, Dynamic) if number.is_number() => {
            let result = promoted(number);
            scalar(result, [(result != number).then_some(result), Some(result)])
        }

        (Timespan, Add | Subtract | Multiply | Modulo, Timespan) => scalar(Timespan, [None, None]),
        (Datetime, Subtract | Modulo, Datetime) | (Datetime, Modulo, Timespan) => {
            scalar(Timespan, [None, None])
        }
        (Datetime, Add, Datetime | Timespan) | (Timespan, Add, Datetime) => scalar(Datetime, [None, None]),
        (Datetime, Subtract, Timespan) | (Timespan, Subtract, Datetime) => scalar(Datetime, [None, None]),
        (Timespan, Divide, Timespan) | (Datetime, Divide, Datetime | Timespan) => scalar(Real, [None, None]),
        (time @ (Timespan | Datetime), Multiply | Divide | Modulo, number) if number.is_number() => {
            scalar(time, [None, factor(number)])
        }
        (number, Multiply, time @ (Timespan | Datetime)) if number.is_number() => {
            scalar(time, [factor(number), None])
        }
        _ => return Err(OperatorMismatch { hint: None }),
    };
    Ok(resolved)
}

fn logic(left: ScalarType, right: ScalarType) -> Result<Resolution, OperatorMismatch> {
    let operand = |scalar_type| match scalar_type {
        ScalarType::Bool => Ok(None),
        ScalarType::Dynamic => Ok(Some(ScalarType::Bool)),
        _ => Err(OperatorMismatch { hint: None }),
    };
    Ok(scalar(ScalarType::Bool, [operand(left)?, operand(right)?]))
}

/// A literal is converted to the type of the other operand. [D scalar-data-types/*.md]
fn equality(
    left: ScalarType,
    left_literal: bool,
    right: ScalarType,
    right_literal: bool,
) -> Result<Resolution, OperatorMismatch> {
    use ScalarType::{Bool, Dynamic, String};
    let conversions = match (left, right) {
        _ if left == right && left != Dynamic => [None, None],
        (Dynamic, Dynamic) => {
            return Err(OperatorMismatch {
                hint: Some("convert one of the dynamic values first, for example with `tostring()`"),
            });
        }
        (Dynamic, other) => [(!other.is_number()).then_some(other), None],
        (other, Dynamic) => [None, (!other.is_number()).then_some(other)],
        _ if left.is_number() && right.is_number() => {
            let target = widest(left, right);
            [left, right].map(|from| target.filter(|to| *to != from))
        }
        _ if right_literal => [None, Some(left)],
        _ if left_literal => [Some(right), None],
        (String, other) => [Some(other), None],
        (other, String) => [None, Some(other)],
        (Bool, number) if number.is_number() => [Some(number), None],
        (number, Bool) if number.is_number() => [None, Some(number)],
        _ => return Err(OperatorMismatch { hint: None }),
    };
    Ok(scalar(Bool, conversions))
}

fn order(
    left: ScalarType,
    left_literal: bool,
    right: ScalarType,
    right_literal: bool,
) -> Result<Resolution, OperatorMismatch> {
    use ScalarType::{Bool, Datetime, Dynamic, String, Timespan};
    let conversions = match (left, right) {
        (Bool, Bool) | (Datetime, Datetime) | (Timespan, Timespan) => [None, None],
        (Dynamic, number) | (number, Dynamic) if number.is_number() => [None, None],
        (Bool, number) if number.is_number() && right_literal => [None, Some(Bool)],
        (number, Bool) if number.is_number() && left_literal => [Some(Bool), None],
        (Bool, number) if number.is_number() => [Some(number), None],
        (number, Bool) if number.is_number() => [None, Some(number)],
        (String, String) => {
            return Err(OperatorMismatch { hint: Some("text has no order here: use `strcmp()`") });
        }
        (Dynamic, Dynamic) => {
            return Err(OperatorMismatch {
                hint: Some("convert the dynamic values first, for example with `tolong()`"),
            });
        }
        (Datetime, String) | (String, Datetime) => {
            return Err(OperatorMismatch {
                hint: Some("convert the text with `todatetime()`, or write `datetime(…)`"),
            });
        }
        _ => {
            let target = widest(left, right).ok_or(OperatorMismatch { hint: None })?;
            [left, right].map(|from| (from != target).then_some(target))
        }
    };
    Ok(scalar(Bool, conversions))
}

fn text(left: ScalarType, right: ScalarType) -> Result<Resolution, OperatorMismatch> {
    let operand = |scalar_type| match scalar_type {
        ScalarType::String => Ok(None),
        ScalarType::Dynamic => Ok(Some(ScalarType::String)),
        _ => Err(OperatorMismatch {
            hint: Some("text operators need a string or a dynamic: use `tostring()`"),
        }),
    };
    Ok(scalar(ScalarType::Bool, [operand(left)?, operand(right)?]))
}

const fn is_summable(scalar_type: ScalarType) -> bool {
    scalar_type.is_number() || matches!(scalar_type, ScalarType::Datetime | ScalarType::Timespan)
}

fn scalar<const N: usize>(result: ScalarType, conversions: [Option<ScalarType>; N]) -> Resolution {
    Resolution { result: ResultType::Scalar(result), conversions: conversions.to_vec(), signature: 0 }
}

/// Nothing further is said about an operand that was found wrong before.
fn unknown_or_mismatch(operands: &[Argument<'_>]) -> Result<Resolution, OperatorMismatch> {
    if operands.iter().any(|operand| matches!(operand, Argument::Unknown)) {
        Ok(Resolution { result: ResultType::Unknown, conversions: vec![None; operands.len()], signature: 0 })
    } else {
        Err(OperatorMismatch { hint: None })
    }
}

fn bool_or_mismatch(operands: &[Argument<'_>]) -> Result<Resolution, OperatorMismatch> {
    let unknown = unknown_or_mismatch(operands)?;
    Ok(Resolution { result: ResultType::Scalar(ScalarType::Bool), ..unknown })
}
