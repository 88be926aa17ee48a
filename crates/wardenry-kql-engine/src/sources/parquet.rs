//! Parquet files as tables.
//!
//! Filters go into the scan: row groups and pages that cannot match are skipped by their statistics and Bloom filters, and
//! columns that a filter does not read are only decoded for rows that pass it. What depends on one text that is stored by number into a
//! dictionary is worked out once for each text of the dictionary, not for each row.

mod adapter;
mod dictionary;
mod distinct;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{Result, Statistics};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{
    FileGroup, FileGroupPartitioner, FileScanConfigBuilder, ParquetSource,
};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::cache::cache_manager::{CacheManager, CacheManagerConfig};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::Expr;
use datafusion::object_store::local::LocalFileSystem;
use datafusion::object_store::path::Path as StorePath;
use datafusion::object_store::{ObjectMeta, ObjectStore};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::projection::ProjectionExpr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::projection::ProjectionExec;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use wardenry_kql_functions::layout;
use wardenry_kql_values::ScalarType;

use super::stored::{kql_type, marked_type};
use adapter::{StoredAdapterFactory, boxed_type, unboxed};

/// Under this key, the metadata of a field that Arrow holds may name the KQL type of a column that is stored as text.
pub const TYPE_KEY: &str = "wardenry.kql.type";

/// Smaller files are read by one thread.
const MIN_PART_BYTES: usize = 1 << 20;

/// The rows of one or several Parquet files.
///
/// Times of any unit are `datetime`, small and unsigned numbers `int` or `long`, lists, structures and maps are `dynamic`. A column that
/// a file does not have is null there. The files must not change while the table is in use.
pub struct ParquetTable {
    columns: Arc<[(Arc<str>, ScalarType)]>,
    schema: SchemaRef,
    /// As the scan gives it, see [`adapter::boxed_type`].
    scanned: SchemaRef,
    files: Vec<PartitionedFile>,
    rows: usize,
    bytes: usize,
    reader: Arc<CachedParquetFileReaderFactory>,
}

