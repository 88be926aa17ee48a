//! `now` and `ago`: the instant of the query, the same in all of its parts. [D now-function.md, ago-function.md]

use wardenry_kql_values::datetime;

use crate::rows::{Long, Sink as _, kernel, map1};
use crate::{FunctionError, Kernel, ScalarCall};

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let now = call.context.now;
    let is_ago = call.name == "ago";
    Ok(kernel(call.name, move |arguments, rows| match arguments {
        [] => Ok(Long::collect(rows, None, |_| Some(now))),
        [offset, ..] => map1::<Long, Long>(offset, rows, |offset| {
            let moved = if is_ago { now.checked_sub(offset) } else { now.checked_add(offset) };
            moved.filter(|ticks| datetime::in_range(*ticks))
        }),
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[test]
    fn is_one_instant() {
        check("now", "timespan -> datetime", "1h | 2024-05-08T14:45:10Z\n3000000d | null\nnull | null");
        check("ago", "timespan -> datetime", "1h | 2024-05-08T12:45:10Z\n-1h | 2024-05-08T14:45:10Z");
    }
}
