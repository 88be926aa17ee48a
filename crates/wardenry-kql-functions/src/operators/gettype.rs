//! `gettype`: the name of a value's type; inside dynamic values that of what is there. [D gettype-function.md]

use wardenry_kql_values::ScalarType;

use crate::dynamic::{Dynamic, Kind};
use crate::rows::{Json, Source as _, TextRows, kernel};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let &[scalar_type] = call.argument_types else { return Err(FunctionError::misplaced(function)) };
    Ok(kernel(function, move |arguments, rows| {
        let [argument] = arguments else { return Err(FunctionError::misplaced(function)) };
        if scalar_type != ScalarType::Dynamic {
            return Ok(TextRows::collect(rows, None, |out, _| out.push_str(scalar_type.name())));
        }
        let values = Json::column(argument)?;
        let nulls = argument.nulls(rows);
        Ok(TextRows::collect(rows, None, |out, row| {
            let is_null = nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
            out.push_str(if is_null { "null" } else { json_type(Json::get(&values, argument.row(row))) });
        }))
    }))
}

fn json_type(json: &str) -> &'static str {
    match Dynamic::new(json).kind() {
        Kind::Bag => "dictionary",
        Kind::Array => "array",
        Kind::String => "string",
        Kind::Bool => "bool",
        Kind::Long => "long",
        Kind::Real => "real",
        Kind::Null => "null",
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn names_the_type_of_what_is_inside() {
        // [D gettype-function.md], kql-semantics, dynamic and numbers.
        check("gettype", "int -> string", "1 | int");
        check("gettype", "string -> string", "a | string");
        check(
            "gettype",
            "dynamic -> string",
            "{\"a\":1} | dictionary
             [1] | array
             \"plain\" | string
             7 | long
             true | bool
             null | \"null\"",
        );
    }
}
