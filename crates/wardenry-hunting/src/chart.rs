//! The chart of a result, as its author's `render` asks for it. [render-operator.md]

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use wardenry_chart::{Axis, Chart, Kind, Series, Stacking};
use wardenry_kql_engine::ResultColumn;
use wardenry_kql_functions::dynamic::{Cell, as_f64_array};
use wardenry_kql_semantics::checked::Render;
use wardenry_kql_values::{ScalarType, boolean, datetime, guid, timespan};

/// More points than a picture can show.
pub const MAX_POINTS: usize = 100_000;

/// The cells of a result, wherever they are kept.
pub trait Grid {
    fn rows(&self) -> usize;

    fn cell(&self, row: usize, column: usize) -> Cell<'_>;
}

/// The chart, or why there is none. Several grids follow each other.
pub fn of_result(render: &Render, columns: &[ResultColumn], rows: &[impl Grid]) -> Result<Chart, String> {
    let mut plot = Plot::new(render, columns, MAX_POINTS)?;
    for grid in rows {
        plot.add(grid)?;
    }
    Ok(plot.finish())
}

/// A chart to which rows are added as they come. It keeps points, and no rows.
#[derive(Debug)]
pub struct Plot {
    kind: Kind,
    stacking: Stacking,
    titles: [Option<String>; 3],
    roles: Roles,
    names: Vec<String>,
    places: Vec<Place>,
    place_ranks: HashMap<Place, usize>,
    series: Vec<(String, Vec<(usize, f64)>)>,
    series_ranks: HashMap<String, usize>,
    points: usize,
    max_points: usize,
}

impl Plot {
    /// An empty chart, or why the columns cannot be drawn.
    pub fn new(render: &Render, columns: &[ResultColumn], max_points: usize) -> Result<Self, String> {
        let kind = match &*render.kind {
            "columnchart" => Kind::Column,
            "barchart" => Kind::Bar,
            "timechart" | "linechart" | "anomalychart" | "timeline" => Kind::Line,
            "areachart" | "stackedareachart" => Kind::Area,
            "scatterchart" => Kind::Scatter,
            "piechart" => Kind::Pie,
            other => return Err(format!("`render {other}` is not drawn here")),
        };
        let option = |name: &str| {
            let found = render.options.iter().find(|(its, _)| its.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim_matches(['"', '\'']).to_owned())
        };
        let stacking = match option("kind").as_deref() {
            Some("stacked") => Stacking::OnTop,
            Some("stacked100") => Stacking::Shares,
            _ if &*render.kind == "stackedareachart" => Stacking::OnTop,
            _ => Stacking::Beside,
        };
        let roles =
            Roles::of(columns, option("xcolumn"), option("ycolumns"), option("series"), &render.kind)?;
        Ok(Self {
            kind,
            stacking,
            titles: ["title", "xtitle", "ytitle"].map(option),
            roles,
            names: columns.iter().map(|column| column.name.to_string()).collect(),
            places: Vec::new(),
            place_ranks: HashMap::new(),
            series: Vec::new(),
            series_ranks: HashMap::new(),
            points: 0,
            max_points,
        })
    }

    /// Adds rows, unless there are more points than a chart may have.
    ///
    /// An axis of dynamic arrays, as `make-series` gives, is laid out flat.
    pub fn add(&mut self, grid: &impl Grid) -> Result<(), String> {
        for row in 0..grid.rows() {
            let group: Vec<String> =
                self.roles.series.iter().map(|index| text(grid.cell(row, *index))).collect();
            for y in 0..self.roles.y.len() {
                let index = self.roles.y[y];
                let name = match (group.is_empty(), self.roles.y.len()) {
                    (true, _) => self.names[index].clone(),
                    (false, 1) => group.join(", "),
                    (false, _) => format!("{}: {}", group.join(", "), self.names[index]),
                };
                let points = along(grid.cell(row, self.roles.x), grid.cell(row, index));
                self.points += points.len();
                if self.points > self.max_points {
                    return Err(format!("the result has more than {} points", self.max_points));
                }
                self.add_points(name, points);
            }
        }
        Ok(())
    }

    fn add_points(&mut self, name: String, points: Vec<(Place, f64)>) {
        if points.is_empty() {
            return;
        }
        let series = *self.series_ranks.entry(name).or_insert_with_key(|name| {
            self.series.push((name.clone(), Vec::new()));
            self.series.len() - 1
        });
        for (place, value) in points {
            let at = *self.place_ranks.entry(place).or_insert_with_key(|place| {
                self.places.push(place.clone());
                self.places.len() - 1
            });
            self.series[series].1.push((at, value));
        }
    }

    /// The chart of all rows.
    pub fn finish(self) -> Chart {
        let (x, series) = laid_out(&self.places, self.series, self.roles.series.is_empty());
        let [title, x_title, y_title] = self.titles;
        Chart { kind: self.kind, title, x_title, y_title, x, series, stacking: self.stacking }
    }
}

/// What each column is in the chart.
#[derive(Debug)]
struct Roles {
    x: usize,
    y: Vec<usize>,
    /// Columns by whose values rows are told apart as series.
    series: Vec<usize>,
}

