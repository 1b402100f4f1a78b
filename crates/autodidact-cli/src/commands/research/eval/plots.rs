//! The plots of a run, as SVG.

use autodidact::error::Result;
use autodidact_lab::evaluation::{BINS, Cell, Plan, Row, Stages, Summary, is_of_sweep};
use serde_json::{Value, json};

use crate::charts::{bars, lines, percent, spec};

/// File names and contents of the plots that the run has numbers for.
pub fn draw(plan: &Plan, summary: &Summary) -> Result<Vec<(&'static str, String)>> {
    let mut plots = Vec::new();
    plots.extend(gain(plan, summary).map(|spec| bars(&spec).map(|svg| ("gain.svg", svg))));
    plots.extend(sweep(plan, summary).map(|spec| lines(&spec).map(|svg| ("tau.svg", svg))));
    plots.push(bars(&margins(summary)).map(|svg| ("margin.svg", svg)));
    plots.extend(latency(summary).map(|spec| bars(&spec).map(|svg| ("latency.svg", svg))));
    plots.into_iter().collect()
}

/// A group of bars per suite and for the mean, with a bar and its interval per mode.
fn gain(plan: &Plan, summary: &Summary) -> Option<Value> {
    let rows: Vec<&Row> =
        plan.modes.iter().filter_map(|mode| summary.main_row(*mode)).filter(|row| row.over.is_some()).collect();
    if rows.is_empty() {
        return None;
    }
    let names: Vec<&str> = plan.suites.iter().map(|s| s.name.as_str()).chain(["mean"]).collect();
    let series = rows.iter().map(|row| {
        let of = |name: &&str| if *name == "mean" { Some(&row.mean) } else { row.suites.get(*name) };
        let pick = |value: fn(&Cell) -> Option<f64>| -> Vec<Option<f64>> {
            names.iter().map(|name| of(name).and_then(value).map(percent)).collect()
        };
        json!({
            "name": format!("{} over {}", row.mode, row.over.map_or("base", |m| m.name())),
            "data": pick(|c| c.gain.map(|g| g.mean)),
            "error_bar": {"lower": pick(|c| c.gain.map(|g| g.low)), "upper": pick(|c| c.gain.map(|g| g.high))},
        })
    });
    let series = series.collect();
    let mut spec = spec("Gain in strict accuracy, with its 95 % interval", json!(names), "points", series);
    let cells = rows.iter().flat_map(|row| row.suites.values().chain([&row.mean]));
    let ends: Vec<f64> = cells.filter_map(|c| c.gain).flat_map(|g| [g.low * 100.0, g.high * 100.0]).collect();
    let (low, high, parts) = bounds(&ends);
    if let Some(axis) = spec.pointer_mut("/y_axis_configs/0").and_then(Value::as_object_mut) {
        axis.extend([
            ("axis_min".to_owned(), json!(low)),
            ("axis_max".to_owned(), json!(high)),
            ("axis_split_number".to_owned(), json!(parts)),
        ]);
    }
    Some(spec)
}

/// Round limits of an axis that includes zero and all values, and the number of its parts.
fn bounds(values: &[f64]) -> (f64, f64, usize) {
    let low = values.iter().copied().fold(0.0, f64::min);
    let high = values.iter().copied().fold(0.0, f64::max);
    let least = ((high - low) / 8.0).max(0.1);
    let power = 10f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|s| s * power).find(|s| *s >= least).unwrap_or(10.0 * power);
    let (low, high) = ((low / step).floor() * step, ((high / step).ceil() * step).max(step));
    (low, high, ((high - low) / step).round() as usize)
}

/// Accuracy and share of updated tasks over the threshold.
fn sweep(plan: &Plan, summary: &Summary) -> Option<Value> {
    if plan.thresholds.len() < 2 {
        return None;
    }
    let mut thresholds = plan.thresholds.clone();
    thresholds.sort_by(f32::total_cmp);
    let mut series = Vec::new();
    for mode in &plan.modes {
        let at = |threshold: &f32| {
            let rows = summary.rows.iter().filter(|row| is_of_sweep(plan, row));
            rows.into_iter().find(|row| row.mode == *mode && row.threshold == Some(*threshold))
        };
        let strict: Vec<Option<f64>> = thresholds.iter().map(|t| at(t).map(|row| percent(row.mean.strict))).collect();
        if strict.iter().any(Option::is_some) {
            series.push(json!({"name": mode.name(), "data": strict}));
        }
        if series.len() == 1 {
            let updated =
                |row: &Row| row.mean.updates.as_ref().map(|u| percent(u.selected as f64 / u.answers.max(1) as f64));
            let shares: Vec<Option<f64>> = thresholds.iter().map(|t| at(t).and_then(updated)).collect();
            series.insert(0, json!({"name": "tasks updated", "data": shares, "stroke_dash_array": "4 3"}));
        }
    }
    if series.is_empty() {
        return None;
    }
    let mut spec = spec("Mean strict accuracy by threshold of the margin", Value::Null, "%", series);
    if let Some(map) = spec.as_object_mut() {
        map.insert("x_axis_title".into(), "τ".into());
        map.insert("x_axis_values".into(), thresholds.iter().map(|t| percent(f64::from(*t)) / 100.0).collect());
    }
    Some(spec)
}

/// Number of tasks over the margin, stacked by right and wrong base answers.
fn margins(summary: &Summary) -> Value {
    let labels: Vec<String> = (0..BINS).map(|bin| format!("{:.2}", bin as f64 / BINS as f64)).collect();
    let series = |name: &str, counts: &[usize]| json!({"name": name, "data": counts, "stack": "tasks"});
    let margins = &summary.margins;
    let both = vec![series("right", &margins.right), series("wrong", &margins.wrong)];
    let mut spec = spec("Margin of right and wrong base answers", json!(labels), "tasks", both);
    if let Some(map) = spec.as_object_mut() {
        map.insert("x_axis_title".into(), "margin, from".into());
        map.insert("series_colors".into(), json!(["#3a9d6e", "#d9534f"]));
    }
    spec
}

/// Milliseconds per stage, for certain and uncertain tasks.
fn latency(summary: &Summary) -> Option<Value> {
    let latency = &summary.latency;
    let stages = ["prefill", "score", "answer", "synthesize", "train", "answer_again"];
    let known = stages.into_iter().filter(|s| {
        [&latency.certain, &latency.uncertain].iter().any(|side| side.stages.get(*s).is_some_and(|v| *v > 0.0))
    });
    let series: Vec<Value> = known
        .map(|stage| {
            let of = |side: &Stages| side.stages.get(stage).map(|s| (s * 10_000.0).round() / 10.0);
            let data = [of(&latency.certain), of(&latency.uncertain)];
            json!({"name": stage.replace('_', " "), "data": data, "stack": "s"})
        })
        .collect();
    if series.is_empty() {
        return None;
    }
    Some(spec("Mean milliseconds of a task by stage", json!(["certain", "uncertain"]), "ms", series))
}

#[cfg(test)]
mod tests {
    use super::bounds;

    #[test]
    fn axes_hold_their_values() {
        assert_eq!(bounds(&[-7.5, 26.3]), (-10.0, 30.0, 8));
        assert_eq!(bounds(&[3.0, 79.0]), (0.0, 80.0, 8));
        let (low, high, parts) = bounds(&[]);
        assert!(low == 0.0 && high > 0.0 && parts == 1);
    }
}
