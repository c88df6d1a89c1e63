//  Words of DuckDB's SQL that mean something to a fold. The lists are our own: DuckDB's flags call `version()` and `age(t)`
//  constant, and `duckdb_keywords()` differs between series.

enum SQLWords {
    /// Words that are never names without quotes. The reserved words of 1.5 and 2.0.
    static let reserved: Set<String> = [
        "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "both", "case", "cast", "check",
        "collate",
        "column", "constraint", "create", "default", "deferrable", "desc", "describe", "distinct", "do", "else", "end",
        "except",
        "false", "fetch", "for", "foreign", "from", "group", "having", "in", "initially", "intersect", "into", "lambda",
        "lateral", "leading", "limit", "not", "null", "offset", "on", "only", "or", "order", "pivot", "pivot_longer",
        "pivot_wider", "placing", "primary", "qualify", "references", "returning", "select", "show", "some",
        "summarize",
        "symmetric", "table", "then", "to", "trailing", "true", "union", "unique", "unpivot", "using", "variadic",
        "when",
        "where", "window", "with",
    ]

    /// Words that stand between operands, in addition to the reserved ones.
    static let operators: Set<String> = [
        "is", "isnull", "notnull", "like", "ilike", "glob", "similar", "between", "escape", "overlaps", "at", "cross",
        "anti",
        "semi", "inner", "left", "right", "full", "natural", "join", "asof", "positional", "outer",
    ]

    /// Whether a word without quotes cannot stand for a column, and begins no expression either.
    static func isOnlyKeyword(_ word: String) -> Bool {
        let beginsExpressions: Set<String> = [
            "all", "any", "array", "case", "cast", "distinct", "false", "lambda", "not", "null", "some", "true",
            "variadic",
        ]
        return (reserved.contains(word) || operators.contains(word)) && !beginsExpressions.contains(word)
    }

    /// Reserved words that are values.
    static let values: Set<String> = ["true", "false", "null"]

    /// Clauses of SELECT that a fold has.
    static let clauses: Set<String> = ["from", "where", "group"]

    /// Clauses of SELECT that a fold does not have, and what they are called in messages.
    static let refusedClauses: [String: String] = [
        "having": "HAVING", "window": "WINDOW", "qualify": "QUALIFY", "order": "ORDER BY", "limit": "LIMIT",
        "offset": "OFFSET", "fetch": "FETCH", "for": "FOR", "union": "UNION", "except": "EXCEPT",
        "intersect": "INTERSECT",
        "using": "USING SAMPLE", "into": "INTO",
    ]

    /// What begins a subquery at the front of a bracket.
    static let subqueries: Set<String> = [
        "select", "from", "values", "table", "with", "pivot", "unpivot", "pivot_longer", "pivot_wider", "describe",
        "show",
        "summarize",
    ]

    static let joins: Set<String> = [
        "join", "inner", "left", "right", "full", "cross", "natural", "positional", "asof", "semi", "anti", "lateral",
    ]

    /// Words that read the clock, a user or a session without brackets. A column of that name wins.
    static let bareFunctions: Set<String> = [
        "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "current_user",
        "session_user",
        "user", "current_role", "current_catalog", "current_schema",
    ]

    /// Functions that depend on time, chance, the session or the machine.
    static let unstable: Set<String> = bareFunctions.union([
        "now", "today", "transaction_timestamp", "get_current_time", "get_current_timestamp", "current_localtime",
        "current_localtimestamp", "ago", "random", "setseed", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "nextval",
        "currval", "setval", "version", "getenv", "current_setting", "current_database", "current_schemas",
        "current_query",
        "current_query_id", "current_transaction_id", "current_connection_id", "txid_current", "in_search_path",
        "stats",
        "vector_type", "sleep_ms", "write_log", "query", "query_table", "glob", "which_secret", "get_block_size",
        "sniff_csv",
        "parquet_scan", "seq_scan", "json_execute_serialized_sql", "add_parquet_key", "checkpoint", "force_checkpoint",
        "table_privileges", "col_description", "obj_description", "shobj_description",
    ])
    static let unstablePrefixes = [
        "read_", "duckdb_", "pragma_", "pg_", "parquet_", "inet_", "has_", "icu_calendar_", "enable_", "disable_",
    ]
    /// Functions that begin like those, and depend on nothing.
    static let stable: Set<String> = ["pg_typeof"]

