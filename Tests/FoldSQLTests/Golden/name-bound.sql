SELECT _file AS file, hour, max(_row) AS last_row, count(_date) AS dated FROM events GROUP BY _file, hour
