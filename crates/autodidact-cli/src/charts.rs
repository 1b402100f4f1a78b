//! Charts as SVG, for the commands that plot.

use autodidact::error::{Error, Result};
use charts_rs::{BarChart, LineChart};
use serde_json::{Value, json};

/// Draws a bar chart, grouped or stacked.
pub fn bars(spec: &Value) -> Result<String> {
    BarChart::from_json(&spec.to_string()).and_then(|chart| chart.svg()).map_err(failed)
}

/// Draws a line chart.
pub fn lines(spec: &Value) -> Result<String> {
    LineChart::from_json(&spec.to_string()).and_then(|chart| chart.svg()).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::invalid("plot", error.to_string())
}

/// The description of a chart: its title, its axes and its series.
pub fn spec(title: &str, x: Value, y_title: &str, series: Vec<Value>) -> Value {
    json!({
        "width": 900,
        "height": 460,
        "margin": 12,
        "title_text": title,
        "title_align": "left",
        "legend_position": "bottom",
        "legend_category": "rect",
        "x_axis_data": x,
        "x_axis_label_overflow": "rotate",
        "y_axis_configs": [{"axis_title": y_title, "axis_width": 60}],
        "series_list": series,
    })
}

/// A share in percent, rounded to two decimals.
pub fn percent(share: f64) -> f64 {
    (share * 10_000.0).round() / 100.0
}
