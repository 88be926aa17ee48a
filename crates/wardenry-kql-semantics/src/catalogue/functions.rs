//! The tables, one for each category.
//!
//! Names that begin with `__` are the live service's own affair and left out.

use super::Category;
use super::entry::Entry;

mod aggregates;
mod conversion;
mod datetime;
mod dynamic;
mod encoding;
mod environment;
mod geospatial;
mod graph;
mod logic;
mod math;
mod network;
mod plugins;
mod series;
mod sketch;
mod source;
mod text;
mod units;
mod window;

/// All tables, in the order in which they are listed.
pub(super) const TABLES: &[(Category, &[Entry])] = &[
    (Category::Text, text::TEXT),
    (Category::Conversion, conversion::CONVERSION),
    (Category::Logic, logic::LOGIC),
    (Category::Math, math::MATH),
    (Category::DateTime, datetime::DATETIME),
    (Category::Dynamic, dynamic::DYNAMIC),
    (Category::Network, network::NETWORK),
    (Category::Encoding, encoding::ENCODING),
    (Category::Window, window::WINDOW),
    (Category::Series, series::SERIES),
    (Category::Geospatial, geospatial::GEOSPATIAL),
    (Category::Units, units::UNITS),
    (Category::Graph, graph::GRAPH),
    (Category::Sketch, sketch::SKETCH),
    (Category::Environment, environment::ENVIRONMENT),
    (Category::Source, source::SOURCE),
    (Category::Aggregate, aggregates::AGGREGATES),
    (Category::Plugin, plugins::PLUGINS),
];