    static func isUnstable(_ function: String) -> Bool {
        unstable.contains(function)
            || (!stable.contains(function) && unstablePrefixes.contains { function.hasPrefix($0) })
    }

    /// Functions that make several rows of one.
    static let rowMakers: Set<String> = [
        "unnest", "unlist", "generate_subscripts", "regexp_split_to_table", "json_each", "json_tree",
    ]

    /// Aggregates and windows that no state stands for.
    static let refusedAggregates: Set<String> = [
        "approx_count_distinct", "approx_quantile", "approx_top_k", "arg_max_null", "arg_max_nulls_last",
        "arg_min_null",
        "arg_min_nulls_last", "bit_xor", "bitstring_agg", "combine", "combine_aggr", "corr", "count_star", "covar_pop",
        "covar_samp", "cume_dist", "decimal_average", "dense_rank", "entropy", "favg", "fill", "finalize",
        "first_value",
        "fsum", "geomean", "geometric_mean", "histogram", "histogram_exact", "json_group_array", "json_group_object",
        "json_group_structure", "kahan_sum", "kurtosis", "kurtosis_pop", "lag", "last_value", "lead", "lttb", "mad",
        "mean",
        "median", "mode", "nth_value", "ntile", "percent_rank", "percentile_cont", "percentile_disc", "product",
        "quantile",
        "quantile_cont", "quantile_disc", "rank", "rank_dense", "regr_avgx", "regr_avgy", "regr_count",
        "regr_intercept",
        "regr_r2", "regr_slope", "regr_sxx", "regr_sxy", "regr_syy", "reservoir_quantile", "row_number", "sem",
        "skewness",
        "stddev", "stddev_pop", "stddev_samp", "sum_no_overflow", "sumkahan", "var_pop", "var_samp", "variance",
        "variant_group_array", "variant_group_object", "wavg", "weighted_avg",
    ]

    /// Functions that are windows only.
    static let windows: Set<String> = [
        "cume_dist", "dense_rank", "fill", "lag", "lead", "nth_value", "ntile", "percent_rank", "rank", "rank_dense",
        "row_number",
    ]

    /// What to write in place of an aggregate that does not merge.
    ///
    /// - Parameters:
    ///   - x: its first argument.
    ///   - others: those behind it.
    static func instead(of function: String, _ x: String, _ others: [String]) -> String {
        func list(_ function: String) -> String {
            "write list_aggregate(list(\(x) ORDER BY \(x)), '\(function)'\(others.map { ", " + $0 }.joined())), which keeps all values"
        }
        switch function {
        case "approx_count_distinct": return "write count(DISTINCT \(x)), which is exact"
        case "median", "quantile", "quantile_cont", "quantile_disc", "mad": return list(function)
        case "approx_quantile", "reservoir_quantile": return list("quantile_cont")
        case "percentile_cont", "percentile_disc":
            return
                "write list_aggregate(list(t ORDER BY t), '\(function == "percentile_cont" ? "quantile_cont" : "quantile_disc")', \(x)), "
                + "which keeps all values"
        case "mode": return "write list_mode(list(\(x) ORDER BY \(x))), which keeps all values, or make the value a key"
        case "histogram", "histogram_exact", "approx_top_k", "entropy":
            return "make the value a key; a mart counts its rows"
        case "first_value": return "write first(\(x) ORDER BY t)"
        case "last_value": return "write last(\(x) ORDER BY t)"
        case "fsum", "kahan_sum", "sumkahan", "sum_no_overflow":
            return "write sum(\(x)), of a double after a cast to decimal"
        case "favg": return "write avg(\(x)), of a double after a cast to decimal"
        case "product": return "keep the values in a key"
        default: return "keep count(x), sum(x), sum(x * x) or what else it is made of, and compute it in a mart"
        }
    }

    /// Aggregates that are refused because rows come in no order; `any_value`, `arbitrary` are never a measure.
    static let orderless: Set<String> = ["any_value", "arbitrary"]

    static let groupings: Set<String> = ["rollup", "cube", "grouping", "grouping_id", "sets"]

    /// Units of INTERVAL, and of EXTRACT.
    static let units: Set<String> = [
        "microsecond", "microseconds", "millisecond", "milliseconds", "second", "seconds", "minute", "minutes", "hour",
        "hours",
        "day", "days", "week", "weeks", "month", "months", "quarter", "quarters", "year", "years", "decade", "decades",
        "century", "centuries", "millennium", "millennia",
    ]
}
