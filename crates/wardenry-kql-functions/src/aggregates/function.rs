//! An aggregation as `DataFusion` sees it.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion_common::{Result, ScalarValue, internal_err};
use datafusion_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion_expr::utils::AggregateOrderSensitivity;
use datafusion_expr::{Accumulator, AggregateUDFImpl, GroupsAccumulator, Signature, Volatility};

use super::groups::{Many, Single};
use super::method::Method;

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Function {
    name: String,
    signature: Signature,
    method: Method,
    /// The argument that says which rows count.
    condition: Option<usize>,
}

impl Function {
    pub(super) fn new(name: &str, method: Method, condition: Option<usize>) -> Self {
        Self {
            // Not the bare name: DataFusion has functions of its own called `count`, `sum`, ….
            name: format!("kql_{name}"),
            signature: Signature::variadic_any(Volatility::Immutable),
            method,
            condition,
        }
    }

    /// See [`super::reads_dictionaries`].
    pub(super) fn reads_dictionaries(&self) -> bool {
        self.method.reads_dictionaries()
    }
}

impl AggregateUDFImpl for Function {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.method.result())
    }

    fn accumulator(&self, arguments: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        if arguments.is_distinct {
            return internal_err!("{} has no DISTINCT", self.name);
        }
        Ok(Box::new(Single { groups: self.method.groups(), condition: self.condition }))
    }

    fn state_fields(&self, arguments: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let field = |(index, data_type)| -> FieldRef {
            Arc::new(Field::new(format!("{}[{index}]", arguments.name), data_type, true))
        };
        Ok(self.method.state().into_iter().enumerate().map(field).collect())
    }

    fn groups_accumulator_supported(&self, arguments: AccumulatorArgs<'_>) -> bool {
        !arguments.is_distinct
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Many { groups: self.method.groups(), condition: self.condition }))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn default_value(&self, _: &DataType) -> Result<ScalarValue> {
        Single { groups: self.method.groups(), condition: None }.evaluate()
    }
}
