//! What each aggregation is made of.

use arrow::datatypes::{DataType, Decimal256Type, Field, Float64Type, Int64Type};
use wardenry_kql_values::ScalarType;

use super::arg_extreme::{ArgExtreme, Give};
use super::binary_all::{BinaryAll, Bitwise};
use super::column::with_column;
use super::count::Count;
use super::count_distinct::CountDistinct;
use super::dcount::Dcount;
use super::extreme::Extreme;
use super::groups::Groups;
use super::make_bag::MakeBag;
use super::make_list::{MakeDynamicList, MakeList};
use super::make_set::{MakeDynamicSet, MakeSet};
use super::mean::Mean;
use super::percentile::{Form, Percentile};
use super::returned::struct_type;
use super::sketched::{Sketched, Sketching};
use super::sum::Sum;
use super::take_any::TakeAny;
use super::texts::Texts;
use super::variance::{Spread, Variance};
use crate::layout::arrow_type;

/// An aggregation with everything that is known before any row is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Method {
    Count,
    Sum { result: ScalarType },
    Mean { of: ScalarType },
    Extreme { of: ScalarType, greatest: bool },
    ArgExtreme { of: ScalarType, greatest: bool, returned: Vec<ScalarType>, fused: bool },
    TakeAny { of: Vec<ScalarType>, fused: bool },
    CountDistinct { of: ScalarType },
    Dcount { of: ScalarType, bits: u8 },
    MakeList { of: ScalarType, limit: usize, with_nulls: bool },
    MakeSet { of: ScalarType, limit: usize },
    MakeBag { limit: usize },
    Percentile { of: ScalarType, percentiles: Vec<PercentileBits>, weighted: bool, form: Form },
    Sketch(Sketching),
    Variance(Spread),
    BinaryAll { operation: Bitwise, result: ScalarType },
}

/// A percentile, as the bits of the number, so that methods can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PercentileBits(pub(super) u64);

impl Method {
    /// The aggregation without any group.
    pub(super) fn groups(&self) -> Box<dyn Groups> {
        match self {
            Self::Count => Box::new(Count::default()),
            Self::Sum { result } => match result {
                ScalarType::Real => Box::new(Sum::<Float64Type>::new(arrow_type(*result))),
                ScalarType::Decimal => Box::new(Sum::<Decimal256Type>::new(arrow_type(*result))),
                _ => Box::new(Sum::<Int64Type>::new(DataType::Int64)),
            },
            Self::Mean { of } => Box::new(Mean::new(*of)),
            Self::Extreme { of: of @ (ScalarType::String | ScalarType::Dynamic), greatest } => {
                Box::new(ArgExtreme::<Texts>::new(*of, *greatest, Vec::new(), Give::Extreme))
            }
            Self::Extreme { of, greatest } => with_column!(of, C => Box::new(Extreme::<C>::new(*greatest))),
            Self::ArgExtreme { of, greatest, returned, fused } => {
                let give = if *fused { Give::Struct } else { Give::Column };
                with_column!(of, C => Box::new(ArgExtreme::<C>::new(*of, *greatest, returned.clone(), give)))
            }
            Self::TakeAny { of, fused } => Box::new(TakeAny::new(of.clone(), *fused)),
            Self::CountDistinct { of } => with_column!(of, C => Box::new(CountDistinct::<C>::new(*of))),
            Self::Dcount { of, bits } => with_column!(of, C => Box::new(Dcount::<C>::new(*of, *bits))),
            Self::MakeList { of: ScalarType::Dynamic, limit, with_nulls } => {
                Box::new(MakeDynamicList::new(*limit, *with_nulls))
            }
            Self::MakeList { of, limit, with_nulls } => {
                with_column!(of, C => Box::new(MakeList::<C>::new(*of, *limit, *with_nulls)))
            }
            Self::MakeSet { of: ScalarType::Dynamic, limit } => Box::new(MakeDynamicSet::new(*limit)),
            Self::MakeSet { of, limit } => with_column!(of, C => Box::new(MakeSet::<C>::new(*of, *limit))),
            Self::MakeBag { limit } => Box::new(MakeBag::new(*limit)),
            Self::Percentile { of, percentiles, weighted, form } => {
                let percentiles: Vec<f64> =
                    percentiles.iter().map(|percentile| f64::from_bits(percentile.0)).collect();
                with_column!(of, C => Box::new(Percentile::<C>::new(*of, percentiles, *weighted, *form)))
            }
            Self::Sketch(what) => Box::new(Sketched::new(*what)),
            Self::Variance(spread) => Box::new(Variance::new(*spread)),
            Self::BinaryAll { operation, result } => {
                Box::new(BinaryAll::new(*operation, arrow_type(*result)))
            }
        }
    }

