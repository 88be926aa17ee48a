//! `rolling_percentile`: a percentile over the bins up to each bin. [rolling-percentile-plugin.md]

use wardenry_kql_semantics::checked::{CheckedPlugin, Rel};
use wardenry_kql_values::Value;

use super::activity::{MAX_STEPS, expanded, names, scalars, source};
use crate::RunError;
use crate::lower::{Lowered, Lowerer};

/// There is a row for each bin that has a row. The percentile is one of the values, as the aggregation `percentile` has it.
pub(super) fn lower(
    lowerer: &mut Lowerer<'_>,
    rel: &Rel,
    input: &Rel,
    plugin: &CheckedPlugin,
) -> Result<Lowered, RunError> {
    let [value, percentile, at, size, bins, dimensions @ ..] = &*scalars(plugin) else {
        return Err(RunError::internal("lowering", "the arguments of rolling_percentile"));
    };
    let (percentile, size) = (lowerer.constant(percentile)?, lowerer.constant(size)?);
    let bins = i64::try_from(lowerer.row_count(bins)?).unwrap_or(i64::MAX);
    if bins > MAX_STEPS {
        let message = format!("a window has more than {MAX_STEPS} bins");
        return Err(RunError::OperatorLimit { operator: "rolling_percentile", message, span: rel.span });
    }
    let names = names(dimensions.len());
    let text = format!(
        "let Binned = T | extend b = bin(at, size); \
         Binned | mv-expand k = range(0, bins - 1) to typeof(long) | extend w = b + size * k \
         | join kind=leftsemi (Binned | distinct b{names} | project-rename w = b) on w{names} \
         | summarize p = percentile(value, percentile) by w{names} \
         | project w{names}, p"
    );
    let parameters = vec![("percentile", percentile), ("size", size), ("bins", Value::Long(Some(bins)))];
    expanded(
        lowerer,
        rel,
        plugin.name,
        &text,
        source(input, &[("value", value), ("at", at)], dimensions),
        parameters,
    )
}
