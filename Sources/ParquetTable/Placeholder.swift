// ParquetTable
