//! What the lake costs: taking events in, seeing them, hunting in them, and growing.

mod catalogue;
mod events;
mod freshness;
mod growth;
mod ingest;
mod peers;
mod stored;
mod world;

use std::path::PathBuf;

use anyhow::Result;

use crate::hunting::{self, Query};
use crate::{process, report};
use events::Lines;

pub(crate) use stored::answer as answer_as_engine;

const RARE_TERMS: &str = include_str!("../lake/rare_terms.toml");
const PROCESSES: [&str; 1] = ["DeviceProcessEvents"];

/// What to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LakeOptions {
    /// One of [`Part`]s, or all.
    pub(crate) part: Option<Part>,
    /// Events that are taken in.
    pub(crate) events: u32,
    /// Process events in the lake that is hunted in.
    pub(crate) rows: u64,
    pub(crate) runs: u32,
    /// Where lakes, tables and the other engines are kept between runs.
    pub(crate) folder: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Ingest,
    Freshness,
    Hunting,
    RareTerms,
    Rows,
    Tenants,
}

impl Part {
    pub(crate) const ALL: [(&'static str, Self); 6] = [
        ("ingest", Self::Ingest),
        ("freshness", Self::Freshness),
        ("hunting", Self::Hunting),
        ("rare-terms", Self::RareTerms),
        ("rows", Self::Rows),
        ("tenants", Self::Tenants),
    ];
}

pub(crate) async fn run(options: &LakeOptions) -> Result<()> {
    let LakeOptions { events, rows, runs, folder, .. } = options;
    std::fs::create_dir_all(folder)?;
    report::line(&format!("{}; load averages: {}", process::processor()?, process::load_average()?));
    let python = hunting::install(folder).await?;
    for (_, part) in Part::ALL {
        if options.part.is_some_and(|only| only != part) {
            continue;
        }
        match part {
            Part::Ingest => ingest::run(folder, &python, &lines(*events)?).await?,
            Part::Freshness => freshness::run(folder, &python, &lines(*events)?).await?,
            Part::Hunting => {
                let tables = hunting::generator::TABLES.map(|(table, _)| table);
                let lake = stored::make(folder, &tables, *rows).await?;
                let queries = hunting::queries(None)?;
                let ours = ["lake-engine".as_ref(), lake.as_os_str()];
                let data = hunting::tables_of(folder, *rows)?;
                hunting::compare(&python, &data, *rows, *runs, &queries, &ours).await?;
            }
            Part::RareTerms => {
                let lake = stored::make(folder, &PROCESSES, *rows).await?;
                let queries = Query::parse(RARE_TERMS, None)?;
                let ours = ["lake-engine".as_ref(), lake.as_os_str()];
                // The others read the files of the lake, which lack only the rows that are not yet in files.
                let data = stored::files_of(&lake);
                hunting::compare(&python, &data, *rows, *runs, &queries, &ours).await?;
            }
            Part::Rows => {
                let counts: Vec<u64> =
                    [1_000_000, 10_000_000, 50_000_000].into_iter().filter(|count| count <= rows).collect();
                let rare = Query::parse(RARE_TERMS, Some("one-row"))?;
                growth::rows(folder, &counts, &PROCESSES, *runs, rare).await?;
            }
            Part::Tenants => growth::tenants(&[1, 100, 1_000], &lines(*events)?).await?,
        }
    }
    Ok(())
}

fn lines(count: u32) -> Result<Lines> {
    Lines::make(world::tenant(1), usize::try_from(count)?)
}
