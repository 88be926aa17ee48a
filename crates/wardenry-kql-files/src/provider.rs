//! The table that the engine scans.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::datasource::TableType;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use tokio::sync::mpsc;
use wardenry_kql_functions::layout::arrow_type;
use wardenry_kql_values::ScalarType;

use crate::reader::{Sink, Wanted};
use crate::{FileError, Format, OpenOptions, Progress, TypeNote, csv_file, json_file};

/// Batches that wait for the query while the next one is read.
const BATCHES_AHEAD: usize = 2;

/// CSV or JSON files as one table.
#[derive(Clone, Debug)]
pub(crate) struct RowFiles {
    files: Arc<[PathBuf]>,
    format: Format,
    columns: Arc<[(Arc<str>, ScalarType)]>,
    schema: SchemaRef,
    options: Arc<OpenOptions>,
    progress: Arc<Progress>,
}

impl RowFiles {
    /// Finds the columns of all files. Blocks.
    pub(crate) fn open(
        files: Vec<PathBuf>,
        format: Format,
        options: Arc<OpenOptions>,
        progress: Arc<Progress>,
    ) -> std::result::Result<(Self, Vec<TypeNote>), FileError> {
        let mut columns: Vec<(Arc<str>, ScalarType)> = Vec::new();
        let mut notes = Vec::new();
        for file in &files {
            let its = match format {
                Format::Csv | Format::Tsv => csv_file::columns(file, format, &options, &mut notes)?,
                Format::Json | Format::JsonLines | Format::Parquet => {
                    json_file::columns(file, format, &options, &mut notes)?
                }
            };
            for (name, here) in its {
                match columns.iter_mut().find(|(other, _)| *other == name) {
                    None => columns.push((name, here)),
                    Some((_, there)) => {
                        let both = common(*there, here);
                        if both != *there && both != ScalarType::Real {
                            notes.push(TypeNote::Differs {
                                column: name,
                                scalar_type: both,
                                before: *there,
                                here,
                                path: file.clone(),
                            });
                        }
                        *there = both;
                    }
                }
            }
        }
        if let (true, Some(file)) = (columns.is_empty(), files.first()) {
            return Err(FileError::NoObjects { path: file.clone() });
        }
        let schema = Arc::new(schema_of(&columns));
        Ok((Self { files: files.into(), format, columns: columns.into(), schema, options, progress }, notes))
    }

    pub(crate) fn columns(&self) -> &Arc<[(Arc<str>, ScalarType)]> {
        &self.columns
    }

    fn read(&self, file: &Path, wanted: &Wanted, sink: Sink<'_>) -> std::result::Result<(), FileError> {
        match self.format {
            Format::Csv | Format::Tsv => {
                csv_file::read(file, self.format, &self.columns, wanted, &self.options, &self.progress, sink)
            }
            Format::Json | Format::JsonLines | Format::Parquet => {
                json_file::read(file, self.format, wanted, &self.options, &self.progress, sink)
            }
        }
    }
}

/// One type for a column that two files guess differently: numbers are `real`, everything else is text.
fn common(a: ScalarType, b: ScalarType) -> ScalarType {
    match (a, b) {
        _ if a == b => a,
        (ScalarType::Long | ScalarType::Real, ScalarType::Long | ScalarType::Real) => ScalarType::Real,
        (ScalarType::Dynamic, _) | (_, ScalarType::Dynamic) => ScalarType::Dynamic,
        _ => ScalarType::String,
    }
}

fn schema_of(columns: &[(Arc<str>, ScalarType)]) -> Schema {
    let field = |(name, scalar_type): &(Arc<str>, ScalarType)| -> Field {
        let data_type: DataType = arrow_type(*scalar_type);
        Field::new(name.to_string(), data_type, true)
    };
    Schema::new(columns.iter().map(field).collect::<Vec<_>>())
}

#[async_trait]
impl TableProvider for RowFiles {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let columns: Vec<_> = match projection {
            Some(projection) => projection.iter().map(|index| self.columns[*index].clone()).collect(),
            None => self.columns.to_vec(),
        };
        let schema = Arc::new(schema_of(&columns));
        let wanted = Arc::new(Wanted { schema: Arc::clone(&schema), columns });
        let readers = state.config().target_partitions().clamp(1, self.files.len().max(1));
        let table = Arc::new(self.clone());
        let partitions = (0..readers).map(|reader| {
            let files = self.files.iter().skip(reader).step_by(readers).cloned().collect();
            let part = Part { table: Arc::clone(&table), files, wanted: Arc::clone(&wanted) };
            Arc::new(part) as Arc<dyn PartitionStream>
        });
        let exec = StreamingTableExec::try_new(schema, partitions.collect(), None, Vec::new(), false, limit)?;
        Ok(Arc::new(exec))
    }
}

/// The files that one task reads, one after the other.
#[derive(Debug)]
struct Part {
    table: Arc<RowFiles>,
    files: Vec<PathBuf>,
    wanted: Arc<Wanted>,
}

impl PartitionStream for Part {
    fn schema(&self) -> &SchemaRef {
        &self.wanted.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (sender, receiver) = mpsc::channel::<Result<RecordBatch>>(BATCHES_AHEAD);
        let (table, files, wanted) = (Arc::clone(&self.table), self.files.clone(), Arc::clone(&self.wanted));
        tokio::task::spawn_blocking(move || {
            for file in files {
                // The receiver is gone once the query is over or has been cancelled.
                let mut gone = false;
                let read = table.read(&file, &wanted, &mut |batch| match sender.blocking_send(Ok(batch)) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => {
                        gone = true;
                        ControlFlow::Break(())
                    }
                });
                if let Err(fault) = read {
                    // Nobody is left to hear of it only if the query is over.
                    drop(sender.blocking_send(Err(DataFusionError::External(Box::new(fault)))));
                    return;
                }
                if gone {
                    return;
                }
            }
        });
        let schema = Arc::clone(&self.wanted.schema);
        let batches = futures_util::stream::unfold(receiver, |mut receiver| async move {
            receiver.recv().await.map(|batch| (batch, receiver))
        });
        Box::pin(RecordBatchStreamAdapter::new(schema, batches))
    }
}
