//! `wardenry kql run`

use std::fs::File;
use std::io::{IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use clap::ValueEnum;
use wardenry_diagnostic::Diagnostic;
use wardenry_diagnostic::terminal::Terminal;
use wardenry_hunting::chart;
use wardenry_kql_engine::render::{Csv, Json, JsonLines, Renderer};
use wardenry_kql_engine::{
    Engine, Explanation, Limits, QueryError, QueryStream, ResultColumn, RunOptions, Statistics,
};
use wardenry_kql_functions::dynamic::{Cell, Cells};
use wardenry_kql_semantics::checked::Render;
use wardenry_kql_values::datetime;

use super::geo::{GeoArgs, hint_at_database};
use super::parquet_file::ParquetFile;
use super::query_files;
use super::table_text::TableText;
use super::tables::{OpenTables, TableArgs};
use crate::failure::{ExitStatus, Failure};
use crate::host::Host;
use crate::output::{self, terminal_width};

/// Run a query over local files.
///
/// `wardenry kql run --table Events=events.csv 'Events | summarize count() by Kind'`. The result goes to standard output. A
/// query that ends with `render` is drawn: below the table, or into a file with --chart.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The query. Without it and without --file it is read from standard input.
    #[arg(conflicts_with = "file")]
    query: Option<String>,

    /// Read the query from a file.
    #[arg(long, short, value_name = "FILE")]
    file: Option<PathBuf>,

    #[command(flatten)]
    tables: TableArgs,

    #[command(flatten)]
    geo: GeoArgs,

    /// The form of the result. Default: what the name of the file of --to says, else a table.
    #[arg(long, short, value_enum, value_name = "FORM", help_heading = "Output")]
    output: Option<Form>,

    /// Write the result to a file. Parquet always needs one.
    #[arg(long, value_name = "FILE", required_if_eq("output", "parquet"), help_heading = "Output")]
    to: Option<PathBuf>,

    /// Draw the chart that `render` asks for into an SVG file.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    chart: Option<PathBuf>,

    /// Show what the query means and how it would be run, and do not run it.
    #[arg(long, help_heading = "Output")]
    explain: bool,

    /// Say on standard error what the query has used up.
    #[arg(long, help_heading = "Output")]
    stats: bool,

    /// At most this many rows; a larger result is an error.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, help_heading = "Limits")]
    max_rows: u64,

    /// At most this many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, help_heading = "Limits")]
    timeout: u64,

    /// Memory for sorts, joins and groups, in MiB. What does not fit goes to temporary files first.
    #[arg(long, value_name = "MIB", default_value_t = 4_096, help_heading = "Limits")]
    memory: usize,

    /// What `now()` is: a date or a time in ISO 8601. Default: the present.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    now: Option<i64>,
}

/// The form of a query's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people, also when piped.
    Table,
    /// `{"columns":[{"name","type"}],"rows":[[…]]}`.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a header line (RFC 4180).
    Csv,
    /// A Parquet file.
    Parquet,
}

fn parse_time(text: &str) -> Result<i64, String> {
    datetime::parse(text).ok_or_else(|| "write a time such as 2026-11-25 or 2026-11-25T10:00:00Z".to_owned())
}

impl Args {
    pub(super) async fn run(self, host: &Host) -> Result<ExitStatus, Failure> {
        let (name, text) = match (&self.query, &self.file) {
            (Some(query), _) => (None, query.clone()),
            (None, Some(file)) => {
                let file = query_files::read(file.clone())?;
                (Some(file.name()), file.text)
            }
            (None, None) => (None, Host::read_text("the query", None)?.to_string()),
        };
        if text.trim().is_empty() {
            return Err(Failure::usage("there is no query")
                .hint("wardenry kql run --table Name=file.csv 'Name | take 10'"));
        }
        let tables = self.tables.open(&text).await?;
        let options = self.geo.open(self.options(host))?;
        let engine = Engine::new();
        if self.explain {
            let explanations = engine.explain(&text, &tables.tables, &options).await;
            let explanations = explanations.map_err(|error| tables.refused(error, name.as_deref(), &text))?;
            let mut out = anstream::stdout().lock();
            for (index, explanation) in explanations.into_iter().enumerate() {
                let between = if index > 0 { "\n" } else { "" };
                let Explanation { query, logical, physical } = explanation;
                writeln!(out, "{between}{query}\n\n{}\n\n{}", logical.trim_end(), physical.trim_end())?;
            }
            return Ok(ExitStatus::Done);
        }
        let bar = tables.progress_bar();
        let run = engine.run(&text, &tables.tables, &options).await;
        let run = run.map_err(|error| tables.refused(error, name.as_deref(), &text))?;
        say_notices(&run.notices, name.as_deref(), &text);
        hint_at_database(&run.notices);
        let several = run.results.len() > 1;
        for (index, stream) in run.results.into_iter().enumerate() {
            if several && index > 0 && self.form() == Form::Table && self.to.is_none() {
                writeln!(anstream::stdout())?;
            }
            let statistics = self.print(stream, index, &text, name.as_deref()).await?;
            if self.stats {
                say_statistics(&statistics);
            }
        }
        drop(bar);
        tables.warn_of_skipped();
        Ok(ExitStatus::Done)
    }