/// Why files do not make a table.
#[derive(Debug, thiserror::Error)]
pub enum ParquetTableError {
    #[error("{} cannot be read", .path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{} is not a Parquet file", .path.display())]
    Format {
        path: PathBuf,
        #[source]
        source: parquet::errors::ParquetError,
    },
    #[error("{}: the column {column} is stored as {stored}, which KQL has no type for", .path.display())]
    Type { path: PathBuf, column: String, stored: String },
    #[error("{}: the column {column} is {found} here and {expected} in other files of the table", .path.display())]
    Conflict { path: PathBuf, column: String, found: ScalarType, expected: ScalarType },
    #[error("{} has no Parquet files", .path.display())]
    Empty { path: PathBuf },
    #[error("the file system cannot be used")]
    Store {
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl ParquetTable {
    /// A file, or all `*.parquet` files of a folder and the folders in it.
    pub fn open(path: &Path) -> std::result::Result<Self, ParquetTableError> {
        let mut files = Vec::new();
        collect(path, &mut files)?;
        files.sort();
        if files.is_empty() {
            return Err(ParquetTableError::Empty { path: path.to_owned() });
        }
        Self::open_files(&files)
    }

    /// Several files, with the columns of all of them.
    pub fn open_files(paths: &[PathBuf]) -> std::result::Result<Self, ParquetTableError> {
        let mut columns: Vec<(Arc<str>, ScalarType)> = Vec::new();
        let mut files = Vec::with_capacity(paths.len());
        let mut nested: BTreeSet<String> = BTreeSet::new();
        let mut distinct_texts = Vec::with_capacity(paths.len());
        let (mut rows, mut bytes) = (0_usize, 0_usize);
        for path in paths {
            let io = |source| ParquetTableError::Io { path: path.clone(), source };
            let path = &path.canonicalize().map_err(io)?;
            let file = std::fs::File::open(path).map_err(io)?;
            let stat = file.metadata().map_err(io)?;
            let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
                .map_err(|source| ParquetTableError::Format { path: path.clone(), source })?;
            for field in metadata.schema().fields() {
                merge(&mut columns, field, path)?;
                if field.data_type().is_nested() {
                    nested.insert(field.name().clone());
                }
            }
            let file_rows = metadata.metadata().file_metadata().num_rows();
            rows = rows.saturating_add(usize::try_from(file_rows).unwrap_or(0));
            bytes = bytes.saturating_add(usize::try_from(stat.len()).unwrap_or(usize::MAX));
            let location = StorePath::from_filesystem_path(path)
                .map_err(|error| ParquetTableError::Store { source: error.into() })?;
            let mut file = PartitionedFile::new_from_meta(ObjectMeta {
                location,
                last_modified: stat.modified().map_err(io)?.into(),
                size: stat.len(),
                e_tag: None,
                version: None,
            });
            file.arrow_schema = dictionary::schema(&metadata);
            files.push(file);
            distinct_texts.push(dictionary::distinct_texts(&metadata));
        }
        let fields: Vec<_> = columns
            .iter()
            .map(|(name, scalar_type)| Field::new(name.as_ref(), layout::arrow_type(*scalar_type), true))
            .collect();
        let scanned: Vec<_> = fields
            .iter()
            .map(|field| {
                if nested.contains(field.name()) {
                    Field::new(field.name(), boxed_type(), true)
                } else {
                    field.clone()
                }
            })
            .collect();
        let schema = Arc::new(Schema::new(fields));
        for (file, texts) in files.iter_mut().zip(distinct_texts) {
            let mut statistics = Statistics::new_unknown(&schema);
            for (name, count) in texts {
                if let Ok(index) = schema.index_of(&name) {
                    statistics.column_statistics[index].distinct_count = Precision::Inexact(count);
                }
            }
            file.statistics = Some(Arc::new(statistics));
        }
        let caches = CacheManager::try_new(&CacheManagerConfig::default())
            .map_err(|error| ParquetTableError::Store { source: error.into() })?;
        let store: Arc<dyn ObjectStore> = Arc::new(LocalFileSystem::new());
        let reader = CachedParquetFileReaderFactory::new(store, caches.get_file_metadata_cache());
        Ok(Self {
            columns: columns.into(),
            schema,
            scanned: Arc::new(Schema::new(scanned)),
            files,
            rows,
            bytes,
            reader: Arc::new(reader),
        })
    }

    /// The columns, for [`crate::MemoryTables::insert_provider`].
    pub fn columns(&self) -> &Arc<[(Arc<str>, ScalarType)]> {
        &self.columns
    }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> std::result::Result<(), ParquetTableError> {
    let io = |source| ParquetTableError::Io { path: path.to_owned(), source };
    if !std::fs::metadata(path).map_err(io)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path).map_err(io)? {
        let entry = entry.map_err(io)?;
        let found = entry.path();
        let kind = entry.file_type().map_err(io)?;
        let is_parquet = found.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("parquet"));
        if kind.is_dir() {
            collect(&found, files)?;
        } else if is_parquet {
            files.push(found);
        }
    }
    Ok(())
}

fn merge(
    columns: &mut Vec<(Arc<str>, ScalarType)>,
    field: &Field,
    path: &Path,
) -> std::result::Result<(), ParquetTableError> {
    let found = marked_type(field).or_else(|| kql_type(field.data_type())).ok_or_else(|| {
        ParquetTableError::Type {
            path: path.to_owned(),
            column: field.name().clone(),
            stored: field.data_type().to_string(),
        }
    })?;
    match columns.iter().find(|(name, _)| **name == **field.name()) {
        None => columns.push((field.name().as_str().into(), found)),
        Some((_, expected)) if *expected == found => {}
        Some((_, expected)) => {
            return Err(ParquetTableError::Conflict {
                path: path.to_owned(),
                column: field.name().clone(),
                found,
                expected: *expected,
            });
        }
    }
    Ok(())
}

impl fmt::Debug for ParquetTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetTable").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for ParquetTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn statistics(&self) -> Option<Statistics> {
        let mut statistics = Statistics::new_unknown(&self.schema);
        statistics.num_rows = Precision::Exact(self.rows);
        statistics.total_byte_size = Precision::Inexact(self.bytes);
        Some(statistics)
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut options = session.table_options().parquet.clone();
        options.global = session.config_options().execution.parquet.clone();
        let source = ParquetSource::new(Arc::clone(&self.scanned))
            .with_table_parquet_options(options)
            .with_parquet_file_reader_factory(Arc::clone(&self.reader) as _)
            .with_pushdown_filters(true)
            .with_reorder_filters(true)
            .with_enable_page_index(true);
        let all = vec![FileGroup::new(self.files.clone())];
        let groups = FileGroupPartitioner::new()
            .with_target_partitions(session.config().target_partitions())
            .with_repartition_file_min_size(MIN_PART_BYTES)
            .repartition_file_groups(&all)
            .unwrap_or(all);
        let scan = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), Arc::new(source))
            .with_file_groups(groups)
            .with_statistics(self.statistics().unwrap_or_default())
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .with_expr_adapter(Some(Arc::new(StoredAdapterFactory)))
            .build();
        let scan: Arc<dyn ExecutionPlan> = DataSourceExec::from_data_source(scan);
        let schema = scan.schema();
        if schema.fields().iter().all(|field| *field.data_type() != boxed_type()) {
            return Ok(scan);
        }
        let columns = schema
            .fields()
            .iter()
            .enumerate()
            .map(|(index, field)| {
                let column = unboxed(Arc::new(Column::new(field.name(), index)), &schema)?;
                Ok(ProjectionExpr::new(column, field.name()))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Arc::new(ProjectionExec::try_new(columns, scan)?))
    }
}
