//! `hll`, `hll_if`, `hll_merge`, `tdigest`, `tdigest_merge`: sketches of the values of a group, see [`crate::sketches`].

use arrow::array::{Array, ArrayRef, StringViewArray};
use datafusion_common::{Result, internal_err};
use datafusion_expr::EmitTo;
use wardenry_kql_values::ScalarType;

use super::arrays::DynamicColumn;
use super::column::{Column, cast, with_column};
use super::groups::{Groups, Rows, nulls};
use crate::dynamic::{Cell, Cells, Dynamic};
use crate::sketches::{Digest, Hll, Number};

/// What a sketch is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Sketching {
    Distinct {
        of: ScalarType,
        bits: u8,
    },
    Distribution {
        of: ScalarType,
        weight: Option<ScalarType>,
    },
    /// Sketches of distinct values.
    MergedDistinct,
    MergedDistribution,
}

#[derive(Debug)]
enum Sketch {
    Distinct(Hll),
    Distribution(Digest),
    /// Of sketches that do not go together: of another accuracy or type, or none at all.
    Unlike,
}

impl Sketch {
    fn parse(json: &str, what: Sketching) -> Self {
        let sketch = match what {
            Sketching::Distinct { .. } | Sketching::MergedDistinct => Hll::parse(json).map(Self::Distinct),
            Sketching::Distribution { .. } | Sketching::MergedDistribution => {
                Digest::parse(json).map(Self::Distribution)
            }
        };
        sketch.unwrap_or(Self::Unlike)
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Distinct(hll) => hll.bytes(),
            Self::Distribution(digest) => digest.bytes(),
            Self::Unlike => 0,
        }
    }
}

/// A sketch for each group. One of values is empty if the group has none; one of sketches is null then, and if they do not go
/// together.
#[derive(Debug)]
pub(super) struct Sketched {
    what: Sketching,
    sketches: Vec<Option<Sketch>>,
    /// Memory that the sketches use.
    bytes: usize,
}

impl Sketched {
    pub(super) fn new(what: Sketching) -> Self {
        Self { what, sketches: Vec::new(), bytes: 0 }
    }

    /// Changes the sketch of a group, which is made if there is none.
    fn change(&mut self, group: usize, change: impl FnOnce(&mut Sketch)) {
        let empty = || match self.what {
            Sketching::Distinct { bits, .. } => Sketch::Distinct(Hll::new(bits)),
            Sketching::Distribution { of, .. } => Sketch::Distribution(Digest::new(of)),
            Sketching::MergedDistinct | Sketching::MergedDistribution => Sketch::Unlike,
        };
        let sketch = self.sketches[group].get_or_insert_with(empty);
        let before = sketch.bytes();
        change(sketch);
        self.bytes = (self.bytes + sketch.bytes()).saturating_sub(before);
    }

    fn merge_text(&mut self, group: usize, json: &str) {
        let other = Sketch::parse(json, self.what);
        if self.sketches[group].is_none() {
            self.bytes += other.bytes();
            self.sketches[group] = Some(other);
            return;
        }
        self.change(group, |own| {
            let fits = match (&mut *own, &other) {
                (Sketch::Distinct(own), Sketch::Distinct(other)) => own.merge(other),
                (Sketch::Distribution(own), Sketch::Distribution(other)) => own.merge(other),
                _ => false,
            };
            if !fits {
                *own = Sketch::Unlike;
            }
        });
    }

    fn add_hashes<C: Column>(&mut self, array: &ArrayRef, of: ScalarType, rows: &Rows<'_>) -> Result<()> {
        let values = cast::<C::Array>(array)?;
        rows.for_each(nulls(array, of), |row, group| {
            let hash = C::hash(C::read(values, row));
            self.change(group, |sketch| {
                if let Sketch::Distinct(hll) = sketch {
                    hll.insert(hash);
                }
            });
        });
        Ok(())
    }

