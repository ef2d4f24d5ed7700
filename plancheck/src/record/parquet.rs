//! Decisions as Parquet: one flat row per decision, in the columns of [`Row`]. A derived view; what proves a row is the record that its
//! `log_index` and `leaf_hash` name.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::TypePtr;

use super::row::Row;

/// The columns, in the order in which they are written.
const COLUMNS: &[(&str, Column)] = &[
    ("log_index", Column::Number(|row| i64::try_from(row.log_index).unwrap_or(i64::MAX))),
    ("recorded_at", Column::Time(|row| row.recorded_at.as_str())),
    ("verdict", Column::Text(|row| row.verdict.as_str())),
    ("command", Column::Text(|row| row.command.as_str())),
    ("account", Column::Text(|row| row.account.as_str())),
    ("envelopes", Column::List(|row| row.envelopes.as_slice())),
    ("actors", Column::List(|row| row.actors.as_slice())),
    ("actor_class", Column::Text(|row| row.actor_class.as_str())),
    ("rules", Column::List(|row| row.rules.as_slice())),
    ("addresses", Column::List(|row| row.addresses.as_slice())),
    ("approvers", Column::List(|row| row.approvers.as_slice())),
    ("assurance", Column::Text(|row| row.assurance.as_str())),
    ("standing", Column::Text(|row| row.standing.as_str())),
    ("break_glass", Column::Flag(|row| row.break_glass)),
    ("request", Column::Text(|row| row.request.as_str())),
    ("objective", Column::Text(|row| row.objective.as_str())),
    ("alternatives_declared", Column::Flag(|row| row.alternatives_declared)),
    ("cost", Column::Maybe(|row| row.cost.as_deref())),
    ("currency", Column::Text(|row| row.currency.as_str())),
    ("governance", Column::Text(|row| row.governance.as_str())),
    ("traceparent", Column::Text(|row| row.traceparent.as_str())),
    ("plan_sha256", Column::Text(|row| row.plan_sha256.as_str())),
    ("leaf_hash", Column::Text(|row| row.leaf_hash.as_str())),
    ("id", Column::Text(|row| row.id.as_str())),
];

/// What a column holds and where it comes from.
#[derive(Clone, Copy)]
enum Column {
    Number(fn(&Row) -> i64),
    Flag(fn(&Row) -> bool),
    Time(fn(&Row) -> &str),
    Text(fn(&Row) -> &str),
    Maybe(fn(&Row) -> Option<&str>),
    List(fn(&Row) -> &[String]),
}

impl Column {
    fn declared(self, name: &str) -> String {
        match self {
            Self::Number(_) => format!("REQUIRED INT64 {name};"),
            Self::Flag(_) => format!("REQUIRED BOOLEAN {name};"),
            Self::Time(_) => format!("REQUIRED INT64 {name} (TIMESTAMP(MICROS,true));"),
            Self::Text(_) => format!("REQUIRED BYTE_ARRAY {name} (STRING);"),
            Self::Maybe(_) => format!("OPTIONAL BYTE_ARRAY {name} (STRING);"),
            Self::List(_) => {
                format!(
                    "REQUIRED GROUP {name} (LIST) {{ REPEATED GROUP list {{ REQUIRED BYTE_ARRAY element (STRING); }} }}"
                )
            }
        }
    }
}

/// Writes rows of one partition.
pub fn write(rows: &[Row], to: impl Write + Send) -> Result<(), ParquetError> {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(to, schema()?, Arc::new(properties))?;
    for rows in rows.chunks(1 << 17) {
        let mut group = writer.next_row_group()?;
        for (_, column) in COLUMNS {
            column.write(rows, &mut group)?;
        }
        group.close()?;
    }
    writer.close().map(drop)
}

fn schema() -> Result<TypePtr, ParquetError> {
    let columns: Vec<String> = COLUMNS.iter().map(|(name, column)| column.declared(name)).collect();
    parse_message_type(&format!("message decision {{ {} }}", columns.join(" "))).map(Arc::new)
}

impl Column {
    fn write<W: Write + Send>(
        self,
        rows: &[Row],
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ParquetError> {
        match self {
            Self::Number(get) => plain::<Int64Type, W>(group, &rows.iter().map(get).collect::<Vec<_>>()),
            Self::Flag(get) => plain::<BoolType, W>(group, &rows.iter().map(get).collect::<Vec<_>>()),
            Self::Time(get) => {
                let micros = |row: &Row| micros(get(row));
                plain::<Int64Type, W>(group, &rows.iter().map(micros).collect::<Vec<_>>())
            }
            Self::Text(get) => {
                let texts: Vec<ByteArray> = rows.iter().map(|row| ByteArray::from(get(row))).collect();
                plain::<ByteArrayType, W>(group, &texts)
            }
            Self::Maybe(get) => {
                let defined: Vec<i16> = rows.iter().map(|row| i16::from(get(row).is_some())).collect();
                let texts: Vec<ByteArray> = rows.iter().filter_map(get).map(ByteArray::from).collect();
                leveled::<ByteArrayType, W>(group, &texts, Some(&defined), None)
            }
            Self::List(get) => {
                let (mut texts, mut defined, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
                for row in rows {
                    let list = get(row);
                    if list.is_empty() {
                        defined.push(0);
                        repeated.push(0);
                    }
                    for (index, text) in list.iter().enumerate() {
                        texts.push(ByteArray::from(text.as_str()));
                        defined.push(1);
                        repeated.push(i16::from(index > 0));
                    }
                }
                leveled::<ByteArrayType, W>(group, &texts, Some(&defined), Some(&repeated))
            }
        }
    }
}

fn plain<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
) -> Result<(), ParquetError> {
    leveled::<T, W>(group, values, None, None)
}

fn leveled<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    defined: Option<&[i16]>,
    repeated: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let missing = || ParquetError::General("there is no such column".to_owned());
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<T>().write_batch(values, defined, repeated)?;
    column.close()
}

fn micros(text: &str) -> i64 {
    text.parse::<remit_governance::time::Timestamp>()
        .map_or(0, remit_governance::time::Timestamp::as_microsecond)
}
