//! The evaluation: suites of labeled tasks, the method beside its alternatives, and the numbers of both
//! (docs/evaluation.md). A [`Plan`] says what is computed, a [`Runner`] computes it task by task, each answer is kept as a
//! [`Record`], and [`Summary`] is a function of the records, so that runs can be interrupted, split and merged.
//!
//! No file is opened here; the command line does that.

mod calibration;
mod estimators;
mod matching;
mod modes;
mod neighbours;
mod plan;
mod ranking;
mod record;
mod runner;
mod seeds;
mod statistics;
mod suite;
mod summary;
mod table;
mod teacher;
mod values;

pub use autodidact::synthesis::{AskedTeacher, Request, TextSource};
pub use calibration::{Calibration, CalibrationOptions, calibrate};
pub use estimators::{Estimator, Scores, Selection, flag, is_unsure, select};
pub use matching::{AcceptedCall, canonical_calls, names_match, strict_match};
pub use modes::{Mode, Source};
pub use neighbours::nearest;
pub use plan::{Key, Learning, Plan, Planned, SampleConfig, Setting, SftConfig, Shard, SuiteRef};
pub use ranking::{RankingFit, fit_ranking};
pub use record::{CONTEXT, CourseRecord, Lines, PairCounts, Record, read_lines};
pub use runner::Runner;
pub use seeds::task_seed;
pub use statistics::{Interval, Ranked, auroc, bootstrap, deviation, mean};
pub use suite::{GENERATOR, GENERATOR_TASKS, Suite, SuiteSample, Want};
pub use summary::{
    BINS, Cell, ConductRow, CourseCell, CourseRow, EstimatorRow, Flagged, Margins, Row, StageSeconds, Stages,
    SuiteSummary, Summary, Updates,
};
pub use table::{Header, is_of_sweep, markdown};
pub use teacher::{ModelTeacher, Teacher};
pub use values::{Canonical, Decimal};
