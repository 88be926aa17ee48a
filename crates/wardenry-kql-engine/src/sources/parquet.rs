//! Parquet files as tables.
//!
//! Filters go into the scan: row groups and pages that cannot match are skipped by their statistics and Bloom filters, and
//! columns that a filter does not read are only decoded for rows that pass it. What depends on one text that is stored by number into a
//! dictionary is worked out once for each text of the dictionary, not for each row.

mod adapter;
mod bounds;
pub(crate) mod dense;
mod dictionary;
mod distinct;
mod logical_types;

use std::any::Any;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{DataFusionError, Result, ScalarValue, Statistics};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::datasource::physical_plan::parquet::{
    CachedParquetFileReaderFactory, ParquetAccessPlan, ParquetFileReaderFactory, RowGroupAccess,
};
use datafusion::datasource::physical_plan::{
    FileGroup, FileGroupPartitioner, FileScanConfigBuilder, ParquetSource,
};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::cache::cache_manager::{CacheManager, CacheManagerConfig, FileMetadataCache};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::Expr;
use datafusion::object_store::local::LocalFileSystem;
use datafusion::object_store::path::Path as StorePath;
use datafusion::object_store::{ObjectMeta, ObjectStore};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::projection::ProjectionExpr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use datafusion::physical_plan::projection::ProjectionExec;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::arrow::async_reader::AsyncFileReader;
use wardenry_kql_functions::layout;
use wardenry_kql_values::ScalarType;

use super::stored::{kql_type, marked_type};
pub use logical_types::file_schema;

use adapter::{StoredAdapterFactory, boxed_type, unboxed};
use bounds::Bounds;

/// Under this key, the metadata of a field that Arrow holds may name the KQL type of a column that is stored as text.
pub const TYPE_KEY: &str = "wardenry.kql.type";

/// Smaller files are read by one thread.
const MIN_PART_BYTES: usize = 1 << 20;

/// So much of the end of a file is read at first: what describes most files is in it.
const TAIL_BYTES: usize = 64 << 10;

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
    reader: Arc<Reader>,
}

/// A file of which is known what is in it, so that tables can be made of it without a look at it.
#[derive(Debug)]
pub struct ParquetFile {
    path: PathBuf,
    columns: Vec<(Arc<str>, ScalarType)>,
    /// The columns whose stored type is nested.
    nested: BTreeSet<String>,
    /// About how many different texts a column has, where that is known.
    distinct_texts: Vec<(String, usize)>,
    bounds: Vec<Bounds>,
    file: PartitionedFile,
    group_rows: Vec<u64>,
    rows: usize,
    bytes: usize,
}

impl ParquetFile {
    /// How many rows each row group has.
    pub fn group_rows(&self) -> &[u64] {
        &self.group_rows
    }

    /// Looks at a file. It must not change afterwards.
    pub fn open(path: &Path) -> std::result::Result<Self, ParquetTableError> {
        let io = |source| ParquetTableError::Io { path: path.to_owned(), source };
        let path = path.canonicalize().map_err(io)?;
        let opened = std::fs::File::open(&path).map_err(io)?;
        let stat = opened.metadata().map_err(io)?;
        let metadata = ArrowReaderMetadata::load(&opened, ArrowReaderOptions::new())
            .map_err(|source| ParquetTableError::Format { path: path.clone(), source })?;
        let location = StorePath::from_filesystem_path(&path)
            .map_err(|source| ParquetTableError::Store { path: path.clone(), source: source.into() })?;
        let object = ObjectMeta {
            location,
            last_modified: stat.modified().map_err(io)?.into(),
            size: stat.len(),
            e_tag: None,
            version: None,
        };
        Self::described(path, object, &metadata)
    }

