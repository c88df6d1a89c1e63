// JSONRecords
