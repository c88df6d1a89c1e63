import Reports

extension PlanHelp {
    static let engagement = PlanHelp(
        abstract: "Folds dumps of viewing records into seconds watched by contract and category.",
        discussion: """
            Drop a day's dump into inbox/ and run `watchfold run`: output/engagement.csv then shows for every \
            contract how many seconds it watched of TV, Movie, Child, Relax and Sport, summed over all files that were ever \
            dropped, each counted exactly once.
            """,
        report: "Hours by category and by day, what contracts watch most, tastes, active days, top contracts",
        top: "How many contracts to show, those with the most hours first.",
        generatedKeys: "The number of contracts.",
        shortColumn: "TV is short for TVDuration",
        pattern: "HNH*",
        exports: [
            "export | head",
            "export profile --from 2022-04-01 --to 2022-04-15 -o half.csv",
            "export daily --format md",
            "export profile --month 2022-04 --top 20 --by Sport --unit hours",
            "export --contracts 'HNH*' --by week -o hnh.parquet",
            "export profile --for excel --delimiter semicolon --unit hours -o profile.csv",
            "export daily --format jsonl -o daily.json.gz",
            "export --month 2022-04 -o april.xlsx",
            "export --without 20220402.json --sort TV:desc,Contract --limit 100",
            "export --to postgres://reports@db.example/sales",
        ])
}