    /// A file that has this in it.
    fn described(
        path: PathBuf,
        object: ObjectMeta,
        metadata: &ArrowReaderMetadata,
    ) -> std::result::Result<Self, ParquetTableError> {
        let mut columns = Vec::new();
        let mut nested = BTreeSet::new();
        for field in metadata.schema().fields() {
            columns.push((field.name().as_str().into(), column_type(field, &path)?));
            if field.data_type().is_nested() {
                nested.insert(field.name().clone());
            }
        }
        let bytes = usize::try_from(object.size).unwrap_or(usize::MAX);
        let mut file = PartitionedFile::new_from_meta(object);
        file.arrow_schema = dictionary::schema(metadata);
        let group_rows = metadata.metadata().row_groups().iter();
        let group_rows = group_rows.map(|group| u64::try_from(group.num_rows()).unwrap_or(0));
        Ok(Self {
            columns,
            nested,
            distinct_texts: dictionary::distinct_texts(metadata),
            bounds: bounds::bounds(metadata),
            file,
            group_rows: group_rows.collect(),
            rows: usize::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or(0),
            bytes,
            path,
        })
    }

    /// What is known of the columns of a table in this file.
    fn statistics(&self, table: &Schema) -> Statistics {
        let mut statistics = Statistics::new_unknown(table);
        statistics.num_rows = Precision::Exact(self.rows);
        for (name, count) in &self.distinct_texts {
            if let Ok(index) = table.index_of(name) {
                statistics.column_statistics[index].distinct_count = Precision::Inexact(*count);
            }
        }
        for bounds in &self.bounds {
            if let Ok(index) = table.index_of(&bounds.column) {
                let column = &mut statistics.column_statistics[index];
                column.min_value = Precision::Exact(ScalarValue::Int64(Some(bounds.first)));
                column.max_value = Precision::Exact(ScalarValue::Int64(Some(bounds.last)));
                column.null_count = Precision::Exact(bounds.nulls);
            }
        }
        statistics
    }

    /// Adds the columns of this file to those of others.
    fn merge_columns(
        &self,
        columns: &mut Vec<(Arc<str>, ScalarType)>,
    ) -> std::result::Result<(), ParquetTableError> {
        for (name, found) in &self.columns {
            match columns.iter().find(|(its, _)| its == name) {
                None => columns.push((Arc::clone(name), *found)),
                Some((_, expected)) if expected == found => {}
                Some((_, expected)) => {
                    return Err(ParquetTableError::Conflict {
                        path: self.path.clone(),
                        column: name.to_string(),
                        found: *found,
                        expected: *expected,
                    });
                }
            }
        }
        Ok(())
    }
}

/// Reads files of one store for tables that share it, and remembers their metadata.
#[derive(Clone, Debug)]
pub struct ParquetReader {
    store: Arc<dyn ObjectStore>,
    cache: Arc<FileMetadataCache>,
    factory: Arc<CachedParquetFileReaderFactory>,
}

impl ParquetReader {
    /// Over a store, with room for so many bytes of metadata, or for as many as DataFusion has by default.
    pub fn over(
        store: Arc<dyn ObjectStore>,
        cache_bytes: Option<usize>,
    ) -> std::result::Result<Self, ParquetTableError> {
        let mut config = CacheManagerConfig::default();
        if let Some(bytes) = cache_bytes {
            config = config.with_metadata_cache_limit(bytes);
        }
        let caches = CacheManager::try_new(&config)
            .map_err(|error| ParquetTableError::Store { path: PathBuf::new(), source: error.into() })?;
        let cache = caches.get_file_metadata_cache();
        let factory = CachedParquetFileReaderFactory::new(Arc::clone(&store), Arc::clone(&cache));
        Ok(Self { store, cache, factory: Arc::new(factory) })
    }

    /// Looks at a file of the store that has so many bytes. It must not change afterwards: nobody asks when it was made.
    pub async fn open(
        &self,
        location: StorePath,
        bytes: u64,
    ) -> std::result::Result<ParquetFile, ParquetTableError> {
        let path = PathBuf::from(location.as_ref());
        let last_modified = std::time::SystemTime::UNIX_EPOCH.into();
        let object = ObjectMeta { location, last_modified, size: bytes, e_tag: None, version: None };
        let metadata = DFParquetMetadata::new(&*self.store, &object)
            .with_file_metadata_cache(Some(Arc::clone(&self.cache)))
            .with_metadata_size_hint(Some(TAIL_BYTES))
            .fetch_metadata()
            .await;
        let metadata = metadata.map_err(|error| match error {
            DataFusionError::ParquetError(source) => {
                ParquetTableError::Format { path: path.clone(), source: *source }
            }
            error => ParquetTableError::Store { path: path.clone(), source: error.into() },
        })?;
        let metadata = ArrowReaderMetadata::try_new(metadata, ArrowReaderOptions::new())
            .map_err(|source| ParquetTableError::Format { path: path.clone(), source })?;
        ParquetFile::described(path, object, &metadata)
    }
}

