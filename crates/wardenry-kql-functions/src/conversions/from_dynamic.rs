//! What the scalar inside a dynamic value converts to. Arrays and bags convert to text only.

use arrow::array::{ArrayRef, StringViewArray};
use wardenry_kql_values::ScalarType;

use crate::rows::Argument;
use crate::{FunctionError, dynamic};

pub(super) fn convert(argument: &Argument, to: ScalarType) -> Result<ArrayRef, FunctionError> {
    let values = argument.downcast::<StringViewArray>()?;
    dynamic::convert(values, to)
        .map_err(|source| FunctionError::Arrow { function: "a conversion of dynamic values", source })
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn converts_what_is_inside() {
        // kql-semantics, dynamic; casts and text forms.
        check(
            "tostring",
            "dynamic -> string",
            "true | true
             1.5 | 1.5
             [1, 2] | [1,2]
             {\"on\": true, \"n\": 1} | \"{\"on\":true,\"n\":1}\"
             \"a b\" | a b
             null | \"\"",
        );
        check(
            "toint",
            "dynamic -> int",
            "\"5\" | 5\n5 | 5\n5.9 | 5\ntrue | 1\n[] | null\nnull | null\n2147483648 | -2147483648",
        );
        check("tolong", "dynamic -> long", "\"0x1F\" | 31\n5 | 5\n{} | null\n\"x\" | null");
        check("toreal", "dynamic -> real", "\"1e3\" | 1000\n5 | 5\n\"0x1F\" | null");
        check("todecimal", "dynamic -> decimal", "0.1 | 0.1\n\"0.2\" | 0.2\n[] | null");
        check("tobool", "dynamic -> bool", "true | true\n\"False\" | false\n2 | true\n0 | false\n[] | null");
        check(
            "todatetime",
            "dynamic -> datetime",
            "\"2024-05-06T07:08:09Z\" | 2024-05-06 07:08:09\n{} | null",
        );
        check("totimespan", "dynamic -> timespan", "\"1.00:00:00\" | 1d\n10000000 | 1s");
        check(
            "toguid",
            "dynamic -> guid",
            "\"74be27de-1e4e-49d9-b579-fe0b331d3642\" | 74be27de-1e4e-49d9-b579-fe0b331d3642\n5 | null",
        );
    }
}