    fn form(&self) -> Form {
        let extension = self.to.as_deref().and_then(Path::extension).and_then(|extension| extension.to_str());
        self.output.unwrap_or(match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("json") => Form::Json,
            Some("jsonl" | "ndjson") => Form::Jsonl,
            Some("csv") => Form::Csv,
            Some("parquet") => Form::Parquet,
            _ => Form::Table,
        })
    }

    fn options(&self, host: &Host) -> RunOptions {
        let limits = Limits {
            rows: self.max_rows,
            result_bytes: 4 << 30,
            run_time: Duration::from_secs(self.timeout),
            memory_bytes: self.memory << 20,
            ..Limits::default()
        };
        let now = self.now.unwrap_or_else(|| ticks(host));
        RunOptions { limits, ..RunOptions::at(now) }
    }

    /// Prints one result as it comes, and draws it.
    async fn print(
        &self,
        mut stream: QueryStream,
        index: usize,
        text: &str,
        name: Option<&str>,
    ) -> Result<Statistics, Failure> {
        let columns = stream.columns().to_vec();
        let render = stream.render().cloned();
        let chart_wanted = render.as_ref().is_some_and(|render| &*render.kind != "table");
        let mut kept: Vec<RecordBatch> = Vec::new();
        let mut renderer: Box<dyn Renderer> = match self.form() {
            Form::Table => Box::new(TableText::new(terminal_width().filter(|_| self.to.is_none()))),
            Form::Json => Box::new(Json::default()),
            Form::Jsonl => Box::new(JsonLines::default()),
            Form::Csv => Box::new(Csv::default()),
            Form::Parquet => return self.write_parquet(stream, text, name).await,
        };
        let mut sink = self.sink(index)?;
        let mut buffer = Vec::new();
        renderer.begin(&columns, &mut buffer);
        loop {
            sink.write_all(&buffer)?;
            buffer.clear();
            match stream.next().await {
                Some(Ok(batch)) => {
                    renderer.rows(&batch, &mut buffer);
                    if chart_wanted {
                        kept.push(batch);
                    }
                }
                Some(Err(error)) => {
                    sink.flush()?;
                    return Err(refused(error.into(), name, text));
                }
                None => break,
            }
        }
        let statistics = stream.statistics();
        renderer.end(&statistics, &mut buffer);
        sink.write_all(&buffer)?;
        sink.flush()?;
        if let Some(render) = render.filter(|_| chart_wanted) {
            self.draw(&render, &columns, &kept)?;
        } else if self.chart.is_some() {
            output::warning("there is no chart: the query does not end with `render`");
        }
        Ok(statistics)
    }

    /// Standard output, or the file of `--to`; of several results each has a file of its own.
    fn sink(&self, index: usize) -> Result<Box<dyn Write>, Failure> {
        Ok(match &self.to {
            None => Box::new(anstream::stdout()),
            // Colours are for terminals.
            Some(path) if index == 0 => Box::new(anstream::StripStream::new(create(path)?)),
            Some(path) => Box::new(anstream::StripStream::new(create(&numbered(path, index + 1))?)),
        })
    }

    async fn write_parquet(
        &self,
        mut stream: QueryStream,
        text: &str,
        name: Option<&str>,
    ) -> Result<Statistics, Failure> {
        let path = self.to.as_deref().ok_or_else(|| Failure::usage("--output parquet needs --to FILE"))?;
        let mut file = ParquetFile::create(create(path)?, stream.columns())?;
        while let Some(batch) = stream.next().await {
            file.write(&batch.map_err(|error| refused(error.into(), name, text))?)?;
        }
        file.close()?;
        Ok(stream.statistics())
    }

    fn draw(&self, render: &Render, columns: &[ResultColumn], rows: &[RecordBatch]) -> Result<(), Failure> {
        let grids: Result<Vec<_>, _> = rows.iter().map(|batch| Batch::new(batch, columns)).collect();
        let chart = grids.map_err(|error| error.to_string());
        let chart = match chart.and_then(|grids| chart::of_result(render, columns, &grids)) {
            Ok(chart) => chart,
            Err(reason) => {
                output::warning(&format!("no chart: {reason}"));
                return Ok(());
            }
        };
        if let Some(path) = &self.chart {
            let mut file = create(path)?;
            file.write_all(chart.to_svg(960, 540).as_bytes())?;
            output::note(&format!("the chart is in {}", path.display()));
        } else if self.form() == Form::Table && self.to.is_none() {
            let colour = std::io::stdout().is_terminal();
            let mut out = anstream::stdout().lock();
            write!(out, "\n{}", chart.to_terminal(terminal_width().unwrap_or(100), colour))?;
        }
        Ok(())
    }
}

