//  Charts of a sheet, drawn from the cells of tables on it.

import CXLSX
import Glibc

/// A chart of one column of a table, by another column of it.
package struct SheetChart {
    package enum Shape {
        case columns, bars, histogram
        /// Along the calendar; as wide as two of the others.
        case series
    }

    let title: String
    let shape: Shape
    /// Cells, as `range` says them.
    let names: String
    let values: String
    /// Whether the axis of a histogram's or a series' values begins at zero, for which none of them may be below it.
    let beginsAtZero: Bool

    package init(title: String, shape: Shape, names: String, values: String, beginsAtZero: Bool) {
        self.title = title
        self.shape = shape
        self.names = names
        self.values = values
        self.beginsAtZero = beginsAtZero
    }

    /// Cells of a column, as a formula; the first row and column are 0.
    package static func range(_ sheet: String, column: Int, rows: ClosedRange<Int>) -> String {
        let letters = columnLetters(column)
        return "=\(sheet)!$\(letters)$\(rows.lowerBound + 1):$\(letters)$\(rows.upperBound + 1)"
    }
}

extension WorkbookFrame {
    private static let color: lxw_color_t = 0x2F6DB5
    private static let gridColor: lxw_color_t = 0xDDE3EA
    private static let textColor: lxw_color_t = 0x5F6B7A

    /// Puts a chart at a cell.
    package func add(_ chart: SheetChart, _ sheet: Sheet, _ row: Int, _ column: Int) throws(WorkbookError) {
        let drawn = try addChart(chart.shape == .bars ? LXW_CHART_BAR : LXW_CHART_COLUMN)
        guard let series = chart_add_series(drawn, chart.names, chart.values) else {
            throw .library("no series for \(chart.title)")
        }
        chart_series_set_name(series, chart.title)
        var fill = lxw_chart_fill()
        fill.color = Self.color
        chart_series_set_fill(series, &fill)
        chart_title_set_name(drawn, chart.title)
        var titleFont = lxw_chart_font()
        titleFont.size = 13
        titleFont.bold = 1
        chart_title_set_name_font(drawn, &titleFont)
        chart_legend_set_position(drawn, UInt8(LXW_CHART_LEGEND_NONE.rawValue))
        chart_set_series_gap(drawn, chart.shape == .histogram || chart.shape == .series ? 25 : 60)
        setAxes(drawn, chart)
        if chart.shape == .columns || chart.shape == .bars {
            chart_series_set_labels(series)
            chart_series_set_labels_num_format(series, "#,##0")
            var font = Self.smallFont
            chart_series_set_labels_font(series, &font)
        }
        var options = lxw_chart_options()
        // As wide as eight columns, or two charts; as high as fifteen rows.
        options.x_scale = (chart.shape == .series ? 1012 : 500) / 480
        options.y_scale = 300 / 288
        let description = strdup("\(chart.title), as in the table beside it")
        defer { free(description) }
        options.description = description
        try check(worksheet_insert_chart_opt(sheet.worksheet, UInt32(row), UInt16(column), drawn, &options))
    }

    private static var smallFont: lxw_chart_font {
        var font = lxw_chart_font()
        font.size = 9
        font.color = textColor
        return font
    }

    private func setAxes(_ drawn: Chart, _ chart: SheetChart) {
        // Of bars, the axis that stands upright has the names.
        let isUpright = chart.shape == .bars
        guard let names = isUpright ? drawn.pointee.y_axis : drawn.pointee.x_axis,
            let values = isUpright ? drawn.pointee.x_axis : drawn.pointee.y_axis
        else { return }
        var font = Self.smallFont
        chart_axis_set_num_font(names, &font)
        chart_axis_set_num_font(values, &font)
        chart_axis_set_num_format(values, "#,##0")
        var line = lxw_chart_line()
        line.color = Self.gridColor
        chart_axis_major_gridlines_set_line(values, &line)
        switch chart.shape {
        case .bars:
            // The first row on top, and the numbers at the bars.
            chart_axis_set_reverse(names)
            chart_axis_major_gridlines_set_visible(values, 0)
            chart_axis_off(values)
        case .columns:
            chart_axis_major_gridlines_set_visible(values, 0)
            chart_axis_off(values)
        case .histogram, .series:
            // Heights are compared.
            if chart.beginsAtZero { chart_axis_set_min(values, 0) }
        }
    }
}
