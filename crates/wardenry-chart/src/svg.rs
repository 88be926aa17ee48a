//! Charts as SVG.

use std::f64::consts::TAU;
use std::fmt::Write as _;

use crate::scale::{Scale, ticks};
use crate::{Axis, Chart, Kind, Stacking, number, time_axis};

/// Told apart by people with the common forms of colour blindness, on white and on dark grey.
const COLOURS: [&str; 12] = [
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6bb1", "#b8a100", "#5f7a8a",
    "#a6522b", "#3aa6a6", "#9a9a9a",
];
const TEXT: f64 = 12.0;
/// Most of the width that a label at the axis may have, in characters.
const LABEL: usize = 24;

/// The drawing area.
struct Frame {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

pub(crate) fn draw(chart: &Chart, width: u32, height: u32) -> String {
    let (width, height) = (f64::from(width.max(160)), f64::from(height.max(120)));
    let mut svg = String::new();
    let title = chart.title.as_deref().unwrap_or("Chart");
    let _infallible = write!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" font-family="system-ui, sans-serif" font-size="{TEXT}"><title>{}</title>"#,
        escaped(title)
    );
    let mut frame = Frame { left: 8.0, top: 8.0, right: width - 8.0, bottom: height - 8.0 };
    if chart.title.is_some() {
        text(
            &mut svg,
            width / 2.0,
            frame.top + 14.0,
            "middle",
            title,
            r#" font-size="15" font-weight="600""#,
        );
        frame.top += 26.0;
    }
    if chart.x.is_empty() || chart.series.is_empty() {
        text(&mut svg, width / 2.0, height / 2.0, "middle", "No rows to draw", "");
    } else {
        legend(&mut svg, chart, &mut frame);
        match chart.kind {
            Kind::Pie => pie(&mut svg, chart, &frame),
            Kind::Bar => bars(&mut svg, chart, frame),
            Kind::Column | Kind::Line | Kind::Area | Kind::Scatter => upright(&mut svg, chart, frame),
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// Names and colours of the series, or of the shares of a pie, in rows at the bottom.
fn legend(svg: &mut String, chart: &Chart, frame: &mut Frame) {
    let mut names: Vec<String> = match (chart.kind, &chart.x) {
        (Kind::Pie, axis) => (0..shares(chart).len()).map(|index| label(axis, index)).collect(),
        _ if chart.series.len() == 1 => return,
        _ => chart.drawn().iter().map(|series| series.name.clone()).collect(),
    };
    let left_out = if chart.kind == Kind::Pie { 0 } else { chart.left_out() };
    if left_out > 0 {
        names.push(format!("and {left_out} more"));
    }
    let mut rows: Vec<Vec<(usize, String, f64)>> = vec![Vec::new()];
    let mut x = frame.left;
    for (index, name) in names.into_iter().enumerate() {
        let name = shortened(&name);
        let wide = 24.0 + text_width(&name);
        if x + wide > frame.right && !rows.last().is_some_and(Vec::is_empty) {
            rows.push(Vec::new());
            x = frame.left;
        }
        if let Some(row) = rows.last_mut() {
            row.push((index, name, x));
        }
        x += wide + 8.0;
    }
    let top = frame.bottom - rows.len() as f64 * 18.0;
    for (line, row) in rows.iter().enumerate() {
        let y = top + line as f64 * 18.0 + 12.0;
        for (index, name, x) in row {
            if let Some(colour) = COLOURS.get(*index) {
                let _infallible = write!(
                    svg,
                    r#"<rect x="{x:.1}" y="{:.1}" width="10" height="10" fill="{colour}"/>"#,
                    y - 9.0
                );
            }
            text(svg, x + 15.0, y, "start", name, "");
        }
    }
    frame.bottom = top - 6.0;
}

/// Columns, lines, areas and points: the axis lies at the bottom.
fn upright(svg: &mut String, chart: &Chart, mut frame: Frame) {
    let (low, high) = chart.range();
    let marks = ticks(low, high, 5);
    let labels: Vec<String> = marks.iter().map(|mark| number(*mark)).collect();
    let widest = labels.iter().map(|label| text_width(label)).fold(0.0, f64::max);
    if let Some(title) = &chart.y_title {
        text(svg, frame.left, frame.top + 12.0, "start", title, r#" opacity="0.75""#);
        frame.top += 20.0;
    }
    frame.left += widest + 8.0;
    if let Some(title) = &chart.x_title {
        text(
            svg,
            f64::midpoint(frame.left, frame.right),
            frame.bottom - 2.0,
            "middle",
            title,
            r#" opacity="0.75""#,
        );
        frame.bottom -= 18.0;
    }
    frame.bottom -= 20.0;
    let bounds = (marks.first().copied().unwrap_or(0.0), marks.last().copied().unwrap_or(1.0));
    let y = Scale::new(bounds, (frame.bottom, frame.top));
    for (mark, label) in marks.iter().zip(&labels) {
        let place = y.place(*mark);
        line(svg, (frame.left, place), (frame.right, place), if *mark == 0.0 { 0.55 } else { 0.15 });
        text(svg, frame.left - 6.0, place + 4.0, "end", label, r#" opacity="0.8""#);
    }
    let x = Places::new(chart, frame.left, frame.right);
    for (place, label) in x.labels(&chart.x) {
        text(svg, place, frame.bottom + 15.0, "middle", &label, r#" opacity="0.8""#);
    }
    let zero = y.place(bounds.0.max(0.0).min(bounds.1));
    let stacked = (chart.stacking != Stacking::Beside).then(|| chart.stacked());
    let drawn = chart.drawn().len();
    for (index, series) in chart.drawn().iter().enumerate() {
        let colour = COLOURS[index % COLOURS.len()];
        // Places of the values, and of what they stand on.
        let points: Vec<Option<(f64, f64, f64)>> = (0..chart.x.len())
            .map(|at| {
                let (below, value) = match &stacked {
                    Some(sums) => sums[index][at],
                    None => (
                        f64::NAN,
                        series.values.get(at).copied().flatten().filter(|value| value.is_finite())?,
                    ),
                };
                let below = if below.is_nan() { zero } else { y.place(below) };
                Some((x.place(at), y.place(value), below))
            })
            .collect();
        match chart.kind {
            Kind::Column => {
                let beside = if stacked.is_some() { 1 } else { drawn };
                let wide = x.width * 0.8 / beside as f64;
                let offset = if stacked.is_some() { 0.0 } else { index as f64 * wide };
                for (at, point) in points.iter().enumerate() {
                    let Some((middle, top, below)) = *point else { continue };
                    let left = middle - x.width * 0.4 + offset;
                    let about = about(chart, index, at);
                    let _infallible = write!(
                        svg,
                        r#"<rect x="{left:.2}" y="{:.2}" width="{:.2}" height="{:.2}" fill="{colour}"><title>{about}</title></rect>"#,
                        top.min(below),
                        wide.max(0.5),
                        (below - top).abs(),
                    );
                }
            }
            Kind::Area => {
                for run in runs(&points) {
                    let mut path = String::new();
                    for (at, (x, top, _)) in run.iter().enumerate() {
                        let _infallible = write!(path, "{}{x:.2} {top:.2}", if at == 0 { 'M' } else { 'L' });
                    }
                    for (x, _, below) in run.iter().rev() {
                        let _infallible = write!(path, "L{x:.2} {below:.2}");
                    }
                    let _infallible = write!(
                        svg,
                        r#"<path d="{path}Z" fill="{colour}" fill-opacity="0.55" stroke="{colour}"/>"#
                    );
                }
            }
            Kind::Scatter => points.iter().enumerate().for_each(|(at, point)| {
                if let Some((x, y, _)) = point {
                    dot(svg, *x, *y, 3.5, colour, &about(chart, index, at));
                }
            }),
            Kind::Line | Kind::Bar | Kind::Pie => {
                for run in runs(&points) {
                    let places: Vec<String> = run.iter().map(|(x, y, _)| format!("{x:.2},{y:.2}")).collect();
                    let _infallible = write!(
                        svg,
                        r#"<polyline points="{}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"/>"#,
                        places.join(" ")
                    );
                }
                // With few points each can be pointed at; with many they would hide the line.
                let radius = if points.len() <= 60 { 2.5 } else { 0.0 };
                for (at, point) in points.iter().enumerate().filter(|_| radius > 0.0) {
                    if let Some((x, y, _)) = point {
                        dot(svg, *x, *y, radius, colour, &about(chart, index, at));
                    }
                }
            }
        }
    }
}

/// Lying bars: the axis stands at the left.
fn bars(svg: &mut String, chart: &Chart, mut frame: Frame) {
    let (low, high) = chart.range();
    let marks = ticks(low, high, 5);
    let names: Vec<String> = (0..chart.x.len()).map(|index| shortened(&label(&chart.x, index))).collect();
    let widest = names.iter().map(|name| text_width(name)).fold(0.0, f64::max);
    frame.left += widest.min((frame.right - frame.left) * 0.4) + 8.0;
    frame.right -= 12.0;
    frame.bottom -= 20.0;
    let bounds = (marks.first().copied().unwrap_or(0.0), marks.last().copied().unwrap_or(1.0));
    let x = Scale::new(bounds, (frame.left, frame.right));
    for mark in &marks {
        let place = x.place(*mark);
        line(svg, (place, frame.top), (place, frame.bottom), if *mark == 0.0 { 0.55 } else { 0.15 });
        text(svg, place, frame.bottom + 15.0, "middle", &number(*mark), r#" opacity="0.8""#);
    }
    let tall = (frame.bottom - frame.top) / names.len() as f64;
    // Names that would overlap are left out evenly.
    let every = (14.0 / tall).ceil().max(1.0) as usize;
    for (index, name) in names.iter().enumerate().step_by(every) {
        let middle = frame.top + (index as f64 + 0.5) * tall;
        text(svg, frame.left - 6.0, middle + 4.0, "end", name, "");
    }
    let zero = bounds.0.max(0.0).min(bounds.1);
    let stacked = (chart.stacking != Stacking::Beside).then(|| chart.stacked());
    let beside = if stacked.is_some() { 1 } else { chart.drawn().len() };
    for (index, series) in chart.drawn().iter().enumerate() {
        for at in 0..names.len() {
            let (from, to) = match &stacked {
                Some(sums) => sums[index][at],
                None => match series.values.get(at).copied().flatten().filter(|value| value.is_finite()) {
                    Some(value) => (zero, value),
                    None => continue,
                },
            };
            let (from, to) = (x.place(from), x.place(to));
            let high = tall * 0.8 / beside as f64;
            let offset = if stacked.is_some() { 0.0 } else { index as f64 * high };
            let _infallible = write!(
                svg,
                r#"<rect x="{:.2}" y="{:.2}" width="{:.2}" height="{:.2}" fill="{}"><title>{}</title></rect>"#,
                from.min(to),
                frame.top + at as f64 * tall + tall * 0.1 + offset,
                (to - from).abs(),
                high.max(0.5),
                COLOURS[index % COLOURS.len()],
                about(chart, index, at),
            );
        }
    }
}

/// The shares of a pie: the largest in order, the rest as one; what is not positive has none.
fn shares(chart: &Chart) -> Vec<(usize, f64)> {
    let values = chart.series.first().map(|series| series.values.as_slice()).unwrap_or_default();
    let positive =
        |(index, value): (usize, &Option<f64>)| Some((index, value.filter(|v| *v > 0.0 && v.is_finite())?));
    values.iter().enumerate().filter_map(positive).take(COLOURS.len()).collect()
}

fn pie(svg: &mut String, chart: &Chart, frame: &Frame) {
    let (x, y) = (f64::midpoint(frame.left, frame.right), f64::midpoint(frame.top, frame.bottom));
    let radius = ((frame.right - frame.left).min(frame.bottom - frame.top) / 2.0 - 4.0).max(10.0);
    let shares = shares(chart);
    let total: f64 = shares.iter().map(|(_, value)| value).sum();
    let mut from = -TAU / 4.0;
    for (index, (at, value)) in shares.iter().enumerate() {
        let share = value / total;
        let colour = COLOURS[index % COLOURS.len()];
        let about =
            format!("{}: {} ({:.1} %)", escaped(&label(&chart.x, *at)), number(*value), share * 100.0);
        if shares.len() == 1 {
            dot(svg, x, y, radius, colour, &about);
            return;
        }
        let to = from + share * TAU;
        let _infallible = write!(
            svg,
            r#"<path d="M{x:.2} {y:.2}L{:.2} {:.2}A{radius:.2} {radius:.2} 0 {} 1 {:.2} {:.2}Z" fill="{colour}"><title>{about}</title></path>"#,
            x + radius * from.cos(),
            y + radius * from.sin(),
            u8::from(share > 0.5),
            x + radius * to.cos(),
            y + radius * to.sin(),
        );
        from = to;
    }
}

/// Places along the lying axis.
struct Places {
    places: Vec<f64>,
    /// The room that one point has.
    width: f64,
}

impl Places {
    fn new(chart: &Chart, left: f64, right: f64) -> Self {
        let count = chart.x.len();
        let slot = (right - left) / count as f64;
        // Columns and names stand in slots of their own; points stand where their value is.
        let numbers: Option<Vec<f64>> = match &chart.x {
            Axis::Categories(_) => None,
            Axis::Numbers(numbers) => Some(numbers.clone()),
            Axis::Times(times) => Some(times.iter().map(|time| *time as f64).collect()),
        };
        let places = match numbers {
            None => (0..count).map(|index| left + (index as f64 + 0.5) * slot).collect(),
            Some(numbers) => {
                let finite = || numbers.iter().copied().filter(|number| number.is_finite());
                let bounds =
                    (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
                let inset = if chart.kind == Kind::Column { slot / 2.0 } else { 4.0 };
                let scale = Scale::new(bounds, (left + inset, right - inset));
                numbers.iter().map(|number| scale.place(*number)).collect()
            }
        };
        Self { places, width: slot }
    }

    fn place(&self, index: usize) -> f64 {
        self.places[index]
    }

    /// Labels that do not overlap.
    fn labels(&self, axis: &Axis) -> Vec<(f64, String)> {
        let (Some(first), Some(last)) = (self.places.first(), self.places.last()) else { return Vec::new() };
        let room = (last - first).abs() + self.width;
        if let Axis::Times(times) = axis
            && let (Some(low), Some(high)) = (times.iter().min(), times.iter().max())
            && low < high
        {
            let ends = times.iter().zip(&self.places);
            let low_place = ends.clone().min_by_key(|(time, _)| **time).map_or(*first, |(_, place)| *place);
            let high_place = ends.max_by_key(|(time, _)| **time).map_or(*last, |(_, place)| *place);
            let scale = Scale::new((*low as f64, *high as f64), (low_place, high_place));
            let count = (room / 90.0).max(1.0) as usize;
            return time_axis::ticks(*low, *high, count)
                .into_iter()
                .map(|(tick, label)| (scale.place(tick as f64), label))
                .collect();
        }
        let names: Vec<String> = (0..self.places.len()).map(|index| shortened(&label(axis, index))).collect();
        let widest = names.iter().map(|name| text_width(name)).fold(1.0, f64::max) + 10.0;
        let every = (widest * names.len() as f64 / room).ceil().max(1.0) as usize;
        self.places.iter().copied().zip(names).step_by(every).collect()
    }
}

/// The name of a point of the axis.
pub(crate) fn label(axis: &Axis, index: usize) -> String {
    match axis {
        Axis::Categories(names) => match names[index].as_str() {
            "" => "(empty)".to_owned(),
            name => name.to_owned(),
        },
        Axis::Numbers(numbers) => number(numbers[index]),
        Axis::Times(times) => time_axis::full(times[index]),
    }
}

/// What a point is, for whoever points at it. Escaped.
fn about(chart: &Chart, series: usize, at: usize) -> String {
    let series = &chart.series[series];
    let value = series.values.get(at).copied().flatten().map_or_else(|| "none".to_owned(), number);
    format!("{}, {}: {value}", escaped(&label(&chart.x, at)), escaped(&series.name))
}

/// Stretches without a gap.
fn runs(points: &[Option<(f64, f64, f64)>]) -> Vec<Vec<(f64, f64, f64)>> {
    points
        .split(Option::is_none)
        .filter(|run| !run.is_empty())
        .map(|run| run.iter().flatten().copied().collect())
        .collect()
}

fn line(svg: &mut String, from: (f64, f64), to: (f64, f64), opacity: f64) {
    let _infallible = write!(
        svg,
        r#"<line x1="{:.1}" y1="{:.1}" x2="{:.1}" y2="{:.1}" stroke="currentColor" stroke-opacity="{opacity}"/>"#,
        from.0, from.1, to.0, to.1
    );
}

fn dot(svg: &mut String, x: f64, y: f64, radius: f64, colour: &str, about: &str) {
    let _infallible = write!(
        svg,
        r#"<circle cx="{x:.2}" cy="{y:.2}" r="{radius:.1}" fill="{colour}"><title>{about}</title></circle>"#
    );
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, content: &str, more: &str) {
    let _infallible = write!(
        svg,
        r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" fill="currentColor"{more}>{}</text>"#,
        escaped(content)
    );
}

/// About as wide as the text is in a usual sans-serif.
fn text_width(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 0.56 } else { 0.9 }).sum::<f64>() * TEXT
}

fn shortened(text: &str) -> String {
    if text.chars().nth(LABEL).is_none() {
        return text.to_owned();
    }
    text.chars().take(LABEL - 1).chain(['…']).collect()
}

/// Text for XML; characters that XML does not have are replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use crate::Series;

    use super::*;

    fn chart(kind: Kind, names: &[&str], series: &[(&str, &[f64])]) -> Chart {
        Chart {
            kind,
            title: Some("Alerts & <more>".into()),
            x_title: None,
            y_title: None,
            x: Axis::Categories(names.iter().map(|name| (*name).to_owned()).collect()),
            series: series
                .iter()
                .map(|(name, values)| Series {
                    name: (*name).to_owned(),
                    values: values.iter().map(|value| value.is_finite().then_some(*value)).collect(),
                })
                .collect(),
            stacking: Stacking::Beside,
        }
    }

    #[test]
    fn names_from_data_are_text_and_nothing_else() {
        let svg = chart(
            Kind::Column,
            &["<script>", "a\u{0}b"],
            &[("\" onload=\"x", &[1.0, 2.0]), ("b", &[1.0, 1.0])],
        )
        .to_svg(400, 300);
        assert!(!svg.contains("<script>"), "{svg}");
        assert!(!svg.contains("\" onload"), "{svg}");
        assert!(svg.contains("Alerts &amp; &lt;more&gt;"), "{svg}");
        assert!(svg.contains("a\u{fffd}b"), "{svg}");
    }

    #[test]
    fn every_kind_draws_each_value_once() {
        let names = ["a", "b", "c"];
        let series: &[(&str, &[f64])] = &[("p", &[1.0, 2.0, 3.0]), ("q", &[2.0, f64::NAN, 1.0])];
        let count = |kind, mark: &str| chart(kind, &names, series).to_svg(400, 300).matches(mark).count();
        assert_eq!(count(Kind::Column, "fill=\"#0072b2\"><title>"), 3);
        assert_eq!(count(Kind::Column, "fill=\"#e69f00\"><title>"), 2);
        assert_eq!(count(Kind::Bar, "fill=\"#e69f00\"><title>"), 2);
        assert_eq!(count(Kind::Scatter, "<circle"), 5);
        // A gap breaks the line.
        assert_eq!(count(Kind::Line, "<polyline"), 3);
        assert_eq!(count(Kind::Pie, "<path"), 3);
    }

    #[test]
    fn nothing_to_draw_is_said() {
        assert!(chart(Kind::Line, &[], &[]).to_svg(300, 200).contains("No rows to draw"));
    }
}