    fn add_numbers(
        &mut self,
        arguments: &[ArrayRef],
        of: ScalarType,
        weight: Option<ScalarType>,
        rows: &Rows<'_>,
    ) -> Result<()> {
        let values = Cells::new(arguments[0].as_ref(), of)?;
        let weights = match (weight, arguments.get(1)) {
            (Some(of), Some(array)) => Some(Cells::new(array.as_ref(), of)?),
            _ => None,
        };
        rows.for_each(nulls(&arguments[0], of), |row, group| {
            let value = match values.get(row) {
                Cell::Long(whole) | Cell::Datetime(whole) | Cell::Timespan(whole) => Number::Whole(whole),
                Cell::Real(real) => Number::Real(real),
                Cell::Decimal(decimal) => Number::Real(decimal.to_f64()),
                _ => return,
            };
            let weight = match weights.map(|weights| weights.get(row)) {
                None => 1,
                Some(Cell::Long(weight)) => u64::try_from(weight).unwrap_or(0),
                Some(_) => 0,
            };
            self.change(group, |sketch| {
                if let Sketch::Distribution(digest) = sketch {
                    digest.insert(value, weight);
                }
            });
        });
        Ok(())
    }

    fn add_sketches(&mut self, array: &ArrayRef, rows: &Rows<'_>) -> Result<()> {
        let texts = cast::<StringViewArray>(array)?;
        rows.for_each(texts.nulls(), |row, group| self.merge_text(group, texts.value(row)));
        Ok(())
    }

    /// The first groups' sketches; `unlike` is written for those that do not go together, or null.
    fn take(&mut self, emit: EmitTo, unlike: Option<&'static str>) -> Result<ArrayRef> {
        let taken = emit.take_needed(&mut self.sketches);
        self.bytes = self.sketches.iter().flatten().map(Sketch::bytes).sum();
        let mut column = DynamicColumn::default();
        for sketch in taken {
            match sketch {
                Some(Sketch::Distinct(hll)) => column.value(|writer| hll.write(writer))?,
                Some(Sketch::Distribution(mut digest)) => {
                    digest.compress();
                    column.value(|writer| digest.write(writer))?;
                }
                Some(Sketch::Unlike) => match unlike {
                    Some(json) => column.value(|writer| writer.value(Dynamic::new(json)))?,
                    None => column.null(),
                },
                None => match self.what {
                    Sketching::Distinct { bits, .. } => {
                        column.value(|writer| Hll::new(bits).write(writer))?;
                    }
                    Sketching::Distribution { of, .. } => {
                        column.value(|writer| Digest::new(of).write(writer))?;
                    }
                    Sketching::MergedDistinct | Sketching::MergedDistribution => column.null(),
                },
            }
        }
        Ok(column.finish())
    }
}

impl Groups for Sketched {
    fn fresh(&self) -> Box<dyn Groups> {
        Box::new(Self::new(self.what))
    }

    fn resize(&mut self, groups: usize) {
        if groups > self.sketches.len() {
            self.sketches.resize_with(groups, || None);
        }
    }

    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        match self.what {
            Sketching::Distinct { of, .. } => {
                with_column!(of, C => self.add_hashes::<C>(&arguments[0], of, rows))
            }
            Sketching::Distribution { of, weight } => self.add_numbers(arguments, of, weight, rows),
            Sketching::MergedDistinct | Sketching::MergedDistribution => {
                self.add_sketches(&arguments[0], rows)
            }
        }
    }

    fn merge(&mut self, states: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        match states {
            [state] => self.add_sketches(state, rows),
            _ => internal_err!("a sketch got {} columns of state", states.len()),
        }
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        self.take(emit, None)
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        // A null would be passed over where states are merged; this is no sketch either.
        Ok(vec![self.take(emit, Some("[]"))?])
    }

    fn size(&self) -> usize {
        self.bytes + self.sketches.capacity() * size_of::<Option<Sketch>>()
    }
}
