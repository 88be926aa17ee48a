//! The signatures of the call around a place.

use std::fmt::Write as _;
use std::ops::Range;

use wardenry_kql_syntax::token::TokenKind;

use super::outline::{Frame, Outline, Source};
use super::scope::{self, VariableKind};
use crate::catalogue::{self, Function, ParameterMode, ParameterType, ResultRule, Signature};

/// The call around a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureHelp {
    pub signatures: Vec<SignatureLabel>,
    /// The index of the signature that fits best.
    pub active_signature: usize,
    /// The index of the parameter that the place is in, of the active signature.
    pub active_parameter: Option<usize>,
}

/// A signature as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureLabel {
    pub label: String,
    /// Where in the label each parameter is, in bytes.
    pub parameters: Vec<Range<usize>>,
    pub about: &'static str,
}

/// The signatures of the innermost call around an offset.
pub fn signature_help(text: &str, offset: u32) -> Option<SignatureHelp> {
    let source = Source::new(text);
    if source.is_in_comment(offset) {
        return None;
    }
    let outline = Outline::at(&source, source.first_touching(offset));
    let frames = outline.frames();
    for (index, frame) in frames.iter().enumerate().rev() {
        // A subquery is no argument.
        if frame.has_pipeline() && index + 1 < frames.len() && frame.callee.is_none() {
            return None;
        }
        let Some(callee) = frame.callee else { continue };
        if frame.has_pipeline() {
            return None;
        }
        let arguments = frame.commas + 1;
        let outer = frames.get(index.checked_sub(1)?)?;
        if let Some(function) = function_of(&outline, outer, source.word(callee)) {
            return Some(help_of(function, arguments));
        }
        return variable_help(&outline, source.word(callee), arguments);
    }
    None
}

/// What a name before a parenthesis calls.
pub(super) fn function_of(outline: &Outline<'_, '_>, frame: &Frame, name: &str) -> Option<&'static Function> {
    let operator =
        outline.frames().iter().rev().find_map(|frame| frame.operator).map(|operator| operator.name);
    if frame.operator.is_some_and(|operator| operator.name == "evaluate")
        && let Some(plugin) = catalogue::plugin(name)
    {
        return Some(plugin);
    }
    let aggregates = matches!(operator, Some("summarize" | "make-series" | "top-nested" | "evaluate"));
    if aggregates && let Some(aggregate) = catalogue::aggregate(name) {
        return Some(aggregate);
    }
    catalogue::scalar(name).or_else(|| catalogue::aggregate(name))
}

fn help_of(function: &'static Function, arguments: usize) -> SignatureHelp {
    let signatures = function.signatures.iter().map(|signature| label(function, signature)).collect();
    let active_signature =
        function.signatures.iter().position(|signature| arguments <= signature.most()).unwrap_or_default();
    let active_parameter = function.signatures.get(active_signature).and_then(|signature| {
        let assigned =
            (arguments..=arguments.max(signature.least())).find_map(|count| signature.assign(count));
        assigned.and_then(|assigned| assigned.get(arguments - 1).copied())
    });
    SignatureHelp { signatures, active_signature, active_parameter }
}

/// A signature as text: `substring(text: scalar, start: long, length?: long) -> string`.
pub(super) fn label(function: &Function, signature: &Signature) -> SignatureLabel {
    let mut label = format!("{}(", function.name);
    let mut parameters = Vec::with_capacity(signature.parameters.len());
    for (index, parameter) in signature.parameters.iter().enumerate() {
        if index > 0 {
            label.push_str(", ");
        }
        let start = label.len();
        let mark = match (parameter.occurs.least, parameter.occurs.repeats()) {
            (_, true) => "…",
            (0, false) => "?",
            _ => "",
        };
        match parameter.mode {
            ParameterMode::Star => label.push('*'),
            _ => write!(label, "{}{mark}: {}", parameter.name, short(&parameter.accepts))
                .expect("a String takes everything"),
        }
        parameters.push(start..label.len());
    }
    let result = match signature.result {
        ResultRule::Declared(scalar_type) => format!(" -> {scalar_type}"),
        ResultRule::Columns => " -> several columns".to_owned(),
        ResultRule::Tabular => " -> table".to_owned(),
        ResultRule::TypeLiteral => " -> the type named".to_owned(),
        ResultRule::Parameter(index) | ResultRule::Promoted(index) => signature
            .parameters
            .get(index)
            .map(|parameter| format!(" -> as {}", parameter.name))
            .unwrap_or_default(),
        ResultRule::Widest | ResultRule::Common => " -> as the arguments".to_owned(),
    };
    label.push(')');
    label.push_str(&result);
    SignatureLabel { label, parameters, about: function.about }
}

fn short(accepts: &ParameterType) -> String {
    match accepts {
        ParameterType::Declared(types) => {
            types.iter().map(|scalar_type| scalar_type.name()).collect::<Vec<_>>().join(" | ")
        }
        ParameterType::Integer => "long".to_owned(),
        ParameterType::Array | ParameterType::Bag => "dynamic".to_owned(),
        ParameterType::NotDynamic
        | ParameterType::NotBool
        | ParameterType::NotRealOrBool
        | ParameterType::Orderable
        | ParameterType::CommonOrderable => "scalar".to_owned(),
        ParameterType::Summable => "number | datetime | timespan".to_owned(),
        ParameterType::NumberOrBool => "number | bool".to_owned(),
        ParameterType::StringOrDynamic | ParameterType::StringOrArray => "string | dynamic".to_owned(),
        ParameterType::IntegerOrArray => "long | dynamic".to_owned(),
        ParameterType::Type => "typeof(…)".to_owned(),
        other => other.to_string(),
    }
}

/// The signature of a function that `let` named.
fn variable_help(outline: &Outline<'_, '_>, name: &str, arguments: usize) -> Option<SignatureHelp> {
    let source = outline.source;
    let is_function = |variable: &scope::Variable<'_>| variable.kind == VariableKind::Function;
    let variables = scope::variables(outline);
    variables.iter().find(|variable| variable.name == name).filter(|variable| is_function(variable))?;
    let declared = (0..outline.next()).rev().find(|index| {
        source.word(*index) == name && index.checked_sub(1).is_some_and(|before| source.word(before) == "let")
    })?;
    let open = (declared + 1..outline.next()).find(|index| source.kind(*index) == TokenKind::OpenParen)?;
    let close = scope::closing(source, open)?;
    let mut label = format!("{name}(");
    let mut parameters = Vec::new();
    for (index, parameter) in scope::parameters(source, open, close).into_iter().enumerate() {
        if index > 0 {
            label.push_str(", ");
        }
        let start = label.len();
        write!(label, "{}: {}", parameter.name, parameter.declared).expect("a String takes everything");
        parameters.push(start..label.len());
    }
    label.push(')');
    let active_parameter = (arguments <= parameters.len()).then(|| arguments - 1);
    Some(SignatureHelp {
        signatures: vec![SignatureLabel { label, parameters, about: "A function of this query" }],
        active_signature: 0,
        active_parameter,
    })
}