/// A batch as a chart reads it, its columns downcast once.
struct Batch<'a> {
    columns: Vec<Cells<'a>>,
    rows: usize,
}

impl<'a> Batch<'a> {
    fn new(batch: &'a RecordBatch, columns: &[ResultColumn]) -> Result<Self, ArrowError> {
        let cells = batch.columns().iter().zip(columns);
        let columns = cells.map(|(array, column)| Cells::new(array, column.scalar_type));
        Ok(Self { columns: columns.collect::<Result<_, _>>()?, rows: batch.num_rows() })
    }
}

impl chart::Grid for Batch<'_> {
    fn rows(&self) -> usize {
        self.rows
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.columns[column].get(row)
    }
}

fn create(path: &Path) -> Result<File, Failure> {
    Ok(File::create(path).with_context(|| format!("cannot write {}", path.display()))?)
}

/// `out.csv` becomes `out-2.csv`.
fn numbered(path: &Path, number: usize) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = match path.extension() {
        Some(extension) => format!("{stem}-{number}.{}", extension.to_string_lossy()),
        None => format!("{stem}-{number}"),
    };
    path.with_file_name(name)
}

/// The present in ticks since 0001-01-01.
fn ticks(host: &Host) -> i64 {
    wardenry_kql_values::UNIX_EPOCH.saturating_add(host.clock.now().unix_ticks())
}

impl OpenTables {
    /// [`refused`], with a hint where a table is missing.
    fn refused(&self, error: QueryError, name: Option<&str>, text: &str) -> Failure {
        // The checker's stable code for a table that there is not.
        let no_table = matches!(&error, QueryError::Diagnostics(diagnostics)
            if diagnostics.iter().any(|diagnostic| diagnostic.code == "KQL0102"));
        let failure = refused(error, name, text);
        if no_table { failure.hint(self.hint_at_missing()) } else { failure }
    }
}

/// What is wrong with a query goes to standard error as it is; the failure only counts it.
fn refused(error: QueryError, name: Option<&str>, text: &str) -> Failure {
    match error {
        QueryError::Diagnostics(diagnostics) => {
            let color = std::io::stderr().is_terminal();
            let rendered = Terminal { name, color }.render(text, &diagnostics);
            // A closed standard error leaves nobody to tell.
            drop(write!(anstream::stderr(), "{rendered}"));
            let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
            Failure::new(match errors {
                1 => "the query has an error".to_owned(),
                _ => format!("the query has {errors} errors"),
            })
        }
        QueryError::Run(error) => {
            let place =
                error.span().map(|span| wardenry_diagnostic::LineIndex::new(text).position(text, span.start));
            let place = place
                .map(|place| format!(" (line {}, column {})", place.line, place.column))
                .unwrap_or_default();
            let code = error.code();
            Failure::from(anyhow::Error::new(error).context(format!("the query failed with {code}{place}")))
        }
    }
}

/// Warnings and remarks on a query that runs all the same.
fn say_notices(notices: &[Diagnostic], name: Option<&str>, text: &str) {
    if !notices.is_empty() {
        let color = std::io::stderr().is_terminal();
        let rendered = Terminal { name, color }.render(text, notices);
        // A closed standard error leaves nobody to tell.
        drop(writeln!(anstream::stderr(), "{rendered}"));
    }
}

fn say_statistics(statistics: &Statistics) {
    output::note(&format!(
        "{}, {:.1} KiB, {:.3} s, at most {:.1} MiB held by operators",
        output::counted(statistics.rows, "row"),
        kib(statistics.bytes),
        statistics.elapsed.as_secs_f64(),
        kib(statistics.peak_memory as u64) / 1024.0,
    ));
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn kib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}