/// The reader of one table.
#[derive(Debug)]
struct Reader {
    factory: Arc<CachedParquetFileReaderFactory>,
    _keep: Option<Arc<dyn Any + Send + Sync>>,
}

impl ParquetFileReaderFactory for Reader {
    fn create_reader(
        &self,
        partition: usize,
        file: PartitionedFile,
        metadata_size_hint: Option<usize>,
        metrics: &ExecutionPlanMetricsSet,
    ) -> Result<Box<dyn AsyncFileReader + Send>> {
        self.factory.create_reader(partition, file, metadata_size_hint, metrics)
    }
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
    #[error("{} cannot be read from its storage", .path.display())]
    Store {
        path: PathBuf,
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
        for path in paths {
            let file = ParquetFile::open(path)?;
            file.merge_columns(&mut columns)?;
            files.push(file);
        }
        let parts = files.iter().map(|file| (file, None));
        Ok(Self::of(
            columns.into(),
            parts,
            &ParquetReader::over(Arc::new(LocalFileSystem::new()), None)?,
            None,
        ))
    }

    /// Files that have been opened before, and perhaps for each of their row groups whether to read it. Columns that are not in `columns`
    /// are left out; a file that lacks one has null there.
    ///
    /// Scans hold on to `keep` until they end.
    pub fn of<'f>(
        columns: Arc<[(Arc<str>, ScalarType)]>,
        parts: impl IntoIterator<Item = (&'f ParquetFile, Option<Vec<bool>>)>,
        reader: &ParquetReader,
        keep: Option<Arc<dyn Any + Send + Sync>>,
    ) -> Self {
        let (files, groups): (Vec<&ParquetFile>, Vec<_>) = parts.into_iter().unzip();
        let fields: Vec<_> = columns
            .iter()
            .map(|(name, scalar_type)| Field::new(name.as_ref(), layout::arrow_type(*scalar_type), true))
            .collect();
        let nested: BTreeSet<&str> = files.iter().flat_map(|file| &file.nested).map(String::as_str).collect();
        let scanned: Vec<_> = fields
            .iter()
            .map(|field| {
                if nested.contains(field.name().as_str()) {
                    Field::new(field.name(), boxed_type(), true)
                } else {
                    field.clone()
                }
            })
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let of_table = |(file, groups): (&&ParquetFile, Option<Vec<bool>>)| {
            let part = file.file.clone().with_statistics(Arc::new(file.statistics(&schema)));
            match groups {
                Some(groups) if groups.len() == file.group_rows.len() => part.with_extension(access(&groups)),
                _ => part,
            }
        };
        Self {
            columns,
            files: files.iter().zip(groups).map(of_table).collect(),
            schema,
            scanned: Arc::new(Schema::new(scanned)),
            rows: files.iter().fold(0, |rows, file| rows.saturating_add(file.rows)),
            bytes: files.iter().fold(0, |bytes, file| bytes.saturating_add(file.bytes)),
            reader: Arc::new(Reader { factory: Arc::clone(&reader.factory), _keep: keep }),
        }
    }

    /// The columns, for [`crate::MemoryTables::insert_provider`].
    pub fn columns(&self) -> &Arc<[(Arc<str>, ScalarType)]> {
        &self.columns
    }
}

fn access(groups: &[bool]) -> ParquetAccessPlan {
    let access = |read: &bool| if *read { RowGroupAccess::Scan } else { RowGroupAccess::Skip };
    ParquetAccessPlan::new(groups.iter().map(access).collect())
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

fn column_type(field: &Field, path: &Path) -> std::result::Result<ScalarType, ParquetTableError> {
    marked_type(field).or_else(|| kql_type(field.data_type())).ok_or_else(|| ParquetTableError::Type {
        path: path.to_owned(),
        column: field.name().clone(),
        stored: field.data_type().to_string(),
    })
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
