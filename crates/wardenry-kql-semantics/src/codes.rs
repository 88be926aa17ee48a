//! The codes of the checker's diagnostics.
//!
//! A code is never renumbered and never reused.

/// A code and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    pub code: &'static str,
    /// One sentence without a full stop.
    pub meaning: &'static str,
}

macro_rules! codes {
    ($($name:ident = $code:literal, $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            pub(crate) const $name: &str = $code;
        )*

        /// All codes, in order.
        pub const CODES: &[Code] = &[$(Code { code: $code, meaning: $meaning }),*];
    };
}

codes! {
    UNKNOWN_COLUMN = "KQL0101", "No column, variable or parameter of this name is known here";
    UNKNOWN_TABLE = "KQL0102", "No table of this name is known";
    UNKNOWN_FUNCTION = "KQL0103", "No function of this name is known";
    UNKNOWN_PLUGIN = "KQL0104", "No plugin of this name is known";
    DUPLICATE_NAME = "KQL0105", "A name is given twice";
    ARGUMENT_COUNT = "KQL0106", "A call has too few or too many arguments";
    ARGUMENT_TYPE = "KQL0107", "An argument has a type that the function does not take";
    OPERAND_TYPES = "KQL0108", "The operator is not defined for operands of these types";
    SCALAR_EXPECTED = "KQL0109", "A single value must stand here";
    TABLE_EXPECTED = "KQL0110", "A table must stand here";
    COLUMN_EXPECTED = "KQL0111", "The name of a column must stand here";
    CONSTANT_EXPECTED = "KQL0112", "The value must be known before any row is read";
    BRANCH_TYPES = "KQL0113", "Values that must be of one type are not";
    DYNAMIC_KEY = "KQL0114", "Rows cannot be grouped, sorted or joined by a dynamic value";
    NOT_SERIALIZED = "KQL0115", "A function that reads other rows needs rows in a defined order";
    NOT_AGGREGATED = "KQL0116", "A column stands outside of an aggregate where rows are summarized";
    MISPLACED_AGGREGATE = "KQL0117", "An aggregate stands where no rows are summarized";
    JOIN_CONDITION = "KQL0118", "A join condition names neither a common column nor one of each side";
    JOIN_TYPES = "KQL0119", "The columns that a join compares have different types";
    UNKNOWN_OPTION = "KQL0120", "An option, or the value of one, is not known";
    NOT_SUPPORTED = "KQL0121", "This part of the language is not supported";
    OTHER_SOURCE = "KQL0122", "Another database, cluster or workspace is named, which cannot be reached from here";
    SEVERAL_VALUES = "KQL0123", "Several names are given to an expression that has fewer values";
    TOO_DEEP = "KQL0124", "The query is nested too deeply, its functions and variables included";
    TOO_LARGE = "KQL0125", "The query becomes too large when its functions and variables are put in";
    NO_RESULT = "KQL0126", "The query has no statement that returns anything";
    TABLE_LEFT_OUT = "KQL0127", "A table that does not exist is left out of a union";
    ARGUMENT_VALUE = "KQL0128", "An argument has a value that the function does not take";
    TABLE_SHAPE = "KQL0129", "A table lacks columns that a function needs";
    DECLARED_TWICE = "KQL0130", "A variable, parameter or function is declared twice";
    CELL_COUNT = "KQL0131", "The number of values is no multiple of the number of columns";
    NOT_BOOLEAN = "KQL0132", "A condition must be true or false";
    SCHEMA_NEEDED = "KQL0133", "The columns of this result are only known when it runs, and must be declared here";
    PARAMETER_MISSING = "KQL0134", "A query parameter has no value";
    SCHEMA_DIFFERS = "KQL0135", "The columns are not those that the query asserts";
    RENDER_NOT_LAST = "KQL0136", "`render` is not the last operator";
    COMPUTED_CELL = "KQL0137", "A cell of a datatable is no literal";
    COLUMN_USED_TOO_EARLY = "KQL0138", "A column is used in the operator that makes it";
    GRAPH_EXPECTED = "KQL0139", "A graph must stand before this operator";
    NOT_CALLED = "KQL0140", "A function is used without calling it, or the other way around";
    STRING_NULL = "KQL0141", "A string is tested for null, which it never is";
    SEVERAL_RESULTS = "KQL0142", "An operator with several results is not the last one of its statement";
}