impl Roles {
    fn of(
        columns: &[ResultColumn],
        x: Option<String>,
        y: Option<String>,
        series: Option<String>,
        kind: &str,
    ) -> Result<Self, String> {
        let named = |name: &str| {
            let position = columns.iter().position(|column| *column.name == *name.trim());
            position.ok_or_else(|| format!("the result has no column `{}`", name.trim()))
        };
        let list = |names: Option<String>| -> Result<Option<Vec<usize>>, String> {
            names.map(|names| names.split(',').map(named).collect()).transpose()
        };
        // Where the query does not say, a time is the axis if there is one; else it is the first column.
        let time = || columns.iter().position(|column| column.scalar_type == ScalarType::Datetime);
        let x = match x {
            Some(name) => named(&name)?,
            None if matches!(kind, "timechart" | "anomalychart") => {
                time().ok_or("a chart of times needs a datetime column")?
            }
            None if kind != "piechart" => time().unwrap_or(0),
            None => 0,
        };
        let others = || (0..columns.len()).filter(|index| *index != x);
        let is_value = |index: &usize| {
            let scalar_type = columns[*index].scalar_type;
            scalar_type.is_number() || matches!(scalar_type, ScalarType::Timespan | ScalarType::Dynamic)
        };
        let y = match list(y)? {
            Some(y) => y,
            None => others().filter(is_value).collect(),
        };
        if y.is_empty() {
            return Err("the result has no column of numbers".to_owned());
        }
        let series = match list(series)? {
            Some(series) => series,
            None => others().filter(|index| columns[*index].scalar_type == ScalarType::String).collect(),
        };
        Ok(Self { x, y, series })
    }
}

/// Places in their order, and for each series a value at each.
///
/// `several_columns` says that the series are columns of the result, which stay in their order.
fn laid_out(
    places: &[Place],
    series: Vec<(String, Vec<(usize, f64)>)>,
    several_columns: bool,
) -> (Axis, Vec<Series>) {
    let mut order: Vec<usize> = (0..places.len()).collect();
    // Names stay as the rows have them; numbers and times ascend.
    let axis = if let Some(mut times) = all(places, Place::time) {
        order.sort_by_key(|index| times[*index]);
        times.sort_unstable();
        Axis::Times(times)
    } else if let Some(mut numbers) = all(places, Place::number) {
        order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
        numbers.sort_by(f64::total_cmp);
        Axis::Numbers(numbers)
    } else {
        Axis::Categories(places.iter().map(Place::name).collect())
    };
    let mut rank = vec![0; places.len()];
    for (position, index) in order.iter().enumerate() {
        rank[*index] = position;
    }
    // The order of rows may change from run to run; colours should not.
    let mut series = series;
    if !several_columns {
        series.sort_by(|(a, _), (b, _)| a.cmp(b));
    }
    let series = series
        .into_iter()
        .map(|(name, points)| {
            let mut values = vec![None; places.len()];
            // Rows that differ only in columns that the chart does not show are one point.
            for (at, value) in points {
                let sum: &mut Option<f64> = &mut values[rank[at]];
                *sum = Some(sum.unwrap_or(0.0) + value);
            }
            Series { name, values }
        })
        .collect();
    (axis, series)
}

fn all<T>(places: &[Place], of: fn(&Place) -> Option<T>) -> Option<Vec<T>> {
    places.iter().map(of).collect()
}

/// A point of the axis. Numbers are the same if their bits are.
#[derive(Clone, Debug)]
enum Place {
    Name(String),
    Number(f64),
    Time(i64),
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Name(a), Self::Name(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a.to_bits() == b.to_bits(),
            (Self::Time(a), Self::Time(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Place {}

impl Hash for Place {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Name(name) => name.hash(state),
            Self::Number(number) => number.to_bits().hash(state),
            Self::Time(ticks) => ticks.hash(state),
        }
    }
}

impl Place {
    fn of(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Datetime(ticks) => Self::Time(ticks),
            Cell::Dynamic(value) if value.as_str().and_then(|text| datetime::parse(&text)).is_some() => {
                value.as_str().and_then(|text| datetime::parse(&text)).map_or(Self::Number(0.0), Self::Time)
            }
            other => match value_of(other) {
                Some(number) => Self::Number(number),
                None => Self::Name(text(other)),
            },
        }
    }

    fn time(&self) -> Option<i64> {
        if let Self::Time(ticks) = self { Some(*ticks) } else { None }
    }

    fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    fn name(&self) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::Number(number) => number.to_string(),
            Self::Time(ticks) => datetime::result_text(*ticks),
        }
    }
}

/// The points of a row: one, or one for each element where both are arrays.
fn along(x: Cell<'_>, y: Cell<'_>) -> Vec<(Place, f64)> {
    if let (Cell::Dynamic(places), Cell::Dynamic(values)) = (x, y)
        && places.is_array()
        && let Some(values) = as_f64_array(values)
    {
        let places = places.elements().map(|place| Place::of(Cell::Dynamic(place)));
        return places.zip(values).filter_map(|(place, value)| Some((place, value?))).collect();
    }
    value_of(y).map(|value| (Place::of(x), value)).into_iter().collect()
}

#[expect(clippy::cast_precision_loss, reason = "a place in a picture")]
fn value_of(cell: Cell<'_>) -> Option<f64> {
    match cell {
        Cell::Long(value) => Some(value as f64),
        Cell::Real(value) => Some(value),
        Cell::Decimal(value) => Some(value.to_f64()),
        Cell::Timespan(ticks) => Some(ticks as f64 / wardenry_kql_values::TICKS_PER_SECOND as f64),
        Cell::Dynamic(value) => value.as_f64(),
        _ => None,
    }
}

fn text(cell: Cell<'_>) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Bool(value) => boolean::text(value).to_owned(),
        Cell::Long(value) => value.to_string(),
        Cell::Real(value) => value.to_string(),
        Cell::Decimal(value) => value.text(),
        Cell::String(value) => value.to_owned(),
        Cell::Datetime(ticks) => datetime::result_text(ticks),
        Cell::Timespan(ticks) => timespan::text(ticks),
        Cell::Guid(value) => guid::text(value),
        Cell::Dynamic(value) => {
            value.as_str().map_or_else(|| value.text().to_owned(), std::borrow::Cow::into_owned)
        }
    }
}