    /// Whether texts may come as numbers into a dictionary.
    pub(super) fn reads_dictionaries(&self) -> bool {
        matches!(
            self,
            Self::CountDistinct { of: ScalarType::String }
                | Self::Dcount { of: ScalarType::String, .. }
                | Self::MakeSet { of: ScalarType::String, .. }
        )
    }

    /// The result in Arrow.
    pub(super) fn result(&self) -> DataType {
        let scalar_type = match self {
            Self::Count | Self::CountDistinct { .. } | Self::Dcount { .. } => ScalarType::Long,
            Self::Sum { result } | Self::BinaryAll { result, .. } => *result,
            Self::Mean { of: ScalarType::Int | ScalarType::Long } | Self::Variance(_) => ScalarType::Real,
            Self::Mean { of } | Self::Extreme { of, .. } => *of,
            Self::ArgExtreme { returned, fused: false, .. } => {
                returned.first().copied().unwrap_or(ScalarType::Long)
            }
            Self::ArgExtreme { returned, fused: true, .. } => return struct_type(returned),
            Self::TakeAny { of, fused: false } => of.first().copied().unwrap_or(ScalarType::Long),
            Self::TakeAny { of, fused: true } => return struct_type(of),
            Self::MakeList { .. } | Self::MakeSet { .. } | Self::MakeBag { .. } | Self::Sketch(_) => {
                ScalarType::Dynamic
            }
            Self::Percentile { of, form: Form::Value, .. } => *of,
            Self::Percentile { form: Form::Array, .. } => ScalarType::Dynamic,
            Self::Percentile { of, percentiles, form: Form::Struct, .. } => {
                return struct_type(&vec![*of; percentiles.len()]);
            }
        };
        arrow_type(scalar_type)
    }

    /// The columns of a state.
    pub(super) fn state(&self) -> Vec<DataType> {
        let list = |of: DataType| DataType::List(Field::new_list_field(of, true).into());
        match self {
            Self::Count => vec![DataType::Int64],
            Self::Sum { result } => vec![arrow_type(*result)],
            Self::Mean { of } => vec![Mean::sum_type(*of), DataType::Int64],
            Self::Extreme { of: of @ (ScalarType::String | ScalarType::Dynamic), .. } => {
                vec![arrow_type(*of), DataType::Boolean]
            }
            Self::Extreme { of, .. } => vec![arrow_type(*of)],
            Self::ArgExtreme { of, returned, .. } => {
                let mut state = vec![arrow_type(*of), DataType::Boolean];
                state.extend(returned.iter().map(|scalar_type| arrow_type(*scalar_type)));
                state
            }
            Self::TakeAny { of, .. } => {
                let mut state = vec![DataType::Boolean];
                state.extend(of.iter().map(|scalar_type| arrow_type(*scalar_type)));
                state
            }
            Self::CountDistinct { of } => vec![list(arrow_type(*of))],
            Self::Dcount { .. } => vec![list(DataType::UInt64), DataType::LargeBinary],
            Self::MakeList { of, .. } | Self::MakeSet { of, .. } => vec![list(arrow_type(*of))],
            Self::MakeBag { .. } => vec![list(DataType::Utf8View), list(DataType::Utf8View)],
            Self::Percentile { of, weighted: false, .. } => vec![list(arrow_type(*of))],
            Self::Percentile { of, .. } => vec![list(arrow_type(*of)), list(DataType::Int64)],
            Self::Sketch(_) => vec![arrow_type(ScalarType::Dynamic)],
            Self::Variance(_) => vec![DataType::Float64; 4],
            Self::BinaryAll { .. } => vec![DataType::Int64],
        }
    }
}
